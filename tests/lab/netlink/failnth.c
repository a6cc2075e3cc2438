// SPDX-License-Identifier: GPL-2.0
/*
 * In: what to try. Out: the same with its 1st, 2nd, ... allocation failing,
 * until one try has fewer; what came of it, as TAP.
 *
 *   failnth load MODULE.ko [FROM [TO]]   finit_module()
 *   failnth start                        START
 *   failnth drain PID                    a session's first samples, and its
 *                                        end, in the module's thread PID
 *
 * FROM and TO cut what takes long into shares: from the FROMth allocation on,
 * up to the TOth.
 *
 * What fails is set just before the one system call that is meant, and read
 * back right after it: a shell that did so would fail its own allocations,
 * page faults above all, which are tried again and tell nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/lockprobe.h>
#include "client.h"

#define TRIES 20000
#define TELL 100 /* tries from one line of progress to the next */
#define SAMPLES_MS 400

static struct {
	unsigned long injected, refused, borne;
} seen;

/* fail-nth of a task: @nth allocations from now, 0: none. */
static void set_nth(int fd, unsigned int nth)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", nth);

	if (pwrite(fd, text, len, 0) != len)
		client_die("fail-nth");
}

/* Did it fail? What is left is taken back. */
static bool has_failed(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		client_die("fail-nth");
	set_nth(fd, 0);
	return !atoi(text);
}

static void count(bool failed, bool refused)
{
	seen.injected += failed;
	seen.refused += failed && refused;
	seen.borne += failed && !refused;
}

/* False: nothing failed any more, and it went well. */
static bool try_load(int fail, const char *path, unsigned int nth)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	bool failed;
	long ret;

	if (file < 0)
		client_die(path);
	set_nth(fail, nth);
	ret = syscall(SYS_finit_module, file, "", 0);
	failed = has_failed(fail);
	close(file);
	count(failed, ret);
	if (ret && !failed)
		client_die("the module does not load, and nothing failed");
	if (!ret && syscall(SYS_delete_module, "lockprobe", O_NONBLOCK))
		client_die("the module does not go");
	return failed;
}

/* Till the drain has put the session before away. */
static int ask_again(int fd, struct client_message *message, int fail,
		     unsigned int nth, bool *failed)
{
	int i, ret;

	for (i = 0; i < 3000; i++) {
		if (fail >= 0)
			set_nth(fail, nth);
		ret = client_ask(fd, message);
		*failed = fail >= 0 && has_failed(fail);
		if (ret != -EBUSY || *failed)
			return ret;
		usleep(10000);
	}
	return ret;
}

/* @fail: of this task, or of the drain's (@is_drain). */
static bool try_session(int fail, bool is_drain, unsigned int nth)
{
	int fd = client_open(), family = client_family(fd), ret;
	struct client_message message;
	bool failed, heard = false;

	if (family < 0)
		client_die("the family is not there");
	client_start(&message, family, PERF_TYPE_SOFTWARE,
		     PERF_COUNT_SW_CPU_CLOCK, 10000000);
	if (is_drain) {
		set_nth(fail, nth);
		ret = ask_again(fd, &message, -1, 0, &failed);
	} else {
		ret = ask_again(fd, &message, fail, nth, &failed);
	}
	if (!ret) {
		if (is_drain)
			usleep(SAMPLES_MS * 1000);
		client_stop(&message, family);
		heard = !client_ask(fd, &message) &&
			client_hears(fd, family, LOCKPROBE_CMD_END, 2000);
	}
	if (is_drain)
		failed = has_failed(fail);
	close(fd);
	count(failed, ret || !heard);
	if (!failed && (ret || !heard)) {
		errno = -ret;
		client_die("no session, and nothing failed");
	}
	return failed;
}

static int open_nth(const char *of)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/fail-nth", of);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		client_die(path);
	return fd;
}

int main(int argc, char **argv)
{
	bool is_load = argc >= 3 && argc <= 5 && !strcmp(argv[1], "load");
	bool is_drain = argc == 3 && !strcmp(argv[1], "drain");
	unsigned int from = argc > 3 ? atoi(argv[3]) : 1, nth;
	unsigned int to = argc > 4 ? atoi(argv[4]) : TRIES;
	bool failed = true;
	int fail;

	if (!is_load && !is_drain && (argc != 2 || strcmp(argv[1], "start"))) {
		fprintf(stderr,
			"usage: failnth load MODULE [FROM [TO]] | start | drain PID\n");
		return 2;
	}
	setbuf(stdout, NULL);
	/* no page of ours comes when one is to fail */
	if (mlockall(MCL_CURRENT | MCL_FUTURE))
		client_die("mlockall");
	fail = open_nth(is_drain ? argv[2] : "thread-self");
	for (nth = from; failed && nth <= to; nth++) {
		if (nth % TELL == 0)
			fprintf(stderr, "failnth: %s %u\n", argv[1], nth);
		failed = is_load ? try_load(fail, argv[2], nth) :
				   try_session(fail, is_drain, nth);
	}
	printf("# %lu failed allocations: %lu refused, %lu borne\n",
	       seen.injected, seen.refused, seen.borne);
	printf("%sok 1 - each of %lu allocations of %s failed once, from the %uth on%s\n",
	       seen.injected && (!failed || to != TRIES) ? "" : "not ",
	       seen.injected, argv[1], from, failed ? "" : ", and then none");
	printf("1..1\n");
	return !seen.injected || (failed && to == TRIES);
}
