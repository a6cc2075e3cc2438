/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Going live and going back. Both end when the kernel has moved every task, or
 * say which tasks it still waits for. @wait: seconds, 0: for ever.
 */
#ifndef LIVEPATCH_TRANSIT_H
#define LIVEPATCH_TRANSIT_H

/*
 * Load the module in file @path. Return: 0; -EBUSY when its lock has a policy
 * already (nothing is loaded); -ETIMEDOUT when the transition still goes on;
 * -errno. An error message was printed.
 */
int transit_enable(const char *path, double wait);

/*
 * Take back the livepatch called @name, or on the lock @name, and unload its
 * module. Return: 0; -ENOENT: none; -ETIMEDOUT; -errno.
 */
int transit_disable(const char *name, double wait);

#endif
