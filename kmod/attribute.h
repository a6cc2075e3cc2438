/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which lock: from what the handler saw to the id of a lock that the reader
 * knows by place, candidates and confidence. Process context, the drain thread.
 */
#ifndef LP_ATTRIBUTE_H
#define LP_ATTRIBUTE_H

#include <linux/types.h>

struct lp_attribute;
struct lp_sample_record;
struct lp_stream;

struct lp_attribute *lp_attribute_new(struct lp_stream *stream);
void lp_attribute_free(struct lp_attribute *attribute);
size_t lp_attribute_memory(const struct lp_attribute *attribute);

/* Id of a contended lock; @flags: LP_WAIT_*. 0: no memory. */
u32 lp_attribute_lock(struct lp_attribute *attribute, u64 addr, u32 flags,
		      const u64 *frames, u32 nr);
/* Id of the lock a sample is about, 0: none; sets LOCKPROBE_SAMPLE_BY_*. */
u32 lp_attribute_sample(struct lp_attribute *attribute,
			const struct lp_sample_record *rec, const u64 *frames,
			u32 nr, u16 *flags);

#endif
