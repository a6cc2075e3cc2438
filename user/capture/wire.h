/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One message of the wire (which is also the file format) and the records in
 * it: decode hands them to a sink, encode puts one behind the others in a
 * message. Input is not trusted; no attribute is read past its message's end.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "capture/record.h"

struct nlmsghdr;
struct nlattr;
struct nl_msg;

/* The u64 STATS, in an array indexed by WIRE_STAT(LOCKPROBE_A_...). */
#define WIRE_STAT(attr) ((attr)-LOCKPROBE_A_PRODUCED)
#define WIRE_NR_STATS (WIRE_STAT(LOCKPROBE_A_MEMORY) + 1)
#define WIRE_STAT_ABSENT UINT64_MAX

/*
 * Hand all records of @msg to @sink. -EBADMSG when an attribute is malformed
 * (records before it have been handed over), or what the sink returned.
 */
int wire_decode(const struct nlmsghdr *msg, const struct record_sink *sink,
		void *ctx);

/* Which LOCKPROBE_CMD_* a message is; 0 when too short to be one. */
int wire_cmd(const struct nlmsghdr *msg);

/* @stats has WIRE_NR_STATS places; what @nest does not say is ABSENT. */
void wire_parse_stats(const struct nlattr *nest, uint64_t *stats);

/*
 * Begin a message of @cmd in file form, @max bytes at most: free it with
 * nlmsg_free(). NULL: no memory.
 */
struct nl_msg *wire_begin(int cmd, size_t max);

/* Each: 0, or -ENOSPC and the message as before when it does not fit. */
int wire_put_task(struct nl_msg *msg, const struct record_task *task);
/* All frames are told: it stands on no other (no callers). */
int wire_put_stack(struct nl_msg *msg, const struct record_stack *stack);
int wire_put_lock(struct nl_msg *msg, const struct record_lock *lock);
int wire_put_samples(struct nl_msg *msg, const struct record_samples *samples);
int wire_put_waits(struct nl_msg *msg, uint64_t time, uint32_t nr,
		   const struct lockprobe_wait *waits);
int wire_put_sleeps(struct nl_msg *msg, uint64_t time, uint32_t nr,
		    const struct lockprobe_sleep *sleeps);
int wire_put_loss(struct nl_msg *msg, const struct record_loss *loss);
int wire_put_symbol(struct nl_msg *msg, const struct record_symbol *symbol);
int wire_put_note(struct nl_msg *msg, const char *key, const char *value);
int wire_put_stats(struct nl_msg *msg, const uint64_t *stats);

#endif
