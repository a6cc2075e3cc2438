/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every policy shares, and the interface a policy is written against.
 *
 * `generate --abi stock --policy NAME` makes one new source file for the
 * patch: a preamble that names the lock (below), this text, the policy's text.
 * The patch's sites call variants that do
 *
 *	stock trylock; when it fails: contended(), the stock lock function
 *	acquired()
 *	...
 *	release(), the stock unlock function
 *
 * so the kernel's own lock always does the excluding: a policy only decides
 * what a waiter does before it asks the kernel, and what is counted. A policy
 * defines those hooks it needs (a variant calls no others):
 *
 *	u64 LP_HOOK(contended)(void *lock, unsigned int how)
 *		The stock fast path failed and the stock lock function follows.
 *		In the caller's context: interrupts, softirqs and preemption are
 *		on or off as he had them, NOT yet as the lock leaves them; an
 *		interrupt may come and take the same hook. May spin, for a
 *		bounded time. May sleep only if @how has LP_SLEEP. Returns a
 *		cookie, never 0.
 *	void LP_HOOK(acquired)(void *lock, unsigned int how, u64 cookie)
 *		The lock is held. @cookie: contended()'s; 0 when it was taken
 *		on the fast path or by a trylock.
 *	void LP_HOOK(abandoned)(void *lock, unsigned int how, u64 cookie)
 *		An interruptible or killable waiter gave up; lock not held.
 *	void LP_HOOK(release)(void *lock, unsigned int how)
 *		The lock is still held and is given back next.
 *
 * @how: LP_READ for a shared acquisition, LP_SLEEP where sleeping is legal.
 * A downgrade is told as release(how) and acquired(LP_READ).
 *
 * A hook must expect what it cannot see. While the patch is being enabled or
 * disabled, a lock may be taken in patched and given back in stock code or the
 * other way round; code that was handed the lock's address uses stock calls
 * for ever; a second livepatch may replace functions of this one. So a
 * release without its acquisition, an acquisition without its release, and an
 * owner that never announced himself are all normal. Hooks run under any lock:
 * they must not allocate, print, or take a lock that this file does not own.
 * A trylock in an NMI calls acquired(), and later release(), on top of any hook
 * of its CPU, interrupts off or not: what these change must then be still whole.
 *
 * And every policy defines these four; all are called in process context and
 * one at a time (enable and disable under livepatch's own mutex):
 *
 *	int policy_enable(void)		before any hook can run; may allocate, and
 *					make files of its own in lp_dir (debugfs)
 *	void policy_disable(void)	after the last hook has returned
 *	void policy_show(struct seq_file *m)	hooks are running meanwhile
 *	void policy_reset(void)			hooks are running meanwhile
 *
 * The preamble: LP_STRUCT "files_struct", LP_FIELD "file_lock",
 * LP_NAME "files_struct.file_lock", LP_POLICY "lockstat", LP_HOOK(x) (the
 * hook's name, unique to the patch), and the header with their prototypes.
 */
/* For this file and for policies, which need not include anything. */
#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/debugfs.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/livepatch.h>
#include <linux/mm.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/clock.h>
#include <linux/seq_file.h>
#include <linux/smp.h>
#include <linux/timekeeping.h>
#include <linux/topology.h>
#include <linux/vmalloc.h>

#if __has_include(<linux/livepatch_helpers.h>)
#include <linux/livepatch_helpers.h>
#else
/*
 * kpatch's template finds callbacks by their section. This file is new to the
 * kernel, so its object is linked as it is and nobody else fills in objname.
 */
struct lp_callback {
	void *function;
	char *objname;
};

#define LP_CALLBACK(when, callback)                                    \
	static struct lp_callback lp_callback_##when __used __section( \
		".kpatch.callbacks." #when) = { callback, "vmlinux" }
#define KLP_PRE_PATCH_CALLBACK(callback) LP_CALLBACK(pre_patch, callback)
#define KLP_POST_UNPATCH_CALLBACK(callback) LP_CALLBACK(post_unpatch, callback)
#endif

/* For those who look at the module's file before they load it. */
static const char lp_modinfo[] __used __section(".modinfo")
	__aligned(1) = "lockprobe=" LP_NAME " " LP_POLICY;

static int policy_enable(void);
static void policy_disable(void);
static void policy_show(struct seq_file *m);
static void policy_reset(void);

/* /sys/kernel/debug/lockprobe and, in it, this lock's own folder */
static struct dentry *lp_root, *lp_dir;
static const char *lp_patch;
static time64_t lp_since;

static int about_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "patch %s\nlock %s\npolicy %s\nsince %lld\n", lp_patch,
		   LP_NAME, LP_POLICY, lp_since);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(about);

static int stats_show(struct seq_file *m, void *unused)
{
	policy_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stats);

static ssize_t reset_write(struct file *file, const char __user *text,
			   size_t len, loff_t *pos)
{
	policy_reset();
	return len;
}

static const struct file_operations reset_fops = {
	.open = simple_open,
	.write = reset_write,
};

/*
 * A file that is open keeps the module: closing it looks at its operations. As
 * this text is the kernel's own to the compiler, it does not know which module
 * it will be in, and has to be told.
 */
static struct module *lp_module;
static struct file_operations lp_about, lp_stats, lp_reset;

static void lp_file(const char *name, umode_t mode,
		    struct file_operations *mine,
		    const struct file_operations *fops)
{
	*mine = *fops;
	mine->owner = lp_module;
	debugfs_create_file(name, mode, lp_dir, NULL, mine);
}

/* The folder is also the claim on the field: one policy a field. */
static int lp_claim(void)
{
	struct dentry *other;

	lp_root = debugfs_lookup("lockprobe", NULL);
	if (!lp_root) {
		lp_root = debugfs_create_dir("lockprobe", NULL);
		if (IS_ERR(lp_root)) {
			pr_err("lockprobe: " LP_NAME ": no debugfs\n");
			return PTR_ERR(lp_root);
		}
		dget(lp_root);
	}
	other = debugfs_lookup(LP_NAME, lp_root);
	if (other) {
		pr_err("lockprobe: " LP_NAME " already has a policy\n");
		dput(other);
		dput(lp_root);
		return -EBUSY;
	}
	lp_dir = debugfs_create_dir(LP_NAME, lp_root);
	if (IS_ERR(lp_dir)) {
		dput(lp_root);
		return PTR_ERR(lp_dir);
	}
	lp_file("about", 0400, &lp_about, &about_fops);
	return 0;
}

/* Waits for readers; whoever removes the last folder removes the root too. */
static void lp_unclaim(void)
{
	bool last;

	debugfs_remove(lp_dir);
	last = simple_empty(lp_root);
	dput(lp_root);
	if (last)
		debugfs_remove(lp_root);
}

static int lp_pre_patch(struct klp_object *obj)
{
	int err;

	lp_patch = kobject_name(obj->kobj.parent);
	lp_module = container_of(obj->kobj.parent, struct klp_patch, kobj)->mod;
	lp_since = ktime_get_real_seconds();
	err = lp_claim();
	if (err)
		return err;
	err = policy_enable();
	if (err) {
		lp_unclaim();
		return err;
	}
	lp_file("stats", 0400, &lp_stats, &stats_fops);
	lp_file("reset", 0200, &lp_reset, &reset_fops);
	return 0;
}

/* Every task has left the patched functions: nobody can be in a hook. */
static void lp_post_unpatch(struct klp_object *obj)
{
	lp_unclaim();
	policy_disable();
}

KLP_PRE_PATCH_CALLBACK(lp_pre_patch);
KLP_POST_UNPATCH_CALLBACK(lp_post_unpatch);
