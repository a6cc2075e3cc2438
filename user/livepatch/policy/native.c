// SPDX-License-Identifier: GPL-2.0
/*
 * Policy native: every hook, and nothing in it.
 *
 * What remains is the conversion alone: the patched functions run the stock
 * lock and call four empty functions. It shows that converting the sites
 * changes no behaviour, and is the baseline that other policies are measured
 * against. (With no hook at all the compiler would emit the stock kernel's
 * code again, and there would be nothing to patch.)
 *
 * Correct because nothing is done between the stock calls.
 */
u64 LP_HOOK(contended)(void *lock, unsigned int how)
{
	return 1;
}

void LP_HOOK(acquired)(void *lock, unsigned int how, u64 cookie)
{
}

void LP_HOOK(abandoned)(void *lock, unsigned int how, u64 cookie)
{
}

void LP_HOOK(release)(void *lock, unsigned int how)
{
}

static int policy_enable(void)
{
	return 0;
}

static void policy_disable(void)
{
}

static void policy_show(struct seq_file *m)
{
	seq_puts(m, "native: the kernel's own lock, nothing is counted\n");
}

static void policy_reset(void)
{
}
