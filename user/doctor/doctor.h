/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What stands between this machine and a livepatched lock: one finding a
 * check, each with what to do about it. Checks read files below a root, so
 * that an image or another machine's root can be looked at, too.
 */
#ifndef DOCTOR_H
#define DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_WARN, /* works, or works in part */
	DOCTOR_BAD, /* something will not work here */
};

struct doctor_finding {
	const char *check; /* a word that scripts can rely on */
	enum doctor_level level;
	char *found, *todo; /* todo: NULL when there is nothing to do */
};

struct doctor {
	const char *root; /* "" for this machine's */
	const char *tree; /* --linux DIR, or NULL */
	bool here; /* the root is this machine's: ask the kernel, too */
	bool running; /* /proc is there; else it is an image */
	char release[256], version[512]; /* uname -r; /proc/version */
	int major, minor;
	char *config; /* the kernel's .config; NULL: not found */
	struct doctor_finding *findings;
	size_t nr;
};

/* 0 or -ENOMEM; -ENOENT when the root has no kernel to look at. */
int doctor_init(struct doctor *doctor, const char *root, const char *tree);
void doctor_free(struct doctor *doctor);

/* Add a finding. @todo may be NULL. */
void doctor_say(struct doctor *doctor, const char *check,
		enum doctor_level level, const char *todo, const char *format,
		...) __attribute__((format(printf, 5, 6)));

/* A file below the root: its text (the caller's to free), or NULL. */
char *doctor_read(const struct doctor *doctor, const char *path);
bool doctor_exists(const struct doctor *doctor, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* The value of CONFIG_@option ("y", "m", "\"text\""), or "" when not set. */
void doctor_option(const struct doctor *doctor, const char *option, char *value,
		   size_t size);
bool doctor_has(const struct doctor *doctor, const char *option);
bool doctor_at_least(const struct doctor *doctor, int major, int minor);

/* The checks, in the order of the work. */
void doctor_kernel(struct doctor *doctor); /* what the kernel was built with */
void doctor_rules(struct doctor *doctor); /* what it forbids */
void doctor_sampling(struct doctor *doctor); /* event, module, permissions */
void doctor_building(struct doctor *doctor); /* source, headers, compiler */

#endif
