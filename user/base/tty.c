// SPDX-License-Identifier: GPL-2.0
/*
 * The terminal: keys in, screens out. Signal handlers put it back with calls
 * that are safe in one; the struct is static because they need it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include "base/tty.h"

#define ENTER "\033[?1049h\033[?25l\033[2J"
#define LEAVE "\033[0m\033[?25h\033[?1049l"

static struct {
	struct termios before, raw;
	int in, errors, kept; /* stderr's place, and what it says meanwhile */
	volatile sig_atomic_t taken, changed;
} tty = { .in = -1, .errors = -1, .kept = -1 };

static void put(int fd, const char *text, size_t size)
{
	ssize_t n;

	while (size) {
		n = write(fd, text, size);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n <= 0 && !(n < 0 && errno == EINTR))
			return;
		if (n > 0) {
			text += n;
			size -= n;
		}
	}
}

static void enter(void)
{
	tcsetattr(tty.in, TCSANOW, &tty.raw);
	put(STDOUT_FILENO, ENTER, sizeof(ENTER) - 1);
	tty.changed = 1;
}

static void leave(void)
{
	put(STDOUT_FILENO, LEAVE, sizeof(LEAVE) - 1);
	tcsetattr(tty.in, TCSANOW, &tty.before);
}

static void die(int sig)
{
	if (tty.taken)
		leave();
	raise(sig); /* SA_RESETHAND: its default comes after this returns */
}

static void on_stop(int sig)
{
	leave();
	signal(sig, SIG_DFL);
	raise(sig);
}

static void on_change(int sig)
{
	struct sigaction sa = { .sa_handler = on_stop };

	if (sig == SIGCONT) {
		sigaction(SIGTSTP, &sa, NULL);
		if (tty.taken)
			enter();
	}
	tty.changed = 1;
}

static void guard(void)
{
	static const int fatal[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction sa = { .sa_handler = die, .sa_flags = SA_RESETHAND };
	size_t i;

	for (i = 0; i < sizeof(fatal) / sizeof(*fatal); i++)
		sigaction(fatal[i], &sa, NULL);
	sa = (struct sigaction){ .sa_handler = on_stop };
	sigaction(SIGTSTP, &sa, NULL);
	sa.sa_handler = on_change;
	sigaction(SIGCONT, &sa, NULL);
	sigaction(SIGWINCH, &sa, NULL);
}

/* A message in the midst of a screen would be overdrawn, and spoil it. */
static void hold_errors(void)
{
	if (!isatty(STDERR_FILENO))
		return;
	tty.kept = memfd_create("stderr", MFD_CLOEXEC);
	tty.errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (tty.kept >= 0 && tty.errors >= 0)
		dup2(tty.kept, STDERR_FILENO);
}

static void show_errors(void)
{
	char text[4096];
	ssize_t n;

	if (tty.errors < 0 || tty.kept < 0)
		return;
	dup2(tty.errors, STDERR_FILENO);
	close(tty.errors);
	lseek(tty.kept, 0, SEEK_SET);
	while ((n = read(tty.kept, text, sizeof(text))) > 0)
		put(STDERR_FILENO, text, n);
	close(tty.kept);
	tty.kept = tty.errors = -1;
}

int tty_open(void)
{
	/* standard input may be a capture */
	tty.in = open("/dev/tty", O_RDONLY | O_CLOEXEC);
	if (tty.in < 0)
		return -errno;
	if (tcgetattr(tty.in, &tty.before)) {
		close(tty.in);
		return -errno;
	}
	tty.raw = tty.before;
	tty.raw.c_lflag &= ~(ICANON | ECHO);
	tty.raw.c_iflag &= ~(ICRNL | IXON);
	tty.raw.c_cc[VMIN] = 1;
	tty.raw.c_cc[VTIME] = 0;
	guard();
	tty.taken = 1;
	enter();
	hold_errors();
	return 0;
}

void tty_close(void)
{
	if (!tty.taken)
		return;
	leave();
	tty.taken = 0;
	close(tty.in);
	show_errors();
}

static int named_key(const char *text, ssize_t n)
{
	static const struct {
		const char *text;
		int key;
	} keys[] = {
		{ "A", TTY_UP },       { "B", TTY_DOWN },
		{ "C", TTY_RIGHT },    { "D", TTY_LEFT },
		{ "H", TTY_HOME },     { "F", TTY_END },
		{ "1~", TTY_HOME },    { "4~", TTY_END },
		{ "5~", TTY_PAGE_UP }, { "6~", TTY_PAGE_DOWN },
	};
	size_t i;

	if (n < 3 || (text[1] != '[' && text[1] != 'O'))
		return TTY_OTHER;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i].text) == (size_t)n - 2 &&
		    !memcmp(text + 2, keys[i].text, n - 2))
			return keys[i].key;
	return TTY_OTHER;
}

/* One key of what was typed: a sequence comes whole, or it is Escape. */
static int next_key(char *typed, ssize_t *nr)
{
	ssize_t n = 1;
	int key = (unsigned char)typed[0];

	if (key == '\033' && *nr > 1) {
		n = 2;
		while (n < *nr && (typed[n] < '@' || typed[n] > '~'))
			n++;
		n = n < *nr ? n + 1 : *nr;
		key = named_key(typed, n);
	}
	*nr -= n;
	memmove(typed, typed + n, *nr);
	return key;
}

int tty_key(int timeout_ms)
{
	static char typed[64];
	static ssize_t nr;
	struct pollfd poll_in = { .fd = tty.in, .events = POLLIN };

	if (!nr) {
		if (poll(&poll_in, 1, timeout_ms) <= 0)
			return TTY_NONE;
		nr = read(tty.in, typed, sizeof(typed));
		if (nr <= 0) {
			nr = 0;
			return poll_in.revents & POLLHUP ? 'q' : TTY_NONE;
		}
	}
	return next_key(typed, &nr);
}

bool tty_changed(void)
{
	bool changed = tty.changed;

	tty.changed = 0;
	return changed;
}

void tty_size(unsigned int *columns, unsigned int *rows)
{
	struct winsize size = { 0 };

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_col ||
	    !size.ws_row)
		size = (struct winsize){ .ws_col = 80, .ws_row = 24 };
	*columns = size.ws_col;
	*rows = size.ws_row;
}

void tty_write(const char *text, size_t size)
{
	put(STDOUT_FILENO, text, size);
}
