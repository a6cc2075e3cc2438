// SPDX-License-Identifier: GPL-2.0
/*
 * A path goes in, the file's bytes come out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "source/slurp.h"

int slurp(const char *dir, const char *path, char **text, size_t *len)
{
	char *whole = NULL, buf[65536];
	FILE *in, *out;
	int ret = 0;
	size_t n;

	if (dir && asprintf(&whole, "%s/%s", dir, path) < 0)
		return -ENOMEM;
	in = fopen(whole ? whole : path, "re");
	free(whole);
	if (!in)
		return -errno;
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
