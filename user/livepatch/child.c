// SPDX-License-Identifier: GPL-2.0
/*
 * A child process: argv and a place for its output go in, its exit status
 * comes out. Plain fork() and execvp(); the caller has no threads of its own
 * at work here.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "livepatch/child.h"

static void redirect(const char *path, int to)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || dup2(fd, to) < 0)
		_exit(126);
}

static void start(const struct child *child, pid_t parent)
{
	const char *const *env;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(126); /* we were orphaned before the line above */
	redirect("/dev/null", STDOUT_FILENO);
	dup2(open("/dev/null", O_RDONLY), STDIN_FILENO);
	redirect(child->log, STDERR_FILENO);
	if (child->out)
		redirect(child->out, STDOUT_FILENO);
	else
		dup2(STDERR_FILENO, STDOUT_FILENO);
	if (child->dir && chdir(child->dir))
		_exit(126);
	for (env = child->env; env && *env; env++)
		putenv((char *)*env);
	/* Our caller's own make must not steer this one. */
	unsetenv("MAKEFLAGS");
	unsetenv("MAKELEVEL");
	unsetenv("MFLAGS");
	execvp(child->argv[0], (char *const *)child->argv);
	_exit(errno == ENOENT ? 127 : 126);
}

int child_run(const struct child *child)
{
	pid_t parent = getpid(), pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		start(child, parent);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	if (WIFSIGNALED(status))
		return -EINTR;
	return WEXITSTATUS(status);
}

/* The text of a log's last 64 kB, from malloc(), or NULL. */
static char *tail(const char *log)
{
	char *text = NULL;
	long size, room = 65536;
	FILE *file;

	file = fopen(log, "r");
	if (!file)
		return NULL;
	if (!fseek(file, 0, SEEK_END)) {
		size = ftell(file);
		fseek(file, size > room ? size - room : 0, SEEK_SET);
		text = calloc(1, room + 1);
		if (text && !fread(text, 1, room, file))
			text[0] = '\0';
	}
	fclose(file);
	return text;
}

void child_show_log(const char *log, int lines)
{
	char *text = tail(log), *from, *line;

	if (!text)
		return;
	from = text + strlen(text);
	while (from > text && lines >= 0)
		if (*--from == '\n')
			lines--;
	for (line = strtok(from, "\n"); line; line = strtok(NULL, "\n"))
		fprintf(stderr, "    %s\n", line);
	free(text);
}

int child_log_full(const char *log)
{
	char *text = tail(log);
	int full = text && strstr(text, "No space left on device") != NULL;

	free(text);
	return full;
}
