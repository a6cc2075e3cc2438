// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user sites: a lock's name comes in by argv, its sites go out as
 * rows on stdout, the totals and what is not explained to stderr.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "source/site/print.h"

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user sites --linux DIR LOCK [--format tsv|json|text]\n"
	      "Find every place that takes, releases, checks or hands on one lock.\n\n"
	      "LOCK is struct.field.path (inode.i_lock, dentry.d_lockref.lock,\n"
	      "address_space.i_pages.xa_lock), or a lock at file scope (rename_lock).\n"
	      "FILE:LOCK picks one of several structs of the same name.\n\n"
	      "  --linux DIR       kernel sources: a directory, or REPO@COMMIT\n"
	      "  --format FORMAT   tsv (default), json (with byte offsets), text\n"
	      "  --json            the same as --format json\n"
	      "  --all-configs     ignore the tree's .config\n"
	      "  --explain         list every occurrence of the name and what it is\n"
	      "  --threads N       default: all processors\n\n"
	      "Exit codes: 0 done, 3 no such lock or no site, 4 an occurrence is left\n"
	      "unexplained (listed on stderr).\n\n"
	      "example: lockprobe-user sites --linux ~/linux files_struct.file_lock\n",
	      out);
}

struct arguments {
	const char *linux_dir, *lock, *format;
	struct sites_opts opts;
	bool explain;
};

static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "linux", required_argument, NULL, 'l' },
		{ "format", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "all-configs", no_argument, NULL, 'a' },
		{ "explain", no_argument, NULL, 'x' },
		{ "threads", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c, end;

	optind = 1;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (c) {
		case 'l':
			a->linux_dir = optarg;
			break;
		case 'f':
			a->format = optarg;
			break;
		case 'j':
			a->format = "json";
			break;
		case 'a':
			a->opts.no_config = true;
			break;
		case 'x':
			a->explain = true;
			break;
		case 't':
			if (sscanf(optarg, "%d%n", &a->opts.threads, &end) !=
				    1 ||
			    optarg[end] || a->opts.threads < 1) {
				error("--threads wants a number, not '%s'",
				      optarg);
				return -EINVAL;
			}
			break;
		case 'h':
			usage(stdout);
			return 1;
		default:
			return -EINVAL;
		}
	}
	if (optind + 1 != argc || !a->linux_dir) {
		error("sites wants --linux DIR and one LOCK; see "
		      "'lockprobe-user sites --help'");
		return -EINVAL;
	}
	a->lock = argv[optind];
	if (!strcmp(a->format, "tsv") || !strcmp(a->format, "json") ||
	    !strcmp(a->format, "text"))
		return 0;
	error("no format '%s': tsv, json and text are there", a->format);
	return -EINVAL;
}

static int print(struct tree *tree, const struct site_set *set,
		 const struct arguments *a)
{
	if (a->explain)
		sites_print_occurrences(set, stdout);
	else if (!strcmp(a->format, "json"))
		sites_print_json(tree, set, stdout);
	else if (!strcmp(a->format, "text"))
		sites_print_text(tree, set, stdout);
	else
		sites_print_tsv(set, stdout);
	if (fflush(stdout) || ferror(stdout))
		return error_errno(-EIO, "cannot write the sites");
	if (set->family == FAMILY_NONE)
		notice("%s is of no lock type that is known here: what is "
		       "listed is where its address goes",
		       set->lock);
	sites_print_totals(tree, set, stderr);
	if (set->unexplained || tree_unreadable(tree))
		return EXIT_INCOMPLETE;
	return set->count ? EXIT_DONE : EXIT_NOTHING;
}

int cmd_sites(int argc, char **argv)
{
	struct arguments a = { .format = "tsv" };
	struct site_set set;
	struct tree *tree;
	int ret;

	ret = parse(argc, argv, &a);
	if (ret)
		return ret > 0 ? EXIT_DONE : EXIT_USAGE;
	ret = tree_open(a.linux_dir, &tree);
	if (ret)
		return EXIT_FAILED;
	ret = sites_find(tree, a.lock, &a.opts, &set);
	if (ret) {
		tree_close(tree);
		return ret == -ENOENT ? EXIT_NOTHING :
		       ret == -EINVAL ? EXIT_USAGE :
					EXIT_FAILED;
	}
	ret = print(tree, &set, &a);
	sites_free(&set);
	tree_close(tree);
	return ret < 0 ? EXIT_FAILED : ret;
}
