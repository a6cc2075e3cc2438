/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A result file that appears under its name only when it is whole: written
 * beside it, renamed at the end, removed when a signal ends the process.
 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdio.h>

struct output {
	FILE *file; /* write here */
	char *path, *temp; /* temp: NULL when written in place (a device) */
};

/* 0 or -errno, after saying why on stderr. One output at a time is guarded. */
int output_open(struct output *output, const char *path);

/*
 * Close and show the file, or, when @err or writing failed, remove it and say
 * so. Returns @err or what failed.
 */
int output_close(struct output *output, int err);

#endif
