/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a foreign profile holds, interned: every kernel stack once, with how
 * many samples have it, and every (process, thread, name) once. Made by a
 * first pass over the samples; a second pass finds the same ids again.
 * Stacks are kernel frames only, innermost first, without context markers.
 */
#ifndef PROFILE_H
#define PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "import/perfdata.h"

#define PROFILE_DEPTH 128 /* kernel frames kept of a stack */

struct profile;

struct profile_stack {
	uint32_t id, nr; /* id from 1 */
	uint64_t samples;
	const uint64_t *frames;
};

struct profile_task {
	uint32_t id, pid, tid; /* id from 1 */
	const char *comm; /* "" when not known */
};

int profile_new(struct profile **out);
void profile_free(struct profile *profile);

/* Tasks as they come and go; profile_restart() before each pass. */
void profile_restart(struct profile *profile);
int profile_comm(struct profile *profile, uint32_t pid, uint32_t tid,
		 const char *comm);
int profile_fork(struct profile *profile, uint32_t pid, uint32_t tid,
		 uint32_t ptid);

/*
 * The kernel frames of a sample into @frames[PROFILE_DEPTH]; how many. A
 * sample of user mode has its ip only (*@user is set), one of a guest none.
 */
uint32_t profile_frames(const struct perfdata_sample *sample, uint64_t *frames,
			bool *user);

/*
 * Id of a stack or a task, interned when new (*@fresh). 0 or -ENOMEM;
 * profile_stack() counts the sample if @count.
 */
int profile_stack(struct profile *profile, const uint64_t *frames, uint32_t nr,
		  bool count, uint32_t *id);
int profile_task(struct profile *profile, uint32_t pid, uint32_t tid,
		 struct profile_task *out, bool *fresh);

uint32_t profile_nr_stacks(const struct profile *profile);
void profile_stack_at(const struct profile *profile, uint32_t i,
		      struct profile_stack *out);

#endif
