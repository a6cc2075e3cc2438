/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A subcommand, and the exit codes of the command line contract. A command
 * returns one of enum exit_code, or -errno, which main.c translates.
 */
#ifndef COMMAND_H
#define COMMAND_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NOTHING = 3, /* nothing found */
	EXIT_INCOMPLETE =
		4, /* something is left unexplained: a list was printed */
	EXIT_UNVERIFIED = 5, /* verification failed */
};

struct command {
	const char *name;
	int (*run)(int argc, char **argv); /* argv[0] is the command's name */
	const char *summary; /* one line for --help */
};

int cmd_locks(int argc, char **argv);
int cmd_sites(int argc, char **argv);
int cmd_collect(int argc, char **argv);
int cmd_events(int argc, char **argv);
int cmd_diff(int argc, char **argv);
int cmd_latency(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_top(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_generate(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_build(int argc, char **argv);
int cmd_patch(int argc, char **argv);
int cmd_lockstat(int argc, char **argv);
int cmd_chain(int argc, char **argv);

#endif
