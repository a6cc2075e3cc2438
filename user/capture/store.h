/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Capture files: a reader that streams them with bounded memory and salvages
 * what a cut or damaged file still holds, and a writer that shows the file
 * under its name only when it is whole.
 */
#ifndef STORE_H
#define STORE_H

#include <stdint.h>

#include "capture/record.h"

struct nlmsghdr;
struct store;
struct store_writer;

/* What a whole pass over the file found. */
struct store_state {
	uint64_t bytes, messages;
	uint64_t damaged; /* messages with malformed attributes */
	uint64_t tail; /* bytes at the end that are no whole message */
	int ended; /* END was there: the session was closed in order */
};

/*
 * Open @path ("-": stdin, spooled to an unlinked file). Says on stderr what is
 * wrong with it. 0 or -errno: -EBADMSG when it is not a capture.
 */
int store_open(const char *path, struct store **store);
void store_close(struct store *store);

/*
 * Stream all records from the start to @sink; may be called again for another
 * pass. @cmds: mask of 1 << LOCKPROBE_CMD_*, messages of others are skipped;
 * 0: all. Damage is not an error, see store_state(). 0 or the sink's return.
 */
int store_read(struct store *store, unsigned int cmds,
	       const struct record_sink *sink, void *ctx);
const struct store_state *store_state(const struct store *store);
uint64_t store_size(const struct store *store);

/* Say on stderr what is wrong with the file, if anything, after a pass. */
void store_complain(const struct store *store, const char *path);

/*
 * Write a capture: to a temporary name beside @path until store_commit(),
 * which renames it and frees @w; store_abort() removes it instead. Errors of
 * puts (-errno) stick and come back from store_commit(), too.
 */
int store_create(const char *path, struct store_writer **w);
int store_commit(struct store_writer *w);
void store_abort(struct store_writer *w);
uint64_t store_written(const struct store_writer *w);

int store_put_message(struct store_writer *w, const struct nlmsghdr *msg);
int store_put_task(struct store_writer *w, const struct record_task *task);
int store_put_stack(struct store_writer *w, const struct record_stack *stack);
int store_put_lock(struct store_writer *w, const struct record_lock *lock);
int store_put_samples(struct store_writer *w, const struct record_samples *s);
int store_put_waits(struct store_writer *w, uint64_t time, uint32_t nr,
		    const struct lockprobe_wait *waits);
int store_put_sleeps(struct store_writer *w, uint64_t time, uint32_t nr,
		     const struct lockprobe_sleep *sleeps);
int store_put_loss(struct store_writer *w, const struct record_loss *loss);
int store_put_note(struct store_writer *w, const char *key, const char *value);
int store_put_symbol(struct store_writer *w, const struct record_symbol *s);
int store_put_end(struct store_writer *w, const uint64_t *stats);

#endif
