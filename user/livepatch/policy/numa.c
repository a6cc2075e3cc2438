// SPDX-License-Identifier: GPL-2.0
/*
 * Policy numa: waiters of the node that has the lock go first, in batches of at
 * most BATCH, so that the lock and what it protects stay in one node's caches.
 *
 * A gate stands in front of the kernel's own slow path. It is one word, the
 * node whose turn it is and how many of it were admitted, and for each node the
 * number of its waiters, from contended() until they have the lock or gave up.
 * A waiter is admitted, by compare-and-exchange of the word, when
 *	its node has the turn, and the batch is not full or no other node waits;
 *	or another node has the turn, and its batch is full or nobody of it
 *	waits any more: the turn is then the waiter's node's.
 * Admitted, it calls the kernel's lock function, which queues and excludes as
 * ever. A waiter that is not admitted in time (its patience), or whose CPU is
 * wanted, goes on all the same.
 *
 * Why this is correct:
 * - Exclusion: the gate admits to the kernel's lock and grants nothing.
 * - No waiter is lost: nobody wakes anybody. Each waiter looks at the gate
 *   itself, and stops looking in time. Counts cannot leak: a site's
 *   contended() and its acquired() or abandoned() are inlined into the same
 *   function, so a task runs both or neither, whatever livepatch does.
 * - No deadlock without the patience, either, as long as those inside make
 *   progress: at the gate, when the batch is not full, waiters of the turn's
 *   node are admitted, and when there are none, all others; when it is full,
 *   the others are, and when there are none, its own. Nobody waits for a
 *   particular waiter, so it does no harm that one was interrupted.
 * - Interrupts: a handler that waits on top of a waiter of its own CPU is of
 *   the same node and is judged by the same rule. Locks whose addresses hash
 *   to one gate share it; there a handler could wait for one that it
 *   interrupted inside: this ends by patience.
 * - Nobody starves: while another node waits, at most BATCH waiters of one are
 *   admitted in a row; then the kernel's queue decides, first come, first
 *   served. Only impatient waiters and code that bypasses the gate can lengthen
 *   a run, and shorten another's wait by as much.
 * - CPU hotplug: there is no state of a CPU but counters; nodes are counted up
 *   to nr_node_ids.
 * tests/model/numa.pml checks this gate, with interrupts and bypassers.
 *
 * In the debugfs folder "gate" turns the gate off and on, for comparison;
 * "count_all" counts acquisitions on the fast path, too; "patience_us" is how
 * long a waiter with interrupts on stays at the gate.
 */
#define GATE_BITS 6
#define GATES (1 << GATE_BITS)
#define BATCH 32
#define PATIENCE_IRQ_US 100U /* where interrupts are off */
#define LOOK 16 /* turns of the loop between two looks at the clock */

/*
 * The word: 16 bits of the batch's number, so that a look before one batch
 * cannot admit after another; 10 of the node; 6 of its admissions.
 */
#define BATCH_ONE (1U << 16)
#define WORD_NODE(word) ((word) >> 6 & 0x3ff)
#define WORD_ADMITTED(word) ((word)&0x3f)

/* contended()'s cookie: the node, and was it admitted because it was alone? */
#define COOKIE_NODE(cookie) (((cookie)&0xffff) - 1)
#define ALONE (1U << 16)

struct gate {
	atomic_t word;
	/* what happened, for show; written by holders of the lock */
	struct last {
		void *lock;
		int node, run;
	} handover, any;
} ____cacheline_aligned;

struct gate_node {
	atomic_t waiting;
} ____cacheline_aligned;

struct seen {
	u64 handovers; /* acquisitions by those who had waited */
	u64 stayed; /* of these, on the node of the handover before */
	u64 acquisitions, near; /* the same of all, while they are counted */
	u64 admitted, impatient;
	u64 longest; /* run of one node's handovers while another waited */
};

static struct gate gates[GATES];
static struct gate_node *nodes; /* nr_node_ids of each gate */
static DEFINE_PER_CPU(struct seen, seen);
static bool gate_on = true, count_all;
/*
 * Three times as long as another node's full batch of 10 us holds: who waits
 * longer waits for somebody who is not running. make bench tells what shorter
 * and longer ones cost there.
 */
static u32 patience_us = 1000;

static struct gate *gate_of(void *lock)
{
	return &gates[hash_ptr(lock, GATE_BITS)];
}

static atomic_t *waiting_of(struct gate *gate, unsigned int node)
{
	return &nodes[(gate - gates) * nr_node_ids + node].waiting;
}

/*
 * Each node is looked at by itself: whoever waits has been counted since before
 * we looked. From a sum, less our own, one could be missed who waits all along.
 */
static bool others_wait(struct gate *gate, unsigned int node)
{
	unsigned int other;

	for (other = 0; other < nr_node_ids; other++)
		if (other != node && atomic_read(waiting_of(gate, other)))
			return true;
	return false;
}

/*
 * May a waiter of @node go in, what is the word then, and is a run of its node
 * over, because nobody else waits?
 */
static bool admits(struct gate *gate, unsigned int node, u32 word, u32 *next,
		   u64 *cookie)
{
	unsigned int turn = WORD_NODE(word);
	bool full = WORD_ADMITTED(word) >= BATCH;

	*next = ((word + BATCH_ONE) & ~(BATCH_ONE - 1)) | node << 6 | 1;
	if (turn != node)
		return full || !atomic_read(waiting_of(gate, turn));
	if (!full) {
		*next = word + 1;
		return true;
	}
	*cookie |= ALONE;
	return !others_wait(gate, node);
}

static bool admit(struct gate *gate, unsigned int node, u64 *cookie)
{
	u32 word = atomic_read(&gate->word), next;

	*cookie = node + 1;
	return admits(gate, node, word, &next, cookie) &&
	       atomic_cmpxchg(&gate->word, word, next) == word;
}

static u64 patience(void)
{
	u32 us = READ_ONCE(patience_us);

	if (irqs_disabled() || in_interrupt())
		us = min(us, PATIENCE_IRQ_US);
	return us * NSEC_PER_USEC;
}

u64 LP_HOOK(contended)(void *lock, unsigned int how)
{
	struct gate *gate = gate_of(lock);
	unsigned int node = numa_node_id(), turns = 0;
	u64 start, cookie;
	bool admitted;

	atomic_inc(waiting_of(gate, node));
	if (!READ_ONCE(gate_on))
		return node + 1;
	admitted = admit(gate, node, &cookie);
	start = admitted ? 0 : local_clock();
	while (!admitted && !need_resched()) {
		if (++turns % LOOK == 0 && local_clock() - start > patience())
			break;
		cpu_relax();
		admitted = admit(gate, node, &cookie);
	}
	if (admitted) {
		this_cpu_inc(seen.admitted);
		return cookie;
	}
	this_cpu_inc(seen.impatient);
	return node + 1;
}

static void leave(struct gate *gate, u64 cookie)
{
	atomic_dec(waiting_of(gate, COOKIE_NODE(cookie)));
}

/* Was the lock on this node before? */
static bool note(struct last *last, void *lock)
{
	int node = numa_node_id();

	if (READ_ONCE(last->lock) == lock && READ_ONCE(last->node) == node) {
		WRITE_ONCE(last->run, READ_ONCE(last->run) + 1);
		return true;
	}
	WRITE_ONCE(last->lock, lock);
	WRITE_ONCE(last->node, node);
	WRITE_ONCE(last->run, 1);
	return false;
}

/*
 * From waiter to waiter. An acquisition on the stock fast path is none: it can
 * only happen while nobody is inside, and costs the fast path nothing here.
 */
static void note_handover(struct gate *gate, void *lock, u64 cookie)
{
	this_cpu_inc(seen.handovers);
	if (note(&gate->handover, lock))
		this_cpu_inc(seen.stayed);
	if (cookie & ALONE)
		WRITE_ONCE(gate->handover.run, 1);
	if (READ_ONCE(gate->handover.run) > this_cpu_read(seen.longest))
		this_cpu_write(seen.longest, READ_ONCE(gate->handover.run));
}

static void note_any(struct gate *gate, void *lock)
{
	this_cpu_inc(seen.acquisitions);
	if (note(&gate->any, lock))
		this_cpu_inc(seen.near);
}

void LP_HOOK(acquired)(void *lock, unsigned int how, u64 cookie)
{
	struct gate *gate = gate_of(lock);

	if (READ_ONCE(count_all))
		note_any(gate, lock);
	if (!cookie)
		return;
	note_handover(gate, lock, cookie);
	leave(gate, cookie);
}

void LP_HOOK(abandoned)(void *lock, unsigned int how, u64 cookie)
{
	leave(gate_of(lock), cookie);
}

static int policy_enable(void)
{
	BUILD_BUG_ON(MAX_NUMNODES > 1 << 10 || BATCH > 0x3f);
	nodes = kvcalloc(GATES * nr_node_ids, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;
	debugfs_create_bool("gate", 0600, lp_dir, &gate_on);
	debugfs_create_bool("count_all", 0600, lp_dir, &count_all);
	debugfs_create_u32("patience_us", 0600, lp_dir, &patience_us);
	return 0;
}

static void policy_disable(void)
{
	kvfree(nodes);
}

static void policy_show(struct seq_file *m)
{
	struct seen sum = { 0 };
	int cpu;

	for_each_possible_cpu(cpu) {
		struct seen *one = per_cpu_ptr(&seen, cpu);

		sum.handovers += READ_ONCE(one->handovers);
		sum.stayed += READ_ONCE(one->stayed);
		sum.acquisitions += READ_ONCE(one->acquisitions);
		sum.near += READ_ONCE(one->near);
		sum.admitted += READ_ONCE(one->admitted);
		sum.impatient += READ_ONCE(one->impatient);
		sum.longest = max(sum.longest, READ_ONCE(one->longest));
	}
	seq_printf(m, "gate %s\nbatch %d\nnodes %d\n", gate_on ? "on" : "off",
		   BATCH, nr_node_ids);
	seq_printf(m, "handovers %llu\nstayed %llu\nlongest %llu\n",
		   sum.handovers, sum.stayed, sum.longest);
	seq_printf(m, "admitted %llu\nimpatient %llu\n", sum.admitted,
		   sum.impatient);
	seq_printf(m, "acquisitions %llu\nnear %llu\n", sum.acquisitions,
		   sum.near);
}

static void policy_reset(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		memset(per_cpu_ptr(&seen, cpu), 0, sizeof(struct seen));
}
