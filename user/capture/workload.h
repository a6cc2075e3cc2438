/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The command that a capture watches: started held back, so that the session
 * stands before its first instruction, then let go and waited for.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <sys/types.h>

struct workload {
	pid_t pid; /* 0: none */
	int gate; /* closing it lets the command go */
	int trouble; /* its errno comes here when it cannot be executed */
};

int workload_hold(struct workload *w, char **argv);
/* Let it run; says on stderr when it cannot be executed. 0 or -errno. */
int workload_release(struct workload *w, const char *name);
/* Has it ended? *@status as waitpid() gives it. */
bool workload_ended(struct workload *w, int *status);
/* End it if it still runs (SIGTERM, after 5 s SIGKILL), and reap it. */
void workload_end(struct workload *w);

#endif
