/* SPDX-License-Identifier: GPL-2.0 */
/*
 * SynCord policies: which BPF programs a policy pins, which hook of the kernel
 * each of them serves, and where the words live that they share.
 */
#ifndef SOURCE_SYNCORD_POLICY_H
#define SOURCE_SYNCORD_POLICY_H

#include <stddef.h>

#define SYNCORD_PROGRAMS 8
#define SYNCORD_WORDS 4 /* "arg1" to "arg4" of struct lock_policy_args */

struct syncord_hook {
	const char *function; /* "syncord_lock_acquired" */
	const char *array; /* "bpf_prog_lock_acquired" */
	const char *fallback; /* what it returns without a program; "" */
};

struct syncord_policy {
	char name[64];
	struct {
		char pin[96]; /* below /sys/fs/bpf */
		const struct syncord_hook *hook;
		char array[64]; /* that the kernel runs it from */
	} programs[SYNCORD_PROGRAMS];
	size_t nr;
	int rwsem; /* its hooks are those of rwsem.c */
	/* home of each word: 'l'ock, 't'hread, or '-': not used */
	char words[SYNCORD_WORDS + 1];
	int per_cpu; /* per_cpu_data is used */
	int counts; /* arg7 is the number of tasks that took the lock */
	char helper[48]; /* that not every tree can run: "bpf_back_off"; "" */
};

/*
 * @name: a policy that SynCord ships, or a policy folder (*.pfile and a
 * header). Says what is wrong. -ENOENT: no such policy; -EINVAL: a program
 * serves no spinlock hook; -errno.
 */
int syncord_policy_open(const char *name, struct syncord_policy *policy);

#endif
