/* SPDX-License-Identifier: GPL-2.0 */
/*
 * FRAMES, LEAVES and SAMPLE_DATA, which the UAPI header tells of: numbers of as
 * few bytes as they need. What is unpacked is not trusted.
 */
#ifndef PACK_H
#define PACK_H

#include <stddef.h>
#include <stdint.h>

#include "capture/record.h"

#define PACK_FRAME_BYTES 10 /* at most */
#define PACK_SAMPLE_BYTES 41

/* Bytes that were written to @to, which has room for the most. */
size_t pack_frames(uint8_t *to, const uint64_t *frames, uint32_t nr);
size_t pack_samples(uint8_t *to, const struct record_samples *samples);

/* Packed bytes that are still to come. */
struct pack {
	const uint8_t *at, *end;
};

/* What the next leaf or sample is told against; begins as zeros. */
struct pack_leaf {
	uint64_t ip;
	uint32_t id, callers;
};

struct pack_sample {
	uint64_t time; /* begins as the group's */
	struct record_sample sample;
};

/* Each: 1, 0 at the end, -EBADMSG for what cannot be. */
int unpack_frame(struct pack *pack, uint64_t *frame);
int unpack_leaf(struct pack *pack, struct pack_leaf *leaf);
int unpack_sample(struct pack *pack, struct pack_sample *sample);

#endif
