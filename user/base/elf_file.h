/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An ELF file, open to be read.
 */
#ifndef ELF_FILE_H
#define ELF_FILE_H

#include <libelf.h>

struct elf_file {
	Elf *elf;
	int fd;
};

/* 0, -EBADMSG where it is no ELF file, other -errno; nothing is said. */
int elf_file_open(struct elf_file *file, const char *path);
void elf_file_close(struct elf_file *file);

#endif
