/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scratch copy of a configured kernel tree that costs a second: everything
 * is a symbolic link into the user's tree except what a patch touches and what
 * the build writes. Nothing ever writes through to the user's tree. The copy
 * is removed by scratch_free(), at exit, and when a signal ends the process.
 */
#ifndef SOURCE_SCRATCH_H
#define SOURCE_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>

struct scratch;

/*
 * @tree: the configured tree (.config there; -ENOENT says which file is
 * missing after an error message). The copy lies in $TMPDIR (/tmp).
 */
int scratch_new(const char *tree, struct scratch **out);
void scratch_free(struct scratch *scratch);

/* The copy's root, absolute; owned by @scratch. */
const char *scratch_dir(const struct scratch *scratch);

/*
 * Make @path (relative) a file of the copy's own, so that it may be written;
 * its directories come into being. A file that is not there yet is fine.
 */
int scratch_own(struct scratch *scratch, const char *path);

/* Write a whole file of the copy; owns it first. */
int scratch_write(struct scratch *scratch, const char *path, const char *text,
		  size_t len);

/*
 * Apply the unified diff in @patch (-p1, no fuzz), or take it back (@reverse).
 * -EBADMSG: it does not apply; nothing was changed, the reason was printed.
 */
int scratch_apply(struct scratch *scratch, const char *patch, bool reverse);

struct kbuild;

struct scratch_make {
	const char *const *targets; /* NULL-terminated, "fs/file.o"... */
	struct kbuild *kbuild; /* knows what make calls them; or NULL */
	const char *kcflags; /* or NULL */
	const char *const *vars; /* NULL-terminated "W=1"..., or NULL */
	int jobs; /* 0: as many as there are CPUs */
	bool keep_going;
	/* Optional: after each target kbuild names, with the count so far. */
	void (*step)(void *arg, const char *what, unsigned int done);
	void *arg;
	char *log; /* out: what make and the compiler said; caller frees */
	size_t log_len;
};

/* 0, or -EIO when make failed (see @log), -EINTR after a signal. */
int scratch_make(struct scratch *scratch, struct scratch_make *make);

#endif
