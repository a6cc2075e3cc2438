// SPDX-License-Identifier: GPL-2.0
/*
 * Messages for people: format and arguments in, one whole line on stderr out,
 * written by a single write so that threads do not mix their lines. A progress
 * line that stands on the terminal is wiped first.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/progress.h"

static void say(const char *prefix, const char *suffix, const char *format,
		va_list ap)
{
	char line[4096];
	int n = snprintf(line, sizeof(line), "lockprobe-user: %s", prefix);
	int m = vsnprintf(line + n, sizeof(line) - n, format, ap);

	if (m > 0)
		n += m;
	if (n > (int)sizeof(line) - 1)
		n = sizeof(line) - 1;
	m = snprintf(line + n, sizeof(line) - n, "%s\n", suffix);
	n += m;
	if (n > (int)sizeof(line) - 1) {
		n = sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	progress_wipe();
	if (write(STDERR_FILENO, line, n) < 0)
		return; /* nobody listens: nothing better to do */
}

void error(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("", "", format, ap);
	va_end(ap);
}

void warning(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("warning: ", "", format, ap);
	va_end(ap);
}

void notice(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	say("note: ", "", format, ap);
	va_end(ap);
}

int error_errno(int err, const char *format, ...)
{
	char suffix[256];
	va_list ap;

	snprintf(suffix, sizeof(suffix), ": %s", strerror(-err));
	va_start(ap, format);
	say("", suffix, format, ap);
	va_end(ap);
	return err;
}
