// SPDX-License-Identifier: GPL-2.0
/*
 * In: the kernel's ELF notes, as /sys/kernel/notes shows them. Out: its build
 * id, by which a capture finds the vmlinux it was made on. Process context.
 */
#include <linux/elf.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "build_id.h"
#include "compat/compat.h"

#define OWNER "GNU"
#ifndef NT_GNU_BUILD_ID
#define NT_GNU_BUILD_ID 3
#endif

static const void *build_id;
static u32 size;

void lp_build_id_init(void)
{
	const u8 *at = (const u8 *)lp_compat_lookup("__start_notes");
	const u8 *end = (const u8 *)lp_compat_lookup("__stop_notes");
	const struct elf64_note *note;
	const u8 *name, *text;

	if (!at || !end)
		return;
	while (at + sizeof(*note) <= end) {
		note = (const struct elf64_note *)at;
		name = at + sizeof(*note);
		text = name + ALIGN(note->n_namesz, 4);
		if (text > end || note->n_descsz > end - text)
			return;
		if (note->n_type == NT_GNU_BUILD_ID &&
		    note->n_namesz == sizeof(OWNER) &&
		    !memcmp(name, OWNER, sizeof(OWNER))) {
			build_id = text;
			size = note->n_descsz;
			return;
		}
		at = text + ALIGN(note->n_descsz, 4);
	}
}

const void *lp_build_id(u32 *bytes)
{
	*bytes = size;
	return build_id;
}
