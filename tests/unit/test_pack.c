// SPDX-License-Identifier: GPL-2.0
/* Packed frames, leaves and samples: what went in comes out, damage is told. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "kselftest_harness.h"

#include "capture/pack.h"
#include "capture/stacks.h"
#include "capture/wire.h"

TEST(frames_come_back)
{
	uint64_t frames[] = {
		0xffffffff81000010, 0xffffffff81000020, 0,	   1,
		UINT64_MAX,	    0xffffffffc0000000, 1ull << 63
	};
	uint8_t bytes[sizeof(frames) / 8 * PACK_FRAME_BYTES];
	struct pack pack = { bytes, bytes };
	uint64_t frame = 0;
	size_t i;

	pack.end += pack_frames(bytes, frames, 7);
	EXPECT_GE(sizeof(bytes), (size_t)(pack.end - bytes));
	for (i = 0; i < 7; i++) {
		ASSERT_EQ(1, unpack_frame(&pack, &frame));
		EXPECT_EQ(frames[i], frame);
	}
	EXPECT_EQ(0, unpack_frame(&pack, &frame));
}

TEST(samples_come_back)
{
	static const struct record_sample data[] = {
		{ 0, 0, 0, 0, 0, 0 },
		{ 500000, 300, 7, 0, 1, LOCKPROBE_SAMPLE_NMI },
		{ 500001, 301, 7, 9, 1, LOCKPROBE_SAMPLE_NMI },
		{ UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX,
		  UINT16_MAX },
		{ 3, 1, 0, 1, 0, 0 }, /* time went back, members to 0 */
	};
	struct record_samples samples = { .nr = 5, .time = 77, .data = data };
	uint8_t bytes[5 * PACK_SAMPLE_BYTES];
	struct pack pack = { bytes, bytes };
	struct pack_sample next = { .time = 77 };
	size_t i;

	pack.end += pack_samples(bytes, &samples);
	EXPECT_GE(sizeof(bytes), (size_t)(pack.end - bytes));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(1, unpack_sample(&pack, &next));
		EXPECT_EQ(77ull + data[i].time, next.time);
		EXPECT_EQ(data[i].stack, next.sample.stack);
		EXPECT_EQ(data[i].task, next.sample.task);
		EXPECT_EQ(data[i].lock, next.sample.lock);
		EXPECT_EQ(data[i].period, next.sample.period);
		EXPECT_EQ(data[i].flags, next.sample.flags);
	}
	EXPECT_EQ(0, unpack_sample(&pack, &next));
}

/* Whatever the bytes, unpacking ends, within them. */
TEST(noise_is_no_harm)
{
	uint8_t *bytes = malloc(64);
	unsigned int seed;
	size_t i;

	ASSERT_NE(NULL, bytes);
	for (seed = 0; seed < 20000; seed++) {
		struct pack pack = { bytes, bytes + seed % 65 };
		struct pack_sample sample = { 0 };
		struct pack_leaf leaf = { 0 };

		srand(seed);
		for (i = 0; i < seed % 65; i++)
			bytes[i] = rand() >> 7;
		if (seed % 2)
			while (unpack_sample(&pack, &sample) > 0)
				;
		else
			while (unpack_leaf(&pack, &leaf) > 0)
				;
		ASSERT_LE(pack.at, pack.end);
	}
	free(bytes);
}

TEST(numbers_that_do_not_end_are_damage)
{
	uint8_t bytes[16];
	struct pack pack = { bytes, bytes + sizeof(bytes) };
	struct pack_leaf leaf = { 0 };
	uint64_t frame = 0;

	memset(bytes, 0x80, sizeof(bytes));
	EXPECT_EQ(-EBADMSG, unpack_frame(&pack, &frame));
	pack.at = bytes;
	EXPECT_EQ(-EBADMSG, unpack_leaf(&pack, &leaf));
	bytes[0] = 0; /* a leaf without an id */
	bytes[1] = 1;
	bytes[2] = 1;
	pack.at = bytes;
	EXPECT_EQ(-EBADMSG, unpack_leaf(&pack, &leaf));
}

static int take_stack(void *ctx, const struct record_stack *stack)
{
	return stacks_add(ctx, stack->id, stack->callers, stack->nr,
			  stack->frames);
}

static uint64_t address(const struct stacks *stacks, uint32_t id, int depth)
{
	uint32_t node = stacks->stacks[stacks_find(stacks, id)].leaf;

	while (depth--)
		node = stacks->nodes[node].parent;
	return node == STACKS_ROOT ? 0 : stacks->nodes[node].addr;
}

/* As the module sends them: callers once, then what stands on them. */
TEST(leaves_stand_on_their_callers)
{
	static const struct record_sink sink = { .stack = take_stack };
	static const uint8_t leaves[] = {
		8,   3, 0x82, 0x01, /* 8: 65 on 3 */
		1,   3, 0x03, /* 9: 63 on 3 */
		0x7, 0, 0x00, /* 16: 63 on nothing */
	};
	uint64_t frames[] = { 100, 200 };
	struct record_stack callers = { .id = 3, .nr = 2, .frames = frames };
	struct nl_msg *msg = wire_begin(LOCKPROBE_CMD_BATCH, 4096);
	struct stacks stacks;
	struct names names = { 0 };

	ASSERT_NE(NULL, msg);
	ASSERT_EQ(0, stacks_init(&stacks, &names, NULL));
	ASSERT_EQ(0, wire_put_stack(msg, &callers));
	ASSERT_EQ(0, nla_put(msg, LOCKPROBE_A_LEAVES, sizeof(leaves), leaves));
	ASSERT_EQ(0, wire_decode(nlmsg_hdr(msg), &sink, &stacks));
	EXPECT_EQ(100, address(&stacks, 3, 0));
	EXPECT_EQ(65, address(&stacks, 8, 0));
	EXPECT_EQ(100, address(&stacks, 8, 1));
	EXPECT_EQ(200, address(&stacks, 8, 2));
	EXPECT_EQ(0, address(&stacks, 8, 3));
	EXPECT_EQ(63, address(&stacks, 9, 0));
	EXPECT_EQ(100, address(&stacks, 9, 1));
	EXPECT_EQ(63, address(&stacks, 16, 0));
	EXPECT_EQ(0, address(&stacks, 16, 1));
	nlmsg_free(msg);
	stacks_free(&stacks);
	names_free(&names);
}

TEST_HARNESS_MAIN
