#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# diff and latency on captures whose contents are known.
. "$(dirname "$0")/lib.sh"

gen=${LP_TOOL%/*}/tests/capture/gen
"$gen" small "$scratch/before.data" || exit 1
"$gen" after "$scratch/after.data" || exit 1

run 0 diff "$scratch/before.data" "$scratch/after.data"
has "the lock that changed most comes first, and it is real" out \
	'^ +50\.5% +9\.0% +-41\.5 +[0-9.]+ real .*files_struct\.file_lock$'
has "a small change is noise" out '\+0\.2 +[0-9.]+ noise .*tasklist_lock$'
has "waits are given a second" out ' 75 +175 +125 us +225 us +files_struct'
has "a lock that is gone is shown" out ' 0\.0% .*rq\.__lock$'
run 0 diff --json "$scratch/before.data" "$scratch/after.data"
check "diff --json" python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
assert len(rows) == 8 and rows[0]["name"] == "files_struct.file_lock"
assert abs(rows[0]["share_change"] + 0.415) < 1e-6 and not rows[0]["is_noise"]
' "$out"
run 0 diff "$scratch/before.data" "$scratch/before.data"
lacks "a capture does not differ from itself" out ' real '
run 2 diff "$scratch/before.data"
run 1 diff "$scratch/before.data" "$scratch/none"

run 0 latency -i "$scratch/before.data"
has "who slept longest comes first" out '^ +300 ms +20 +50\.0 ms +102 +toyd$'
has "the lock that it slept on is named" out \
	'on pipe_inode_info\.mutex\?, woken by dup-loop'
has "where it was in user mode" out '^ +nap \[dup-loop\]$'
has "an address of user mode without a name" out '^ +0x[0-9a-f]+$'
lacks "another process's code" out stranger
has "a sleep that went on at the end" out 'in, still asleep at the end$'
lacks "scheduler and lock code are not in the trace" out \
	'(__schedule|mutex_lock)$'
has "the lock that was slept on" out '^ +300 ms +20 +50\.0 ms +1  pipe_inode_info\.mutex\?$'
run 0 latency -i "$scratch/before.data" --json
has "latency --json: the lock" out '"type":"lock","lock":"pipe_inode_info.mutex\?","sleep_ns":300000000,"sleeps":20,.*"tasks":1'
run 0 latency -i "$scratch/before.data" --task 100 --json
same "latency --json: one task, and no lock of others" 1 "$(wc -l <"$out")"
has "latency --json" out '"comm":"dup-loop","pid":100,"sleep_ns":100000000.*"asleep":true.*"nap \[dup-loop\]","0x400020"'
run 3 latency -i "$scratch/before.data" --task nobody
has "others slept" err 'of the [0-9]+ tasks that slept, none is .nobody.'
run 2 latency --depth x
finish
