/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bytes of a file, or of standard input, for readers that go over them
 * more than once: mapped, pipes by way of an unlinked file.
 */
#ifndef IMPORT_INPUT_H
#define IMPORT_INPUT_H

#include <stddef.h>

struct input {
	const void *data; /* NULL when empty */
	size_t size;
};

/* @path "-": standard input. 0 or -errno; -EISDIR for a directory. */
int input_open(struct input *in, const char *path);
void input_close(struct input *in);

#endif
