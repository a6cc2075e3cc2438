// SPDX-License-Identifier: GPL-2.0
/*
 * A path in, libelf's handle out.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/elf_file.h"

int elf_file_open(struct elf_file *file, const char *path)
{
	if (elf_version(EV_CURRENT) == EV_NONE)
		return -ENOTSUP;
	file->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (file->fd < 0)
		return -errno;
	file->elf = elf_begin(file->fd, ELF_C_READ_MMAP, NULL);
	if (file->elf && elf_kind(file->elf) == ELF_K_ELF)
		return 0;
	elf_file_close(file);
	return -EBADMSG;
}

void elf_file_close(struct elf_file *file)
{
	elf_end(file->elf);
	close(file->fd);
}
