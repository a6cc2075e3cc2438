// SPDX-License-Identifier: GPL-2.0
/*
 * Writing captures: records or whole messages in, a file out that bears its
 * name only once it is complete. Records are gathered into messages of some
 * 16 KiB. The first error sticks: later puts do nothing and return it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <netlink/msg.h>

#include "base/error.h"
#include "base/output.h"
#include "capture/store.h"
#include "capture/wire.h"

#define MESSAGE_BYTES 61440 /* the largest record fits */
#define MESSAGE_ENOUGH 4096 /* a cut file loses one message at most */
#define FRAMES_MAX 4096
#define SAMPLES_MAX 512
#define WAITS_MAX 64

struct store_writer {
	struct output output;
	uint64_t written;
	struct nl_msg *pending;
	int pending_cmd;
	int err;
};

static void put_bytes(struct store_writer *w, const void *data, size_t len)
{
	if (w->err)
		return;
	if (fwrite(data, 1, len, w->output.file) != len)
		w->err = -(errno ? errno : EIO);
	w->written += len;
}

int store_create(const char *path, struct store_writer **out)
{
	struct lockprobe_file_header header = {
		.version = LOCKPROBE_FILE_VERSION,
		.byte_order = LOCKPROBE_FILE_BYTE_ORDER,
	};
	struct store_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	err = output_open(&w->output, path);
	if (err) {
		free(w);
		return err;
	}
	if (fchmod(fileno(w->output.file), 0600))
		w->err = 0; /* a device: its mode is not ours */
	memcpy(header.magic, LOCKPROBE_FILE_MAGIC, sizeof(header.magic));
	put_bytes(w, &header, sizeof(header));
	*out = w;
	return 0;
}

static void put_whole(struct store_writer *w, const struct nlmsghdr *msg)
{
	static const char padding[NLMSG_ALIGNTO];
	struct nlmsghdr header = *msg;

	header.nlmsg_type = LOCKPROBE_FILE_NLMSG_TYPE;
	put_bytes(w, &header, sizeof(header));
	put_bytes(w, (const char *)msg + sizeof(header),
		  msg->nlmsg_len - sizeof(header));
	put_bytes(w, padding, NLMSG_ALIGN(msg->nlmsg_len) - msg->nlmsg_len);
}

static void flush(struct store_writer *w)
{
	if (!w->pending)
		return;
	put_whole(w, nlmsg_hdr(w->pending));
	nlmsg_free(w->pending);
	w->pending = NULL;
}

static void release(struct store_writer *w)
{
	if (w->pending)
		nlmsg_free(w->pending);
	free(w);
}

int store_commit(struct store_writer *w)
{
	int err;

	flush(w);
	err = w->err;
	if (err)
		error_errno(err, "cannot write %s", w->output.path);
	err = output_close(&w->output, err);
	release(w);
	return err;
}

void store_abort(struct store_writer *w)
{
	if (!w)
		return;
	output_close(&w->output, -ECANCELED);
	release(w);
}

uint64_t store_written(const struct store_writer *w)
{
	return w->written;
}

int store_put_message(struct store_writer *w, const struct nlmsghdr *msg)
{
	flush(w);
	put_whole(w, msg);
	return w->err;
}

/* The message that a record of @cmd goes into; NULL: see w->err. */
static struct nl_msg *open_message(struct store_writer *w, int cmd)
{
	if (w->pending && w->pending_cmd != cmd)
		flush(w);
	if (!w->pending && !w->err) {
		w->pending = wire_begin(cmd, MESSAGE_BYTES);
		w->pending_cmd = cmd;
		if (!w->pending)
			w->err = -ENOMEM;
	}
	return w->err ? NULL : w->pending;
}

/* @put is an expression on msg; when it does not fit, again in an empty one. */
#define PUT(w, cmd, put)                                                \
	({                                                              \
		struct nl_msg *msg = open_message(w, cmd);              \
		if (msg && (put) == -ENOSPC) {                          \
			flush(w);                                       \
			msg = open_message(w, cmd);                     \
			if (msg && (put) == -ENOSPC)                    \
				(w)->err = -EMSGSIZE;                   \
		}                                                       \
		if (msg && nlmsg_hdr(msg)->nlmsg_len >= MESSAGE_ENOUGH) \
			flush(w);                                       \
		(w)->err;                                               \
	})

int store_put_task(struct store_writer *w, const struct record_task *task)
{
	return PUT(w, LOCKPROBE_CMD_BATCH, wire_put_task(msg, task));
}

int store_put_stack(struct store_writer *w, const struct record_stack *stack)
{
	struct record_stack s = *stack;

	if (s.nr > FRAMES_MAX)
		s.nr = FRAMES_MAX; /* the outermost ones go */
	return PUT(w, LOCKPROBE_CMD_BATCH, wire_put_stack(msg, &s));
}

int store_put_lock(struct store_writer *w, const struct record_lock *lock)
{
	return PUT(w, LOCKPROBE_CMD_BATCH, wire_put_lock(msg, lock));
}

int store_put_samples(struct store_writer *w, const struct record_samples *s)
{
	struct record_samples part = *s;
	uint32_t done;

	for (done = 0; done < s->nr && !w->err; done += part.nr) {
		part.data = s->data + done;
		part.seq = s->seq + done;
		part.nr = s->nr - done < SAMPLES_MAX ? s->nr - done :
						       SAMPLES_MAX;
		PUT(w, LOCKPROBE_CMD_BATCH, wire_put_samples(msg, &part));
	}
	return w->err;
}

int store_put_waits(struct store_writer *w, uint64_t time, uint32_t nr,
		    const struct lockprobe_wait *waits)
{
	uint32_t n;

	for (; nr && !w->err; nr -= n, waits += n) {
		n = nr < WAITS_MAX ? nr : WAITS_MAX;
		PUT(w, LOCKPROBE_CMD_BATCH,
		    wire_put_waits(msg, time, n, waits));
	}
	return w->err;
}

int store_put_sleeps(struct store_writer *w, uint64_t time, uint32_t nr,
		     const struct lockprobe_sleep *sleeps)
{
	uint32_t n;

	for (; nr && !w->err; nr -= n, sleeps += n) {
		n = nr < WAITS_MAX ? nr : WAITS_MAX;
		PUT(w, LOCKPROBE_CMD_BATCH,
		    wire_put_sleeps(msg, time, n, sleeps));
	}
	return w->err;
}

int store_put_loss(struct store_writer *w, const struct record_loss *loss)
{
	return PUT(w, LOCKPROBE_CMD_BATCH, wire_put_loss(msg, loss));
}

int store_put_symbol(struct store_writer *w, const struct record_symbol *s)
{
	return PUT(w, LOCKPROBE_CMD_SYMBOLS, wire_put_symbol(msg, s));
}

int store_put_note(struct store_writer *w, const char *key, const char *value)
{
	flush(w); /* one note a message */
	PUT(w, LOCKPROBE_CMD_NOTE, wire_put_note(msg, key, value));
	flush(w);
	return w->err;
}

int store_put_end(struct store_writer *w, const uint64_t *stats)
{
	flush(w);
	PUT(w, LOCKPROBE_CMD_END, wire_put_stats(msg, stats));
	flush(w);
	return w->err;
}
