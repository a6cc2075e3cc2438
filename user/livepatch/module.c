// SPDX-License-Identifier: GPL-2.0
/*
 * A module's file: its .modinfo section goes in, what it says comes out.
 */
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/elf_file.h"
#include "base/error.h"
#include "livepatch/module.h"

static bool value_of(const char *entry, const char *key, char *to, size_t size)
{
	size_t len = strlen(key);

	if (strncmp(entry, key, len) || entry[len] != '=')
		return false;
	snprintf(to, size, "%s", entry + len + 1);
	return true;
}

/* Returns true when it names itself a livepatch. */
static bool read_modinfo(const Elf_Data *data, struct module *module)
{
	const char *at = data->d_buf, *end = at + data->d_size;
	char about[256] = "", yes[8];
	bool livepatch = false;

	for (; at < end && memchr(at, '\0', end - at); at += strlen(at) + 1) {
		value_of(at, "name", module->name, sizeof(module->name));
		value_of(at, "vermagic", module->vermagic,
			 sizeof(module->vermagic));
		value_of(at, "lockprobe", about, sizeof(about));
		livepatch |= value_of(at, "livepatch", yes, sizeof(yes));
	}
	module->vermagic[strcspn(module->vermagic, " ")] = '\0';
	sscanf(about, "%127s %63s", module->lock, module->policy);
	return livepatch;
}

static bool find_modinfo(Elf *elf, struct module *module)
{
	Elf_Scn *scn = NULL;
	Elf_Data *data;
	const char *name;
	GElf_Shdr shdr;
	size_t strings;

	if (elf_getshdrstrndx(elf, &strings))
		return false;
	while ((scn = elf_nextscn(elf, scn))) {
		if (!gelf_getshdr(scn, &shdr))
			return false;
		name = elf_strptr(elf, strings, shdr.sh_name);
		data = name && !strcmp(name, ".modinfo") ?
			       elf_getdata(scn, NULL) :
			       NULL;
		if (data && data->d_buf)
			return read_modinfo(data, module);
	}
	return false;
}

int module_read(const char *path, struct module *module)
{
	struct elf_file file;
	int err, ret = 0;

	memset(module, 0, sizeof(*module));
	err = elf_file_open(&file, path);
	if (err && err != -EBADMSG)
		return error_errno(err, "%s", path);
	if (err || !find_modinfo(file.elf, module) || !module->name[0]) {
		error("%s is not a livepatch module: 'lockprobe-user build' "
		      "makes them",
		      path);
		ret = -EINVAL;
	}
	if (!err)
		elf_file_close(&file);
	return ret;
}
