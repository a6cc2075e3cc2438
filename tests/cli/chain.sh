#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The chain from a lock API to its primitive: what happens without a configured
# tree, a tree in miniature in many configurations, and the 6.1 tree.
set -u
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/cases.sh
. "$(dirname "$0")/cases.sh"
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)

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

# mini CONFIG...: a tree in miniature, configured so, in $scratch/mini.
mini()
{
	local option tree=$scratch/mini

	rm -rf "$tree"
	unpack "$fixtures/chain/tree" "$tree"
	# as `make prepare' would have left it
	mkdir -p "$tree/include/generated" "$tree/include/config" \
		"$tree/scripts/basic"
	touch "$tree/include/generated/asm-offsets.h" \
		"$tree/scripts/basic/fixdep"
	for option in SMP "$@"; do
		echo "CONFIG_$option=y" >>"$tree/.config"
		echo "#define CONFIG_$option 1" \
			>>"$tree/include/generated/autoconf.h"
	done
	cp "$tree/.config" "$tree/include/config/auto.conf"
	find "$tree" | sort >"$scratch/files"
}

# path API WANT CONFIG...: the chain in that configuration.
path()
{
	local api=$1 want=$2

	shift 2
	mini "$@"
	run 0 chain --linux "$scratch/mini" "$api"
	same "$api with ${*:-no option}" "$want" "$(head -n 1 "$out")"
	check "and the tree stays clean" \
		diff "$scratch/files" <(find "$scratch/mini" | sort)
}

start='spin_lock -> raw_spin_lock -> _raw_spin_lock -> __raw_spin_lock'
queued='arch_spin_lock -> queued_spin_lock -> queued_spin_lock_slowpath'
path spin_lock "$start -> do_raw_spin_lock -> $queued"
has "lockdep comes to nothing" out 'lockdep +spin_acquire +\(nothing'
has "the function that is not inlined" out \
	'^_raw_spin_lock +function +kernel/locking/spinlock.c:[0-9]+$'
path spin_lock "$start -> do_raw_spin_lock -> $queued" INLINE_SPIN_LOCK
has "the macro that inlines it" out \
	'^_raw_spin_lock +macro +include/linux/spinlock.h:[0-9]+$'
path spin_lock "$start -> do_raw_spin_lock -> $queued" DEBUG_SPINLOCK LOCKDEP
has "what debugging does" out '^ +debug +debug_spin_lock_before$'
has "lockdep does something" out 'lockdep +spin_acquire$'
has "in a file of its own" out \
	'^do_raw_spin_lock +function +kernel/locking/spinlock_debug.c:'
path spin_lock \
	"$start -> do_raw_spin_lock -> $queued -> pv_queued_spin_lock_slowpath -> native_queued_spin_lock_slowpath" \
	PARAVIRT_SPINLOCKS
has "through a patched call" out '^pv_queued.* \(through pv_ops\)$'
path spin_lock "spin_lock -> rt_spin_lock -> __rt_spin_lock -> rtlock_lock -> rtlock_slowlock" PREEMPT_RT
unlock='__raw_spin_unlock -> do_raw_spin_unlock -> arch_spin_unlock -> queued_spin_unlock'
path spin_unlock "spin_unlock -> raw_spin_unlock -> _raw_spin_unlock -> $unlock"
has "unlocking is inlined" out '^_raw_spin_unlock +macro '
path spin_unlock "spin_unlock -> raw_spin_unlock -> _raw_spin_unlock -> $unlock" \
	UNINLINE_SPIN_UNLOCK
has "or is not" out '^_raw_spin_unlock +function '
path 'scoped_guard(spinlock)' "spin_lock -> rt_spin_lock -> __rt_spin_lock -> rtlock_lock -> rtlock_slowlock" PREEMPT_RT
has "what a guard calls" err \
	'guard\(spinlock\) \(include/linux/spinlock.h:[0-9]+\) calls spin_lock\(\), and spin_unlock\(\) at'
path down "down -> __down -> __down_common"
lacks "a comment's words are no calls" out 'didn|raw_spin'

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

run 0 chain --linux "$LP_TREE" mutex_lock_killable --json
check "it is JSON" jq -e '.chain[0].name == "mutex_lock_killable" and .primitive == "__mutex_lock_common" and .returns == "int"' "$out"
run 0 chain --linux "$LP_TREE" down_write --format dot
has "it is a graph" out '^digraph "down_write"'
has "with the slow path" out '"rwsem_down_write_slowpath"'
run 3 chain --linux "$LP_TREE" spin_lokc
has "near misses" err 'near: spin_lock'
check "the tree stays clean" test -z "$(find "$LP_TREE" -name '*lockprobe*' -print -quit)"
finish
