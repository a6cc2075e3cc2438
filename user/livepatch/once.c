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
#include <fcntl.h>
#include <gelf.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/child.h"
#include "livepatch/once.h"

#define NEW_NAME ".data..once"
#define OLD_NAME ".data.once"

static bool has_section(const char *object, const char *name)
{
	Elf_Scn *scn = NULL;
	bool found = false;
	const char *other;
	GElf_Shdr shdr;
	size_t strings;
	Elf *elf;
	int fd;

	fd = open(object, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
	if (elf && !elf_getshdrstrndx(elf, &strings)) {
		while (!found && (scn = elf_nextscn(elf, scn))) {
			if (!gelf_getshdr(scn, &shdr))
				continue;
			other = elf_strptr(elf, strings, shdr.sh_name);
			found = other && !strcmp(other, name);
		}
	}
	elf_end(elf);
	close(fd);
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
