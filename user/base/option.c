// SPDX-License-Identifier: GPL-2.0
/*
 * Options' values: text in, a checked value out.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/option.h"

#define SECONDS_MAX 1e8

int option_number(const char *what, const char *text, uint64_t least,
		  uint64_t most, uint64_t *number)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (!isdigit((unsigned char)*text) || *end || errno || n < least ||
	    n > most) {
		error("%s wants a number from %llu to %llu, not '%s'", what,
		      (unsigned long long)least, (unsigned long long)most,
		      text);
		return -EINVAL;
	}
	*number = n;
	return 0;
}

int option_u32(const char *what, const char *text, uint32_t least,
	       uint32_t most, uint32_t *number)
{
	uint64_t n = 0;
	int err = option_number(what, text, least, most, &n);

	if (!err)
		*number = n;
	return err;
}

int option_seconds(const char *what, const char *text, double least,
		   uint64_t *ns)
{
	double seconds;
	char *end;

	seconds = strtod(text, &end);
	if (!*text || *end || !(seconds > 0) || !(seconds >= least) ||
	    seconds > SECONDS_MAX) {
		error("%s wants seconds, like 10 or 0.5%s, not '%s'", what,
		      least > 0 ? ", but not too few" : "", text);
		return -EINVAL;
	}
	*ns = seconds * 1e9;
	return 0;
}
