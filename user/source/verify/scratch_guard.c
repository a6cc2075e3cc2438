// SPDX-License-Identifier: GPL-2.0
/*
 * Directories come in; a process that removes one of them at our death, and a
 * Landlock ruleset that protects the other from our children, go out. Process
 * context; what runs between fork() and exec() is async-signal-safe.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "source/verify/scratch_guard.h"

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define WRITES_FILE LANDLOCK_ACCESS_FS_WRITE_FILE
#define WRITES_DIR                                                       \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |  \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM |     \
	 LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SOCK |   \
	 LANDLOCK_ACCESS_FS_REFER)

#define RM_TRIES 300
#define RM_PAUSE 100000000l /* ns */

/* Compilers that outlive us for a moment may write where rm was already. */
static void remove_all(const char *dir)
{
	const struct timespec pause = { .tv_nsec = RM_PAUSE };
	int tries;
	pid_t rm;

	for (tries = 0; tries < RM_TRIES && !access(dir, F_OK); tries++) {
		if (tries)
			nanosleep(&pause, NULL);
		rm = fork();
		if (!rm) {
			execl("/bin/rm", "rm", "-rf", "--", dir, (char *)NULL);
			_exit(1);
		}
		while (rm > 0 && waitpid(rm, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

/* The janitor's life: only async-signal-safe calls, and no way back. */
static void __attribute__((noreturn)) watch(int fd, const char *dir)
{
	ssize_t got;
	char byte;
	int null;

	setsid(); /* the terminal's signals are not for us */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	dup2(fd, STDIN_FILENO);
	null = open("/dev/null", O_RDWR);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	syscall(SYS_close_range, 3, ~0u, 0);
	do
		got = read(STDIN_FILENO, &byte, 1);
	while (got > 0 || (got < 0 && errno == EINTR));
	remove_all(dir);
	_exit(0);
}

int janitor_hire(struct janitor *janitor, const char *dir)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	janitor->pid = fork();
	if (janitor->pid < 0) {
		close(fds[0]);
		close(fds[1]);
		return -errno;
	}
	if (!janitor->pid) {
		close(fds[1]);
		watch(fds[0], dir);
	}
	close(fds[0]);
	janitor->fd = fds[1];
	return 0;
}

void janitor_dismiss(struct janitor *janitor)
{
	close(janitor->fd);
	while (waitpid(janitor->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Landlock from ABI 2 on: before it, no rename between directories at all. */
static unsigned long long writes(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
			   LANDLOCK_CREATE_RULESET_VERSION);

	if (abi < 2)
		return 0;
	return WRITES_DIR | (abi >= 3 ? LANDLOCK_ACCESS_FS_TRUNCATE : 0);
}

static void allow(int ruleset, int dir, const char *name,
		  unsigned long long access)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = access };
	struct stat st;

	rule.parent_fd = openat(dir, name, O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (rule.parent_fd < 0)
		return; /* gone meanwhile: nothing to allow */
	if (!fstat(rule.parent_fd, &st)) {
		if (!S_ISDIR(st.st_mode))
			rule.allowed_access &= WRITES_FILE |
					       LANDLOCK_ACCESS_FS_TRUNCATE;
		syscall(SYS_landlock_add_rule, ruleset,
			LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(rule.parent_fd);
}

/* Allow all that lies in @path but @next, which leads to the tree. */
static int allow_beside(int ruleset, const char *path, const char *next,
			size_t len, unsigned long long access)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (!dir)
		return -errno;
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (strlen(entry->d_name) == len &&
		    !memcmp(entry->d_name, next, len))
			continue;
		allow(ruleset, dirfd(dir), entry->d_name, access);
	}
	closedir(dir);
	return 0;
}

int fence_build(const char *tree, const char *scratch)
{
	unsigned long long access = writes();
	struct landlock_ruleset_attr attr = { .handled_access_fs = access };
	const char *next = tree + 1, *end;
	char path[4096];
	int ruleset, err = 0;

	if (!access)
		return -EOPNOTSUPP;
	ruleset = syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	if (ruleset < 0)
		return -EOPNOTSUPP;
	for (; !err && *next; next = *end ? end + 1 : end) {
		end = next + strcspn(next, "/");
		snprintf(path, sizeof(path), "%.*s", (int)(next - tree), tree);
		err = allow_beside(ruleset, path, next, end - next, access);
	}
	allow(ruleset, AT_FDCWD, scratch, access);
	if (err) {
		close(ruleset);
		return err;
	}
	return ruleset;
}

int fence_enter(int fd)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return syscall(SYS_landlock_restrict_self, fd, 0) ? -errno : 0;
}
