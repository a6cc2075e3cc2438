#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# generate --abi syncord on SynCord kernels in miniature: the cases of
# tests/fixtures/syncord, on top of the base there and of the one of
# tests/fixtures/generate. A case is as in generate.sh; besides,
#
#	whole: yes	its diff is all of the patch
#	header: yes	the new header is part of its diff
#
# A case called scar-... is a fault that an older tool's patches had. One
# patched tree is compiled and run: see run.c. LP_UPDATE=1 writes the results
# into the cases, LP_CASE names the cases to run.
set -u
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/cases.sh
. "$(dirname "$0")/cases.sh"
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)
cases=$fixtures/syncord
tree=$scratch/tree
patch=$scratch/patch

fresh() # FILE...
{
	local file

	rm -rf "$tree" "$patch"
	for file in "$fixtures/generate/base" "$cases/base" "$@"; do
		unpack "$file" "$tree"
	done
}

# wanted_files CASE PATCH: the diffs of the files that the case shows.
wanted_files()
{
	awk -v whole="$(value "$1" whole)" -v header="$(value "$1" header)" '
	/^diff --git / {
		keep = whole || ($0 !~ /^diff --git a.kernel.(bpf|locking)/ &&
				 (header || $0 !~ /linux.lockprobe_/))
	}
	/^index / { next }
	/^-- $/ { exit }
	keep { print }' "$2"
}

# there_and_back PATCH: applies without fuzz and comes off to the same bytes.
there_and_back()
{
	rm -rf "$tree.new"
	cp -r "$tree" "$tree.new" &&
		(cd "$tree.new" && git apply --check "$1") &&
		patch -d "$tree.new" -p1 -F0 -s <"$1" &&
		patch -d "$tree.new" -p1 -F0 -R -s <"$1" &&
		diff -r "$tree" "$tree.new"
}

# stock_lock FILE: the lines of queued_spin_lock() and of the trylock.
stock_lock()
{
	sed -n '/^void queued_spin_lock/,$p' "$1"
}

patched() # PATCH: the tree is the patched one from here on
{
	patch -d "$tree" -p1 -F0 -s <"$1"
}

one() # CASE
{
	local name regex

	name=$(basename "$1" .case)
	fresh "$1"
	# shellcheck disable=SC2046 # options are words
	run "$(value "$1" exit)" generate --linux "$tree" --abi syncord \
		--lock "$(value "$1" lock)" $(value "$1" options) -o "$patch"
	value "$1" says >"$scratch/says"
	while read -r regex; do
		has "$name says $regex" err "$regex"
	done <"$scratch/says"
	if [ "$(value "$1" exit)" != 0 ]; then
		check "$name: no patch" test ! -e "$patch"
		return
	fi
	if [ -n "${LP_UPDATE:-}" ]; then
		sed '/^=> diff/q' "$1" >"$scratch/case"
		wanted_files "$1" "$patch" >>"$scratch/case"
		cp "$scratch/case" "$1"
	fi
	same "$name: the diff" "$(golden "$1")" "$(wanted_files "$1" "$patch")"
	check "$name: applies and comes off" there_and_back "$patch"
	regex=$(value "$1" message)
	[ -z "$regex" ] || check "$name: the message says $regex" \
		grep -qE -e "$regex" "$patch"
	same "$name: no site decides on the id" "" \
		"$(grep -E '^\+.*bpf_.*\(.*num_policy' "$patch")"
	stock_lock "$tree/kernel/locking/qspinlock.c" >"$scratch/before"
	patched "$patch"
	same "$name: queued_spin_lock() is as it was" \
		"$(cat "$scratch/before")" \
		"$(stock_lock "$tree/kernel/locking/qspinlock.c")"
}

# The patched code runs: what each call does, and in which order.
scar_chain_effects()
{
	fresh "$cases/scar-variants.case"
	"$LP_TOOL" generate --linux "$tree" --abi syncord --lock box.lock \
		--policy lockstat -o "$patch" 2>"$err"
	patched "$patch"
	check "the patched tree compiles" \
		cc -std=gnu11 -w -I"$tree/include" -I"$tree/kernel/locking" \
		-I"$tree" -o "$scratch/run" "$cases/run.c"
	"$scratch/run" >"$out" 2>"$err"
	same "scar: preemption, interrupts and lockdep are kept; id 0 runs nothing; errors are undone; references are dropped" \
		"$(cat "$cases/run.txt")" "$(cat "$out")"
	[ -z "${LP_UPDATE:-}" ] || cp "$out" "$cases/run.txt"
}

# Two patches in one tree: neither guard nor name is had twice.
scar_one_guard_for_two()
{
	fresh "$cases/scar-all-locks.case"
	"$LP_TOOL" generate --linux "$tree" --abi syncord --lock box.lock \
		--policy lockstat -o "$patch" 2>"$err"
	patched "$patch"
	run 0 generate --linux "$tree" --abi syncord --lock crate.lock \
		--policy lockstat -o "$scratch/second"
	patched "$scratch/second"
	same "scar: each header has a guard of its own" 2 \
		"$(sed -n 's/^#ifndef //p' "$tree"/include/linux/lockprobe_* |
			sort -u | wc -l)"
	same "scar: no name is defined twice" "" \
		"$(sed -nE 's/^(static |extern |int )?.*\b((bpf|lp)_[a-z_]+)(\(raw_spinlock|;$).*/\2/p' \
			"$tree"/include/linux/lockprobe_* | sort | uniq -d)"
	printf '#include <linux/lockprobe_%s_lock.h>\n' box crate box \
		>"$scratch/both.h"
	sed -e 's/#include <linux.lockprobe_box_lock.h>//' "$cases/run.c" |
		sed -e '/^static struct bpf_prog programs/,$d' >"$scratch/both.c"
	printf '#include "%s"\nint main(void) { return 0; }\n' \
		"$scratch/both.h" >>"$scratch/both.c"
	check "scar: both headers compile in one file" \
		cc -std=gnu11 -w -fsyntax-only -I"$tree/include" \
		-I"$tree/kernel/locking" -I"$tree" "$scratch/both.c"
}

scar_extern_once()
{
	fresh "$cases/scar-other-path.case"
	"$LP_TOOL" generate --linux "$tree" --abi syncord --lock box.lock \
		--policy numa-grouping -o "$patch" 2>"$err"
	same "scar: the policy's id is declared once, defined once" \
		"+extern int lp_box_lock_policy; +int lp_box_lock_policy;" \
		"$(grep -oE '^\+(extern )?int lp_box_lock_policy;' "$patch" |
			tr '\n' ' ' | sed 's/ $//')"
	same "scar: no declaration in a call site's file" "" \
		"$(sed -n '/^diff .*fs.box/,/^diff .*include/p' "$patch" |
			grep '^+.*extern')"
}

# A file for each of many: none may be skipped.
scar_files_skipped()
{
	local i

	fresh "$cases/direct.case"
	for i in $(seq 40); do
		sed "s/box_use/box_use$i/" "$tree/fs/box.c" >"$tree/fs/f$i.c"
		echo "obj-y += f$i.o" >>"$tree/fs/Makefile"
	done
	run 0 generate --linux "$tree" --abi syncord --lock box.lock \
		--policy numa-grouping -o "$patch"
	patched "$patch"
	same "scar: all of 41 files are converted" 41 \
		"$(grep -l 'bpf_box_lock_spin_unlock(&box->lock, lp_box_lock_policy)' \
			"$tree"/fs/*.c | wc -l)"
	same "scar: and nothing stock is left in them" "" \
		"$(grep -l ' spin_lock(&box' "$tree"/fs/*.c)"
}

# A kernel whose locks keep their order has other hooks all the same.
unnamed_policy()
{
	local slow=kernel/locking/qspinlock.c

	fresh "$cases/direct.case"
	run 0 generate --linux "$tree" --abi syncord --lock box.lock -o "$patch"
	check "no policy named: numa-grouping" grep -q 'policy numa-grouping' "$patch"
	fresh "$cases/direct.case"
	sed -i 's/syncord_should_reorder/reorder_never/' "$tree/$slow"
	run 0 generate --linux "$tree" --abi syncord --lock box.lock -o "$patch"
	check "no policy named, no hook for it: lockstat" \
		grep -q 'policy lockstat' "$patch"
	check "and that is told" grep -q 'the policy is lockstat' "$err"
	run 4 generate --linux "$tree" --abi syncord --lock box.lock \
		--policy numa-grouping -o "$patch"
	check "named, it is refused" grep -q 'syncord_should_reorder' "$err"
}

# Every pin of every policy is looked up, and dropped again.
pins()
{
	local policy pins

	while read -r policy pins; do
		fresh "$cases/direct.case"
		echo 'const struct bpf_func_proto bpf_back_off_proto = { };' \
			>"$tree/kernel/bpf/helpers.c"
		run 0 generate --linux "$tree" --abi syncord --lock box.lock \
			--policy "$policy" -o "$patch"
		same "$policy: its pins" "$pins" \
			"$(sed -n 's|^+.*"/sys/fs/bpf/\([^"]*\)".*|\1|p' "$patch" |
				tr '\n' ' ' | sed 's/ $//')"
	done <<-EOT
	numa-grouping numa-grouping
	numa-grouping-cna numa-grouping-cna
	amp amp_cont_lock
	scl scl_acqed_lock scl_cmp scl_cont_lock scl_release_lock
	numa-scl scl_acqed_lock scl_cmp scl_cont_lock scl_release_lock
	lockstat lockstat_lock_acquired lockstat_lock_to_release lockstat_to_enter_slow_path
	EOT
}

# A policy folder: its programs' sections and its header say it all.
folder()
{
	fresh "$cases/direct.case"
	mkdir -p "$scratch/mine"
	cat >"$scratch/mine/mine_acquired.pfile" <<-EOT
	SEC("lock_qspinlock_acquired")
	int f(struct __lock_policy_args *args) { args->start = 1; return 0; }
	EOT
	cat >"$scratch/mine/mine.h" <<-EOT
	struct lock_policy_args {
		void *lock;
		unsigned long lock_ptr;
		struct field *per_cpu_data;
		/* the user's own; */
		unsigned long *start;
	};
	struct per_lock_data {
		unsigned long start;
	};
	EOT
	run 0 generate --linux "$tree" --abi syncord --lock box.lock \
		--policy "$scratch/mine" -o "$patch"
	check "a folder: its pin" grep -q '"/sys/fs/bpf/mine_acquired"' "$patch"
	check "a folder: its word is the lock's" \
		grep -q 'word\[0\] = &own\[0\];' "$patch"
	echo 'int f(void) { return 0; }' >"$scratch/mine/other.pfile"
	run 2 generate --linux "$tree" --abi syncord --lock box.lock \
		--policy "$scratch/mine" -o "$scratch/none"
	has "a program without a section is refused" err 'other.pfile: no SEC'
	check "scar: a failure leaves no patch" test ! -e "$scratch/none"
}

for case in "$cases"/${LP_CASE:-*}.case; do
	one "$case"
done
[ -n "${LP_CASE:-}" ] || {
	scar_chain_effects
	scar_one_guard_for_two
	scar_extern_once
	scar_files_skipped
	pins
	folder
}
finish
