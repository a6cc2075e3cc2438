// SPDX-License-Identifier: GPL-2.0
/*
 * In: entries and returns of lock slow paths. Out: begins and ends of waits.
 * The handlers run in the waiter's context with preemption off, as the trace
 * points do; the first argument of every path is the lock.
 *
 * A return probe replaces the return address, so a walk through a probed slow
 * path ends there: samples in it take their callers from the wait (sample.c).
 */
#include <linux/kernel.h>
#include <linux/kprobes.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "contend.h"
#include "session.h"
#include "slowpath.h"
#include "stack.h"
#include "compat/compat.h"

#define SLEEPERS 512 /* waits at one time in one path that are seen */

static const struct slowpath {
	const char *name;
	u32 flags; /* LP_WAIT_* */
} paths[] = {
	{ "native_queued_spin_lock_slowpath", LP_WAIT_SPIN },
	{ "__pv_queued_spin_lock_slowpath", LP_WAIT_SPIN },
	{ "queued_spin_lock_slowpath", LP_WAIT_SPIN },
	{ "queued_read_lock_slowpath", LP_WAIT_SPIN | LP_WAIT_READ },
	{ "queued_write_lock_slowpath", LP_WAIT_SPIN | LP_WAIT_WRITE },
	{ "__mutex_lock_slowpath", LP_WAIT_MUTEX },
	{ "__mutex_lock_killable_slowpath", LP_WAIT_MUTEX },
	{ "__mutex_lock_interruptible_slowpath", LP_WAIT_MUTEX },
	{ "rwsem_down_read_slowpath", LP_WAIT_READ },
	{ "rwsem_down_write_slowpath", LP_WAIT_WRITE },
	{ "__percpu_down_read", LP_WAIT_PERCPU | LP_WAIT_READ },
	{ "percpu_down_write", LP_WAIT_PERCPU | LP_WAIT_WRITE },
	{ "rt_mutex_slowlock", LP_WAIT_RT },
};

/* What the compiler may have appended to a static function's name. */
static const char *const suffixes[] = { "", ".isra.0", ".constprop.0",
					".part.0" };

struct probe {
	struct kretprobe kretprobe;
	struct lp_session *session;
	u32 flags;
	bool on;
};

/* Their full names, "" if the kernel has none; found at load. */
static char found[ARRAY_SIZE(paths)][64];

static struct probe *probes; /* one for each of paths, while attached */

/* NULL: it is being taken away. */
static struct probe *probe_of(struct kretprobe_instance *instance)
{
	struct kretprobe *rp = lp_compat_kretprobe(instance);

	return rp ? container_of(rp, struct probe, kretprobe) : NULL;
}

static int entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct probe *probe = probe_of(instance);
	const void **lock = (const void **)instance->data;

	*lock = (const void *)(unsigned long)lp_stack_argument(regs);
	if (probe)
		lp_contend_begin(probe->session, *lock, probe->flags, regs);
	return 0;
}

static int returned(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	const void **lock = (const void **)instance->data;
	struct probe *probe = probe_of(instance);

	if (probe)
		lp_contend_end(probe->session, *lock);
	return 0;
}

/* Find the names under which the kernel has the paths. */
int lp_slowpath_init(void)
{
	enum {
		N = ARRAY_SIZE(paths) * ARRAY_SIZE(suffixes)
	};
	const char **names;
	unsigned long *addrs;
	char(*text)[64];
	int ret = -ENOMEM, i;

	names = kcalloc(N, sizeof(*names), GFP_KERNEL);
	addrs = kcalloc(N, sizeof(*addrs), GFP_KERNEL);
	text = kcalloc(N, sizeof(*text), GFP_KERNEL);
	if (!names || !addrs || !text)
		goto out;
	for (i = 0; i < N; i++) {
		snprintf(text[i], sizeof(*text), "%s%s",
			 paths[i / ARRAY_SIZE(suffixes)].name,
			 suffixes[i % ARRAY_SIZE(suffixes)]);
		names[i] = text[i];
	}
	lp_compat_lookup_all(names, addrs, N);
	for (i = N - 1; i >= 0; i--)
		if (addrs[i])
			strscpy(found[i / ARRAY_SIZE(suffixes)], text[i],
				sizeof(*found));
	ret = 0;
out:
	kfree(text);
	kfree(addrs);
	kfree(names);
	return ret;
}

bool lp_slowpath_ready(void)
{
	return IS_ENABLED(CONFIG_KRETPROBES) && (*found[0] || *found[2]);
}

static bool turn_on(struct probe *probe, int path, struct lp_session *session)
{
	u32 flags = paths[path].flags;

	if (!*found[path])
		return false;
	probe->session = session;
	probe->flags = flags;
	probe->kretprobe.kp.symbol_name = found[path];
	probe->kretprobe.entry_handler = entered;
	probe->kretprobe.handler = returned;
	probe->kretprobe.data_size = sizeof(void *);
	probe->kretprobe.maxactive = lp_contend_is_spinning(flags) ?
					     num_possible_cpus() * LP_LEVELS :
					     SLEEPERS;
	probe->on = !register_kretprobe(&probe->kretprobe);
	return probe->on;
}

int lp_slowpath_attach(struct lp_session *session)
{
	u32 on = 0;
	size_t i;

	if (!lp_slowpath_ready())
		return 0;
	probes = kcalloc(ARRAY_SIZE(paths), sizeof(*probes), GFP_KERNEL);
	if (!probes)
		return -ENOMEM;
	session->kprobes = true;
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		on += turn_on(&probes[i], i, session);
	if (!on)
		lp_slowpath_detach(session);
	return 0;
}

void lp_slowpath_detach(struct lp_session *session)
{
	size_t i;

	if (!probes)
		return;
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		if (!probes[i].on)
			continue;
		unregister_kretprobe(&probes[i].kretprobe);
		/* entries there was no instance for were not seen */
		session->waits_lost += probes[i].kretprobe.nmissed;
	}
	session->kprobes = false;
	kfree(probes);
	probes = NULL;
}
