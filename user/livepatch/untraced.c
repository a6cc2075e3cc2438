// SPDX-License-Identifier: GPL-2.0
/*
 * What create-diff-object complains of and an object file go in; flags that
 * give functions of that object another name come out.
 */
#include <ctype.h>
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/elf_file.h"
#include "livepatch/untraced.h"

#define BEFORE "function "
#define AFTER " has no fentry"

/* Is @name a local function of @data's symbols, and no global one? */
static bool local_in(Elf *elf, Elf_Data *data, size_t strings, const char *name)
{
	bool local = false;
	const char *other;
	GElf_Sym sym;
	int i;

	for (i = 0; gelf_getsym(data, i, &sym); i++) {
		other = elf_strptr(elf, strings, sym.st_name);
		if (!other || strcmp(other, name))
			continue;
		if (GELF_ST_BIND(sym.st_info) != STB_LOCAL)
			return false;
		local |= GELF_ST_TYPE(sym.st_info) == STT_FUNC;
	}
	return local;
}

static bool is_local(const char *object, const char *name)
{
	Elf_Scn *scn = NULL;
	bool local = false;
	struct elf_file file;
	GElf_Shdr shdr;

	if (elf_file_open(&file, object))
		return false;
	while ((scn = elf_nextscn(file.elf, scn)))
		if (gelf_getshdr(scn, &shdr) && shdr.sh_type == SHT_SYMTAB)
			local = local_in(file.elf, elf_getdata(scn, NULL),
					 shdr.sh_link, name);
	elf_file_close(&file);
	return local;
}

static int add(char **flags, const char *name)
{
	char *grown, flag[600];

	snprintf(flag, sizeof(flag), " -D%s=lp_%s", name, name);
	if (*flags && strstr(*flags, flag))
		return 0; /* that did not help */
	if (asprintf(&grown, "%s%s", *flags ?: "", flag) < 0)
		return -ENOMEM;
	free(*flags);
	*flags = grown;
	return 1;
}

/* A name as C has it; the compiler's clones (x.isra.0) are left alone. */
static bool get_name(const char *at, char *name, size_t size)
{
	size_t len = 0;

	while (isalnum((unsigned char)at[len]) || at[len] == '_')
		len++;
	if (!len || len >= size || strncmp(at + len, AFTER, strlen(AFTER)))
		return false;
	snprintf(name, size, "%.*s", (int)len, at);
	return true;
}

int untraced_flags(const char *said, const char *object, char **flags)
{
	const char *at = said ?: "";
	char name[256];
	int nr = 0, ret;

	while ((at = strstr(at, BEFORE))) {
		at += strlen(BEFORE);
		if (!get_name(at, name, sizeof(name)) ||
		    !is_local(object, name))
			continue;
		ret = add(flags, name);
		if (ret < 0)
			return ret;
		nr += ret;
	}
	return nr;
}
