// SPDX-License-Identifier: GPL-2.0
/*
 * A unified diff comes in; the files it names become the copy's own and are
 * changed. git itself applies the diff: all of it or nothing, without fuzz.
 * Process context.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "source/verify/scratch.h"
#include "source/verify/scratch_inside.h"

/* The path of a "--- a/fs/file.c" or "+++ b/..." line; false: /dev/null. */
static bool header_path(const char *line, char *path)
{
	size_t len = strcspn(line, "\t\r\n");
	const char *slash = memchr(line, '/', len);

	if (!slash || slash == line)
		return false;
	len -= slash + 1 - line;
	snprintf(path, PATH_MAX, "%.*s", (int)len, slash + 1);
	return len > 0;
}

/* Make every file that @patch names the copy's own. */
static int own_touched(struct scratch *scratch, const char *patch)
{
	const char *old = patch, *new;
	char path[PATH_MAX];
	int err = 0, files = 0;

	for (; !err && *old; old = new) {
		new = strchr(old, '\n');
		new = new ? new + 1 : "";
		/* in a hunk such a line has no partner */
		if (strncmp(old, "--- ", 4) || strncmp(new, "+++ ", 4))
			continue;
		files++;
		if (header_path(old + 4, path))
			err = scratch_own(scratch, path);
		if (!err && header_path(new + 4, path))
			err = scratch_own(scratch, path);
		if (err)
			error_errno(err, "the patch touches '%s'", path);
	}
	if (!files) {
		error("this is no patch: it changes no file");
		return -EBADMSG;
	}
	return err;
}

static void __attribute__((noreturn))
run_git(const struct scratch *scratch, char **env, int in, int out,
	bool reverse)
{
	char *argv[] = { (char *)"git", (char *)"apply",
			 (char *)"--whitespace=nowarn",
			 (char *)(reverse ? "-R" : "-p1"), NULL };

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (!chdir(scratch->dir))
		execvpe("git", argv, env);
	_exit(127);
}

/* The patch as a file that has no name, read from its start. */
static int patch_file(const char *patch)
{
	size_t len = strlen(patch);
	int fd = memfd_create("patch", MFD_CLOEXEC);
	ssize_t put;

	if (fd < 0)
		return -errno;
	for (; len; patch += put, len -= put) {
		put = write(fd, patch, len);
		if (put < 0)
			goto fail;
	}
	if (!lseek(fd, 0, SEEK_SET))
		return fd;
fail:
	put = -errno;
	close(fd);
	return put;
}

/* Show what git said, one line of ours for each of its. */
static void complain(int fd)
{
	FILE *in = fdopen(fd, "r");
	char line[1024];

	if (!in) {
		close(fd);
		return;
	}
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		error("%s", !strncmp(line, "error: ", 7) ? line + 7 : line);
	}
	fclose(in);
}

int scratch_apply(struct scratch *scratch, const char *patch, bool reverse)
{
	/* no repository around the scratch directory may interfere */
	char ceiling[PATH_MAX + 32], home[] = "GIT_CONFIG_NOSYSTEM=1";
	char *path = NULL, locale[] = "LC_ALL=C";
	char *env[] = { ceiling, home, locale, NULL, NULL };
	int in, out[2], status, err;
	pid_t pid;

	err = own_touched(scratch, patch);
	if (err)
		return err;
	snprintf(ceiling, sizeof(ceiling), "GIT_CEILING_DIRECTORIES=%.*s",
		 (int)(strrchr(scratch->dir, '/') - scratch->dir),
		 scratch->dir);
	if (asprintf(&path, "PATH=%s", getenv("PATH") ?: "/usr/bin:/bin") < 0)
		return -ENOMEM;
	env[3] = path;
	in = patch_file(patch);
	err = in < 0 ? in : pipe2(out, O_CLOEXEC) ? -errno : 0;
	if (err)
		goto out;
	pid = fork();
	if (!pid)
		run_git(scratch, env, in, out[1], reverse);
	err = pid < 0 ? -errno : 0;
	close(out[1]);
	complain(out[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!err && status) {
		if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
			error("cannot run git: is it installed?");
		err = -EBADMSG;
	}
out:
	if (in >= 0)
		close(in);
	free(path);
	return err;
}
