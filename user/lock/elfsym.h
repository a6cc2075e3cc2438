/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel symbols from an ELF file with a symbol table (vmlinux, its .debug),
 * and the build id that tells whether it is the right one. Errors are -errno:
 * -EBADMSG no ELF file, -ENODATA it has no symbol table, or no build id.
 */
#ifndef ELFSYM_H
#define ELFSYM_H

#include <stddef.h>
#include <stdint.h>

struct ksyms;

/* Add the functions of @path, at their linked addresses. */
int elfsym_read(struct ksyms *ks, const char *path);

/* The build id's size, at most @room bytes of it in @id; or -errno. */
int elfsym_build_id(const char *path, uint8_t *id, size_t room);

/* The same of the notes that the running kernel shows, /sys/kernel/notes. */
int elfsym_running_build_id(const char *notes, uint8_t *id, size_t room);

#endif
