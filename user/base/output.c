// SPDX-License-Identifier: GPL-2.0
/*
 * Result files: a path in, a stream to write to out, and in the end either the
 * whole file under its name or nothing at all.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"

/* What a signal that ends the process must still remove. */
static char *volatile doomed;

static void remove_and_die(int sig)
{
	char *temp = doomed;

	if (temp)
		unlink(temp);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Only where nobody else handles the signal: collect ends in order instead. */
static void guard(char *temp)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa;
	size_t i;

	doomed = temp;
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!sigaction(signals[i], NULL, &sa) &&
		    sa.sa_handler == SIG_DFL)
			signal(signals[i], remove_and_die);
}

/* mkstemp makes files private; results are as open as the umask says. */
static void open_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(fd, 0666 & ~mask))
		return; /* private, then: still a result */
}

static int open_temp(struct output *output)
{
	int fd;

	if (asprintf(&output->temp, "%s.XXXXXX", output->path) < 0) {
		output->temp = NULL;
		return -ENOMEM;
	}
	fd = mkstemp(output->temp);
	if (fd < 0)
		return -errno;
	open_mode(fd);
	output->file = fdopen(fd, "wb");
	if (!output->file) {
		close(fd);
		unlink(output->temp);
		return -ENOMEM;
	}
	guard(output->temp);
	return 0;
}

static void release(struct output *output)
{
	doomed = NULL;
	free(output->temp);
	free(output->path);
	memset(output, 0, sizeof(*output));
}

int output_open(struct output *output, const char *path)
{
	struct stat st;
	int err = 0;

	memset(output, 0, sizeof(*output));
	output->path = strdup(path);
	if (!output->path)
		return -ENOMEM;
	if (!stat(path, &st) && !S_ISREG(st.st_mode)) {
		/* a device or a pipe has nothing to rename over */
		output->file = fopen(path, "wb");
		err = output->file ? 0 : -errno;
	} else {
		err = open_temp(output);
	}
	if (err) {
		error_errno(err, "cannot write %s", path);
		release(output);
		err = -EIO;
	}
	return err;
}

int output_close(struct output *output, int err)
{
	int failed = 0;

	if (fflush(output->file) || ferror(output->file))
		failed = -(errno ? errno : EIO);
	if (fclose(output->file) && !failed)
		failed = -errno;
	if (!err && !failed && output->temp &&
	    rename(output->temp, output->path) < 0)
		failed = -errno;
	if ((err || failed) && output->temp)
		unlink(output->temp);
	if (!err && failed) {
		error_errno(failed, "cannot write %s", output->path);
		err = -EIO;
	}
	release(output);
	return err;
}
