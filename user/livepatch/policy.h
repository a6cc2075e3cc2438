/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Lock policies: kernel C that a patch carries. Four are built into the tool
 * from user/livepatch/policy/; any other is a file's path. What a policy is,
 * and what its hooks may do, stands in policy/policy.h.
 */
#ifndef LIVEPATCH_POLICY_H
#define LIVEPATCH_POLICY_H

/* Hooks that a policy defines: a variant calls these and no others. */
enum policy_hook {
	POLICY_CONTENDED = 1,
	POLICY_ACQUIRED = 2,
	POLICY_ABANDONED = 4,
	POLICY_RELEASE = 8,
};

struct policy {
	char *name; /* "lockstat"; a path's last part without ".c" */
	char *text; /* policy.h and the policy, to follow the preamble */
	unsigned int hooks; /* of enum policy_hook */
};

/* Names of the built-in policies, NULL at the end. */
const char *const *policy_names(void);

/*
 * Read a policy by its name, or by its path when @name has a '/' or ends in
 * ".c". The caller owns *@policy: policy_free(). Says on stderr what is wrong.
 * Return: 0, -ENOENT (no such policy or file), -EINVAL (the file is none).
 */
int policy_open(const char *name, struct policy **policy);
void policy_free(struct policy *policy);

#endif
