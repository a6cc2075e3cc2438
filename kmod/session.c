// SPDX-License-Identifier: GPL-2.0
/*
 * In: START, STOP, a reader that goes away, CPUs that come and go. Out: one
 * session at most, and the thread that drains it. Process context.
 *
 * Only the drain thread takes a session apart, so nothing it uses can vanish
 * under it. The thread itself lives as long as the module.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/kthread.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timex.h>
#include <linux/workqueue.h>
#include "alias.h"
#include "drain.h"
#include "sample.h"
#include "session.h"

/* A ring that fills wakes the thread before; this is for what is few. */
#define POLL_JIFFIES msecs_to_jiffies(250)

static DEFINE_MUTEX(session_mutex);
static DEFINE_MUTEX(event_mutex);
static DECLARE_WAIT_QUEUE_HEAD(wake_drain);
static struct lp_session *active; /* session mutex; published to the thread */
static struct task_struct *thread;
static int hotplug_state;
static u32 next_id = 1;
static bool kicked;
/* CPUs that came up: what counted there before they went was taken away. */
static struct cpumask came;

static void kick_now(struct irq_work *work)
{
	WRITE_ONCE(kicked, true);
	wake_up(&wake_drain);
}

/* Rings of one CPU, kept until the session ends. Event mutex held. */
static int prepare_cpu(struct lp_session *session, int cpu)
{
	struct lp_cpu *c = per_cpu_ptr(session->cpu, cpu);
	u32 what = session->config.what, bytes = session->config.ring_bytes;
	int ret;

	if (what & LOCKPROBE_WHAT_SAMPLES && !c->samples.data) {
		ret = lp_ring_init(&c->samples, bytes, cpu_to_node(cpu));
		if (ret)
			return ret;
		session->memory += c->samples.size;
	}
	if (what & (LOCKPROBE_WHAT_WAITS | LOCKPROBE_WHAT_SLEEPS) &&
	    !c->waits.data) {
		ret = lp_ring_init(&c->waits, bytes, cpu_to_node(cpu));
		if (ret)
			return ret;
		session->memory += c->waits.size;
	}
	return 0;
}

static int arm_cpu(struct lp_session *session, int cpu)
{
	int ret = prepare_cpu(session, cpu);

	if (ret || !(session->config.what & LOCKPROBE_WHAT_SAMPLES) ||
	    !cpumask_test_cpu(cpu, &session->config.cpus))
		return ret;
	return lp_sample_open(session, cpu);
}

/* Rings before probes: what is seen then has a place to go. */
static int prepare(struct lp_session *session)
{
	int cpu, ret = 0;

	mutex_lock(&event_mutex);
	for_each_online_cpu(cpu) {
		ret = prepare_cpu(session, cpu);
		if (ret)
			break;
	}
	mutex_unlock(&event_mutex);
	return ret;
}

static void disarm(struct lp_session *session)
{
	int cpu;

	mutex_lock(&event_mutex);
	session->armed = false;
	for_each_possible_cpu(cpu)
		lp_sample_close(session, cpu);
	mutex_unlock(&event_mutex);
	/* a software event's handler may have been interrupted to be removed */
	synchronize_rcu();
}

/* Start the counters and, if all of them run, let the drain thread have it. */
static int arm(struct lp_session *session)
{
	int cpu, ret = 0;

	mutex_lock(&event_mutex);
	for_each_online_cpu(cpu) {
		ret = arm_cpu(session, cpu);
		if (ret == -ENODEV && !cpu_online(cpu))
			ret = 0; /* it has just gone */
		if (ret)
			break;
	}
	session->armed = !ret;
	if (!ret)
		WRITE_ONCE(active, session);
	mutex_unlock(&event_mutex);
	if (ret)
		disarm(session);
	return ret;
}

/*
 * Counters for CPUs that came up. Not done while they come: to open or close a
 * software event's counter takes the lock that whoever brings a CPU up holds.
 */
static void follow_cpus(struct work_struct *work)
{
	int cpu;

	mutex_lock(&event_mutex);
	for_each_possible_cpu(cpu) {
		if (!cpumask_test_and_clear_cpu(cpu, &came))
			continue;
		if (!active || !active->armed)
			continue;
		lp_sample_close(active, cpu);
		if (arm_cpu(active, cpu) && cpu_online(cpu))
			pr_warn("lockprobe: CPU %d came up and cannot be sampled\n",
				cpu);
	}
	mutex_unlock(&event_mutex);
}

static DECLARE_WORK(follow_work, follow_cpus);

static int cpu_came(unsigned int cpu)
{
	cpumask_set_cpu(cpu, &came);
	schedule_work(&follow_work);
	return 0;
}

static struct lp_session *new_session(const struct lp_config *config)
{
	struct lp_session *s = kvzalloc(sizeof(*s), GFP_KERNEL);
	int cpu;

	if (!s)
		return NULL;
	s->config = *config;
	s->tgid = config->tgid;
	s->depth = config->depth;
	s->id = next_id;
	s->began_ns = ktime_get_mono_fast_ns();
	s->began_cycles = get_cycles();
	s->cpu = alloc_percpu(struct lp_cpu);
	if (!s->cpu)
		goto free_session;
	for_each_possible_cpu(cpu)
		init_irq_work(&per_cpu_ptr(s->cpu, cpu)->kick, kick_now);
	s->waiters = lp_contend_new();
	if (!s->waiters)
		goto free_cpu;
	if (config->what & LOCKPROBE_WHAT_SLEEPS) {
		s->sleepers = lp_sleep_new();
		if (!s->sleepers)
			goto free_waiters;
		s->memory += lp_sleep_memory();
	}
	s->drain = lp_drain_new(s);
	if (!s->drain)
		goto free_sleepers;
	s->memory += sizeof(*s) + lp_contend_memory() +
		     num_possible_cpus() * sizeof(struct lp_cpu);
	return s;

free_sleepers:
	lp_sleep_free(s->sleepers);
free_waiters:
	lp_contend_free(s->waiters);
free_cpu:
	free_percpu(s->cpu);
free_session:
	kvfree(s);
	return NULL;
}

static void free_session(struct lp_session *session)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct lp_cpu *c = per_cpu_ptr(session->cpu, cpu);

		irq_work_sync(&c->kick);
		lp_ring_free(&c->samples);
		lp_ring_free(&c->waits);
	}
	lp_drain_free(session->drain);
	lp_contend_free(session->waiters);
	lp_sleep_free(session->sleepers);
	free_percpu(session->cpu);
	kvfree(session);
}

static const char *explain(int err)
{
	switch (err) {
	case -ENOENT:
	case -EOPNOTSUPP:
	case -ENODEV:
		return "no PMU of this machine counts that event";
	case -EINVAL:
		return "the PMU does not take these settings of the event";
	case -EBUSY:
		return "another user holds the counters that the event needs";
	case -ENOMEM:
		return "not enough memory for the rings";
	default:
		return NULL;
	}
}

static int start(const struct lp_config *config, const char **why)
{
	struct lp_session *session;
	int ret = -ENOMEM;

	*why = explain(ret);
	if (lp_alias_read())
		return ret;
	session = new_session(config);
	if (!session)
		return ret;
	ret = prepare(session);
	*why = explain(ret);
	if (ret)
		goto free;
	ret = lp_contend_attach(session);
	*why = "the contention probes cannot be attached";
	if (ret)
		goto free;
	ret = lp_sleep_attach(session);
	*why = "the scheduler's trace points cannot be attached";
	if (ret)
		goto detach;
	/* rmmod may have begun, and wait for this very request to end */
	ret = try_module_get(THIS_MODULE) ? 0 : -ENODEV;
	*why = "the module is being unloaded";
	if (ret)
		goto detach_sleep;
	sock_hold(config->sock);
	ret = arm(session);
	*why = explain(ret);
	if (ret)
		goto put;
	next_id++;
	wake_up(&wake_drain);
	return 0;

put:
	sock_put(config->sock);
	module_put(THIS_MODULE);
detach_sleep:
	lp_sleep_detach(session);
detach:
	lp_contend_detach(session);
free:
	free_session(session);
	return ret;
}

int lp_session_start(const struct lp_config *config, u32 *id,
		     struct perf_event_attr *applied, const char **why)
{
	int ret;

	mutex_lock(&session_mutex);
	if (active) {
		*why = "another reader has a session; one at a time";
		ret = -EBUSY;
	} else {
		ret = start(config, why);
	}
	if (!ret) {
		*id = active->id;
		*applied = active->config.attr;
	}
	mutex_unlock(&session_mutex);
	return ret;
}

/* Grow the phase of the session that @portid has. */
static int advance(u32 portid, enum lp_phase phase)
{
	int ret = 0;

	mutex_lock(&session_mutex);
	if (!active)
		ret = -ESRCH;
	else if (active->config.portid != portid)
		ret = -EPERM;
	else if (active->phase < phase)
		WRITE_ONCE(active->phase, phase);
	mutex_unlock(&session_mutex);
	if (!ret)
		wake_up(&wake_drain);
	return ret;
}

int lp_session_stop(u32 portid)
{
	return advance(portid, LP_PHASE_STOPPING);
}

void lp_session_reader_gone(u32 portid)
{
	/* no socket that closes has to wait for the START of another */
	if (READ_ONCE(active))
		advance(portid, LP_PHASE_DEAD);
}

/* By how many went by since the session began; 0 where none are counted. */
static u64 ns_of_cycles(const struct lp_session *s, u64 cycles)
{
	u64 ns = ktime_get_mono_fast_ns() - s->began_ns;
	u64 passed = get_cycles() - s->began_cycles;
	u64 per_1024_ns = div64_u64(passed << 10, max(ns, 1ull));

	return per_1024_ns ? div64_u64(cycles << 10, per_1024_ns) : 0;
}

void lp_session_stats_of(struct lp_session *s, struct lp_stats *stats,
			 bool live)
{
	u64 enabled, running, cycles = 0;
	int cpu;

	memset(stats, 0, sizeof(*stats));
	mutex_lock(&event_mutex);
	for_each_possible_cpu(cpu) {
		const struct lp_cpu *c = per_cpu_ptr(s->cpu, cpu);

		stats->produced += c->produced;
		stats->lost += c->lost;
		stats->filtered += c->filtered;
		stats->throttled += c->throttled;
		cycles += c->handler_cycles;
		stats->contended += c->contended;
		stats->contended_lost += c->contended_lost;
		stats->slept_lost += c->slept_lost;
		if (!c->event || !live)
			continue;
		perf_event_read_value(c->event, &enabled, &running);
		stats->time_enabled += enabled;
		stats->time_running += running;
	}
	mutex_unlock(&event_mutex);
	stats->handler_ns = ns_of_cycles(s, cycles);
	stats->delivered = s->delivered;
	stats->lost += s->lost;
	stats->time_enabled += s->time_enabled;
	stats->time_running += s->time_running;
	stats->worker_ns = s->worker_ns;
	stats->contended_lost += s->waits_lost;
	stats->slept_lost += s->sleeps_lost;
	stats->memory = s->memory + lp_drain_memory(s->drain);
}

void lp_session_stats(struct lp_stats *stats, bool live)
{
	memset(stats, 0, sizeof(*stats));
	mutex_lock(&session_mutex);
	if (active)
		lp_session_stats_of(active, stats, live);
	mutex_unlock(&session_mutex);
}

/* Take the session apart. The drain thread. */
static void finish(struct lp_session *session)
{
	disarm(session);
	lp_sleep_detach(session);
	lp_contend_detach(session);
	if (READ_ONCE(session->phase) != LP_PHASE_DEAD)
		lp_drain_finish(session->drain);
	mutex_lock(&session_mutex);
	mutex_lock(&event_mutex);
	WRITE_ONCE(active, NULL);
	mutex_unlock(&event_mutex);
	mutex_unlock(&session_mutex);
	sock_put(session->config.sock);
	free_session(session);
	/* exit waits for this thread, so our code stays until it is done */
	module_put(THIS_MODULE);
}

static void drain_once(struct lp_session *session)
{
	u64 before = current->se.sum_exec_runtime;
	bool more = false;

	if (READ_ONCE(session->phase) == LP_PHASE_RUNNING &&
	    lp_drain_run(session->drain, &more) == -ECONNREFUSED)
		WRITE_ONCE(session->phase, LP_PHASE_DEAD);
	if (more)
		WRITE_ONCE(kicked, true);
	session->worker_ns += current->se.sum_exec_runtime - before;
	if (READ_ONCE(session->phase) != LP_PHASE_RUNNING)
		finish(session);
}

/* Is there something to do before the next poll? */
static bool is_due(void)
{
	return READ_ONCE(kicked) || kthread_should_stop() ||
	       READ_ONCE(active->phase) != LP_PHASE_RUNNING;
}

static int drain_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (!READ_ONCE(active))
			wait_event_interruptible(wake_drain,
						 READ_ONCE(active) ||
							 kthread_should_stop());
		else
			wait_event_interruptible_timeout(wake_drain, is_due(),
							 POLL_JIFFIES);
		WRITE_ONCE(kicked, false);
		if (READ_ONCE(active))
			drain_once(active);
	}
	return 0;
}

int lp_session_init(void)
{
	int ret;

	thread = kthread_run(drain_thread, NULL, "lockprobe");
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "lockprobe:online",
					cpu_came, NULL);
	if (ret < 0)
		goto stop_thread;
	hotplug_state = ret;
	return 0;

stop_thread:
	kthread_stop(thread);
	return ret;
}

/* No session is left: each holds a reference on the module. */
void lp_session_exit(void)
{
	cpuhp_remove_state_nocalls(hotplug_state);
	cancel_work_sync(&follow_work);
	kthread_stop(thread);
	lp_alias_free();
}
