/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Where the kernel keeps what its _once() macros remember.
 */
#ifndef LIVEPATCH_ONCE_H
#define LIVEPATCH_ONCE_H

/*
 * Give @object's section of such variables the name that kpatch's tools know,
 * when it has another. Return: 0, -ENOENT without objcopy, other -errno.
 */
int once_section(const char *object);

#endif
