// SPDX-License-Identifier: GPL-2.0
/*
 * Policy native: nothing but the kernel's own calls.
 *
 * No hook is defined, so a variant is the stock call and nothing else: the
 * patch shows that the conversion alone changes nothing, and is the baseline
 * that other policies are measured against.
 *
 * Correct because there is nothing to be wrong.
 */
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
