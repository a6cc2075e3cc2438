// SPDX-License-Identifier: GPL-2.0
/*
 * What a foreign profile holds: samples, COMMs and FORKs in, interned stacks
 * and tasks out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/perf_event.h>

#include <uthash.h>

#include "import/profile.h"
#include "lock/ksyms.h"

#define CONTEXT_MIN ((uint64_t)-4095) /* PERF_CONTEXT_* lie above */
#define COMM_BYTES 16

struct stack {
	UT_hash_handle hh;
	uint32_t id, nr;
	uint64_t samples;
	uint64_t frames[];
};

struct task_key {
	uint32_t pid, tid;
	char comm[COMM_BYTES];
};

struct task {
	UT_hash_handle hh;
	struct task_key key;
	uint32_t id;
};

/* The name a thread (or, under its process's id, a process) bears now. */
struct thread {
	UT_hash_handle hh;
	uint32_t tid;
	char comm[COMM_BYTES];
};

struct profile {
	struct stack *stacks;
	struct stack **by_id;
	uint32_t nr_stacks, room;
	struct task *tasks;
	struct thread *threads;
};

int profile_new(struct profile **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void profile_restart(struct profile *profile)
{
	struct thread *thread, *next;

	HASH_ITER(hh, profile->threads, thread, next) {
		HASH_DEL(profile->threads, thread);
		free(thread);
	}
}

void profile_free(struct profile *profile)
{
	struct task *task, *next;
	uint32_t i;

	if (!profile)
		return;
	profile_restart(profile);
	HASH_ITER(hh, profile->tasks, task, next) {
		HASH_DEL(profile->tasks, task);
		free(task);
	}
	HASH_CLEAR(hh, profile->stacks);
	for (i = 0; i < profile->nr_stacks; i++)
		free(profile->by_id[i]);
	free(profile->by_id);
	free(profile);
}

static int set_comm(struct profile *profile, uint32_t tid, const char *comm)
{
	struct thread *thread;

	HASH_FIND(hh, profile->threads, &tid, sizeof(tid), thread);
	if (!thread) {
		thread = calloc(1, sizeof(*thread));
		if (!thread)
			return -ENOMEM;
		thread->tid = tid;
		HASH_ADD(hh, profile->threads, tid, sizeof(tid), thread);
	}
	snprintf(thread->comm, sizeof(thread->comm), "%s", comm);
	return 0;
}

int profile_comm(struct profile *profile, uint32_t pid, uint32_t tid,
		 const char *comm)
{
	(void)pid;
	return set_comm(profile, tid, comm);
}

/* A thread begins with the name of the one that made it. */
int profile_fork(struct profile *profile, uint32_t pid, uint32_t tid,
		 uint32_t ptid)
{
	struct thread *parent;
	char comm[COMM_BYTES];

	(void)pid;
	HASH_FIND(hh, profile->threads, &ptid, sizeof(ptid), parent);
	if (!parent)
		return 0;
	memcpy(comm, parent->comm, sizeof(comm));
	return set_comm(profile, tid, comm);
}

/*
 * perf's markers say whose frames follow; without them the address must. The
 * chain's first kernel frame is the ip, or where the interrupt found it.
 */
uint32_t profile_frames(const struct perfdata_sample *sample, uint64_t *frames,
			bool *user)
{
	bool kernel = sample->mode == PERF_RECORD_MISC_KERNEL, first = true;
	uint32_t nr = 0, i;

	*user = sample->mode == PERF_RECORD_MISC_USER;
	if (!*user && !kernel)
		return 0;
	frames[nr++] = sample->ip;
	if (*user)
		return nr;
	for (i = 0; i < sample->nr && nr < PROFILE_DEPTH; i++) {
		uint64_t frame = sample->chain[i];

		if (frame >= CONTEXT_MIN) {
			kernel = frame == (uint64_t)PERF_CONTEXT_KERNEL;
			continue;
		}
		if (!kernel || frame < KERNEL_ADDRESS_MIN)
			continue;
		if (!first)
			frames[nr++] = frame;
		first = false;
	}
	return nr;
}

static int keep_stack(struct profile *profile, struct stack *stack)
{
	uint32_t room = profile->room ? profile->room * 2 : 256;
	struct stack **by_id;

	if (profile->nr_stacks == profile->room) {
		by_id = reallocarray(profile->by_id, room, sizeof(*by_id));
		if (!by_id)
			return -ENOMEM;
		profile->by_id = by_id;
		profile->room = room;
	}
	profile->by_id[profile->nr_stacks++] = stack;
	stack->id = profile->nr_stacks;
	return 0;
}

int profile_stack(struct profile *profile, const uint64_t *frames, uint32_t nr,
		  bool count, uint32_t *id)
{
	size_t bytes = nr * sizeof(*frames);
	struct stack *stack;

	HASH_FIND(hh, profile->stacks, frames, bytes, stack);
	if (!stack) {
		stack = calloc(1, sizeof(*stack) + bytes);
		if (!stack)
			return -ENOMEM;
		stack->nr = nr;
		memcpy(stack->frames, frames, bytes);
		if (keep_stack(profile, stack)) {
			free(stack);
			return -ENOMEM;
		}
		HASH_ADD_KEYPTR(hh, profile->stacks, stack->frames, bytes,
				stack);
	}
	stack->samples += count;
	*id = stack->id;
	return 0;
}

/* A thread's own name, or else its process's, or else none. */
static const char *comm_of(struct profile *profile, uint32_t pid, uint32_t tid)
{
	struct thread *thread;

	HASH_FIND(hh, profile->threads, &tid, sizeof(tid), thread);
	if (!thread)
		HASH_FIND(hh, profile->threads, &pid, sizeof(pid), thread);
	if (thread)
		return thread->comm;
	return tid ? "" : "swapper";
}

int profile_task(struct profile *profile, uint32_t pid, uint32_t tid,
		 struct profile_task *out, bool *fresh)
{
	struct task_key key = { .pid = pid, .tid = tid };
	struct task *task;

	snprintf(key.comm, sizeof(key.comm), "%s", comm_of(profile, pid, tid));
	HASH_FIND(hh, profile->tasks, &key, sizeof(key), task);
	*fresh = !task;
	if (!task) {
		task = calloc(1, sizeof(*task));
		if (!task)
			return -ENOMEM;
		task->key = key;
		task->id = HASH_COUNT(profile->tasks) + 1;
		HASH_ADD(hh, profile->tasks, key, sizeof(key), task);
	}
	*out = (struct profile_task){ task->id, pid, tid, task->key.comm };
	return 0;
}

uint32_t profile_nr_stacks(const struct profile *profile)
{
	return profile->nr_stacks;
}

void profile_stack_at(const struct profile *profile, uint32_t i,
		      struct profile_stack *out)
{
	const struct stack *stack = profile->by_id[i];

	*out = (struct profile_stack){ stack->id, stack->nr, stack->samples,
				       stack->frames };
}
