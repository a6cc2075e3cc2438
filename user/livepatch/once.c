// SPDX-License-Identifier: GPL-2.0
/*
 * An object file goes in, and stays as it is or comes out with one section
 * renamed. WARN_ONCE() and its like keep a static variable in a section of its
 * own, .data.once, which Linux 6.13 (and stable kernels since) call .data..once.
 * create-diff-object gives a function that it copies such variables anew, and
 * looks for the same function's in the object before for all others: by
 * the new name, kpatch 0.9.10 refuses functions that are renamed (untraced.h).
 */
#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>

#include "base/elf_file.h"
#include "base/error.h"
#include "livepatch/child.h"
#include "livepatch/once.h"

#define NEW_NAME ".data..once"
#define OLD_NAME ".data.once"

static bool has_section(const char *object, const char *name)
{
	Elf_Scn *scn = NULL;
	bool found = false;
	struct elf_file file;
	const char *other;
	GElf_Shdr shdr;
	size_t strings;

	if (elf_file_open(&file, object))
		return false;
	if (!elf_getshdrstrndx(file.elf, &strings)) {
		while (!found && (scn = elf_nextscn(file.elf, scn))) {
			if (!gelf_getshdr(scn, &shdr))
				continue;
			other = elf_strptr(file.elf, strings, shdr.sh_name);
			found = other && !strcmp(other, name);
		}
	}
	elf_file_close(&file);
	return found;
}

int once_section(const char *object)
{
	const char *argv[] = { "objcopy",
			       "--rename-section=" NEW_NAME "=" OLD_NAME,
			       object, NULL };
	struct child child = { .argv = argv };
	int err;

	if (!has_section(object, NEW_NAME))
		return 0;
	err = child_run(&child);
	if (err) {
		error("objcopy %s failed (%d):", object, err);
		child_show(&child, 5);
		if (child_disk_full(&child, object))
			err = -ENOSPC;
		else
			err = err < 0 ? err : -EIO;
	}
	child_free(&child);
	return err;
}
