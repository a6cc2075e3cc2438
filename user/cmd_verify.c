// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user verify: a configured tree and a patch go in, one sentence
 * and an exit code come out; the tree is not touched.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "command.h"
#include "base/error.h"
#include "source/verify/verify.h"

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user verify --linux DIR [-j JOBS] [--again] PATCH\n"
	      "Compile what PATCH touches, before and after it, with the tree's own build\n"
	      "(in a scratch copy: DIR is not written to), and let the compiler confirm the\n"
	      "type of every rewritten site.\n\n"
	      "  --linux DIR   configured kernel tree that PATCH was made for\n"
	      "  -j JOBS       compile so many files at once (default: one a CPU)\n"
	      "  --again       build, even if this very patch has verified before: that is\n"
	      "                kept in ~/.cache/lockprobe/verify, by patch, tree and compiler\n\n"
	      "Fails with exit code 5, and the compiler's words, when the patch does not\n"
	      "apply or compile, brings a new warning (W=1; sparse's lock contexts, where it\n"
	      "is installed), rewrites a call on another struct's field, or leaves one out\n"
	      "that it does not list.\n\n"
	      "example: lockprobe-user verify --linux linux-6.1 file_lock.patch\n",
	      out);
}

static int report(const char *patch, int ret, const struct verify_result *r)
{
	if (ret == -EBADMSG || ret == -EILSEQ) {
		error("%s does not verify", patch);
		return EXIT_UNVERIFIED;
	}
	if (ret)
		return ret;
	if (r->known)
		notice("this patch has verified before, in this tree as it is: "
		       "--again builds it again");
	printf("%s verifies: %zu objects compile with no new warning%s; "
	       "%zu calls confirmed by the compiler, %zu by their prototypes; "
	       "%zu other accesses take nothing",
	       patch, r->objects, r->sparse ? " (sparse, too)" : "",
	       r->calls.direct, r->calls.indirect, r->calls.left);
	if (r->calls.listed)
		printf(", %zu stock calls are listed", r->calls.listed);
	if (r->unbuilt)
		printf(", %zu files are not built", r->unbuilt);
	putchar('\n');
	return EXIT_DONE;
}

int cmd_verify(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "linux", required_argument, NULL, 'L' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "again", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct verify_result result;
	const char *dir = NULL;
	bool again = false;
	int c, jobs = 0, ret;

	while ((c = getopt_long(argc, argv, "j:h", longs, NULL)) != -1) {
		switch (c) {
		case 'L':
			dir = optarg;
			break;
		case 'j':
			jobs = atoi(optarg);
			if (jobs > 0)
				break;
			error("-j takes a number from 1 on, not '%s'", optarg);
			return EXIT_USAGE;
		case 'a':
			again = true;
			break;
		case 'h':
			usage(stdout);
			return EXIT_DONE;
		default:
			usage(stderr);
			return EXIT_USAGE;
		}
	}
	if (!dir || optind + 1 != argc) {
		error("verify needs --linux DIR and one PATCH; "
		      "see 'lockprobe-user verify --help'");
		return EXIT_USAGE;
	}
	ret = verify_patch(dir, argv[optind], jobs, again, &result);
	return report(argv[optind], ret, &result);
}
