/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions that no livepatch can enter, since they do not call fentry: the
 * kernel's `inline` says notrace, and the compiler did not inline them. Half of
 * all system calls' bodies are such.
 */
#ifndef LIVEPATCH_UNTRACED_H
#define LIVEPATCH_UNTRACED_H

/*
 * Add to *@flags (NULL, or from malloc()) compiler flags that rename those
 * functions of which @said, create-diff-object's words, complains: under
 * another name they are new, and it is their callers that change. Only what
 * is local to @object may be renamed. Return: how many were added; -errno.
 */
int untraced_flags(const char *said, const char *object, char **flags);

#endif
