// SPDX-License-Identifier: GPL-2.0
/*
 * The options of a session: getopt's letters in, struct genl_session out.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/error.h"
#include "capture/load.h"
#include "base/option.h"
#include "capture/session_option.h"

static int check_cpus(const char *text)
{
	uint32_t nr;
	bool *cpus;

	if (load_parse_cpus(text, &cpus, &nr)) {
		error("--cpu wants a list like 0-3,8, not '%s'", text);
		return -EINVAL;
	}
	free(cpus);
	return 0;
}

int session_option_take(struct session_option *so, int option, const char *text)
{
	switch (option) {
	case 'e':
		so->event_name = text;
		return 0;
	case 'c':
		return option_number("--count", text, 1, INT64_MAX,
				     &so->event.period);
	case 'F':
		return option_u32("--freq", text, 1, 1000000, &so->event.freq);
	case 'C':
		so->session.cpus = text;
		return check_cpus(text);
	case 'p':
		return option_u32("--pid", text, 1, INT32_MAX,
				  &so->session.pid);
	}
	return 1;
}

int session_option_check(const struct session_option *so)
{
	if (!so->event.period || !so->event.freq)
		return 0;
	error("-c and -F exclude each other");
	return -EINVAL;
}

int session_option_event(struct session_option *so)
{
	uint64_t period = so->event.period;
	uint32_t freq = so->event.freq;
	int err = event_choose(so->event_name, &so->event, NULL, NULL);

	if (err)
		return err;
	so->event.period = period;
	so->event.freq = freq;
	event_default_rate(&so->event);
	so->session.event = &so->event;
	return 0;
}
