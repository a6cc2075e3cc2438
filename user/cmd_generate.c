// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user generate: a tree and a lock (or a capture that names it) go
 * in, a patch comes out, written under its name only when it is whole.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "base/error.h"
#include "base/output.h"
#include "lock/hot.h"
#include "livepatch/policy.h"
#include "source/build/config.h"
#include "source/build/kbuild.h"
#include "source/patch/message.h"
#include "source/patch/naming.h"
#include "source/patch/patch.h"
#include "source/patch/plan.h"
#include "source/patch/rewrite.h"
#include "source/site/sites.h"

struct options {
	const char *linux_dir, *lock, *capture, *abi, *policy, *out;
	unsigned int top; /* which of the capture's locks, from 1 */
	bool all_configs, allow_partial, syncord;
	bool any_policy; /* none was named */
};

/* Everything a run holds, so that one ladder can give it back. */
struct job {
	const struct options *opts;
	struct tree *tree;
	struct config *config;
	struct kbuild *kbuild;
	struct locktab *tab;
	struct site_set set;
	struct plan plan;
	struct naming naming;
	struct policy *policy; /* --abi stock */
	struct syncord_policy programs; /* --abi syncord */
	struct patch patch;
	struct hot hot; /* -i: the lock and what was seen of it */
};

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user generate --linux DIR -i FILE|--lock LOCK -o PATCH [OPTION]...\n"
	      "Write a patch that puts every site of one lock field under a policy.\n\n"
	      "  --linux DIR       kernel source tree; with a .config, only what it builds\n"
	      "                    is touched\n"
	      "  --lock LOCK       struct.field.path (files_struct.file_lock), or the name of\n"
	      "                    a lock at file scope (rename_lock)\n"
	      "  -i, --input FILE  the hottest lock of this capture\n"
	      "  --top N           its N-th hottest (1); the choice is explained\n"
	      "  --abi stock       the default: for unchanged distribution kernels\n"
	      "  --abi syncord     for SynCord kernels and concord.py --livepatch\n"
	      "  --policy NAME     stock: native, lockstat (the default), ..., or the path\n"
	      "                    of a policy's .c file; syncord: numa-grouping (the\n"
	      "                    default where the tree's locks reorder waiters, else\n"
	      "                    lockstat), ..., or the path of a policy folder\n"
	      "  --all-configs     convert what this .config does not build, too\n"
	      "  --allow-partial   leave functions that cannot be converted, and list them\n"
	      "                    in the patch\n"
	      "  -o PATCH          the mail for git am; - is standard output\n\n"
	      "A field is converted as a whole. What stays stock, and is listed in the patch:\n"
	      "checks; code that is not built; functions that leave the lock as they found\n"
	      "it on every path, if no livepatch reaches them or they serve any lock. With\n"
	      "--abi stock both kinds of call exclude each other.\n"
	      "Exit code 4: the lock was not converted; what is in the way is listed.\n\n"
	      "example: lockprobe-user generate --linux linux-6.1 \\\n"
	      "                 --lock files_struct.file_lock -o file_lock.patch\n",
	      out);
}

static int parse_top(const char *text, unsigned int *top)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !n || n > 1000000) {
		error("--top '%s' is not a number from 1", text);
		return -EINVAL;
	}
	*top = n;
	return 0;
}

static int check(struct options *o)
{
	if (!o->linux_dir || !o->lock == !o->capture || !o->out) {
		error("generate needs --linux DIR, one of -i FILE and --lock LOCK, "
		      "and -o PATCH; see 'lockprobe-user generate --help'");
		return -EINVAL;
	}
	if (strcmp(o->abi, "stock") && strcmp(o->abi, "syncord")) {
		error("no ABI '%s'; there are: stock, syncord", o->abi);
		return -EINVAL;
	}
	o->syncord = !strcmp(o->abi, "syncord");
	o->any_policy = !o->policy;
	if (o->any_policy)
		o->policy = o->syncord ? "numa-grouping" : "lockstat";
	return 0;
}

static const struct option longs[] = {
	{ "linux", required_argument, NULL, 'L' },
	{ "lock", required_argument, NULL, 'l' },
	{ "input", required_argument, NULL, 'i' },
	{ "top", required_argument, NULL, 't' },
	{ "abi", required_argument, NULL, 'a' },
	{ "policy", required_argument, NULL, 'p' },
	{ "output", required_argument, NULL, 'o' },
	{ "all-configs", no_argument, NULL, 'A' },
	{ "allow-partial", no_argument, NULL, 'P' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int parse(int argc, char **argv, struct options *o)
{
	int c;

	while ((c = getopt_long(argc, argv, "i:o:h", longs, NULL)) != -1) {
		switch (c) {
		case 'L':
			o->linux_dir = optarg;
			break;
		case 'l':
			o->lock = optarg;
			break;
		case 'i':
			o->capture = optarg;
			break;
		case 't':
			if (parse_top(optarg, &o->top))
				return -EINVAL;
			break;
		case 'a':
			o->abi = optarg;
			break;
		case 'p':
			o->policy = optarg;
			break;
		case 'o':
			o->out = optarg;
			break;
		case 'A':
			o->all_configs = true;
			break;
		case 'P':
			o->allow_partial = true;
			break;
		case 'h':
			usage(stdout);
			return 1;
		default:
			usage(stderr);
			return -EINVAL;
		}
	}
	if (optind < argc) {
		error("generate takes no argument '%s'", argv[optind]);
		return -EINVAL;
	}
	return check(o);
}
/* A .config is not required: without one, everything counts as built. */
static int open_config(struct job *job)
{
	const char *dir = tree_directory(job->tree);
	int ret;

	if (!dir)
		return 0;
	ret = config_load(dir, &job->config);
	if (ret == -ENOENT) {
		notice("%s has no .config: every branch counts as built", dir);
		return 0;
	}
	if (ret)
		return ret;
	return kbuild_new(dir, job->config, &job->kbuild);
}

static bool is_set(const struct job *job, const char *name)
{
	return job->config &&
	       config_get(job->config, name, strlen(name)) == CONFIG_Y;
}

/* There are sites, and none to convert: why? */
static int nothing(const struct job *job)
{
	const struct site_set *set = &job->set;
	uint32_t i, unbuilt = 0, asserts = 0;

	for (i = 0; i < set->count; i++) {
		unbuilt += set->sites[i].class == SITE_OTHER_CONFIG;
		asserts += set->sites[i].class == SITE_ASSERT;
	}
	if (unbuilt && unbuilt == set->count) {
		error("%s: no site to convert: this configuration builds none "
		      "of the %u; --all-configs converts those, too",
		      job->naming.lock, unbuilt);
		return EXIT_NOTHING;
	}
	error("%s: no site to convert; %u looked at%s", job->naming.lock,
	      set->count,
	      job->plan.left > asserts	? ", and left:" :
	      asserts && job->plan.left ? ", and they only ask or initialise" :
					  "");
	plan_list(&job->plan, FATE_LEAVE, "  ", stderr);
	return EXIT_NOTHING;
}

/* Not every SynCord kernel reorders waiters, but all tell of what they do. */
static void settle_policy(struct job *job)
{
	static const char other[] = "lockstat";
	struct syncord_policy policy;

	if (!job->opts->any_policy ||
	    syncord_serves(job->tree, job->set.family, &job->programs) ||
	    syncord_policy_open(other, &policy) ||
	    !syncord_serves(job->tree, job->set.family, &policy))
		return;
	notice("the policy is %s: this tree has not the hooks of %s", other,
	       job->programs.name);
	job->programs = policy;
}

/* Reasons that concern the lock as a whole. */
static int refuse(struct job *job)
{
	enum lock_family family = job->set.family;

	if (tree_find(job->tree, job->naming.header) >= 0) {
		error("%s is there: this tree has a patch for %s already",
		      job->naming.header, job->naming.lock);
		return EXIT_INCOMPLETE;
	}
	if (family == FAMILY_NONE && !job->plan.converted) {
		error("%s is of no lock type that is known here: there is "
		      "nothing to put a policy around",
		      job->naming.lock);
		return EXIT_NOTHING;
	}
	if (job->opts->syncord && is_set(job, "CONFIG_DEBUG_SPINLOCK")) {
		error("--abi syncord: with CONFIG_DEBUG_SPINLOCK a lock knows its "
		      "owner, which bpf_queued_spin_lock() does not set");
		return EXIT_INCOMPLETE;
	}
	if (job->opts->syncord) {
		settle_policy(job);
		if (syncord_check(job->tree, family, &job->programs))
			return EXIT_INCOMPLETE;
	}
	if (is_set(job, "CONFIG_PREEMPT_RT") &&
	    (family == FAMILY_SPIN || family == FAMILY_RWLOCK ||
	     family == FAMILY_XARRAY || family == FAMILY_SEQLOCK)) {
		error("%s: with CONFIG_PREEMPT_RT a %s lock sleeps, and a policy "
		      "for spinning waiters would be wrong; only raw spinlocks, "
		      "mutexes and rwsems can be converted there",
		      job->naming.lock, lock_family_name(family));
		return EXIT_INCOMPLETE;
	}
	if (job->plan.obstacles && !job->opts->allow_partial) {
		error("%s is converted as a whole or not at all; in the way:",
		      job->naming.lock);
		plan_list(&job->plan, FATE_OBSTACLE, "  ", stderr);
		if (job->plan.converted)
			notice("--allow-partial converts the rest, and lists "
			       "these");
		return EXIT_INCOMPLETE;
	}
	return job->plan.converted ? EXIT_DONE : nothing(job);
}

/* Not stdout, a pipe or a device: there to be read again. */
static bool is_file(const char *path)
{
	struct stat st;

	return strcmp(path, "-") && !stat(path, &st) && S_ISREG(st.st_mode);
}

static int write_out(struct job *job, const struct message *m)
{
	const char *path = job->opts->out;
	bool pipe = !strcmp(path, "-");
	struct output output = { .file = stdout };
	char subject[320], *body = NULL;
	size_t len;
	FILE *out;
	int ret;

	message_subject(m, subject, sizeof(subject));
	out = open_memstream(&body, &len);
	if (!out)
		return -ENOMEM;
	message_body(m, out);
	if (fclose(out)) {
		free(body);
		return -ENOMEM;
	}
	ret = pipe ? 0 : output_open(&output, path);
	if (ret)
		goto free_body;
	ret = patch_write(&job->patch, subject, body, output.file);
	if (!pipe)
		ret = output_close(&output, ret);
	else if (!ret && fflush(stdout))
		ret = error_errno(-errno, "cannot write the patch");
free_body:
	free(body);
	return ret;
}

static int make_patch(struct job *job)
{
	struct rewrite rw = {
		.tree = job->tree,
		.plan = &job->plan,
		.naming = &job->naming,
		.tab = job->tab,
		.policy = job->policy,
	};
	struct message m = {
		.plan = &job->plan,
		.naming = &job->naming,
		.policy = job->opts->syncord ? job->programs.name :
					       job->policy->name,
		.abi = job->opts->abi,
		.seen = job->hot.seen ? job->hot.seen : "",
		.version = tree_version(job->tree),
		.source = job->naming.source,
		.partial = job->opts->allow_partial,
	};
	int ret;

	ret = job->opts->syncord ?
		      rewrite_syncord(&rw, &job->programs, &job->patch) :
		      rewrite_stock(&rw, &job->patch);
	if (ret == -ENOTSUP)
		return EXIT_INCOMPLETE;
	if (ret)
		return ret;
	m.files = rw.files;
	m.clones = rw.clones;
	m.static_keys = rw.static_keys;
	ret = write_out(job, &m);
	if (!ret)
		notice("%s: %zu sites in %zu files converted, %zu left",
		       job->naming.lock, job->plan.converted, rw.files,
		       job->plan.left);
	if (!ret && is_file(job->opts->out))
		notice("next: lockprobe-user verify --linux %s %s",
		       job->opts->linux_dir, job->opts->out);
	return ret;
}

static int prepare(struct job *job)
{
	struct plan_opts po = {
		.all_configs = job->opts->all_configs,
		.allow_partial = job->opts->allow_partial,
		.syncord = job->opts->syncord,
	};
	int ret;

	ret = job->opts->syncord ?
		      syncord_policy_open(job->opts->policy, &job->programs) :
		      policy_open(job->opts->policy, &job->policy);
	if (ret)
		return ret == -ENOENT ? -EINVAL : ret;
	ret = tree_open(job->opts->linux_dir, &job->tree);
	if (ret)
		return ret;
	ret = open_config(job);
	if (ret)
		return ret;
	if (job->opts->capture)
		ret = hot_choose(&job->hot, job->opts->capture,
				 job->opts->linux_dir, job->opts->top);
	if (ret)
		return ret;
	ret = sites_find(job->tree,
			 job->opts->capture ? job->hot.lock : job->opts->lock,
			 NULL, &job->set);
	if (ret)
		return ret;
	ret = locktab_open(job->tree, &job->tab);
	if (ret)
		return ret;
	ret = naming_make(&job->naming, job->tree, job->set.lock,
			  job->opts->syncord);
	if (ret)
		return error_errno(ret, "%s", job->set.lock);
	po.kbuild = job->kbuild;
	po.tab = job->tab;
	po.config = job->config;
	if (po.syncord)
		po.can = syncord_look(job->tree);
	return plan_make(&job->plan, job->tree, &job->set, &po);
}

int cmd_generate(int argc, char **argv)
{
	struct options opts = { .abi = "stock", .top = 1 };
	struct job job = { .opts = &opts };
	int ret;

	ret = parse(argc, argv, &opts);
	if (ret)
		return ret < 0 ? ret : EXIT_DONE;
	ret = prepare(&job);
	if (!ret)
		ret = refuse(&job);
	if (!ret)
		ret = make_patch(&job);
	hot_free(&job.hot);
	patch_free(&job.patch);
	plan_free(&job.plan);
	if (job.tab)
		locktab_close(job.tab);
	sites_free(&job.set);
	kbuild_free(job.kbuild);
	config_free(job.config);
	if (job.tree)
		tree_close(job.tree);
	if (job.policy)
		policy_free(job.policy);
	return ret;
}
