// SPDX-License-Identifier: GPL-2.0
/*
 * A child process: argv and a place for its output go in, its exit status and
 * what it said come out. Plain fork() and execvp(); the caller has no threads
 * of its own at work here.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "livepatch/child.h"
#include "livepatch/path.h"

#define SAID_MAX (4 << 20) /* more is read, and dropped */

static void start(const struct child *child, pid_t parent, int said, int out)
{
	const char *const *env;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126); /* we were orphaned before the line above */
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	dup2(said, STDERR_FILENO);
	dup2(out, STDOUT_FILENO);
	for (env = child->env; env && *env; env++)
		putenv((char *)*env);
	/* Our caller's own make must not steer this one. */
	unsetenv("MAKEFLAGS");
	unsetenv("MAKELEVEL");
	unsetenv("MFLAGS");
	execvp(child->argv[0], (char *const *)child->argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/*
 * The programs' own writing is not relied upon: readelf does not notice that
 * its output went nowhere.
 */
static int take_out(int fd, FILE *file)
{
	char buf[65536];
	ssize_t len = read(fd, buf, sizeof(buf));

	if (len > 0)
		fwrite(buf, 1, len, file);
	return len;
}

static int take_said(int fd, FILE *file, size_t *room)
{
	char buf[4096];
	ssize_t len = read(fd, buf, sizeof(buf));
	size_t part = len > 0 ? len : 0;

	if (part > *room)
		part = *room;
	*room -= fwrite(buf, 1, part, file);
	return len;
}

/* Both pipes, until the last writer has closed them. */
static void listen_to(int said_fd, FILE *said, int out_fd, FILE *out)
{
	struct pollfd fds[2] = { { .fd = said_fd, .events = POLLIN },
				 { .fd = out_fd, .events = POLLIN } };
	size_t room = SAID_MAX;
	int len;

	while (fds[0].fd >= 0 || fds[1].fd >= 0) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		if (fds[0].fd >= 0 && fds[0].revents) {
			len = take_said(said_fd, said, &room);
			if (!len || (len < 0 && errno != EINTR))
				fds[0].fd = -1;
		}
		if (fds[1].fd >= 0 && fds[1].revents) {
			len = take_out(out_fd, out);
			if (!len || (len < 0 && errno != EINTR))
				fds[1].fd = -1;
		}
	}
}

static int reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFSIGNALED(status) ? -EINTR : WEXITSTATUS(status);
}

static int run(const struct child *child, FILE *said, FILE *out)
{
	int pipes[4] = { -1, -1, -1, -1 }, err;
	pid_t parent = getpid(), pid;

	if (pipe2(pipes, O_CLOEXEC))
		return -errno;
	if (out && pipe2(pipes + 2, O_CLOEXEC)) {
		err = -errno;
		goto no_pipe;
	}
	fflush(NULL);
	pid = fork();
	err = -errno;
	if (!pid)
		start(child, parent, pipes[1], pipes[out ? 3 : 1]);
	close(pipes[1]);
	close(pipes[3]);
	pipes[1] = pipes[3] = -1;
	if (pid > 0) {
		listen_to(pipes[0], said, pipes[2], out);
		err = reap(pid);
	}
	close(pipes[2]);
no_pipe:
	close(pipes[0]);
	close(pipes[1]);
	return err;
}

int child_run(struct child *child)
{
	FILE *said, *out = NULL;
	size_t len;
	int err;

	child_free(child);
	if (child->out) {
		out = fopen(child->out, "we");
		if (!out)
			return -errno;
	}
	said = open_memstream(&child->said, &len);
	err = said ? run(child, said, out) : -ENOMEM;
	if (said && fclose(said) && !err)
		err = -ENOMEM;
	if (out && (ferror(out) | fclose(out)) && err >= 0)
		err = -ENOSPC;
	return err;
}

bool child_exists(const char *program)
{
	char *path = strdup(getenv("PATH") ?: ""), *next = path, *dir;
	char file[PATH_MAX];
	bool found = false;

	while (!found && (dir = strsep(&next, ":"))) {
		path_set(file, "%s/%s", dir, program);
		found = !access(file, X_OK);
	}
	free(path);
	return found;
}

void child_free(struct child *child)
{
	free(child->said);
	child->said = NULL;
}

void child_show(const struct child *child, int lines)
{
	const char *text = child->said ?: "", *from;

	from = text + strlen(text);
	while (from > text && from[-1] == '\n')
		from--;
	while (from > text && lines > 0)
		if (*--from == '\n' && !--lines)
			from++;
	while (*from) {
		fprintf(stderr, "    %.*s\n", (int)strcspn(from, "\n"), from);
		from += strcspn(from, "\n");
		from += *from == '\n';
	}
}

bool child_disk_full(const struct child *child, const char *dir)
{
	return path_disk_full(dir) ||
	       (child->said && strstr(child->said, "No space left on device"));
}
