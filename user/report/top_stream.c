// SPDX-License-Identifier: GPL-2.0
/*
 * The stream of `top`: messages of a session, or of a file at the pace they
 * were recorded at, in; definitions and counts out.
 */
#include <errno.h>

#include "capture/machine.h"
#include "capture/note.h"
#include "capture/store.h"
#include "report/top.h"

#define POLL_MS 50

void top_zero(struct top *top)
{
	uint32_t by;

	for (by = 0; by < TOP_BYS; by++) {
		aggr_free(&top->aggrs[by]);
		aggr_init(&top->aggrs[by], &top->load.capture, (enum aggr_by)by,
			  NULL);
	}
	top->skipped = 0;
}

#define FORWARD(name, type)                                                  \
	static int take_##name(void *ctx, const type *record)                \
	{                                                                    \
		return capture_sink.name(&((struct top *)ctx)->load.capture, \
					 record);                            \
	}

FORWARD(task, struct record_task)
FORWARD(lock, struct record_lock)
FORWARD(symbol, struct record_symbol)

/* A live stack's names must be there before its samples are counted. */
static int take_stack(void *ctx, const struct record_stack *stack)
{
	struct top *top = ctx;
	int err = top->genl ? symbolise_stack(&top->symbols, stack) : 0;

	return err ? err : capture_sink.stack(&top->load.capture, stack);
}

static int take_loss(void *ctx, const struct record_loss *loss)
{
	((struct top *)ctx)->lost += loss->lost;
	return 0;
}

static int take_note(void *ctx, const char *key, const char *value)
{
	return capture_sink.note(&((struct top *)ctx)->load.capture, key,
				 value);
}

static int take_end(void *ctx, const uint64_t *stats)
{
	struct top *top = ctx;

	top->finished = true;
	if (stats[WIRE_STAT(LOCKPROBE_A_LOST)] != WIRE_STAT_ABSENT)
		top->lost = stats[WIRE_STAT(LOCKPROBE_A_LOST)];
	return 0;
}

static int take_samples(void *ctx, const struct record_samples *samples)
{
	struct top *top = ctx;
	uint32_t by;
	int err = 0;

	if (top->paused)
		top->skipped += samples->nr;
	for (by = 0; by < TOP_BYS && !err && !top->paused; by++)
		err = aggr_sink.samples(&top->aggrs[by], samples);
	return err;
}

static int take_waits(void *ctx, uint64_t time, uint32_t nr,
		      const struct lockprobe_wait *waits)
{
	struct top *top = ctx;
	uint32_t by;
	int err = 0;

	for (by = 0; by < TOP_BYS && !err && !top->paused; by++)
		err = aggr_sink.waits(&top->aggrs[by], time, nr, waits);
	return err;
}

static const struct record_sink live_sink = {
	.task = take_task,
	.stack = take_stack,
	.lock = take_lock,
	.samples = take_samples,
	.waits = take_waits,
	.loss = take_loss,
	.end = take_end,
};

static int take_message(void *ctx, const struct nlmsghdr *msg)
{
	int err = wire_decode(msg, &live_sink, ctx);

	return err == -EBADMSG ? 0 : err;
}

static int note_session(struct top *top, const struct genl_host *host,
			const struct event *applied)
{
	int err = take_note(top, NOTE_RELEASE, host->release);

	if (!err)
		err = take_note(top, NOTE_EVENT, applied->name);
	if (!err)
		err = take_note(top, NOTE_RUNG, event_rung_name(applied->rung));
	return err;
}

static int stream(struct top *top)
{
	int ret;

	while (!top->finished) {
		ret = genl_receive(top->genl, POLL_MS, take_message, top);
		if (ret < 0)
			return ret;
		ret = top_tick(top, machine_now(), 0);
		if (ret)
			return ret;
	}
	return 0;
}

int top_live(struct top *top)
{
	struct event applied = { 0 };
	struct genl_host host;
	int err;

	err = genl_open(&top->genl);
	if (err)
		return err;
	symbolise_init(&top->symbols, take_symbol, top);
	err = genl_info(top->genl, &host);
	if (!err)
		err = symbolise_load(&top->symbols);
	if (!err)
		err = genl_start(top->genl, &top->options.session, &applied);
	if (!err)
		err = note_session(top, &host, &applied);
	if (!err)
		err = stream(top);
	symbolise_free(&top->symbols);
	genl_close(top->genl);
	top->genl = NULL;
	return err;
}

/* A replay: one pass for what is defined, one that counts at its pace. */
struct replay {
	struct top *top;
	uint64_t start, wall; /* of the file's time, of the machine's */
};

static const struct record_sink definitions = {
	.task = take_task,
	.stack = take_stack,
	.lock = take_lock,
	.loss = take_loss,
	.note = take_note,
	.symbol = take_symbol,
	.end = take_end,
};

/* Wait until it is @time; a pause shifts all that comes later. */
static int keep_pace(struct replay *replay, uint64_t time)
{
	struct top *top = replay->top;
	uint64_t now, before;
	int ret;

	if (!replay->start) {
		replay->start = time;
		replay->wall = machine_now();
	}
	if (!top->screen) {
		ret = top_tick(top, time, 0);
		return ret > 0 ? -ECANCELED : ret;
	}
	for (;;) {
		now = machine_now();
		before = now;
		if (!top->paused &&
		    (time <= replay->start ||
		     now - replay->wall >= time - replay->start))
			return 0;
		ret = top_tick(top, now, POLL_MS);
		if (ret)
			return ret < 0 ? ret : -ECANCELED;
		if (top->paused)
			replay->wall += machine_now() - before;
	}
}

static int replay_samples(void *ctx, const struct record_samples *samples)
{
	struct replay *replay = ctx;
	int err = keep_pace(replay, samples->time);

	return err ? err : take_samples(replay->top, samples);
}

static int replay_waits(void *ctx, uint64_t time, uint32_t nr,
			const struct lockprobe_wait *waits)
{
	struct replay *replay = ctx;
	int err = keep_pace(replay, time);

	return err ? err : take_waits(replay->top, time, nr, waits);
}

static const struct record_sink replay_sink = {
	.samples = replay_samples,
	.waits = replay_waits,
};

int top_replay(struct top *top)
{
	struct replay replay = { .top = top };
	int err = store_read(top->load.store, 0, &definitions, top);

	top->cut = !top->finished;
	top->finished = false;
	if (err)
		return err;
	store_complain(top->load.store, top->path);
	err = store_read(top->load.store, 1u << LOCKPROBE_CMD_BATCH,
			 &replay_sink, &replay);
	if (err)
		return err == -ECANCELED ? 1 : err;
	top->finished = true;
	if (top->screen)
		err = top_draw(top);
	while (!err && top->screen)
		err = top_tick(top, machine_now(), POLL_MS);
	return err;
}
