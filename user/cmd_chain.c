// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user chain: a configured tree and a lock API come in, the path
 * from the API to the primitive under it goes to stdout.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "base/progress.h"
#include "source/chain/chain.h"
#include "source/variant/guardclass.h"

static const char help[] =
	"usage: lockprobe-user chain --linux DIR API [--format text|json|dot]\n"
	"\n"
	"Show what a lock call becomes in this tree and this configuration: the\n"
	"path from the API to the primitive, macros and inlines told apart, each\n"
	"with its file and line, and what else happens on the way (preemption,\n"
	"interrupts, lockdep, ...). The tree's own preprocessor is asked, so DIR\n"
	"must be configured; it is not written to.\n"
	"\n"
	"  --linux DIR     a configured kernel source tree\n"
	"  --format WHAT   text (the default), json, or dot for Graphviz\n"
	"  --json          the same as --format json\n"
	"  --help          this text\n"
	"\n"
	"example:\n"
	"  lockprobe-user chain --linux ~/linux spin_lock_irqsave\n"
	"  lockprobe-user chain --linux ~/linux 'guard(mutex)'\n"
	"  lockprobe-user chain --linux ~/linux mutex_lock --format dot | dot -Tsvg\n";

struct options {
	const char *tree, *api, *format;
};

static int parse(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "linux", required_argument, NULL, 'l' },
		{ "format", required_argument, NULL, 'f' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, "l:f:h", longs, NULL)) >= 0) {
		switch (c) {
		case 'l':
			o->tree = optarg;
			break;
		case 'f':
			o->format = optarg;
			break;
		case 'j':
			o->format = "json";
			break;
		case 'h':
			fputs(help, stdout);
			return 1;
		default:
			return -EINVAL; /* getopt has said which */
		}
	}
	if (optind < argc)
		o->api = argv[optind++];
	if (!o->tree)
		error("chain: --linux DIR is missing; see 'lockprobe-user chain --help'");
	else if (!o->api)
		error("chain: which API? for example spin_lock; see 'lockprobe-user chain --help'");
	else if (optind < argc)
		error("chain: one API at a time, not also '%s'", argv[optind]);
	else if (strcmp(o->format, "text") && strcmp(o->format, "json") &&
		 strcmp(o->format, "dot"))
		error("chain: no format '%s'; there are text, json and dot",
		      o->format);
	else
		return 0;
	return -EINVAL;
}

/*
 * guard(mutex) and scoped_guard(mutex) are what their class calls: that it is
 * said, and the name of what takes the lock put into @name. False: no guard.
 */
static bool read_guard(const char *where, const char *api, char *name,
		       size_t size)
{
	const char *plain = strncmp(api, "scoped_", 7) ? api : api + 7;
	const struct lock_api *row, *calls[2] = { NULL };
	struct locktab *tab = NULL;
	struct tree *tree = NULL;

	if (strncmp(plain, "guard(", 6) || tree_open(where, &tree))
		return false;
	row = locktab_open(tree, &tab) ?
		      NULL :
		      locktab_find(tab, plain, strlen(plain));
	if (row && !guard_calls(tree, tab, row, calls) && calls[0]) {
		snprintf(name, size, "%s", calls[0]->name);
		notice("%s (%s:%u) calls %s()%s%s%s", plain, row->file,
		       row->line, name, calls[1] ? ", and " : "",
		       calls[1] ? calls[1]->name : "",
		       calls[1] ? "() at the scope's end" : "");
	}
	if (tab)
		locktab_close(tab);
	tree_close(tree);
	return calls[0];
}

int cmd_chain(int argc, char **argv)
{
	struct options o = { .format = "text" };
	struct chains *chains;
	struct chain chain;
	char taking[128];
	int err;

	err = parse(argc, argv, &o);
	if (err)
		return err < 0 ? EXIT_USAGE : EXIT_DONE;
	if (read_guard(o.tree, o.api, taking, sizeof(taking)))
		o.api = taking;
	progress_begin("preprocessing the lock headers", 0);
	err = chains_new(o.tree, &chains);
	if (!err) {
		err = chain_find(chains, o.api, &chain);
		progress_end();
	} else {
		progress_end();
		return EXIT_FAILED;
	}
	if (err)
		goto out;
	if (!strcmp(o.format, "json"))
		err = chain_print_json(chains, &chain, stdout);
	else if (!strcmp(o.format, "dot"))
		err = chain_print_dot(&chain, stdout);
	else
		err = chain_print_text(chains, &chain, stdout);
	chain_free(&chain);
out:
	chains_free(chains);
	return err;
}
