/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Run another program and wait for it. What it prints goes to a log file; it
 * dies with us, so that an interrupted build leaves nobody behind.
 */
#ifndef LIVEPATCH_CHILD_H
#define LIVEPATCH_CHILD_H

struct child {
	const char *const *argv; /* NULL-terminated; argv[0] by PATH */
	const char *dir; /* to run in, or NULL */
	const char *const *env; /* "NAME=value"... added, or NULL */
	const char *out; /* file for stdout, or NULL: the log */
	const char *log; /* file for stderr (and stdout); truncated */
};

/*
 * Return: the exit status (0..255), 127 when there is no such program, -EINTR
 * when a signal ended it, other -errno when it could not be started.
 */
int child_run(const struct child *child);

/* Print the last @lines lines of a log to stderr, indented. */
void child_show_log(const char *log, int lines);

/* Does a log say that the disk is full? */
int child_log_full(const char *log);

#endif
