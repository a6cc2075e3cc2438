#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The chain from a lock API to its primitive, on the configured 6.1 tree, and
# what happens without one.
. "$(dirname "$0")/lib.sh"

run 0 chain --help
has "the help shows an example" out 'chain --linux .* spin_lock'
run 2 chain
run 2 chain --linux /tmp
run 2 chain --linux /tmp spin_lock --format yaml
has "says which formats there are" err 'text, json and dot'
run 2 chain --linux /tmp spin_lock mutex_lock
run 2 chain --nonsense
run 1 chain --linux /nonexistent spin_lock
mkdir "$scratch/empty"
run 1 chain --linux "$scratch/empty" spin_lock
has "says that it is no kernel tree" err 'not a kernel source tree'
mkdir "$scratch/bare"
touch "$scratch/bare/Makefile" "$scratch/bare/Kbuild"
run 1 chain --linux "$scratch/bare" spin_lock
has "says that it is not configured" err 'not configured'

if [ ! -e "${LP_TREE:-}/include/generated/autoconf.h" ]; then
	skip "chains of a configured tree" "LP_TREE is none"
	finish
	exit
fi

run 0 chain --linux "$LP_TREE" spin_lock
has "spin_lock goes down to the queued spinlock" out \
	'^spin_lock -> raw_spin_lock -> _raw_spin_lock -> __raw_spin_lock -> do_raw_spin_lock -> arch_spin_lock -> queued_spin_lock -> queued_spin_lock_slowpath'
has "an inline with its place" out '^spin_lock +inline +include/linux/spinlock.h:[0-9]+$'
has "a macro with its place" out '^raw_spin_lock +macro +include/linux/spinlock.h:[0-9]+$'
has "preemption is a side effect" out '^ +preempt +preempt_disable$'
has "lockdep is compiled out" out 'lockdep +spin_acquire +\(nothing'
has "it returns nothing" out '^returns: void$'
has "the options that decided" out 'PREEMPT_RT=n'
line=$(awk '$1 == "do_raw_spin_lock" { split($3, a, ":"); print a[2]; exit }' "$out")
same "the line is the definition's" "static inline void do_raw_spin_lock(raw_spinlock_t *lock) __acquires(lock)" \
	"$(sed -n "${line:-1}p" "$LP_TREE/include/linux/spinlock.h")"

run 0 chain --linux "$LP_TREE" mutex_lock_killable --format json
check "it is JSON" jq -e '.chain[0].name == "mutex_lock_killable" and .primitive == "__mutex_lock_common" and .returns == "int"' "$out"
run 0 chain --linux "$LP_TREE" down_write --format dot
has "it is a graph" out '^digraph "down_write"'
has "with the slow path" out '"rwsem_down_write_slowpath"'
run 3 chain --linux "$LP_TREE" spin_lokc
has "near misses" err 'near: spin_lock'
check "the tree stays clean" test -z "$(find "$LP_TREE" -name '*lockprobe*' -print -quit)"
finish
