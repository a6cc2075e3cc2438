// SPDX-License-Identifier: GPL-2.0
/*
 * In: a race, how often to run it. Out: what came of it, as TAP; the kernel's
 * log is for the lab to judge.
 *
 *   races unload TIMES MODULE.ko   START beside delete_module(): one of them
 *                                  is refused, or one comes after the other
 *   races steal TIMES              a reader with a full socket is shot, and a
 *                                  user waits for its socket's number: nothing
 *                                  of the stream comes to them
 *   races hotplug TIMES            CPU 1 goes and comes while a software
 *                                  event is sampled: to begin or end that, and
 *                                  to bring a CPU up, takes the same lock
 *   races refuse TIMES             no race: STARTs that perf would not refuse,
 *                                  or that would sample nothing, are refused
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <linux/lockprobe.h>
#include "client.h"

#define NOBODY 65534

static unsigned int results;
static unsigned long bad;

static void result(bool good, const char *what)
{
	printf("%sok %u - %s\n", good ? "" : "not ", ++results, what);
	bad += !good;
}

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ull + ts.tv_nsec / 1000;
}

static void load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		client_die(path);
	close(fd);
}

static bool unload(void)
{
	return !syscall(SYS_delete_module, "lockprobe", O_NONBLOCK);
}

/* For those that end a session: its last steps are the drain's. */
static void unload_soon(void)
{
	int i;

	for (i = 0; i < 1000; i++) {
		if (unload())
			return;
		if (errno == ENOENT)
			return;
		usleep(10000);
	}
	client_die("the module does not go");
}

/* In a child, after @us: did it go? */
static bool unload_after(uint64_t us)
{
	uint64_t end = now_us() + us;

	while (now_us() < end)
		continue;
	return unload();
}

/* How long a START takes that nothing disturbs. */
static uint64_t time_start(const char *path)
{
	struct client_message message;
	uint64_t start;
	int fd;

	load(path);
	fd = client_open();
	client_start(&message, client_family(fd), PERF_TYPE_SOFTWARE,
		     PERF_COUNT_SW_CPU_CLOCK, 1000000);
	start = now_us();
	if (client_ask(fd, &message))
		client_die("no session begins");
	start = now_us() - start;
	close(fd);
	unload_soon();
	return start;
}

static void race_unload(unsigned long times, const char *path)
{
	unsigned long i, both = 0, went = 0, began = 0;
	uint64_t took = time_start(path), start;
	struct client_message message;
	int fd, family, ret, status;
	char text[128];
	pid_t other;

	for (i = 0; i < times; i++) {
		load(path);
		fd = client_open();
		family = client_family(fd);
		if (family < 0)
			client_die("the family is not there");
		client_start(&message, family, PERF_TYPE_SOFTWARE,
			     PERF_COUNT_SW_CPU_CLOCK, 1000000);
		other = fork();
		if (!other)
			_exit(unload_after(rand() % (took * 2)));
		start = now_us();
		ret = client_ask(fd, &message);
		if (!ret)
			took = (now_us() - start + took * 3) / 4;
		waitpid(other, &status, 0);
		went += WEXITSTATUS(status);
		began += !ret;
		both += WEXITSTATUS(status) && !ret;
		usleep(2000);
		close(fd);
		unload_soon();
	}
	printf("# %lu unloads beside a START of about %lu us: %lu went, %lu sessions began\n",
	       times, (unsigned long)took, went, began);
	snprintf(text, sizeof(text),
		 "%lu sessions began in a module that was going", both);
	result(!both, text);
}

/* Begin a session and never read what it sends. Tells its number. */
static void lazy_reader(int tell)
{
	int fd = client_open(), small = 1;
	struct sockaddr_nl own;
	socklen_t size = sizeof(own);
	struct client_message message;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	client_start(&message, client_family(fd), PERF_TYPE_SOFTWARE,
		     PERF_COUNT_SW_CPU_CLOCK, 100000);
	message.head.nlmsg_len = message.length;
	if (send(fd, message.bytes, message.length, 0) < 0 ||
	    getsockname(fd, (struct sockaddr *)&own, &size) ||
	    write(tell, &own.nl_pid, sizeof(own.nl_pid)) < 0)
		client_die("the reader");
	for (;;)
		pause();
}

/* A user who takes the socket number @port when it is free: what comes? */
static int thief(uint32_t port, int family)
{
	struct sockaddr_nl as = { .nl_family = AF_NETLINK, .nl_pid = port };
	uint64_t end = now_us() + 10000000;
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);

	if (setgid(NOBODY) || setuid(NOBODY))
		return 2;
	while (bind(fd, (struct sockaddr *)&as, sizeof(as)))
		if (now_us() > end)
			return 2;
	return client_hears(fd, family, 0, 500);
}

static void race_steal(unsigned long times)
{
	unsigned long i, stolen = 0, failed = 0;
	int fd = client_open(), family = client_family(fd), ends[2], status;
	char text[128];
	uint32_t port;
	pid_t reader, user;

	if (pipe(ends))
		client_die("a pipe");
	for (i = 0; i < times; i++) {
		reader = fork();
		if (!reader)
			lazy_reader(ends[1]);
		if (read(ends[0], &port, sizeof(port)) < 0)
			client_die("the reader's number");
		usleep(800000); /* its socket is full */
		user = fork();
		if (!user)
			_exit(thief(port, family));
		usleep(100000);
		kill(reader, SIGKILL);
		waitpid(reader, NULL, 0);
		waitpid(user, &status, 0);
		stolen += WEXITSTATUS(status) == 1;
		failed += WEXITSTATUS(status) == 2;
		usleep(300000); /* the session ends */
	}
	close(fd);
	snprintf(text, sizeof(text),
		 "%lu of %lu users read of another's session", stolen, times);
	result(!stolen, text);
	result(!failed, "each of them had its socket's number");
}

static bool set_online(bool on)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY);
	bool good = fd >= 0 && write(fd, on ? "1" : "0", 1) == 1;

	close(fd);
	return good;
}

static void race_hotplug(unsigned long times)
{
	static const struct {
		uint64_t config;
		const char *name;
	} events[] = { { PERF_COUNT_SW_CONTEXT_SWITCHES, "context-switches" },
		       { PERF_COUNT_SW_CPU_CLOCK, "cpu-clock" } };
	struct client_message message;
	unsigned long i, e, good;
	int fd, family;
	char text[128];

	for (e = 0; e < sizeof(events) / sizeof(events[0]); e++) {
		fd = client_open();
		family = client_family(fd);
		client_start(&message, family, PERF_TYPE_SOFTWARE,
			     events[e].config, e ? 1000000 : 10);
		while (client_ask(fd, &message) == -EBUSY)
			usleep(100000);
		for (i = good = 0; i < times; i++) {
			good += set_online(false) && set_online(true);
			/* read, or the session waits for us */
			client_hears(fd, family, 0, 50);
		}
		client_stop(&message, family);
		if (client_ask(fd, &message) ||
		    !client_hears(fd, family, LOCKPROBE_CMD_END, 20000))
			good = 0;
		close(fd);
		snprintf(text, sizeof(text),
			 "a CPU comes and goes %lu times while %s are sampled",
			 times, events[e].name);
		result(good == times, text);
	}
}

/* Tells its number; a thread that is not its process's first. */
static void *__attribute__((noreturn)) stay(void *tid)
{
	*(volatile int *)tid = syscall(SYS_gettid);
	for (;;)
		pause();
}

static void check_refused(uint64_t period, uint32_t pid, int want,
			  const char *what)
{
	struct client_message message;
	int fd = client_open(), ret;

	client_start(&message, client_family(fd), PERF_TYPE_SOFTWARE,
		     PERF_COUNT_SW_CPU_CLOCK, period);
	if (pid)
		client_add_pid(&message, pid);
	while ((ret = client_ask(fd, &message)) == -EBUSY)
		usleep(100000);
	result(ret == want, what);
	close(fd);
}

static void refuse(void)
{
	volatile int tid = 0;
	pthread_t thread;

	if (pthread_create(&thread, NULL, stay, (void *)&tid))
		client_die("a thread");
	while (!tid)
		usleep(1000);
	check_refused(0, 0, -EINVAL, "no period");
	check_refused(1ull << 63, 0, -EINVAL, "a period of 2^63");
	check_refused(~0ull, 0, -EINVAL, "one of 2^64 - 1");
	check_refused(10000000, tid, -ESRCH,
		      "a thread's number as a process's");
	check_refused(10000000, getpid(), 0, "but not a process's");
}

int main(int argc, char **argv)
{
	unsigned long times = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;

	setbuf(stdout, NULL);
	if (argc == 4 && times && !strcmp(argv[1], "unload")) {
		race_unload(times, argv[3]);
	} else if (argc == 3 && times && !strcmp(argv[1], "steal")) {
		race_steal(times);
	} else if (argc == 3 && times && !strcmp(argv[1], "hotplug")) {
		race_hotplug(times);
	} else if (argc == 3 && times && !strcmp(argv[1], "refuse")) {
		while (times--)
			refuse();
	} else {
		fprintf(stderr,
			"usage: races unload TIMES MODULE | steal|hotplug|refuse TIMES\n");
		return 2;
	}
	printf("1..%u\n", results);
	return bad != 0;
}
