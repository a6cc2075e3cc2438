// SPDX-License-Identifier: GPL-2.0
/*
 * Policy backoff: a waiter spins on its own for a time in proportion to how
 * many wait for the lock already, and only then asks the kernel. For comparison
 * with others: it takes load off the lock's cache line and orders nobody.
 *
 * The number of waiters is kept by the hash of the lock's address. It rises in
 * contended() and falls in acquired() or abandoned(), which are inlined into
 * the same function of the kernel: a task runs both or neither. Locks of one
 * hash share a number; then the time is longer than it need be, and bounded
 * all the same: LONGEST turns, or less when the CPU is wanted.
 *
 * Mutual exclusion is the kernel's own; nobody waits for anybody here.
 */
#define COUNT_BITS 8
#define UNIT 64 /* turns of the loop for each waiter */
#define LONGEST (UNIT * 32)

struct waiters {
	atomic_t number;
} ____cacheline_aligned;

static struct waiters waiters[1 << COUNT_BITS];
static DEFINE_PER_CPU(u64, backed_off);
static DEFINE_PER_CPU(u64, turns_spent);

static atomic_t *number_of(void *lock)
{
	return &waiters[hash_ptr(lock, COUNT_BITS)].number;
}

u64 LP_HOOK(contended)(void *lock, unsigned int how)
{
	int before = atomic_fetch_inc(number_of(lock));
	int turns = min(before * UNIT, LONGEST), i;

	for (i = 0; i < turns && !need_resched(); i++)
		cpu_relax();
	this_cpu_inc(backed_off);
	this_cpu_add(turns_spent, i);
	return 1;
}

void LP_HOOK(acquired)(void *lock, unsigned int how, u64 cookie)
{
	if (cookie)
		atomic_dec(number_of(lock));
}

void LP_HOOK(abandoned)(void *lock, unsigned int how, u64 cookie)
{
	atomic_dec(number_of(lock));
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
	u64 times = 0, turns = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		times += per_cpu(backed_off, cpu);
		turns += per_cpu(turns_spent, cpu);
	}
	seq_printf(m, "backed-off %llu\nturns %llu\n", times, turns);
}

static void policy_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu(backed_off, cpu) = 0;
		per_cpu(turns_spent, cpu) = 0;
	}
}
