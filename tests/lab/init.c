// SPDX-License-Identifier: GPL-2.0
/*
 * PID 1 of a lab guest. The list of commands (/lab/commands) comes in; what
 * they say on stdout goes out on the control port as it is said, framed by
 * lines of our own that start with "lab:"; the files they leave in /out go out
 * as a tar in a window of memory that QEMU keeps in a file; then the machine is
 * switched off. The host believes a run only when it reads "lab: done" on the
 * control port: silence is failure.
 *
 * A command is one line, NAME TAB SECONDS TAB SHELL-COMMAND. It has its own
 * process group, which is killed at its time limit.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CONSOLE "/dev/ttyS0"
#define CONTROL "/dev/ttyS1"
#define WINDOW "/sys/bus/pci/devices/0000:00:08.0"
#define WINDOW_SIZE ((size_t)64 << 20)
#define COMMANDS "/lab/commands"
#define TAR "cd /out && busybox tar -c . >/run/out.tar"

#define LOGLEVEL_ALL 8
#define SYSLOG_CONSOLE_LEVEL 8

/* Of /proc/sys/kernel/tainted: a machine check, an oops, a WARN, a soft
 * lockup. Modules of ours taint too, and may. */
#define TAINT_BROKEN ((1ul << 4) | (1ul << 7) | (1ul << 9) | (1ul << 14))

static int control = -1;
/* Memory that the host reads when we are gone, or NULL. */
static char *window;

/* One line to the host. */
static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void tell(const char *format, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(line, sizeof(line) - 1, format, ap);
	va_end(ap);
	if (n > (int)sizeof(line) - 2)
		n = sizeof(line) - 2;
	line[n++] = '\n';
	if (write(control, line, n) != n)
		return; /* the host reads our silence as failure */
	tcdrain(control);
}

static void power_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

static void give_up(const char *what)
{
	tell("lab: init failed: %s: %s", what, strerror(errno));
	power_off();
}

struct mount_point {
	const char *type;
	const char *where;
	const char *options;
	int optional; /* the kernel may be built without it */
};

static const struct mount_point mounts[] = {
	{ "proc", "/proc", NULL, 0 },
	{ "sysfs", "/sys", NULL, 0 },
	{ "devtmpfs", "/dev", NULL, 0 },
	{ "tmpfs", "/tmp", "mode=1777", 0 },
	{ "tmpfs", "/run", "mode=755", 0 },
	{ "tmpfs", "/out", "mode=755", 0 },
	{ "devpts", "/dev/pts", NULL, 1 },
	{ "tmpfs", "/dev/shm", NULL, 1 },
	{ "debugfs", "/sys/kernel/debug", NULL, 1 },
	{ "tracefs", "/sys/kernel/tracing", NULL, 1 },
	{ "bpf", "/sys/fs/bpf", NULL, 1 },
	{ "cgroup2", "/sys/fs/cgroup", NULL, 1 },
	{ "securityfs", "/sys/kernel/security", NULL, 1 },
};

static void mount_all(void)
{
	const struct mount_point *m;
	size_t i;

	for (i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++) {
		m = &mounts[i];
		mkdir(m->where, 0755);
		if (mount(m->type, m->where, m->type, 0, m->options) &&
		    !m->optional && errno != EBUSY)
			give_up(m->where);
	}
}

/* A port carries bytes as they are: no echo, no newline translation. */
static int open_port(const char *path)
{
	struct termios raw;
	int fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (tcgetattr(fd, &raw))
		return fd;
	cfmakeraw(&raw);
	cfsetspeed(&raw, B115200);
	tcsetattr(fd, TCSANOW, &raw);
	return fd;
}

static void open_console(void)
{
	int fd = open(CONSOLE, O_RDWR | O_NOCTTY);
	int i;

	if (fd < 0)
		give_up(CONSOLE);
	for (i = 0; i < 3; i++)
		dup2(fd, i);
	if (fd > 2)
		close(fd);
}

static unsigned long taint(void)
{
	unsigned long value = 0;
	FILE *f = fopen("/proc/sys/kernel/tainted", "r");

	if (f && fscanf(f, "%lu", &value) != 1)
		value = 0;
	if (f)
		fclose(f);
	return value;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* In the child: a shell, its stdout on the control port, stdin empty. */
static void become(const char *command)
{
	int null = open("/dev/null", O_RDONLY);

	setsid();
	dup2(null, 0);
	dup2(control, 1);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/*
 * Run a shell command for at most @limit seconds (0: for ever), reaping
 * orphans meanwhile. Returns its exit code, 128 + signal, or -1 for "stopped
 * at its limit".
 */
static int run(const char *command, double limit)
{
	double end = now() + limit;
	int status, stopped = 0;
	pid_t pid, done;

	pid = fork();
	if (pid < 0)
		return 126;
	if (pid == 0)
		become(command);
	for (;;) {
		done = waitpid(-1, &status, WNOHANG);
		if (done == pid)
			break;
		if (done > 0)
			continue;
		if (limit > 0 && now() > end && !stopped) {
			kill(-pid, SIGKILL);
			kill(pid, SIGKILL);
			stopped = 1;
		}
		usleep(10000);
	}
	kill(-pid, SIGKILL); /* what it left in the background */
	if (stopped)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* One line of the list; returns 0 when it is to be run. */
static int parse(char *line, char **name, double *limit, char **command)
{
	char *save, *seconds;

	line[strcspn(line, "\n")] = '\0';
	*name = strtok_r(line, "\t", &save);
	seconds = strtok_r(NULL, "\t", &save);
	*command = strtok_r(NULL, "", &save);
	if (!*name || !seconds || !*command)
		return -1;
	*limit = atof(seconds);
	return 0;
}

static void run_all(void)
{
	char *line = NULL, *name, *command;
	FILE *list = fopen(COMMANDS, "re");
	double limit, start;
	size_t size = 0;
	int code;

	if (!list)
		give_up(COMMANDS);
	while (getline(&line, &size, list) > 0) {
		if (parse(line, &name, &limit, &command))
			continue;
		tell("lab: begin %s", name);
		start = now();
		code = run(command, limit);
		if (code < 0)
			tell("lab: end %s stopped after %.0f s", name, limit);
		else
			tell("lab: end %s exit %d after %.1f s", name, code,
			     now() - start);
	}
	free(line);
	fclose(list);
}

/* All of the kernel's log, for the host to look for reports in. */
static void save_log(void)
{
	run("busybox dmesg >/out/dmesg", 30);
}

/* Before the commands: a kernel that they lock down maps nothing any more. */
static void map_window(void)
{
	int enable = open(WINDOW "/enable", O_WRONLY | O_CLOEXEC);
	int fd = open(WINDOW "/resource2", O_RDWR | O_CLOEXEC);
	void *at = MAP_FAILED;

	if (enable >= 0 && write(enable, "1", 1) == 1 && fd >= 0)
		at = mmap(NULL, WINDOW_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  fd, 0);
	if (enable >= 0)
		close(enable);
	if (fd >= 0)
		close(fd);
	window = at == MAP_FAILED ? NULL : at;
}

/* /out as a tar into the window; its size is said, to be checked. */
static void send_archive(void)
{
	size_t size = 0;
	ssize_t n;
	int from;

	if (!window)
		give_up(WINDOW);
	if (run(TAR, 60))
		give_up("tar");
	from = open("/run/out.tar", O_RDONLY | O_CLOEXEC);
	if (from < 0)
		give_up("/run/out.tar");
	while ((n = read(from, window + size, WINDOW_SIZE - size)) > 0)
		size += n;
	if (n < 0)
		give_up("/run/out.tar");
	if (size == WINDOW_SIZE)
		tell("lab: /out is larger than what the host takes");
	else
		tell("lab: archive %zu bytes", size);
}

int main(void)
{
	struct rlimit core = { 0, 0 };
	unsigned long broken;

	mkdir("/dev", 0755);
	mount_all();
	control = open_port(CONTROL);
	if (control < 0)
		power_off();
	open_console();
	setrlimit(RLIMIT_CORE, &core);
	setenv("PATH", "/bin:/sbin:/usr/bin:/usr/sbin:/lab", 1);
	setenv("HOME", "/", 1);
	setenv("TERM", "dumb", 1);
	if (chdir("/"))
		give_up("/");
	run("/bin/busybox --install -s /bin", 30);
	klogctl(SYSLOG_CONSOLE_LEVEL, NULL, LOGLEVEL_ALL);
	map_window();
	tell("lab: up");
	run_all();
	save_log();
	send_archive();
	broken = taint() & TAINT_BROKEN;
	if (broken)
		tell("lab: the kernel is tainted, %#lx", broken);
	else
		tell("lab: done");
	power_off();
}
