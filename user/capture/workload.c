// SPDX-License-Identifier: GPL-2.0
/*
 * A command as our child: held at a pipe until the session stands, executed,
 * and ended with us.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "capture/workload.h"

#define END_TRIES 50 /* of 100 ms */

static void run_child(char **argv, int gate, int trouble)
{
	char byte;
	int err;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGPIPE, SIG_DFL);
	/* the write end closes when the session stands, or with our parent */
	while (read(gate, &byte, 1) < 0 && errno == EINTR)
		;
	execvp(argv[0], argv);
	err = errno;
	if (write(trouble, &err, sizeof(err)) < 0)
		_exit(126);
	_exit(127);
}

int workload_hold(struct workload *w, char **argv)
{
	int gate[2], trouble[2], err;

	memset(w, 0, sizeof(*w));
	if (pipe2(gate, O_CLOEXEC))
		return -errno;
	if (pipe2(trouble, O_CLOEXEC)) {
		err = -errno;
		goto err_gate;
	}
	w->pid = fork();
	if (w->pid < 0) {
		err = -errno;
		goto err_trouble;
	}
	if (!w->pid) {
		close(gate[1]);
		run_child(argv, gate[0], trouble[1]);
	}
	close(gate[0]);
	close(trouble[1]);
	w->gate = gate[1];
	w->trouble = trouble[0];
	return 0;

err_trouble:
	close(trouble[0]);
	close(trouble[1]);
err_gate:
	close(gate[0]);
	close(gate[1]);
	w->pid = 0;
	return err;
}

int workload_release(struct workload *w, const char *name)
{
	int err = 0;

	close(w->gate);
	/* end of file: execvp closed it, the command runs */
	if (read(w->trouble, &err, sizeof(err)) == (ssize_t)sizeof(err)) {
		error_errno(-err, "cannot run %s", name);
		err = -err;
	} else {
		err = 0;
	}
	close(w->trouble);
	return err == -ENOENT ? -EIO : err;
}

bool workload_ended(struct workload *w, int *status)
{
	if (!w->pid || waitpid(w->pid, status, WNOHANG) != w->pid)
		return false;
	w->pid = 0;
	return true;
}

void workload_end(struct workload *w)
{
	const struct timespec wait = { .tv_nsec = 100000000 };
	int status, i;

	if (!w->pid)
		return;
	kill(w->pid, SIGTERM);
	for (i = 0; i < END_TRIES; i++) {
		if (workload_ended(w, &status))
			return;
		nanosleep(&wait, NULL);
	}
	kill(w->pid, SIGKILL);
	waitpid(w->pid, &status, 0);
	w->pid = 0;
}
