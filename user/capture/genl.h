/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A session with lockprobe.ko over generic netlink: requests up, one stream of
 * messages down, to this socket alone; the kernel ends the session when the
 * socket closes. One thread; errors are -errno and have been said on stderr
 * with their remedy.
 */
#ifndef GENL_H
#define GENL_H

#include <stdint.h>

#include "capture/event.h"
#include "capture/wire.h"

struct genl;

/* What the module says of itself and its kernel. */
struct genl_host {
	char release[128], build_id[80], module_version[64];
	uint32_t nr_cpus, features; /* LOCKPROBE_FEATURE_* */
	uint64_t text; /* address of _text, 0: not told */
};

struct genl_session {
	const struct event *event;
	const char *cpus; /* cpulist, NULL: all */
	uint32_t pid; /* 0: all */
	uint32_t depth; /* frames, 0: the module's default */
	uint32_t ring_bytes; /* per CPU, 0: the module's default */
	uint32_t what; /* LOCKPROBE_WHAT_* */
};

int genl_open(struct genl **genl);
void genl_close(struct genl *genl);

int genl_info(struct genl *genl, struct genl_host *host);

/* @applied: what the module made of session->event (period, rung). */
int genl_start(struct genl *genl, const struct genl_session *session,
	       struct event *applied);
int genl_stop(struct genl *genl);
int genl_stats(struct genl *genl, uint64_t *stats);

/*
 * Wait up to @timeout_ms for messages of the stream and give each, in order,
 * to @message. Its negative return ends and is returned. 1: END has come; 0:
 * time over or a signal came.
 */
int genl_receive(struct genl *genl, int timeout_ms,
		 int (*message)(void *ctx, const struct nlmsghdr *msg),
		 void *ctx);

/* Times the socket's buffer overran (the module counts what it dropped). */
uint64_t genl_overruns(const struct genl *genl);

#endif
