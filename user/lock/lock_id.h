/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lock is: the one identity that the kernel's candidates and, where
 * there is a source tree, the types at its call sites leave. Only CERTAIN may
 * be shown as a fact; lock_id_print() is the one place that says so in text.
 */
#ifndef LOCK_ID_H
#define LOCK_ID_H

#include <stddef.h>
#include <stdint.h>

#include <linux/lockprobe.h>

/*
 * @strct/@path: "files_struct"/"file_lock". A lock that is a variable of its
 * own has @strct "" and its symbol as @path; one that nobody could name has
 * both "". @alternatives: how many identities are still possible (1 when
 * likely or certain, 0 when there is none); with more, strct.path is the best.
 */
struct lock_id {
	char strct[64];
	char path[128];
	uint8_t kind; /* enum lockprobe_kind */
	uint8_t confidence; /* enum lockprobe_confidence */
	uint16_t alternatives;
	uint32_t evidence; /* LOCKPROBE_EVIDENCE_*, what speaks for it */
};

struct record_lock;

/* What the capture alone says of @lock: no source, no call sites. */
void lock_id_of_record(struct lock_id *id, const struct record_lock *lock);

/* "dentry.d_lockref.lock", "...?" when likely; returns what snprintf does. */
int lock_id_print(char *out, size_t size, const struct lock_id *id);

/*
 * What to call a lock: the identity if there is one ("a.b|c.d|+3" when several
 * are possible), else what is known of its place: "kmalloc-64+0x10", a symbol,
 * an address. Returns what snprintf does.
 */
int lock_id_label(char *out, size_t size, const struct lock_id *id,
		  const struct record_lock *lock);

/* "spinlock", "rwsem" ... for an enum lockprobe_kind; never NULL. */
const char *lock_kind_name(uint8_t kind);
const char *lock_place_name(uint8_t place);
const char *lock_confidence_name(uint8_t confidence);

#endif
