// SPDX-License-Identifier: GPL-2.0
/*
 * The command line: argv comes in, one subcommand of the table runs, its
 * -errno or exit code goes out as the process's exit code. Exit codes are
 * decided here and nowhere else; see enum exit_code.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "base/error.h"

#define VERSION "0.1.0"

static const struct command commands[] = {
	/* in the order of a user's work */
	{ "doctor", cmd_doctor, "can this kernel and this tree do it?" },
	{ "events", cmd_events, "what the event ladder picks here" },
	{ "collect", cmd_collect, "record lock misses and waits into a file" },
	{ "report", cmd_report, "show the hot locks of a capture" },
	{ "top", cmd_top, "show the hot locks of this machine, live" },
	{ "diff", cmd_diff, "compare two captures, lock by lock" },
	{ "latency", cmd_latency, "show where tasks sleep" },
	{ "import", cmd_import, "make a capture of a perf.data file" },
	{ "locks", cmd_locks, "the locks that a tree or a struct declares" },
	{ "sites", cmd_sites, "every site of one lock in a kernel tree" },
	{ "generate", cmd_generate,
	  "write a patch that gives a lock a policy" },
	{ "verify", cmd_verify,
	  "compile what a patch touches, check its sites" },
	{ "build", cmd_build, "make a livepatch module of a diff" },
	{ "patch", cmd_patch, "livepatches: status, enable, disable" },
	{ "lockstat", cmd_lockstat, "what policy lockstat counts, live" },
	{ "chain", cmd_chain, "what a lock call becomes in a configured tree" },
	{ NULL, NULL, NULL },
};

static void usage(FILE *out)
{
	const struct command *cmd;

	fputs("usage: lockprobe-user COMMAND [ARGUMENT]...\n"
	      "Find the hot kernel lock, and give that one field a better policy.\n\n",
	      out);
	for (cmd = commands; cmd->name; cmd++)
		fprintf(out, "  %-10s %s\n", cmd->name, cmd->summary);
	fputs("\n'lockprobe-user COMMAND --help' explains one; "
	      "lockprobe-user(1) explains all.\n",
	      out);
}

/* -errno from inside becomes an exit code here; exit codes pass through. */
static int exit_code(int ret)
{
	if (ret >= 0)
		return ret;
	if (ret == -EINVAL)
		return EXIT_USAGE;
	if (ret == -ENOENT)
		return EXIT_NOTHING;
	return EXIT_FAILED;
}

/* What could not be written is a failure, however well the rest went. */
static int written(int code)
{
	int err = fflush(stdout) ? -errno : 0;

	if (err)
		error_errno(err, "cannot write to standard output");
	else if (ferror(stdout))
		error("cannot write all to standard output");
	return ferror(stdout) && code == EXIT_DONE ? EXIT_FAILED : code;
}

static int run(int argc, char **argv)
{
	const struct command *cmd;

	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("lockprobe-user " VERSION);
		return EXIT_DONE;
	}
	for (cmd = commands; cmd->name; cmd++)
		if (!strcmp(argv[1], cmd->name))
			return exit_code(cmd->run(argc - 1, argv + 1));
	error("no command '%s'; 'lockprobe-user --help' lists them", argv[1]);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	return written(run(argc, argv));
}
