/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Strings stored once and known by a number: function names, task names, lock
 * names. Number 0 is always "". Strings stay where they are until names_free.
 */
#ifndef NAMES_H
#define NAMES_H

#include <stdint.h>

#include "base/map.h"

struct names {
	struct map by_hash;
	const char **strings;
	uint32_t nr, room;
	struct names_block *blocks; /* where the bytes are */
};

/* The number of @string (stored if new), or MAP_NONE: no memory. */
uint32_t names_add(struct names *names, const char *string);

/* Never NULL: "" for a number that was never given out. */
const char *names_get(const struct names *names, uint32_t number);

void names_free(struct names *names);

#endif
