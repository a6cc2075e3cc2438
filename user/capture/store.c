// SPDX-License-Identifier: GPL-2.0
/*
 * Reading captures: a file in, its records out to a sink, pass by pass, in one
 * buffer of fixed size however big the file. The file is not trusted: it may
 * be cut anywhere, damaged, or made to harm; what is whole is used, and the
 * rest is counted and complained about.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/netlink.h>

#include "base/error.h"
#include "capture/store.h"
#include "capture/wire.h"

#define BUFFER_SIZE (1u << 20)
/* No writer makes a message as long as this: a longer one is damage. */
#define MESSAGE_MAX (BUFFER_SIZE / 2)

struct store {
	int fd;
	uint64_t size;
	struct store_state state;
	/* the window: file bytes [offset, offset + filled) are in buffer */
	uint64_t offset;
	size_t filled;
	char *buffer;
};

/* Standard input and pipes cannot be read twice: make them a file. */
static int spool(int in)
{
	char buffer[65536];
	FILE *file = tmpfile();
	ssize_t n;
	int fd;

	if (!file)
		return -errno;
	while ((n = read(in, buffer, sizeof(buffer))) > 0)
		if (fwrite(buffer, 1, n, file) != (size_t)n)
			break;
	if (n || fflush(file)) {
		fd = -(errno ? errno : EIO);
	} else {
		fd = dup(fileno(file));
		if (fd < 0)
			fd = -errno;
	}
	fclose(file);
	return fd;
}

static int open_seekable(const char *path, uint64_t *size)
{
	bool is_stdin = !strcmp(path, "-");
	int fd = is_stdin ? dup(STDIN_FILENO) :
			    open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int spooled;

	if (fd < 0 || fstat(fd, &st) < 0)
		goto err;
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		goto err;
	}
	if (!S_ISREG(st.st_mode)) {
		spooled = spool(fd);
		close(fd);
		fd = spooled;
		if (fd < 0) {
			errno = -fd;
			fd = -1;
			goto err;
		}
		if (fstat(fd, &st) < 0)
			goto err;
	}
	*size = st.st_size;
	return fd;
err:
	spooled = -errno;
	if (fd >= 0)
		close(fd);
	return spooled;
}

static int check_header(int fd, const char *path)
{
	struct lockprobe_file_header header;
	ssize_t n = pread(fd, &header, sizeof(header), 0);
	size_t known = n < 0 ? 0 : n;

	if (n < 0)
		return error_errno(-errno, "%s: cannot read it", path);
	if (known > sizeof(header.magic))
		known = sizeof(header.magic);
	if (!n) {
		error("%s: the file is empty, not a capture", path);
		return -EBADMSG;
	}
	if (memcmp(header.magic, LOCKPROBE_FILE_MAGIC, known)) {
		error("%s: not a lockprobe capture%s", path,
		      known >= 7 && !memcmp(header.magic, "PERFILE", 7) ?
			      "; 'lockprobe-user import' converts perf.data" :
			      "");
		return -EBADMSG;
	}
	if ((size_t)n < sizeof(header)) {
		error("%s: the capture is cut inside its header: nothing to salvage",
		      path);
		return -EBADMSG;
	}
	if (header.byte_order != LOCKPROBE_FILE_BYTE_ORDER) {
		error("%s: %s", path,
		      header.byte_order == __builtin_bswap32(
						   LOCKPROBE_FILE_BYTE_ORDER) ?
			      "made on a machine of the other byte order: read it on one" :
			      "damaged header: no known byte order");
		return -EBADMSG;
	}
	if (header.version != LOCKPROBE_FILE_VERSION) {
		error("%s: capture format %u, this tool reads format %u: use the tool that made it, or a newer one",
		      path, header.version, LOCKPROBE_FILE_VERSION);
		return -EBADMSG;
	}
	return 0;
}

int store_open(const char *path, struct store **out)
{
	struct store *store = calloc(1, sizeof(*store));
	int err;

	if (!store)
		return -ENOMEM;
	store->buffer = malloc(BUFFER_SIZE);
	if (!store->buffer) {
		err = -ENOMEM;
		goto err_store;
	}
	store->fd = open_seekable(path, &store->size);
	if (store->fd < 0) {
		err = store->fd;
		error("cannot open capture %s: %s%s", path, strerror(-err),
		      err == -ENOENT ?
			      "; 'lockprobe-user collect' records one" :
			      "");
		if (err == -ENOENT)
			err = -EIO; /* not "nothing found" */
		goto err_buffer;
	}
	err = check_header(store->fd, path);
	if (err)
		goto err_fd;
	*out = store;
	return 0;

err_fd:
	close(store->fd);
err_buffer:
	free(store->buffer);
err_store:
	free(store);
	return err;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	close(store->fd);
	free(store->buffer);
	free(store);
}

/* Have at least @need bytes from @offset in the window; false: file ends. */
static bool window(struct store *store, uint64_t offset, size_t need)
{
	size_t keep = 0;
	ssize_t n;

	if (offset >= store->offset &&
	    offset - store->offset + need <= store->filled)
		return true;
	if (offset >= store->offset && offset - store->offset < store->filled) {
		keep = store->filled - (offset - store->offset);
		memmove(store->buffer, store->buffer + (offset - store->offset),
			keep);
	}
	store->offset = offset;
	store->filled = keep;
	while (store->filled < BUFFER_SIZE) {
		n = pread(store->fd, store->buffer + store->filled,
			  BUFFER_SIZE - store->filled, offset + store->filled);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		store->filled += n;
	}
	return store->filled >= need;
}

/* The whole message at @offset, or NULL when there is none. */
static const struct nlmsghdr *message_at(struct store *store, uint64_t offset)
{
	struct nlmsghdr *msg;

	if (!window(store, offset, sizeof(*msg)))
		return NULL;
	msg = (struct nlmsghdr *)(store->buffer + (offset - store->offset));
	if (msg->nlmsg_len < sizeof(*msg) || msg->nlmsg_len > MESSAGE_MAX ||
	    msg->nlmsg_type != LOCKPROBE_FILE_NLMSG_TYPE)
		return NULL;
	if (!window(store, offset, msg->nlmsg_len))
		return NULL;
	return (struct nlmsghdr *)(store->buffer + (offset - store->offset));
}

int store_read(struct store *store, unsigned int cmds,
	       const struct record_sink *sink, void *ctx)
{
	struct store_state *state = &store->state;
	uint64_t offset = sizeof(struct lockprobe_file_header);
	const struct nlmsghdr *msg;
	int cmd, err;

	memset(state, 0, sizeof(*state));
	while ((msg = message_at(store, offset))) {
		state->messages++;
		offset += NLMSG_ALIGN(msg->nlmsg_len);
		cmd = wire_cmd(msg);
		if (cmd == LOCKPROBE_CMD_END)
			state->ended = 1;
		if (cmds && (cmd > 31 || !(cmds & 1u << cmd)))
			continue;
		err = wire_decode(msg, sink, ctx);
		if (err == -EBADMSG)
			state->damaged++;
		else if (err)
			return err;
	}
	if (offset > store->size)
		offset = store->size; /* the last one's padding is missing */
	state->bytes = offset;
	state->tail = store->size - offset;
	return 0;
}

const struct store_state *store_state(const struct store *store)
{
	return &store->state;
}

uint64_t store_size(const struct store *store)
{
	return store->size;
}

void store_complain(const struct store *store, const char *path)
{
	const struct store_state *state = &store->state;

	if (state->tail)
		warning("%s: cut or damaged at byte %llu: the last %llu bytes are no whole message, everything before was used",
			path, (unsigned long long)state->bytes,
			(unsigned long long)state->tail);
	if (state->damaged)
		warning("%s: %llu of %llu messages are damaged and were used in part",
			path, (unsigned long long)state->damaged,
			(unsigned long long)state->messages);
	if (!state->ended)
		warning("%s: the capture has no end record: it was cut short, totals and losses after the cut are not known",
			path);
}
