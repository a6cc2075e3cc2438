/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The terminal as a screen with keys: raw, on its second page, and put back as
 * it was whatever ends or stops the process. One at a time.
 */
#ifndef TTY_H
#define TTY_H

#include <stdbool.h>
#include <stddef.h>

/* What tty_key() gives for keys that are no character. */
enum tty_key {
	TTY_NONE = 0, /* no key for so long */
	TTY_UP = 256,
	TTY_DOWN,
	TTY_LEFT,
	TTY_RIGHT,
	TTY_PAGE_UP,
	TTY_PAGE_DOWN,
	TTY_HOME,
	TTY_END,
	TTY_OTHER
};

/*
 * Take the terminal over. What goes to stderr while it is taken is kept and
 * shown afterwards. 0 or -errno.
 */
int tty_open(void);
void tty_close(void);

/* Wait up to @timeout_ms for a key; a signal ends the wait, too. */
int tty_key(int timeout_ms);

/* Has its size changed, or was the process stopped, since last asked? */
bool tty_changed(void);
void tty_size(unsigned int *columns, unsigned int *rows);

/* All of @text at once. */
void tty_write(const char *text, size_t size);

#endif
