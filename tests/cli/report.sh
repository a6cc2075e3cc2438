#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# report on captures whose contents are known to the last sample.
. "$(dirname "$0")/lib.sh"

gen=${LP_TOOL%/*}/tests/capture/gen
capture=$scratch/small.data
"$gen" small "$capture" || exit 1

# field of the JSON line whose name is $1
json() # NAME KEY
{
	python3 -c '
import json, sys
for line in open(sys.argv[1]):
    o = json.loads(line)
    if sys.argv[2] in (o.get("name"), o.get("type")):
        for key in sys.argv[3].split("."):
            o = o[int(key)] if isinstance(o, list) else o[key]
        print(o)
        break
' "$out" "$1" "$2"
}

run 0 report -i "$capture"
has "the head tells the kernel and its build id" out \
	'6\.1\.0-test, build id 0123456789abcdef'
has "the head tells the event and its rung" out \
	'MEM_LOAD_RETIRED.L1_MISS, every 1000, rung: named'
has "the head counts what was lost, and why" out \
	'1,000, 7 lost \(7: ring full\)'
has "the hottest lock is files_struct.file_lock" out \
	'^ 50\.5% .* 505 +150 +250 us .*spinlock +files_struct\.file_lock$'
has "its callers have their shares" out '35\.5%  alloc_fd$'
has "lock code is no caller" out '15\.0%  close_fd$'
lacks "lock functions are not shown as callers" out '%  _raw_spin_lock$'
has "an inode's rwsem is named after the inode" out 'rwsem +inode\.i_rwsem$'
has "a likely name is marked" out 'pipe_inode_info\.mutex\?$'
has "an ambiguous one shows what it may be" out 'toy_a\.lock\|toy_b\.lock\|\+1$'
has "an unnamed one shows cache and offset" out 'kmalloc-192\+0x18$'
has "one without an address shows who took it" out '\(lock taken in stranger\)$'
has "a module's function names the module" out 'toy_transmit \[toy\]'
has "the rest is a row of its own" out '23\.5% +235  outside lock code$'
has "estimates say that they are" out 'Shares and samples are estimates'

run 0 report -i "$capture" --json
same "json: version" 1 "$(json head version)"
same "json: samples" 1000 "$(json totals samples)"
same "json: in lock code" 760 "$(json totals in_lock_code.samples)"
same "json: what told of locks" "500 5 0" "$(json totals lock_told_by.contention) $(
	json totals lock_told_by.address) $(json totals lock_told_by.register)"
same "json: file_lock's samples" 505 \
	"$(json files_struct.file_lock samples)"
same "json: file_lock's instances" 2 \
	"$(json files_struct.file_lock instances)"
same "json: file_lock's waits" 250000 \
	"$(json files_struct.file_lock wait_ns)"
same "json: its first caller" alloc_fd \
	"$(json files_struct.file_lock callers.0.function)"
same "json: its first caller's events" 355000 \
	"$(json files_struct.file_lock callers.0.events_estimated)"
same "json: its confidence" certain \
	"$(json files_struct.file_lock confidence)"
same "json: outside lock code, but on its line" 5 \
	"$(json files_struct.file_lock samples_outside_lock_code)"
same "json: a histogram's bucket" 89 \
	"$(json files_struct.file_lock wait_hist_log2_ns.11)"

run 0 report -i "$capture" --csv
same "csv: a line a lock and a head" 9 "$(wc -l <"$out")"
has "csv: the first row" out \
	'^1,files_struct\.file_lock,spinlock,certain,2,505,505000,0\.505000,'
run 0 report -i "$capture" --folded
has "folded: a stack from entry to lock code" out \
	'^files_struct\.file_lock;entry_SYSCALL_64;do_syscall_64;__x64_sys_dup;alloc_fd;_raw_spin_lock;native_queued_spin_lock_slowpath 350$'
same "folded: all samples on locks are there" 765 \
	"$(awk '{ n += $NF } END { print n }' "$out")"

run 0 report -i "$capture" --sort caller
has "by caller" out ' alloc_fd$'
run 0 report -i "$capture" --sort task
has "by task" out '100  dup-loop$'
run 0 report -i "$capture" --sort instance
has "by instance: an address a row" out '0xffff888100001000 spinlock'
run 0 report -i "$capture" --by-wait
same "by wait: the rwsem comes first" inode.i_rwsem \
	"$(awk '/rwsem|spinlock/ { print $NF; exit }' "$out")"
run 0 report -i "$capture" --task close-loop --json
same "filter: task" 270 "$(json totals samples)"
run 0 report -i "$capture" --cpu 2-3 --json
same "filter: cpu" 405 "$(json totals samples)"
run 0 report -i "$capture" --lock 'inode.*' --csv
same "filter: lock" 2 "$(wc -l <"$out")"
run 0 report -i "$capture" --time 0-1 --json
same "filter: half the time has half the samples" yes \
	"$([ "$(json totals samples)" -gt 490 ] &&
		[ "$(json totals samples)" -lt 510 ] && echo yes)"
run 3 report -i "$capture" --lock no_such.lock
has "nothing found is said" err 'no sample or wait on a lock'

# shellcheck disable=SC2016 # the inner shell expands them
check "stdin is read" sh -c '"$1" report -i - <"$2"' - "$LP_TOOL" "$capture"
run 2 report -i "$capture" --sort colour
run 2 report -i "$capture" --time yesterday
run 2 report -i "$capture" --json --csv
run 2 report "$capture"
run 1 report -i "$scratch/none"
has "a missing file is named" err 'none: No such file'
echo PERFILE2 >"$scratch/perf.data"
run 1 report -i "$scratch/perf.data"
has "perf.data: import is pointed to" err "import"
: >"$scratch/empty"
run 1 report -i "$scratch/empty"
run 0 report -i "$capture" --csv -o "$scratch/table.csv"
check "-o writes the file" test -s "$scratch/table.csv"
run 1 report -i "$capture" --csv -o "$scratch/no/such/dir"

head -c $(($(stat -c %s "$capture") * 3 / 4)) "$capture" >"$scratch/cut.data"
run 0 report -i "$scratch/cut.data"
has "a cut capture is used, and that is said" err 'cut or damaged at byte'

# More pairs of a lock and a stack than are told apart one by one: what is
# thin is summed up, nothing is lost.
"$gen" big "$scratch/big.data" 1000000 50 20000 3000 8
run 0 report -i "$scratch/big.data" --json
check "many: rows, CPUs and callers add up" python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
locks = [row for row in rows if row["type"] == "lock"]
totals = rows[1]
assert sum(row["samples"] for row in locks) == \
	totals["in_lock_code"]["samples"] + totals["on_lock_line"]["samples"]
for row in locks:
	assert sum(cpu["samples"] for cpu in row["cpus"]) == row["samples"]
	callers = sum(caller["samples"] for caller in row["callers"])
	assert callers <= row["samples"]
	if row["samples"] > 20000:
		assert row["callers"] and row["tasks"], row["name"]
		assert row["callers_left_out"] > 0, row["name"]
' "$out"
samples=$(json totals in_lock_code.samples)
samples=$((samples + $(json totals on_lock_line.samples)))
run 0 report -i "$scratch/big.data" --folded
same "many: folded stacks add up" "$samples" \
	"$(awk '{ n += $NF } END { print n }' "$out")"
rm "$scratch/big.data"

"$gen" nasty "$scratch/nasty.data"
run 0 report -i "$scratch/nasty.data" --sort task
lacks "names cannot drive the terminal" out $'\033'
run 0 report -i "$scratch/nasty.data" --sort task --json
check "json stays json" python3 -c '
import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$out"
finish
