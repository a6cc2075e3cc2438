// SPDX-License-Identifier: GPL-2.0
/*
 * Going live and going back. A module's file or a livepatch's name goes in;
 * the kernel switches task by task, and this waits and names who is late.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/live.h"
#include "livepatch/module.h"
#include "livepatch/path.h"
#include "livepatch/transit.h"
#include "base/progress.h"

#define STEP_NS 50000000L
#define SHOWN 8

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void nap(void)
{
	const struct timespec step = { .tv_nsec = STEP_NS };

	nanosleep(&step, NULL);
}

static void name_blockers(const struct live_patch *patch)
{
	struct live_blocker blockers[SHOWN];
	int nr, i;

	nr = live_blockers(patch, blockers, SHOWN);
	if (nr <= 0) {
		error("%s is still %s, though no task is in functions that "
		      "change: the kernel has yet to finish; 'patch status' "
		      "tells when it is done",
		      patch->name,
		      patch->enabled ? "being enabled" : "being disabled");
		return;
	}
	error("%s is still %s: %d task%s not left the functions that change:",
	      patch->name, patch->enabled ? "being enabled" : "being disabled",
	      nr, nr == 1 ? " has" : "s have");
	for (i = 0; i < nr && i < SHOWN; i++)
		fprintf(stderr, "    %d %s%s%s\n", blockers[i].tid,
			blockers[i].comm, blockers[i].where[0] ? " in " : "",
			blockers[i].where);
	if (nr > SHOWN)
		fprintf(stderr, "    and %d more\n", nr - SHOWN);
	fprintf(stderr, "    Let them run or end them ('kill -CONT', 'kill'); "
			"'patch status' tells when it is done\n");
}

/*
 * Wait until @name's transition is over: the patch stands (enabling) or is
 * gone (disabling).
 */
static int wait_for(const char *name, bool enabling, double wait)
{
	double start = now();
	struct live_patch patch = { 0 };
	struct live_list list;
	const struct live_patch *p;
	bool over = false;
	int err = 0;

	progress_begin(enabling ? "enabling, task by task" :
				  "disabling, task by task",
		       0);
	while (!over && !err) {
		err = live_read(&list);
		if (err)
			break;
		p = live_find(&list, name);
		if (p)
			patch = *p;
		over = !p || (enabling && !p->transition);
		live_free(&list);
		if (!over && wait > 0 && now() - start > wait)
			err = -ETIMEDOUT;
		else if (!over)
			nap();
	}
	progress_end();
	if (err == -ETIMEDOUT)
		name_blockers(&patch);
	return err;
}

/* Functions replaced twice: the later patch hides the earlier one's. */
static void warn_common(const char *name)
{
	const struct live_patch *mine, *other;
	struct live_list list;
	char function[128];
	size_t i;
	int nr;

	if (live_read(&list))
		return;
	mine = live_find(&list, name);
	for (i = 0; mine && i < list.nr; i++) {
		other = &list.items[i];
		if (other == mine)
			continue;
		nr = live_common(mine, other, function, sizeof(function));
		if (nr)
			warning("%d function%s (%s%s) also replaced by %s: "
				"while both are live, %s's policy does not "
				"see what happens there",
				nr, nr == 1 ? "" : "s", function,
				nr == 1 ? " is" : "... are", other->name,
				other->lock[0] ? other->lock : other->name);
	}
	live_free(&list);
}

static int refuse_claimed(const struct module *module)
{
	const struct live_patch *other;
	struct live_list list;
	int err;

	err = live_read(&list);
	if (err)
		return err;
	other = live_find(&list, module->name);
	if (!other && module->lock[0])
		other = live_find(&list, module->lock);
	if (other) {
		error("%s has a policy already (%s, by %s): 'lockprobe-user "
		      "patch disable %s' takes it back",
		      module->lock[0] ? module->lock : module->name,
		      other->policy[0] ? other->policy : "unknown", other->name,
		      other->name);
		err = -EBUSY;
	}
	live_free(&list);
	return err;
}

static int load_failed(const struct module *module, int err)
{
	switch (err) {
	case -EPERM:
		error("loading needs root, and a kernel that is not locked "
		      "down");
		break;
	case -EBUSY:
		error("the kernel refuses %s: %s has a policy already",
		      module->name, module->lock);
		break;
	case -EEXIST:
		error("a module called %s is loaded already", module->name);
		break;
	case -ENOEXEC:
		error("%s is for %s, not for this kernel (dmesg says more)",
		      module->name, module->vermagic);
		break;
	case -EKEYREJECTED:
		error("this kernel loads signed modules only: sign %s with a "
		      "key that it trusts",
		      module->name);
		break;
	default:
		error_errno(err, "the kernel refuses %s (dmesg says more)",
			    module->name);
	}
	return err;
}

int transit_enable(const char *path, double wait)
{
	struct module module;
	int fd, err;

	err = module_read(path, &module);
	if (err)
		return err;
	err = refuse_claimed(&module);
	if (err)
		return err;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(-errno, "%s", path);
	if (syscall(SYS_finit_module, fd, "", 0))
		err = load_failed(&module, -errno);
	close(fd);
	if (err)
		return err;
	err = wait_for(module.name, true, wait);
	if (err)
		return err;
	warn_common(module.name);
	notice("%s is live%s%s%s%s", module.name, module.lock[0] ? " on " : "",
	       module.lock, module.policy[0] ? " with policy " : "",
	       module.policy);
	return 0;
}

/* The patch is gone from sysfs a moment before its module may go. */
static int unload(const char *name, double wait)
{
	double start = now();
	int err = -EAGAIN;

	while (err) {
		err = syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
		if (!err || err == -ENOENT)
			return 0;
		if (err != -EAGAIN && err != -EWOULDBLOCK && err != -EBUSY)
			return error_errno(err, "unloading %s", name);
		if (wait > 0 && now() - start > wait) {
			error("%s is taken back, but its module is in use: "
			      "when its files in debugfs are closed, "
			      "'rmmod %s' unloads it",
			      name, name);
			return -ETIMEDOUT;
		}
		nap();
	}
	return 0;
}

int transit_disable(const char *name, double wait)
{
	struct live_patch patch;
	const struct live_patch *p;
	struct live_list list;
	bool found;
	int err;

	err = live_read(&list);
	if (err)
		return err;
	p = live_find(&list, name);
	found = p != NULL;
	if (found)
		patch = *p;
	live_free(&list);
	if (!found) {
		error("no livepatch is called %s or sits on a lock of that "
		      "name; 'lockprobe-user patch status' lists them",
		      name);
		return -ENOENT;
	}
	err = patch.enabled ? live_disable(&patch) : 0;
	if (err == -EACCES || err == -EPERM) {
		error("disabling needs root");
		return err;
	}
	if (err)
		return error_errno(err, "disabling %s", patch.name);
	err = wait_for(patch.name, false, wait);
	if (err)
		return err;
	err = unload(patch.name, wait);
	if (!err)
		notice("%s is taken back", patch.name);
	return err;
}
