/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Values of options, as every command takes them: text in, a value out, or
 * -EINVAL and a sentence on stderr that names the option (@what).
 */
#ifndef OPTION_H
#define OPTION_H

#include <stdint.h>

int option_number(const char *what, const char *text, uint64_t least,
		  uint64_t most, uint64_t *number);
int option_u32(const char *what, const char *text, uint32_t least,
	       uint32_t most, uint32_t *number);
/* At least @least seconds, fractions allowed; in ns. */
int option_seconds(const char *what, const char *text, double least,
		   uint64_t *ns);

#endif
