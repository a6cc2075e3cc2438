// SPDX-License-Identifier: GPL-2.0
/*
 * A path goes in, the file's bytes come out. Of what lies in a tree only plain
 * files are read: opening a pipe there would wait for a writer.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/text/slurp.h"

static int open_plain(const char *path, FILE **in)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	if (err || !(*in = fdopen(fd, "r"))) {
		err = err ?: -errno;
		close(fd);
	}
	return err;
}

int slurp(const char *dir, const char *path, char **text, size_t *len)
{
	char *whole = NULL, buf[65536];
	FILE *in, *out;
	int ret = 0;
	size_t n;

	if (dir && asprintf(&whole, "%s/%s", dir, path) < 0)
		return -ENOMEM;
	if (dir) {
		ret = open_plain(whole, &in);
		free(whole);
		if (ret)
			return ret;
	} else {
		in = fopen(path, "re");
		if (!in)
			return -errno;
	}
	out = open_memstream(text, len);
	if (!out) {
		ret = -ENOMEM;
		goto close_in;
	}
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		fwrite(buf, 1, n, out);
	if (ferror(in))
		ret = -EIO;
	if (fclose(out) && !ret)
		ret = -ENOMEM;
	if (ret) {
		free(*text);
		*text = NULL;
	}
close_in:
	fclose(in);
	return ret;
}
