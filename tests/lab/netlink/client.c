// SPDX-License-Identifier: GPL-2.0
/*
 * In: what is to be asked of the family lockprobe. Out: messages, answers.
 */
#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/lockprobe.h>
#include "client.h"

static uint32_t sequence;
static union {
	struct nlmsghdr head;
	uint8_t bytes[65536];
} answer;

void client_die(const char *what)
{
	perror(what);
	exit(1);
}

int client_open(void)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		client_die("a netlink socket");
	return fd;
}

static void begin(struct client_message *to, int type, uint8_t cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(&to->head);

	memset(to, 0, sizeof(*to));
	to->length = NLMSG_HDRLEN + GENL_HDRLEN;
	to->head.nlmsg_type = type;
	to->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl->cmd = cmd;
	genl->version = LOCKPROBE_GENL_VERSION;
}

static struct nlattr *add(struct client_message *to, uint16_t type,
			  const void *data, uint32_t size)
{
	struct nlattr *attr = (struct nlattr *)(to->bytes + to->length);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	if (size)
		memcpy(attr + 1, data, size);
	to->length += NLA_ALIGN(attr->nla_len);
	return attr;
}

void client_start(struct client_message *to, int family, uint32_t type,
		  uint64_t config, uint64_t period)
{
	uint32_t what = LOCKPROBE_WHAT_SAMPLES | LOCKPROBE_WHAT_WAITS;
	uint32_t ring = 65536, start;
	struct nlattr *nest;

	begin(to, family, LOCKPROBE_CMD_START);
	add(to, LOCKPROBE_A_WHAT, &what, sizeof(what));
	add(to, LOCKPROBE_A_RING_BYTES, &ring, sizeof(ring));
	start = to->length;
	nest = add(to, LOCKPROBE_A_EVENT | NLA_F_NESTED, NULL, 0);
	add(to, LOCKPROBE_A_EVENT_TYPE, &type, sizeof(type));
	add(to, LOCKPROBE_A_EVENT_CONFIG, &config, sizeof(config));
	add(to, LOCKPROBE_A_EVENT_PERIOD, &period, sizeof(period));
	nest->nla_len = to->length - start;
}

void client_add_pid(struct client_message *to, uint32_t pid)
{
	add(to, LOCKPROBE_A_PID, &pid, sizeof(pid));
}

void client_stop(struct client_message *to, int family)
{
	begin(to, family, LOCKPROBE_CMD_STOP);
}

static ssize_t receive(int fd, int ms)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };

	if (poll(&ready, 1, ms) <= 0)
		return -1;
	return recv(fd, &answer, sizeof(answer), MSG_DONTWAIT);
}

int client_ask(int fd, struct client_message *message)
{
	const struct nlmsgerr *error;
	const struct nlmsghdr *h;
	int left;

	message->head.nlmsg_len = message->length;
	message->head.nlmsg_seq = ++sequence;
	if (send(fd, message->bytes, message->length, 0) < 0)
		return -errno;
	for (;;) {
		left = receive(fd, 60000);
		if (left <= 0)
			return -ETIMEDOUT;
		for (h = &answer.head; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			if (h->nlmsg_seq != message->head.nlmsg_seq ||
			    h->nlmsg_type != NLMSG_ERROR)
				continue;
			error = NLMSG_DATA(h);
			return error->error;
		}
	}
}

int client_family(int fd)
{
	struct client_message ask;
	const struct nlattr *attr;
	ssize_t got;

	begin(&ask, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	ask.head.nlmsg_flags = NLM_F_REQUEST;
	add(&ask, CTRL_ATTR_FAMILY_NAME, LOCKPROBE_GENL_NAME,
	    sizeof(LOCKPROBE_GENL_NAME));
	ask.head.nlmsg_len = ask.length;
	if (send(fd, ask.bytes, ask.length, 0) < 0)
		return -1;
	got = receive(fd, 60000);
	if (got < 0 || answer.head.nlmsg_type == NLMSG_ERROR)
		return -1;
	attr = (void *)(answer.bytes + NLMSG_HDRLEN + GENL_HDRLEN);
	while ((uint8_t *)attr < answer.bytes + got && attr->nla_len) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			return *(uint16_t *)(attr + 1);
		attr = (void *)((uint8_t *)attr + NLA_ALIGN(attr->nla_len));
	}
	return -1;
}

bool client_hears(int fd, int family, int cmd, int ms)
{
	const struct genlmsghdr *genl;
	const struct nlmsghdr *h;
	int left;

	while ((left = receive(fd, ms)) > 0)
		for (h = &answer.head; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			genl = NLMSG_DATA(h);
			if (h->nlmsg_type == family &&
			    (!cmd || genl->cmd == cmd))
				return true;
		}
	return false;
}
