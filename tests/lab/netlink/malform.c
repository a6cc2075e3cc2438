// SPDX-License-Identifier: GPL-2.0
/*
 * In: a number of messages, a seed. Out: so many requests to the family
 * lockprobe, made from its netlink spec (table.h) and then spoilt: wrong
 * lengths, types, orders, nests, commands, numbers out of range, and between
 * them valid ones, on sockets that come and go. TAP says whether the kernel
 * went on answering. The kernel's own log is for the lab to judge.
 *
 *   malform MESSAGES [SEED]
 *
 * A request with room for its headers has exactly one answer with its sequence
 * number that is an error or an acknowledgement: that is what is counted.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/lockprobe.h>

#include "table.h"

#define SOCKETS 4
#define ROOM 16384
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NR_ATTRIBUTES ARRAY_SIZE(attributes)
#define NR_OPERATIONS ARRAY_SIZE(operations)

/* One in so many is left as the spec wants it. */
#define VALID 8
/* One in so many valid STARTs is sent: a session is made, which takes long. */
#define START 40

static uint64_t state;
static int family;
static int sockets[SOCKETS];
static uint32_t sequence;
static union {
	struct nlmsghdr head;
	uint8_t bytes[ROOM + 256];
} message;
static uint32_t length;
static unsigned long sent, refused, accepted, unsendable, unanswered, begun;

/* xorshift64: the same messages for the same seed everywhere. */
static uint32_t random_below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return n ? (uint32_t)(state >> 32) % n : 0;
}

static bool one_in(uint32_t n)
{
	return !random_below(n);
}

static int open_socket(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to))) {
		perror("malform: a netlink socket");
		exit(1);
	}
	return fd;
}

static struct nlattr *add(uint16_t type, const void *data, uint32_t size)
{
	struct nlattr *attr = (struct nlattr *)(message.bytes + length);

	if (length + NLA_HDRLEN + size > ROOM)
		return NULL;
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	if (data)
		memcpy(attr + 1, data, size);
	length += NLA_ALIGN(attr->nla_len);
	return attr;
}

static uint64_t a_number(uint64_t min, uint64_t max, bool valid)
{
	static const uint64_t odd[] = { 0,	    1,		127,	    128,
					255,	    4096,	0x7fffffff, ~0u,
					1ull << 32, 1ull << 63, ~0ull };

	if (!valid)
		return one_in(2) ? odd[random_below(ARRAY_SIZE(odd))] : state;
	max = max - min > 0xffff ? min + 0xffff : max;
	return min + random_below(max - min + 1);
}

static void add_attribute(uint32_t type, bool valid, int depth);

static void add_nest(uint32_t type, bool valid, int depth)
{
	const unsigned char *set = sets[attributes[type].set];
	uint32_t start = length, i;
	struct nlattr *nest;

	nest = add(type | (valid || !one_in(4) ? NLA_F_NESTED : 0), NULL, 0);
	if (!nest || depth > 12)
		return;
	for (i = 0; set[i]; i++)
		if (attributes[set[i]].type != T_PAD && !one_in(3))
			add_attribute(set[i], valid, depth + 1);
	while (!valid && one_in(2) && depth < 12)
		add_attribute(random_below(NR_ATTRIBUTES), false, depth + 1);
	nest->nla_len = length - start;
}

static void add_text(uint32_t type, bool valid)
{
	static const char *const texts[] = { "0",    "0-1",	  "1",
					     "",     "cpu-clock", "0-4095,7",
					     "%s%n", "-",	  "0-" };
	char text[512];
	uint32_t size;

	if (valid) {
		/* a cpulist in the one place where it matters, harmless else */
		add(type, "0", 2);
		return;
	}
	if (one_in(2)) {
		strcpy(text, texts[random_below(ARRAY_SIZE(texts))]);
		size = strlen(text) + one_in(2);
	} else {
		size = random_below(sizeof(text));
		memset(text, 'A' + random_below(64), size);
	}
	add(type, text, size);
}

static void add_attribute(uint32_t type, bool valid, int depth)
{
	static const uint8_t sizes[] = {
		[T_U8] = 1, [T_U16] = 2, [T_U32] = 4, [T_U64] = 8
	};
	uint8_t kind = attributes[type].type;
	uint64_t number, noise[8];
	uint32_t i;

	switch (kind) {
	case T_NEST:
		add_nest(type, valid, depth);
		return;
	case T_STRING:
		add_text(type, valid);
		return;
	case T_U8:
	case T_U16:
	case T_U32:
	case T_U64:
		number = a_number(attributes[type].min, attributes[type].max,
				  valid);
		add(type, &number,
		    valid || !one_in(4) ? sizes[kind] : random_below(9));
		return;
	default:
		for (i = 0; i < ARRAY_SIZE(noise); i++)
			noise[i] = random_below(~0u);
		add(type, noise, valid ? 0 : random_below(sizeof(noise) + 1));
	}
}

/* A START that is as the spec and the kernel want it. */
static void add_start(void)
{
	uint32_t what = LOCKPROBE_WHAT_SAMPLES, depth = 8, ring = 65536;
	uint64_t period = 1000000;
	uint32_t start;
	struct nlattr *nest;

	add(LOCKPROBE_A_WHAT, &what, sizeof(what));
	add(LOCKPROBE_A_STACK_DEPTH, &depth, sizeof(depth));
	add(LOCKPROBE_A_RING_BYTES, &ring, sizeof(ring));
	start = length;
	nest = add(LOCKPROBE_A_EVENT | NLA_F_NESTED, NULL, 0);
	add(LOCKPROBE_A_EVENT_PERIOD, &period, sizeof(period));
	nest->nla_len = length - start;
}

/* Attributes in another order: what stands first goes last. */
static void reorder(void)
{
	struct nlattr *first =
		(struct nlattr *)(message.bytes + NLMSG_HDRLEN + GENL_HDRLEN);
	uint32_t body = length - NLMSG_HDRLEN - GENL_HDRLEN, size;
	static uint8_t aside[ROOM];

	if (body < NLA_HDRLEN)
		return;
	size = NLA_ALIGN(first->nla_len);
	if (size >= body)
		return;
	memcpy(aside, first, size);
	memmove(first, (uint8_t *)first + size, body - size);
	memcpy((uint8_t *)first + body - size, aside, size);
}

/* What a spoiler does to a whole message. */
static void spoil(void)
{
	uint32_t head = NLMSG_HDRLEN + GENL_HDRLEN, i;
	struct nlattr *attr;

	switch (random_below(8)) {
	case 0: /* an attribute's length that lies */
		attr = (struct nlattr *)(message.bytes + head);
		if (length >= head + NLA_HDRLEN)
			attr->nla_len = random_below(0x10000);
		break;
	case 1: /* bits */
		for (i = random_below(8); i && length > head; i--)
			message.bytes[head + random_below(length - head)] ^=
				1u << random_below(8);
		break;
	case 2: /* cut off */
		length = head + random_below(length - head + 1);
		break;
	case 3: /* a tail of noise */
		for (i = random_below(64); i && length < ROOM; i--)
			message.bytes[length++] = random_below(256);
		break;
	case 4:
		reorder();
		break;
	default: /* its attributes are enough */
		break;
	}
}

static void make(bool valid)
{
	struct genlmsghdr *genl = NLMSG_DATA(&message.head);
	uint32_t op = one_in(6) ? random_below(256) :
				  1 + random_below(NR_OPERATIONS - 1);
	uint32_t i;

	memset(&message, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	length = NLMSG_HDRLEN + GENL_HDRLEN;
	if (valid && op == LOCKPROBE_CMD_START && !one_in(START))
		op = LOCKPROBE_CMD_STOP;
	genl->cmd = op;
	genl->version = valid ? LOCKPROBE_GENL_VERSION : random_below(256);
	genl->reserved = valid ? 0 : random_below(2);
	if (valid && op == LOCKPROBE_CMD_START) {
		add_start();
		begun++;
	} else if (op < NR_OPERATIONS) {
		for (i = 0; operations[op][i]; i++)
			if (!one_in(3))
				add_attribute(operations[op][i], valid, 0);
	}
	while (!valid && one_in(2))
		add_attribute(random_below(NR_ATTRIBUTES + 8) % NR_ATTRIBUTES,
			      false, 0);
	for (i = random_below(4); i; i--)
		reorder();
	if (!valid)
		spoil();
	message.head.nlmsg_type = family;
	message.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (!valid && one_in(16))
		message.head.nlmsg_flags |= NLM_F_DUMP;
	message.head.nlmsg_seq = ++sequence;
	message.head.nlmsg_len = length;
}

/* Read what is there: was the request with @seq answered? */
static bool answered(int fd, uint32_t seq)
{
	static union {
		struct nlmsghdr head;
		uint8_t bytes[65536];
	} answer;
	const struct nlmsghdr *h;
	const struct nlmsgerr *error;
	bool found = false;
	ssize_t got;
	int left;

	for (;;) {
		got = recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
		if (got < 0 && errno == ENOBUFS)
			continue; /* a stream that nobody reads */
		if (got <= 0)
			return found;
		left = got;
		for (h = &answer.head; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_seq != seq)
				continue;
			if (h->nlmsg_type == NLMSG_DONE) {
				found = true;
				refused++;
			}
			if (h->nlmsg_type != NLMSG_ERROR)
				continue;
			error = NLMSG_DATA(h);
			found = true;
			if (error->error)
				refused++;
			else
				accepted++;
		}
	}
}

/* A message whose own header lies, too; it may have no answer. */
static void send_headless(int fd)
{
	make(false);
	message.head.nlmsg_len = random_below(2) ? random_below(64) :
						   random_below(~0u);
	if (send(fd, &message, length, 0) < 0)
		unsendable++;
	answered(fd, sequence);
	sent++;
}

static void send_one(void)
{
	int *fd = &sockets[random_below(SOCKETS)];

	if (one_in(500)) {
		close(*fd);
		*fd = open_socket();
	}
	if (one_in(20)) {
		send_headless(*fd);
		return;
	}
	make(one_in(VALID));
	sent++;
	if (send(*fd, &message, length, 0) < 0)
		unsendable++;
	else if (!answered(*fd, sequence))
		unanswered++;
}

/* The family's number, by asking the controller. */
static int resolve(int fd)
{
	struct genlmsghdr *genl = NLMSG_DATA(&message.head);
	struct nlattr *attr;
	int got;

	memset(&message, 0, sizeof(message));
	length = NLMSG_HDRLEN + GENL_HDRLEN;
	genl->cmd = CTRL_CMD_GETFAMILY;
	add(CTRL_ATTR_FAMILY_NAME, LOCKPROBE_GENL_NAME,
	    sizeof(LOCKPROBE_GENL_NAME));
	message.head.nlmsg_type = GENL_ID_CTRL;
	message.head.nlmsg_flags = NLM_F_REQUEST;
	message.head.nlmsg_len = length;
	if (send(fd, &message, length, 0) < 0)
		return -1;
	got = recv(fd, &message, sizeof(message), 0);
	if (got < 0 || message.head.nlmsg_type == NLMSG_ERROR)
		return -1;
	attr = (struct nlattr *)(message.bytes + NLMSG_HDRLEN + GENL_HDRLEN);
	while ((uint8_t *)attr < message.bytes + got && attr->nla_len) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(uint16_t *)(attr + 1);
		attr = (void *)((uint8_t *)attr + NLA_ALIGN(attr->nla_len));
	}
	return -1;
}

static void result(int number, bool good, const char *what)
{
	printf("%sok %d - %s\n", good ? "" : "not ", number, what);
}

int main(int argc, char **argv)
{
	unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 0) : 0, i;
	char text[160];
	int fd;

	if (!wanted) {
		fprintf(stderr, "usage: malform MESSAGES [SEED]\n");
		return 2;
	}
	state = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	state = state * 0x9e3779b97f4a7c15ull | 1;
	fd = open_socket();
	family = resolve(fd);
	for (i = 0; i < SOCKETS; i++)
		sockets[i] = open_socket();
	for (i = 0; family > 0 && i < wanted; i++)
		send_one();
	printf("# %lu messages: %lu refused, %lu accepted, %lu not sent, %lu sessions asked for\n",
	       sent, refused, accepted, unsendable, begun);
	snprintf(text, sizeof(text), "%lu messages were sent", wanted);
	result(1, sent == wanted, text);
	snprintf(text, sizeof(text), "%lu of them had no answer", unanswered);
	result(2, !unanswered, text);
	result(3, refused > wanted / 4 && accepted > wanted / 200,
	       "spoilt ones are refused, whole ones are taken");
	for (i = 0; i < SOCKETS; i++)
		close(sockets[i]);
	result(4, resolve(fd) == family, "the family is there afterwards");
	printf("1..4\n");
	return 0;
}
