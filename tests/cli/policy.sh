#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# patch and lockstat, on a /sys and /proc made up for the purpose: what is
# live, with which policy, and who keeps a transition from ending.
. "$(dirname "$0")/lib.sh"

export LOCKPROBE_ROOT=$scratch/root TZ=UTC
klp=$LOCKPROBE_ROOT/sys/kernel/livepatch
claims=$LOCKPROBE_ROOT/sys/kernel/debug/lockprobe

live() # NAME ENABLED TRANSITION FUNCTION...
{
	local name=$1

	mkdir -p "$klp/$name/vmlinux"
	echo "$2" >"$klp/$name/enabled"
	echo "$3" >"$klp/$name/transition"
	shift 3
	for function; do mkdir -p "$klp/$name/vmlinux/$function,1"; done
}

claim() # LOCK PATCH POLICY
{
	mkdir -p "$claims/$1"
	printf 'patch %s\nlock %s\npolicy %s\nsince 1795242786\n' "$2" "$1" "$3" \
		>"$claims/$1/about"
	: >"$claims/$1/reset"
}

task() # PID COMM STATE
{
	mkdir -p "$LOCKPROBE_ROOT/proc/$1/task/$1"
	echo "$3" >"$LOCKPROBE_ROOT/proc/$1/task/$1/patch_state"
	echo "$2" >"$LOCKPROBE_ROOT/proc/$1/task/$1/comm"
	printf '[<0>] do_wait+0x1c/0x60\n[<0>] more+0x1/0x2\n' \
		>"$LOCKPROBE_ROOT/proc/$1/task/$1/stack"
}

for command in patch lockstat; do
	run 0 $command --help
	has "$command's help teaches" out "usage: lockprobe-user $command"
	run 2 $command --nonsense
done
run 2 patch
run 2 patch explode now
run 2 patch status extra
run 2 patch enable
run 2 patch disable x --wait soon
run 2 lockstat --sort beauty
run 2 lockstat --top many

run 1 patch status
has "a kernel without livepatching" err 'CONFIG_LIVEPATCH'
mkdir -p "$klp"
run 3 patch status
has "nothing is live" err 'no livepatch is loaded'
run 3 lockstat

live lp_files 1 0 do_dup2 alloc_fd
live kpatch_other 1 0 foo
claim files_struct.file_lock lp_files lockstat
run 0 patch status
has "ours: lock, policy, state, since" out \
	'^lp_files +files_struct.file_lock +lockstat +enabled +2 2026-11-21'
has "and others'" out '^kpatch_other +- +- +enabled +1 -'
run 0 patch status --json
check "as JSON" python3 -c '
import json, sys
a = json.load(open(sys.argv[1]))
assert [p["name"] for p in a] == ["kpatch_other", "lp_files"], a
assert a[1]["policy"] == "lockstat" and a[1]["functions"] == 2, a
assert a[0]["lock"] is None, a' "$out"

{
	printf 'lock\tcontentions\tcon-bounces\tacquisitions\tacq-bounces\twait-min\twait-max\twait-total\thold-min\thold-max\thold-total\n'
	printf 'total\t9\t8\t700\t6\t5\t4\t3\t2\t1\t10\n'
	printf 'ffff888000000100\t2\t1\t600\t1\t1\t1\t1\t1\t1\t7\n'
	printf 'ffff888000000200\t7\t7\t100\t5\t5\t4\t2\t2\t1\t3\n'
	printf 'unlisted\t0\n'
} >"$claims/files_struct.file_lock/stats"
run 0 lockstat
same "sorted by contentions" "files_struct.file_lock ffff888000000200 ffff888000000100" \
	"$(awk 'NR > 1 { print $1 }' "$out" | xargs)"
run 0 lockstat --sort acquisitions --top 1
has "by another column" out '^  ffff888000000100 +2 +1 +600'
has "and says what it left out" out 'and 1 more locks'
run 0 lockstat --json
check "lockstat as JSON" python3 -c '
import json, sys
a = json.load(open(sys.argv[1]))
assert a[0]["lock"] == "files_struct.file_lock", a
assert a[0]["total"]["acquisitions"] == 700 and len(a[0]["locks"]) == 2, a
assert a[0]["locks"][0]["address"] == "0xffff888000000200", a' "$out"
run 3 lockstat inode.i_lock
has "not on that lock" err 'no livepatch.*inode.i_lock'
run 0 lockstat --reset
same "reset is written" 1 "$(cat "$claims/files_struct.file_lock/reset")"
echo garbage >"$claims/files_struct.file_lock/stats"
run 1 lockstat
has "what is not lockstat's is said" err 'not what policy lockstat writes'

run 3 patch disable nobody
has "no such livepatch" err 'no livepatch is called nobody'
echo text >"$scratch/text.ko"
run 1 patch enable "$scratch/text.ko"
has "no livepatch module" err 'not a livepatch module'
run 1 patch enable "$scratch/none.ko"

# A transition that does not end: who blocks it, and exit 4.
live lp_files 1 1 do_dup2 alloc_fd
task 123 sleeper 1
task 124 done 0
run 4 patch disable files_struct.file_lock --wait 0.2
same "the kernel was asked to take it back" 0 "$(cat "$klp/lp_files/enabled")"
has "the task that blocks is named" err '123 sleeper in do_wait'
lacks "and no other" err '124'
has "with what to do" err 'kill -CONT'
echo 0 >"$LOCKPROBE_ROOT/proc/123/task/123/patch_state"
run 4 patch disable files_struct.file_lock --wait 0.2
has "no task blocks: it is the kernel's turn" err 'still being disabled.*no task.*patch status'
finish
