// SPDX-License-Identifier: GPL-2.0
/*
 * Frames, leaves and samples in, packed bytes out, and back. Process context;
 * no memory but the caller's.
 */
#include <errno.h>

#include "capture/pack.h"

static uint8_t *put(uint8_t *to, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		*to++ = number | 0x80;
	*to++ = number;
	return to;
}

static uint8_t *put_step(uint8_t *to, uint64_t before, uint64_t number)
{
	uint64_t step = number - before;

	return put(to, step << 1 ^ (step >> 63 ? UINT64_MAX : 0));
}

size_t pack_frames(uint8_t *to, const uint64_t *frames, uint32_t nr)
{
	uint8_t *at = to;
	uint64_t before = 0;
	uint32_t i;

	for (i = 0; i < nr; i++) {
		at = put_step(at, before, frames[i]);
		before = frames[i];
	}
	return at - to;
}

static uint8_t *put_member(uint8_t *to, uint8_t *mask, uint8_t bit,
			   uint32_t number, uint32_t before)
{
	if (number == before)
		return to;
	*mask |= bit;
	return put(to, number);
}

size_t pack_samples(uint8_t *to, const struct record_samples *samples)
{
	const struct record_sample *s = samples->data, *end = s + samples->nr;
	struct record_sample last = { 0 };
	uint8_t *at = to, *mask;

	for (; s < end; s++) {
		mask = at++;
		*mask = 0;
		at = put(at, (uint64_t)s->time - last.time);
		at = put_member(at, mask, LOCKPROBE_PACK_STACK, s->stack, 0);
		at = put_member(at, mask, LOCKPROBE_PACK_TASK, s->task,
				last.task);
		at = put_member(at, mask, LOCKPROBE_PACK_LOCK, s->lock, 0);
		at = put_member(at, mask, LOCKPROBE_PACK_PERIOD, s->period,
				last.period);
		at = put_member(at, mask, LOCKPROBE_PACK_FLAGS, s->flags,
				last.flags);
		last = *s;
	}
	return at - to;
}

static int get(struct pack *pack, uint64_t *number)
{
	unsigned int shift = 0;
	uint8_t byte;

	*number = 0;
	do {
		if (pack->at == pack->end || shift > 63)
			return -EBADMSG;
		byte = *pack->at++;
		*number |= (uint64_t)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80);
	return 0;
}

static int get_u32(struct pack *pack, uint32_t *number)
{
	uint64_t wide;
	int err = get(pack, &wide);

	if (err || wide > UINT32_MAX)
		return -EBADMSG;
	*number = wide;
	return 0;
}

static int get_step(struct pack *pack, uint64_t *number)
{
	uint64_t step;
	int err = get(pack, &step);

	*number += step >> 1 ^ (step & 1 ? UINT64_MAX : 0);
	return err;
}

int unpack_frame(struct pack *pack, uint64_t *frame)
{
	if (pack->at == pack->end)
		return 0;
	return get_step(pack, frame) ? -EBADMSG : 1;
}

int unpack_leaf(struct pack *pack, struct pack_leaf *leaf)
{
	uint32_t more;

	if (pack->at == pack->end)
		return 0;
	if (get_u32(pack, &more) || get_u32(pack, &leaf->callers) ||
	    get_step(pack, &leaf->ip))
		return -EBADMSG;
	leaf->id += more;
	return leaf->id ? 1 : -EBADMSG;
}

int unpack_sample(struct pack *pack, struct pack_sample *to)
{
	struct record_sample *s = &to->sample;
	uint64_t ns;
	uint32_t flags = s->flags;
	uint8_t mask;

	if (pack->at == pack->end)
		return 0;
	mask = *pack->at++;
	s->stack = 0;
	s->lock = 0;
	if (get(pack, &ns) ||
	    (mask & LOCKPROBE_PACK_STACK && get_u32(pack, &s->stack)) ||
	    (mask & LOCKPROBE_PACK_TASK && get_u32(pack, &s->task)) ||
	    (mask & LOCKPROBE_PACK_LOCK && get_u32(pack, &s->lock)) ||
	    (mask & LOCKPROBE_PACK_PERIOD && get_u32(pack, &s->period)) ||
	    (mask & LOCKPROBE_PACK_FLAGS && get_u32(pack, &flags)))
		return -EBADMSG;
	to->time += ns;
	s->flags = flags;
	return 1;
}
