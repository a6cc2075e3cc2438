// SPDX-License-Identifier: GPL-2.0
/*
 * The bytes of a file: a path in, a read-only mapping out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "import/input.h"

/* What cannot be mapped, and read twice, becomes a file without a name. */
static int spool(int in)
{
	char buffer[65536];
	FILE *file = tmpfile();
	ssize_t n;
	int fd = -1;

	if (!file)
		return -errno;
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (fwrite(buffer, 1, n, file) != (size_t)n)
			break;
	if (!n && !fflush(file))
		fd = dup(fileno(file));
	if (fd < 0)
		fd = errno ? -errno : -EIO;
	fclose(file);
	return fd;
}

static int map(struct input *in, int fd)
{
	struct stat st;
	void *data;

	if (fstat(fd, &st))
		return -errno;
	in->size = st.st_size;
	if (!in->size)
		return 0;
	data = mmap(NULL, in->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	in->data = data;
	return 0;
}

int input_open(struct input *in, const char *path)
{
	int fd = STDIN_FILENO, copy, err;
	struct stat st;

	*in = (struct input){ 0 };
	if (strcmp(path, "-")) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return -errno;
	}
	if (fstat(fd, &st)) {
		err = -errno;
		goto close;
	}
	err = -EISDIR;
	if (S_ISDIR(st.st_mode))
		goto close;
	if (!S_ISREG(st.st_mode)) {
		copy = spool(fd);
		if (copy < 0) {
			err = copy;
			goto close;
		}
		if (fd != STDIN_FILENO)
			close(fd);
		fd = copy;
	}
	err = map(in, fd);
close:
	if (fd != STDIN_FILENO)
		close(fd);
	return err;
}

void input_close(struct input *in)
{
	if (in->data)
		munmap((void *)in->data, in->size);
	*in = (struct input){ 0 };
}
