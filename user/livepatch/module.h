/* SPDX-License-Identifier: GPL-2.0 */
/* What a livepatch module's file says about itself. */
#ifndef LIVEPATCH_MODULE_H
#define LIVEPATCH_MODULE_H

struct module {
	char name[64];
	char vermagic[128]; /* up to the first blank: the release */
	char lock[128], policy[64]; /* "" when it is not one of ours */
};

/*
 * Read file @path. Return: 0; -EINVAL when it is not a livepatch module;
 * -errno. An error message was printed.
 */
int module_read(const char *path, struct module *module);

#endif
