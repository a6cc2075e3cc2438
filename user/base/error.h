/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages for people: one line on stderr, "lockprobe-user: " in front. An
 * error names the file or thing and says what to do about it. All are safe to
 * call from any thread; none ends the process.
 */
#ifndef ERROR_H
#define ERROR_H

void error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* error() with ": <strerror(-err)>" behind it; returns @err (a -errno). */
int error_errno(int err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
