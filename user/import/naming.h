/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names for the frames of a foreign profile: finds a symbol table for its
 * kernel, moves it to where that boot had its text, and writes the names that
 * the stacks need into the capture. Says on stderr what it took, and why not.
 */
#ifndef NAMING_H
#define NAMING_H

#include "import/perfdata.h"

struct ksyms;
struct locktext;
struct profile;
struct store_writer;

struct naming_options {
	const char *kallsyms, *vmlinux, *symbols; /* files given; NULL: none */
};

/*
 * Fill @ks from the file given, or from what this machine has for the build
 * id. @from (of @size): the table's name, "" when there is none. 0 or -errno,
 * which has been reported.
 */
int naming_load(struct ksyms *ks, const struct naming_options *options,
		const struct perfdata_info *info, char *from, size_t size);

/* In a partial table: two callers in a row are two functions, not one. */
void naming_bound(struct ksyms *ks, const struct profile *profile);

/* The symbols of all frames, and "[lock code]" for unnamed ranges of it. */
int naming_write(struct ksyms *ks, const struct locktext *lt,
		 const struct profile *profile, struct store_writer *w,
		 size_t *named, size_t *frames);

#endif
