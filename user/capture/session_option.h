/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What collect and top alike are told about a session: which event, how often,
 * where. An option in, the session's parameters out.
 */
#ifndef SESSION_OPTION_H
#define SESSION_OPTION_H

#include "capture/genl.h"

#define SESSION_OPTIONS "e:c:F:C:p:"

struct session_option {
	const char *event_name; /* NULL: the best there is */
	struct event event;
	struct genl_session session;
};

/* 0, -EINVAL (said on stderr), or 1: not an option of a session's. */
int session_option_take(struct session_option *so, int option,
			const char *text);

/* The options fit together; 0 or -EINVAL. */
int session_option_check(const struct session_option *so);

/* Choose the event, keep the rate that was asked for. 0 or -errno. */
int session_option_event(struct session_option *so);

#endif
