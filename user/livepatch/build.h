/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From a diff to a livepatch module that loads on the kernel people run, by
 * compiling only what the diff touches.
 */
#ifndef LIVEPATCH_BUILD_H
#define LIVEPATCH_BUILD_H

#include "livepatch/kpatch.h"
#include "livepatch/target.h"

#define BUILD_ONLY 64

struct build_request {
	struct target_paths paths;
	const char *patch;
	const char *output; /* "X.ko"; X is the module's name */
	const char *kpatch; /* tools' directory, or NULL */
	const char *only[BUILD_ONLY + 1]; /* paths to build; none: all */
	bool partial; /* build without objects that cannot be patched */
};

/*
 * Build @request->output; it appears whole or not at all. What changes is
 * printed on stdout. Return: 0; 1 when objects were left out (@partial, @only);
 * -ENOEXEC when source, headers, vmlinux and compiler do not belong together;
 * -ENODATA when nothing changes; -errno. An error message was printed.
 */
int build_livepatch(const struct build_request *request);

#endif
