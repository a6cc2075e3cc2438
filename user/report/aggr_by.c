// SPDX-License-Identifier: GPL-2.0
/*
 * An option's text in, what rows are made by out.
 */
#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "report/aggr_by.h"

int aggr_by_take(const char *what, const char *text, enum aggr_by *by)
{
	static const char *const names[] = {
		[AGGR_LOCK] = "lock",
		[AGGR_CALLER] = "caller",
		[AGGR_TASK] = "task",
		[AGGR_INSTANCE] = "instance",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (!strcmp(text, names[i])) {
			*by = (enum aggr_by)i;
			return 0;
		}
	}
	error("%s wants lock, caller, task or instance, not '%s'", what, text);
	return -EINVAL;
}
