/* SPDX-License-Identifier: GPL-2.0 */
/* What fields and locks at file scope are found by alike. */
#ifndef SOURCE_TARGET_INSIDE_H
#define SOURCE_TARGET_INSIDE_H

#include "source/site/target.h"

/* Is file @id the one that was asked for, if any was? */
bool target_file_is(const struct target *target, struct tree *tree,
		    uint32_t id);
/* Code of the kernel itself (0) comes before other machines' (1), and that
 * before tools and scripts (2). */
uint32_t target_remoteness(const char *path);
/* The line of @at in the text of @file, from 1. */
uint32_t target_line(struct index *index, uint32_t file, const char *at);
/* FAMILY_NONE if @type is no lock. */
enum lock_family target_family_of(const struct place *place, struct type type);
/* Is the lock of @type behind a pointer, or one of a row? */
void target_shape(struct target *target, struct type type);

#endif
