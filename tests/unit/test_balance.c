// SPDX-License-Identifier: GPL-2.0
/*
 * Bodies of functions, and whether each path through them leaves the lock as
 * it was.
 */
#include <stdlib.h>

#include "kselftest_harness.h"

#include "source/lent/balance.h"
#include "source/text/lex.h"

/* take(), give(), try() and try0() (0: taken) are the calls on the lock. */
static const struct {
	const char *text;
	enum balance want;
} bodies[] = {
	{ "a();", BALANCE_FREE },
	{ "take(); a(); give();", BALANCE_FREE },
	{ "take();", BALANCE_TAKES },
	{ "give();", BALANCE_GIVES },
	{ "give(); a(); take();", BALANCE_HELD },
	{ "take(); take(); give();", BALANCE_NONE },
	{ "take(); if (a) return 1; give(); return 0;", BALANCE_NONE },
	{ "take(); if (a) { give(); return 1; } give();", BALANCE_FREE },
	{ "if (a) take(); give();", BALANCE_NONE },
	{ "if (a) take(); else take(); give();", BALANCE_FREE },
	{ "if (!try()) return; give();", BALANCE_FREE },
	{ "if (try()) { a(); give(); }", BALANCE_FREE },
	{ "if (likely(try())) a(); give();", BALANCE_NONE },
	{ "if (!try()) take(); give();", BALANCE_FREE },
	{ "if (try0()) return -4; give();", BALANCE_FREE },
	{ "if (!try0()) return -4; give();", BALANCE_NONE },
	{ "while (!try()) a(); give();", BALANCE_FREE },
	{ "take(); while (a) { if (b) break; } give();", BALANCE_FREE },
	{ "take(); while (a) { if (b) goto out; give(); take(); } out: give();",
	  BALANCE_FREE },
	{ "while (a) { take(); if (b) continue; give(); }", BALANCE_NONE },
	{ "for (;;) { take(); if (a) break; give(); } give();", BALANCE_FREE },
	{ "for (i = 0; i < 9; i++) { take(); give(); }", BALANCE_FREE },
	{ "for (i = 0; i < 9; i++) take();", BALANCE_NONE },
	{ "list_for_each_entry(p, q, r) { take(); give(); }", BALANCE_FREE },
	{ "list_for_each_entry(p, q, r) { take(); if (p) break; give(); }",
	  BALANCE_NONE },
	{ "do { take(); a(); give(); } while (0)", BALANCE_FREE },
	{ "do { take(); a(); } while (b); give();", BALANCE_NONE },
	{ "again: take(); if (a) { give(); goto again; } give();",
	  BALANCE_FREE },
	{ "take(); if (a) goto err; give(); return 0; err: return 1;",
	  BALANCE_NONE },
	{ "switch (a) { case 1: take(); break; default: return; } give();",
	  BALANCE_FREE },
	{ "switch (a) { case 1: take(); break; } give();", BALANCE_NONE },
	{ "switch (a) { case 1: take(); case 2: give(); }", BALANCE_NONE },
	{ "take(); x = ({ give(); 1; });", BALANCE_FREE },
	/* what a variable says about the lock */
	{ "if (p) take(); a(); if (p) give();", BALANCE_FREE },
	{ "if (p) take(); a(); if (!p) return; give();", BALANCE_FREE },
	{ "if (p) take(); p = a(); if (p) give();", BALANCE_NONE },
	{ "if (p) take(); a(&p); if (p) give();", BALANCE_NONE },
	{ "if (p) take(); q->p = 0; if (p != NULL) give();", BALANCE_FREE },
	{ "if (p) take(); if (q) give();", BALANCE_NONE },
	{ "if (p) take(); while (a) { if (p) give(); p = b(); if (p) take(); } "
	  "if (p) give();",
	  BALANCE_FREE },
	{ "r = try(); if (!r) return; give();", BALANCE_FREE },
	{ "r = try(); if (r) return; give();", BALANCE_NONE },
	{ "int r = try0(); if (r) return r; give(); return 0;", BALANCE_FREE },
	{ "if ((r = try0()) != 0) return r; give();", BALANCE_FREE },
	{ "r = 0; if (a) { take(); r = 1; } if (r) give();", BALANCE_FREE },
	{ "if (a && try()) give();", BALANCE_FREE },
	{ "if (a || !try()) return; give();", BALANCE_FREE },
	{ "if (a || try()) give();", BALANCE_NONE },
	{ "if (!(a && try())) return; give();", BALANCE_FREE },
	{ "for (;;) { take(); give(); }", BALANCE_FREE },
	{ "if (a) { take(); } else { b(); take(); }", BALANCE_TAKES },
};

static enum balance judge(const char *text)
{
	struct event events[16];
	struct tokens tokens = { 0 };
	enum balance balance;
	uint32_t i, n = 0;

	lex_piece(&tokens, text, strlen(text));
	lex_match(tokens.list, 0, tokens.count);
	for (i = 0; i < tokens.count; i++) {
		const struct token *t = &tokens.list[i];

		if (token_is(t, "take"))
			events[n++] = (struct event){ i, EVENT_TAKE };
		else if (token_is(t, "give"))
			events[n++] = (struct event){ i, EVENT_GIVE };
		else if (token_is(t, "try"))
			events[n++] = (struct event){ i, EVENT_TRY };
		else if (token_is(t, "try0"))
			events[n++] = (struct event){ i, EVENT_TRY_ZERO };
	}
	balance = balance_of(tokens.list, 0, tokens.count, events, n);
	free(tokens.list);
	return balance;
}

TEST(every_path_counts)
{
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const char *text = bodies[i].text;

		if (judge(text) != bodies[i].want)
			TH_LOG("%s", text ? text : "");
		EXPECT_EQ(bodies[i].want, judge(text));
	}
}

TEST_HARNESS_MAIN
