/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lock of a capture that a patch is to be made for, and why that one.
 */
#ifndef HOT_H
#define HOT_H

struct hot {
	char lock[200]; /* struct.field.path, or a lock at file scope */
	char *seen; /* lines for a patch's message, each ending in \n */
};

/*
 * The @nth (from 1) hottest lock of the capture @path, by share of misses and
 * then by time waited; those without one name are passed over, and of a
 * clock's capture those that hardly anyone waited for; that is said. The
 * choice is explained on stderr. @linux_dir, or NULL, settles names by their
 * call sites. 0; -ENOENT: no such lock, which was said; or -errno.
 */
int hot_choose(struct hot *hot, const char *path, const char *linux_dir,
	       unsigned int nth);
void hot_free(struct hot *hot);

#endif
