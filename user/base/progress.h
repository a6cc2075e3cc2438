/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One progress line on stderr for long work, drawn only when stderr is a
 * terminal (and TERM is not "dumb"), at most ten times a second, and wiped
 * when the work ends. Any thread may step it.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

/* @what: borrowed until progress_end(). @total: 0 when it is not known. */
void progress_begin(const char *what, uint64_t total);
void progress_step(uint64_t done);
void progress_add(uint64_t more);
void progress_end(void);

/* Wipe the line for a message; the next step draws it again. */
void progress_wipe(void);

#endif
