/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Preprocessor conditions against a configuration: is the text between these
 * #if lines compiled in this build? One walk goes through one file, top to
 * bottom, and is fed every directive line; it remembers the file's own
 * #define and #undef, knows header guards, and what the kernel's build always
 * defines (__KERNEL__, not __ASSEMBLY__, MODULE by object).
 */
#ifndef SOURCE_COND_H
#define SOURCE_COND_H

#include <stddef.h>

#include "source/build/config.h"

/* Which object the text is compiled for: this decides MODULE. */
enum cond_object {
	COND_ANY, /* a header, or not known: MODULE is unknown */
	COND_BUILTIN,
	COND_MODULE,
};

/* What the caller knows of a macro that the walk does not know itself. */
struct cond_macro {
	enum truth defined;
	/* Its value, if it has one. Borrowed; NULL: not known, or a function's. */
	const char *body;
	size_t len;
};

struct cond_env {
	const struct config *config; /* borrowed; NULL: not configured */
	enum cond_object object;
	/* Optional: fill @macro (it comes in as unknown) for @name. */
	void (*lookup)(void *arg, const char *name, size_t len,
		       struct cond_macro *macro);
	void *arg;
};

struct cond;

/* NULL: out of memory. @env is copied. A walk belongs to one thread. */
struct cond *cond_new(const struct cond_env *env);

/* Start over for another file; keeps the memory. */
void cond_reset(struct cond *cond, const struct cond_env *env);
void cond_free(struct cond *cond);

/*
 * One directive: @line is the text after its '#', up to (not with) the newline
 * that ends it; spliced lines and comments may be in it. Lines that are no
 * condition, #define or #undef are ignored. 0, or -ENOMEM, or -EBADMSG for an
 * #elif, #else or #endif that has no #if (the walk goes on as if it were not
 * there).
 */
int cond_line(struct cond *cond, const char *line, size_t len);

/* Is the text after the last directive compiled? */
enum truth cond_state(const struct cond *cond);

/* The number of #if that are open here. */
size_t cond_depth(const struct cond *cond);

/*
 * The condition of this place as one C expression ("" for none), header guards
 * left out: "defined(CONFIG_SMP) && !(X > 1)". Cut at @size; returns the full
 * length, like snprintf().
 */
size_t cond_text(const struct cond *cond, char *buf, size_t size);

/* An #if expression by itself. */
enum truth cond_eval(const struct cond_env *env, const char *expr, size_t len);

#endif
