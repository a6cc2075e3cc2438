// SPDX-License-Identifier: GPL-2.0
/*
 * Targets come in, the tree's own make builds them in the copy, and what it
 * said goes out. Everything the build writes lies in directories the copy
 * owns; the fence around make holds even if a rule thinks otherwise. Process
 * context; one thread at a time.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "source/build/kbuild.h"
#include "source/verify/scratch.h"
#include "source/verify/scratch_inside.h"

struct command {
	char **argv;
	size_t n, room;
};

static int add(struct command *cmd, const char *format, const char *arg)
{
	char **grown;

	if (cmd->n + 2 > cmd->room) {
		cmd->room = cmd->room ? 2 * cmd->room : 32;
		grown = realloc(cmd->argv, cmd->room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		cmd->argv = grown;
	}
	if (asprintf(&cmd->argv[cmd->n], format, arg) < 0)
		return -ENOMEM;
	cmd->argv[++cmd->n] = NULL;
	return 0;
}

static void command_free(struct command *cmd)
{
	while (cmd->n)
		free(cmd->argv[--cmd->n]);
	free(cmd->argv);
}

/*
 * The programs that the build runs are not what is judged: those of an old tree
 * ask for -Werror and have what a newer compiler warns of (objtool of 5.4).
 */
static int add_lenience(struct command *cmd)
{
	const char *flags = getenv("HOSTCFLAGS");
	int err = add(cmd, "%s", "WERROR=0");

	return err ?: add(cmd, "HOSTCFLAGS=%s -Wno-error", flags ?: "");
}

/* The target, as the Makefile spells it that lists it. */
static int add_goal(struct command *cmd, const struct scratch_make *make,
		    const char *target)
{
	char goal[PATH_MAX];

	if (make->kbuild)
		kbuild_goal(make->kbuild, target, goal, sizeof(goal));
	return add(cmd, "%s", make->kbuild ? goal : target);
}

/*
 * -o prepare: what `make prepare` made is there already; asking again would
 * rebuild tools/objtool, which remembers the path it was built at. The flag is
 * not handed down to a second make, hence the others, which avoid that one.
 */
static int command_build(struct command *cmd, const struct scratch *scratch,
			 const struct scratch_make *make)
{
	long jobs = make->jobs > 0 ? make->jobs : sysconf(_SC_NPROCESSORS_ONLN);
	char number[24];
	int err, i;

	snprintf(number, sizeof(number), "%ld", jobs > 0 ? jobs : 1);
	err = add(cmd, "%s", "make");
	err = err ?: add(cmd, "%s", "-rR");
	err = err ?: add(cmd, "%s", "--no-print-directory");
	err = err ?: add(cmd, "-j%s", number);
	/* make keeps what it holds back in /tmp: not when the fence is there */
	if (strncmp(scratch->tree, P_tmpdir "/", strlen(P_tmpdir "/")))
		err = err ?: add(cmd, "%s", "-Otarget");
	if (!scratch->unprepared)
		err = err ?: add(cmd, "-o%s", "prepare");
	if (make->keep_going)
		err = err ?: add(cmd, "%s", "-k");
	if (scratch->lenient)
		err = err ?: add_lenience(cmd);
	if (make->kcflags)
		err = err ?: add(cmd, "KCFLAGS=%s", make->kcflags);
	for (i = 0; make->vars && make->vars[i]; i++)
		err = err ?: add(cmd, "%s", make->vars[i]);
	for (i = 0; make->targets[i]; i++)
		err = err ?: add_goal(cmd, make, make->targets[i]);
	return err;
}

/* The environment's own make settings are not ours to obey. */
static char **environment(const char *tmp)
{
	static const char *const dropped[] = {
		"MAKEFLAGS=",
		"MAKELEVEL=",
		"MFLAGS=",
		"MAKEOVERRIDES=",
		"KBUILD_",
		"KCFLAGS=",
		"O=",
		"V=",
		"W=",
		"C=",
		"sub_make_done=",
		"TMPDIR=",
		"LC_",
		"LANG",
		"GCC_COLORS=",
		"srctree=",
		"objtree=",
	};
	extern char **environ;
	size_t n = 0, i, k;
	char **env;

	while (environ[n])
		n++;
	env = calloc(n + 4, sizeof(*env));
	if (!env)
		return NULL;
	for (n = i = 0; environ[i]; i++) {
		for (k = 0; k < sizeof(dropped) / sizeof(dropped[0]); k++)
			if (!strncmp(environ[i], dropped[k],
				     strlen(dropped[k])))
				break;
		if (k == sizeof(dropped) / sizeof(dropped[0]))
			env[n++] = environ[i];
	}
	/* the top Makefile takes LC_ALL away, and then LANG would count */
	env[n++] = (char *)"LANG=C";
	env[n++] = (char *)"LC_ALL=C";
	env[n++] = (char *)tmp;
	return env;
}

/* "  CC [M]  fs/ext4/file.o": the object's name, or NULL. */
static char *progress_line(char *line)
{
	char *p = line;

	if (strncmp(line, "  ", 2) || !isupper((unsigned char)line[2]))
		return NULL;
	for (p += 2; isupper((unsigned char)*p) || *p == '_'; p++)
		;
	if (!strncmp(p, " [M]", 4))
		p += 4;
	if (*p != ' ')
		return NULL;
	p += strspn(p, " ");
	return *p && !strchr(p, ' ') ? p : NULL;
}

static void take_line(struct scratch_make *make, FILE *log, char *line,
		      unsigned int *done)
{
	char *what = progress_line(line), *end;

	if (!what) {
		fputs(line, log);
		return;
	}
	end = what + strcspn(what, "\n");
	*end = '\0';
	++*done;
	if (make->step)
		make->step(make->arg, what, *done);
}

static int read_output(struct scratch_make *make, int fd)
{
	unsigned int done = 0;
	FILE *in = fdopen(fd, "r"), *log;
	char *line = NULL;
	size_t room = 0;

	if (!in) {
		close(fd);
		return -ENOMEM;
	}
	log = open_memstream(&make->log, &make->log_len);
	while (log && getline(&line, &room, in) > 0)
		take_line(make, log, line, &done);
	free(line);
	fclose(in);
	return !log || fclose(log) ? -ENOMEM : 0;
}

/* In the child: only async-signal-safe calls, and no way back. */
static void __attribute__((noreturn))
run_make(const struct scratch *scratch, char **argv, char **env, int out,
	 int fence)
{
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (!chdir(scratch->dir) && (fence < 0 || !fence_enter(fence)))
		execvpe("make", argv, env);
	_exit(127);
}

static int run(struct scratch *scratch, struct scratch_make *make,
	       struct command *cmd)
{
	char tmp[PATH_MAX + 16];
	int fds[2], status, fence, err;
	char **env;
	pid_t pid;

	snprintf(tmp, sizeof(tmp), "TMPDIR=%s/.tmp", scratch->dir);
	mkdir(tmp + strlen("TMPDIR="), 0700);
	env = environment(tmp);
	if (!env)
		return -ENOMEM;
	fence = fence_build(scratch->tree, scratch->dir);
	if (pipe2(fds, O_CLOEXEC)) {
		err = -errno;
		goto out;
	}
	pid = fork();
	if (!pid)
		run_make(scratch, cmd->argv, env, fds[1], fence);
	close(fds[1]);
	if (pid < 0) {
		err = -errno;
		close(fds[0]);
		goto out;
	}
	err = read_output(make, fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!err && WIFSIGNALED(status))
		err = -EINTR;
	else if (!err && WEXITSTATUS(status))
		err = -EIO;
out:
	if (fence >= 0)
		close(fence);
	free(env);
	return err;
}

/*
 * What is written for @target goes into the copy: its directory, and the one
 * whose Makefile lists it, for ".." leads out of a link.
 */
static int own_dirs(struct scratch *scratch, const struct scratch_make *make,
		    const char *target)
{
	char dir[PATH_MAX], *end;
	int err = 0;

	if (!scratch_path_ok(target))
		return -EINVAL;
	snprintf(dir, sizeof(dir), "%s", target);
	end = strrchr(dir, '/');
	if (end) {
		*end = '\0';
		err = scratch_own_dir(scratch, dir);
	}
	if (err || !make->kbuild)
		return err;
	kbuild_goal(make->kbuild, target, dir, sizeof(dir));
	end = strstr(dir, "/../");
	if (!end)
		return 0;
	*end = '\0';
	return scratch_own_dir(scratch, dir);
}

int scratch_make(struct scratch *scratch, struct scratch_make *make)
{
	struct command cmd = { 0 };
	int err = 0, i;

	make->log = NULL;
	make->log_len = 0;
	for (i = 0; !err && make->targets[i]; i++)
		err = own_dirs(scratch, make, make->targets[i]);
	err = err ?: command_build(&cmd, scratch, make);
	if (!err)
		err = run(scratch, make, &cmd);
	command_free(&cmd);
	return err;
}
