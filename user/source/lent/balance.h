/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Does a body leave a lock as it found it, on every path? The proof that a
 * function may keep the stock calls while all around it are converted.
 */
#ifndef SOURCE_BALANCE_H
#define SOURCE_BALANCE_H

#include "source/locktab/lockapi.h"
#include "source/text/token.h"

enum event_kind {
	EVENT_TAKE,
	EVENT_GIVE,
	EVENT_TRY, /* takes it if the call returns true */
	EVENT_TRY_ZERO, /* takes it if the call returns 0: killable forms */
};

/* A call on the one lock that is looked at. */
struct event {
	uint32_t token; /* of the call's name */
	enum event_kind kind;
};

enum balance {
	BALANCE_NONE, /* not proven */
	BALANCE_FREE, /* comes and goes without the lock */
	BALANCE_HELD, /* comes and goes with the lock, drops it inside */
	BALANCE_TAKES, /* comes without it and goes with it */
	BALANCE_GIVES, /* comes with it and goes without it */
};

/* What a call that acquires, tries or releases does. */
enum event_kind event_of(const struct lock_api *row);

/*
 * The statements list[from .. to), with @events in the order of their tokens.
 * Every path is followed; what cannot be followed is not proven.
 */
enum balance balance_of(const struct token *list, uint32_t from, uint32_t to,
			const struct event *events, uint32_t count);

#endif
