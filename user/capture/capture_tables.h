/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One entry of each table of a capture's definitions (capture.h). Compact: a
 * capture may have a million locks. Names are numbers of the capture's names.
 */
#ifndef CAPTURE_TABLES_H
#define CAPTURE_TABLES_H

#include <stdint.h>

struct capture_task {
	uint32_t pid, tgid, comm; /* comm: of names */
};

struct capture_lock {
	uint64_t addr, object, symbol_offset;
	uint32_t id, ident; /* what it is: of idents */
	uint32_t symbol, module, cache; /* of names, 0: none */
	uint32_t object_size, offset;
	uint32_t candidates; /* where its set begins, see capture_lock_record */
	int32_t cpu;
	uint8_t kind, place, confidence;
};

/* An identity; all locks that are the same field share one. */
struct capture_ident {
	uint32_t label, strct, path; /* of names; strct and path may be 0 */
	uint32_t evidence;
	uint16_t alternatives;
	uint8_t kind, confidence;
};

struct capture_note {
	uint32_t key, value; /* of names */
};

#endif
