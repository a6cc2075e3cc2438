/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Requests to the family lockprobe for tests that need more of them than the
 * tool gives: which socket, which process, when. Errors end the program.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>

struct client_message {
	union {
		struct nlmsghdr head;
		uint8_t bytes[1024];
	};
	uint32_t length;
};

/* Say what could not be done, with errno, and end. */
void client_die(const char *what) __attribute__((noreturn));
/* A socket that talks to the kernel. */
int client_open(void);
/* The family's number, -1: the module is not there. */
int client_family(int fd);
/*
 * A START of samples of a perf event, so many of its units apart, with small
 * rings; or a STOP.
 */
void client_start(struct client_message *to, int family, uint32_t type,
		  uint64_t config, uint64_t period);
/* Of one process alone. */
void client_add_pid(struct client_message *to, uint32_t pid);
void client_stop(struct client_message *to, int family);
/* Send, and wait for the answer: 0 or the -errno that it tells. */
int client_ask(int fd, struct client_message *message);
/*
 * Read what comes of the family within @ms, till @cmd came (0: whatever it is,
 * one is enough). False: it did not.
 */
bool client_hears(int fd, int family, int cmd, int ms);

#endif
