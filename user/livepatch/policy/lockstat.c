// SPDX-License-Identifier: GPL-2.0
/*
 * Policy lockstat: what CONFIG_LOCK_STAT would tell, for one field of a kernel
 * that was built without it. The ten columns of /proc/lock_stat, in total and
 * for each lock (each object that holds the field), times in nanoseconds.
 *
 * Counters belong to a CPU and are changed by it alone, with interrupts off:
 * none is lost, and none bounces. The totals miss nothing, unless an NMI takes
 * the lock by a trylock just as its CPU counts: then one of the two is lost.
 *
 * A lock's own row needs one of SLOTS places in a table without locks of its
 * own: an address is looked for in PROBES places from its hash; a place that is
 * empty, or was not used for IDLE, is taken by compare-and-exchange. When there
 * is none, the acquisition counts in the totals and as "unlisted". A place that
 * changes hands gets a new generation, and a reset a new epoch; a CPU that finds
 * its counters to be of an older one clears them before it goes on, and readers
 * skip them.
 *
 * A hold begins in the lock's own place, under the lock itself, with the task
 * that holds it. Shared holds (and those of unlisted locks) lie in a second
 * table by lock and task. A release that finds no hold of its own task is one
 * whose acquisition ran in stock code: it is not measured. A hold whose
 * release ran in stock code is overwritten by the next one, or taken over when
 * it is older than IDLE.
 *
 * Mutual exclusion is the kernel's own; nothing here waits for anything.
 */
#define SLOT_BITS 10
#define SLOTS (1 << SLOT_BITS)
#define PROBES 16
#define IDLE (5 * HZ)

enum {
	CONTENTIONS,
	CON_BOUNCES,
	ACQUISITIONS,
	ACQ_BOUNCES,
	WAIT_MIN,
	WAIT_MAX,
	WAIT_TOTAL,
	HOLD_MIN,
	HOLD_MAX,
	HOLD_TOTAL,
	COLUMNS
};

struct count {
	u64 value[COLUMNS];
	u32 generation, epoch;
};

struct slot {
	void *lock;
	u32 generation;
	int cpu; /* that held it last, -1: none yet */
	struct task_struct *owner; /* of the exclusive hold since... */
	u64 since;
	unsigned long used; /* jiffies */
};

struct hold {
	struct task_struct *task; /* NULL: free */
	void *lock;
	u64 since;
	unsigned long used;
};

static struct slot *slots;
static struct hold *holds;
static DEFINE_PER_CPU(struct count *, counts); /* SLOTS of each CPU's own */
static DEFINE_PER_CPU(struct count, total);
static DEFINE_PER_CPU(u64, unlisted);
static u32 epoch = 1;

/* Take an idle place of the window for @lock; NULL: all are in use. */
static struct slot *slot_take(void *lock, u32 hash)
{
	struct slot *slot, *oldest = NULL;
	void *old;
	int i;

	for (i = 0; i < PROBES; i++) {
		slot = &slots[(hash + i) % SLOTS];
		if (!oldest ||
		    time_before(READ_ONCE(slot->used), READ_ONCE(oldest->used)))
			oldest = slot;
	}
	old = READ_ONCE(oldest->lock);
	if (time_before(jiffies, READ_ONCE(oldest->used) + IDLE) ||
	    cmpxchg(&oldest->lock, old, lock) != old)
		return NULL;
	WRITE_ONCE(oldest->used, jiffies);
	WRITE_ONCE(oldest->generation, oldest->generation + 1);
	WRITE_ONCE(oldest->owner, NULL);
	WRITE_ONCE(oldest->cpu, -1);
	return oldest;
}

static struct slot *slot_find(void *lock, bool take)
{
	u32 hash = hash_ptr(lock, SLOT_BITS);
	struct slot *slot;
	void *seen;
	int i;

	for (i = 0; i < PROBES; i++) {
		slot = &slots[(hash + i) % SLOTS];
		seen = READ_ONCE(slot->lock);
		if (!seen && take) {
			WRITE_ONCE(slot->used, jiffies);
			seen = cmpxchg(&slot->lock, NULL, lock) ?: lock;
		}
		if (seen == lock)
			return slot;
		if (!seen)
			return NULL;
	}
	return take ? slot_take(lock, hash) : NULL;
}

/* This CPU's counters of a lock, cleared if they were someone else's. */
static struct count *count_of(struct slot *slot)
{
	struct count *count = this_cpu_ptr(&total);
	u32 generation = 0;

	if (slot) {
		count = this_cpu_read(counts) + (slot - slots);
		generation = READ_ONCE(slot->generation);
	}
	if (count->generation != generation || count->epoch != epoch) {
		memset(count, 0, sizeof(*count));
		count->generation = generation;
		count->epoch = epoch;
	}
	return count;
}

static void count_time(struct count *count, int min, u64 time)
{
	time = time ?: 1; /* 0 stands for none */
	if (!count->value[min] || time < count->value[min])
		count->value[min] = time;
	if (time > count->value[min + 1])
		count->value[min + 1] = time;
	count->value[min + 2] += time;
}

static void hold_begin(void *lock, u64 now)
{
	u32 hash = hash_ptr(lock, 32) ^ hash_ptr(current, 32);
	struct task_struct *old;
	struct hold *hold;
	int i;

	for (i = 0; i < PROBES; i++) {
		hold = &holds[(hash + i) % SLOTS];
		old = READ_ONCE(hold->task);
		if (old && (old != current || hold->lock != lock) &&
		    time_before(jiffies, READ_ONCE(hold->used) + IDLE))
			continue;
		if (cmpxchg(&hold->task, old, current) != old)
			continue;
		WRITE_ONCE(hold->lock, lock);
		WRITE_ONCE(hold->since, now);
		WRITE_ONCE(hold->used, jiffies);
		return;
	}
}

/* Since when, 0: it was not seen. */
static u64 hold_end(void *lock)
{
	u32 hash = hash_ptr(lock, 32) ^ hash_ptr(current, 32);
	struct hold *hold;
	u64 since;
	int i;

	for (i = 0; i < PROBES; i++) {
		hold = &holds[(hash + i) % SLOTS];
		if (READ_ONCE(hold->task) != current || hold->lock != lock)
			continue;
		since = hold->since;
		if (cmpxchg(&hold->task, current, NULL) == current)
			return since;
	}
	return 0;
}

u64 LP_HOOK(contended)(void *lock, unsigned int how)
{
	struct slot *slot;
	unsigned long flags;
	bool bounce;

	local_irq_save(flags);
	slot = slot_find(lock, true);
	bounce = slot && READ_ONCE(slot->cpu) != smp_processor_id();
	count_of(NULL)->value[CONTENTIONS]++;
	count_of(NULL)->value[CON_BOUNCES] += bounce;
	if (slot) {
		count_of(slot)->value[CONTENTIONS]++;
		count_of(slot)->value[CON_BOUNCES] += bounce;
	}
	local_irq_restore(flags);
	return local_clock() ?: 1;
}

static void acquire(struct slot *slot, bool bounce, u64 waited)
{
	struct count *count = count_of(slot);

	count->value[ACQUISITIONS]++;
	count->value[ACQ_BOUNCES] += bounce;
	if (waited)
		count_time(count, WAIT_MIN, waited);
}

void LP_HOOK(acquired)(void *lock, unsigned int how, u64 cookie)
{
	u64 now = local_clock(), waited = 0;
	struct slot *slot;
	unsigned long flags;
	bool bounce = false;

	if (cookie)
		waited = now > cookie ? now - cookie : 1;
	local_irq_save(flags);
	slot = slot_find(lock, true);
	if (slot) {
		bounce = READ_ONCE(slot->cpu) != smp_processor_id();
		if (bounce)
			WRITE_ONCE(slot->cpu, smp_processor_id());
		if (READ_ONCE(slot->used) != jiffies)
			WRITE_ONCE(slot->used, jiffies);
		acquire(slot, bounce, waited);
	} else {
		this_cpu_inc(unlisted);
	}
	acquire(NULL, bounce, waited);
	if (slot && !(how & LP_READ)) {
		WRITE_ONCE(slot->since, now);
		WRITE_ONCE(slot->owner, current);
	} else {
		hold_begin(lock, now);
	}
	local_irq_restore(flags);
}

void LP_HOOK(release)(void *lock, unsigned int how)
{
	struct slot *slot;
	unsigned long flags;
	u64 now = local_clock(), since = 0;

	local_irq_save(flags);
	slot = slot_find(lock, false);
	if ((how & LP_READ) || !slot) {
		since = hold_end(lock);
	} else if (READ_ONCE(slot->owner) == current) {
		since = READ_ONCE(slot->since);
		WRITE_ONCE(slot->owner, NULL);
	}
	if (since) {
		since = now > since ? now - since : 1;
		count_time(count_of(NULL), HOLD_MIN, since);
		if (slot)
			count_time(count_of(slot), HOLD_MIN, since);
	}
	local_irq_restore(flags);
}

static void policy_disable(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		vfree(per_cpu(counts, cpu));
	vfree(holds);
	vfree(slots);
}

static int policy_enable(void)
{
	int cpu, i;

	slots = vzalloc(array_size(SLOTS, sizeof(*slots)));
	holds = vzalloc(array_size(SLOTS, sizeof(*holds)));
	if (!slots || !holds)
		goto no_memory;
	for_each_possible_cpu(cpu) {
		per_cpu(counts, cpu) =
			vzalloc_node(array_size(SLOTS, sizeof(struct count)),
				     cpu_to_node(cpu));
		if (!per_cpu(counts, cpu))
			goto no_memory;
	}
	for (i = 0; i < SLOTS; i++)
		slots[i].cpu = -1;
	return 0;
no_memory:
	policy_disable();
	return -ENOMEM;
}

static void sum(u64 *to, const struct count *from, u32 generation)
{
	u64 value;
	int i;

	if (READ_ONCE(from->generation) != generation ||
	    READ_ONCE(from->epoch) != epoch)
		return;
	for (i = 0; i < COLUMNS; i++) {
		value = READ_ONCE(from->value[i]);
		if (i == WAIT_MIN || i == HOLD_MIN)
			to[i] = to[i] && (!value || to[i] < value) ? to[i] :
								     value;
		else if (i == WAIT_MAX || i == HOLD_MAX)
			to[i] = max(to[i], value);
		else
			to[i] += value;
	}
}

static void show_row(struct seq_file *m, const u64 *value)
{
	int i;

	for (i = 0; i < COLUMNS; i++)
		seq_printf(m, "\t%llu", value[i]);
	seq_putc(m, '\n');
}

static void policy_show(struct seq_file *m)
{
	u64 value[COLUMNS] = { 0 }, missed = 0;
	u32 generation;
	int cpu, i;

	seq_puts(m, "lock\tcontentions\tcon-bounces\tacquisitions\t"
		    "acq-bounces\twait-min\twait-max\twait-total\t"
		    "hold-min\thold-max\thold-total\n");
	for_each_possible_cpu(cpu) {
		sum(value, per_cpu_ptr(&total, cpu), 0);
		missed += per_cpu(unlisted, cpu);
	}
	seq_puts(m, "total");
	show_row(m, value);
	for (i = 0; i < SLOTS; i++) {
		if (!READ_ONCE(slots[i].lock))
			continue;
		memset(value, 0, sizeof(value));
		generation = READ_ONCE(slots[i].generation);
		for_each_possible_cpu(cpu)
			sum(value, &per_cpu(counts, cpu)[i], generation);
		if (!value[ACQUISITIONS] && !value[CONTENTIONS])
			continue;
		seq_printf(m, "%px", slots[i].lock);
		show_row(m, value);
	}
	seq_printf(m, "unlisted\t%llu\n", missed);
}

/* Counters clear themselves when next used; readers skip them until then. */
static void policy_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		per_cpu(unlisted, cpu) = 0;
	WRITE_ONCE(epoch, epoch + 1);
}
