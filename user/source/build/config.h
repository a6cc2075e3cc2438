/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The values a configured kernel tree was given: CONFIG_X=y|m|"text"|number.
 * Loaded once, then read-only: any number of threads may ask. A NULL config
 * ("this tree is not configured") is a valid argument everywhere: it knows
 * nothing, and every answer is TRUTH_UNKNOWN.
 */
#ifndef SOURCE_CONFIG_H
#define SOURCE_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "source/build/truth.h"

enum config_value {
	CONFIG_N, /* "is not set", or never mentioned: C cannot tell them */
	CONFIG_Y,
	CONFIG_M,
	CONFIG_TEXT, /* a string or a number: see config_text() */
};

struct config;

/*
 * The configuration of the tree in @dir: include/config/auto.conf when it is
 * at least as new as .config (it is what kbuild itself reads), else .config.
 * -ENOENT: the tree is not configured. The caller frees *@out.
 */
int config_load(const char *dir, struct config **out);

/* The same from a text in .config's format; @text is copied. */
int config_parse(const char *text, size_t len, struct config **out);

void config_free(struct config *config);

/* @name: with its CONFIG_, @len bytes. */
enum config_value config_get(const struct config *config, const char *name,
			     size_t len);

/*
 * The text of a value ("y", "m", "64", or a string without its quotes), owned
 * by @config; NULL when it is not set.
 */
const char *config_text(const struct config *config, const char *name,
			size_t len);

/* As LINUX_VERSION_CODE has it, from the file's own header; 0: not told. */
unsigned long config_version(const struct config *config);

/* The directory name under arch/ ("x86"), from the values; NULL: not told. */
const char *config_arch(const struct config *config);

#endif
