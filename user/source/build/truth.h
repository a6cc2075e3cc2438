/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The answer to a question about a build: no, yes or unknown. Unknown is an
 * answer, never a guess, and does not spread further than it must.
 */
#ifndef SOURCE_TRUTH_H
#define SOURCE_TRUTH_H

enum truth {
	TRUTH_NO,
	TRUTH_YES,
	TRUTH_UNKNOWN,
};

static inline enum truth truth_not(enum truth t)
{
	return t == TRUTH_UNKNOWN ? t : t == TRUTH_NO ? TRUTH_YES : TRUTH_NO;
}

static inline enum truth truth_and(enum truth a, enum truth b)
{
	if (a == TRUTH_NO || b == TRUTH_NO)
		return TRUTH_NO;
	return a == TRUTH_YES && b == TRUTH_YES ? TRUTH_YES : TRUTH_UNKNOWN;
}

static inline enum truth truth_or(enum truth a, enum truth b)
{
	return truth_not(truth_and(truth_not(a), truth_not(b)));
}

#endif
