#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# import: what perf of this machine writes, in every form, gives the same
# report; made files give known numbers; what cannot be read is refused.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)

# A made file: kernel/locking without symbols, told by call shape; and the
# same with a partial list of names.
made=$scratch/made.data
python3 "$fixtures/perfdata/make.py" "$made" "$scratch/list.txt"
run 0 import "$made" -o "$scratch/shape.lkp"
has "call shape finds the contended slow path" out 'lock code +ffffffff810c46.*by call shape'
has "half of the samples are in locks" out '^in locks +120 samples, 50.0%'
run 0 report -i "$scratch/shape.lkp"
has "callers without a name are addresses" out '0xffffffff812a3633'
run 0 import "$made" --symbols "$scratch/list.txt" -o "$scratch/list.lkp"
has "says that the list is partial" out 'partial list'
has "the same share with names" out '^in locks +120 samples, 50.0%'
run 0 report -i "$scratch/list.lkp"
has "the first caller, at ip-1" out '^ *33.3%.*__alloc_fd'
has "the second one" out '^ *16.7%.*__close_fd'
has "no caller is made up of a far symbol" out '0xffffffff8127cdfe'
"$LP_TOOL" import - -o "$scratch/stdin.lkp" <"$made" >"$out" 2>"$err"
has "standard input is as good as a file" out '^in locks +120 samples, 50.0%'

# Symbols of another boot are moved to where this one had its text.
run 0 import "$fixtures/perfdata/file.data" \
	--symbols "$fixtures/ksyms/slid.txt" -o "$scratch/slid.lkp"
has "KASLR is undone" err 'ran \+0x[0-9a-f]+ bytes|ran -0x[0-9a-f]+ bytes'
run 0 report -i "$scratch/slid.lkp"
has "and names fit" out 'caller_of_locks'

# The text of perf script.
run 0 import "$fixtures/perfscript/two-samples.txt" -o "$scratch/text.lkp"
has "the event of L1 misses is chosen" out '^event +mem_load_retired.l1_miss'
has "and what is left is told" err 'not imported: 1 samples of event cycles'
has "its sample is in a lock" out '^in locks +1 samples, 100.0%'
run 0 report -i "$scratch/text.lkp"
has "a task's name may have a space" out 'alloc_fd'

# Which fields perf script prints is its user's choice: the same two samples,
# one of them in a lock, whatever the lines look like.
lock='_raw_spin_lock'
two_samples() # HEAD-1 HEAD-2 OFFSET OBJECT
{
	printf '%s\n\t%16s %s%s%s\n\t%16s %s%s%s\n\n' "$1" ffffffff81999999 \
		$lock "${3:++0x29}" "$4" ffffffff812a3633 alloc_fd "${3:++0x33}" "$4"
	printf '%s\n\t%16s %s%s%s\n\n' "$2" ffffffff81500010 \
		memcpy "${3:++0x10}" "$4"
}
layouts=0
layout() # HEAD-1 HEAD-2 OFFSET OBJECT, or the text on stdin
{
	local name=layout$((layouts += 1))

	if [ $# = 0 ]; then cat; else two_samples "$@"; fi >"$scratch/$name.txt"
	run 0 import "$scratch/$name.txt" -o "$scratch/$name.lkp"
	has "$name: both samples, one in a lock" out '^in locks +1 samples, 50\.0%'
	lacks "$name: no line is left over" err 'make no sense'
	same "$name: the lock's caller" alloc_fd "$("$LP_TOOL" report \
		-i "$scratch/$name.lkp" --json | python3 -c '
import json, sys
rows = [json.loads(line) for line in sys.stdin]
print(*[c["function"] for r in rows for c in r.get("callers", [])])')"
}
kernel=' ([kernel.kallsyms])'
layout 'dd  3455 [001]  1771.809783:     500250 cycles: ' \
	'dd  3455 [001]  1771.909783:     500250 cycles: ' '' "$kernel"
layout 'a b: c 100/101  cycles:ppp: ' 'dd 100/101  cycles:ppp: '
layout 'sh  3455     500250 cycles: ' 'sh  3455     500250 cycles: '
layout '    500250 cycles: ' '    500250 cycles: '
layout '[000] cycles: ' '[001] cycles: ' ' '
layout 'sh  3455 ' 'dd  3456 '
layout '' '' ' '
layout 'sh  3455 K      1771.809783:     500250 cycles: ' \
	'sh  3455 [000] K      1771.809784:     500250 cycles: '
layout 'sh  3455  1771.809783: ' 'sh  3455  1771.809784: '
# perf mem and record -d: the data's address stands before the frames
layout 'sh 1 [000] 1.5: 7 cpu/mem/P:  ffff888100001040  1e05080021 |OP LOAD|LVL L1 miss|SNP N/A  23  7f0011' \
	'sh 1 [000] 1.6: 7 cpu/mem/P:  ffff888100001040  1e05080021 |OP LOAD|LVL L1 miss|SNP N/A  23  7f0011'
# srcline prints a line below each frame, inlined functions are no frames
layout <<'END'
# ========
# hostname : far
# os release : 6.9.0-test
# nrcpus online : 3
# event : name = cycles, , id = { 131, 132 }, type = 1
# ========
#
sh  3455 [000]  1771.809783:     500250 cycles: 
	ffffffff81999999 _raw_spin_lock+0x29 ([kernel.kallsyms])
  spinlock.c:17
	ffffffff812a3633 fd_helper (inlined)
  file.c:2
	ffffffff812a3633 alloc_fd+0x33 ([kernel.kallsyms])
  file.c:3

sh  3455 [000]  1771.909783:     500250 cycles: 
	ffffffff81500010 memcpy+0x10 ([kernel.kallsyms])
  memcpy.S:9

END
run 0 report -i "$scratch/layout$layouts.lkp"
has "the header of the text tells the kernel and the machine" out \
	'kernel +6\.9\.0-test, .*host far, 3 CPUs'
# without call chains a sample is one line, and a name can look like a number
cat >"$scratch/flat.txt" <<'END'
              dd  3455 [001]  1.809783:     500250 cycles:  ffffffff81999999 _raw_spin_lock+0x29 ([kernel.kallsyms])
              bc  3456 [001]  1.809784:     500250 cycles:  ffff888100001040 ffffffff81500010 memcpy+0x10 ([kernel.kallsyms])
            cafe    -1 [001]  1.809785:     500250 cycles:  ffffffff81500011 memcpy+0x11 ([kernel.kallsyms])
END
run 0 import "$scratch/flat.txt" -o "$scratch/flat.lkp"
has "a line a sample" out '^in locks +1 samples, 33\.3%'
has "and a task each" out '^tasks +3, of 0 '
# a share is a share of what was counted
run 0 report -i "$scratch/flat.lkp"
has "shares of cycles" out '^ *cycles +\+- +samples'
# the most frequent event is meant where none is of misses
{
	two_samples 'sh 1 [000] 1.1: 1 rare: ' 'sh 1 [000] 1.2: 7 often: '
	two_samples 'sh 1 [000] 1.3: 1 often: ' 'sh 1 [000] 1.4: 7 often: '
} >"$scratch/mixed.txt"
run 0 import "$scratch/mixed.txt" -o "$scratch/mixed.lkp"
has "the event with most samples" out '^event +often'
has "the others are told" err 'not imported: 1 samples of event rare'
run 0 report -i "$scratch/mixed.lkp" --json
has "shares of events that are nothing we know" out '"unit":"events"'
printf 'error: bad face\n\tadd to cart\n' >"$scratch/notes.txt"
run 1 import "$scratch/notes.txt" -o "$scratch/x"
: >"$scratch/nothing"
run 1 import "$scratch/nothing" -o "$scratch/x"

# What is no profile, or none that can be read.
run 2 import
has "says what is missing" err 'perf.data'
run 2 import a b -o c
run 2 import --nonsense
run 2 import "$made"
has "asks for -o" err "'-o FILE'"
run 2 import "$made" --kallsyms a --vmlinux b -o "$scratch/x"
run 1 import /nonexistent -o "$scratch/x"
has "names the file" err '/nonexistent'
run 1 import /bin/sh -o "$scratch/x"
has "says what it is not" err 'neither a perf.data file nor'
run 1 import "$scratch/shape.lkp" -o "$scratch/x"
has "knows a capture" err 'capture of lockprobe already'
run 1 import "$scratch" -o "$scratch/x"
has "a directory that is not perf's" err "no perf.data in its file 'data'"
run 1 import "$made" --symbols /bin/sh -o "$scratch/x"
has "says what a list is" err 'not a list of kernel symbols'
run 1 import "$made" --vmlinux "$fixtures/ksyms/slid.txt" -o "$scratch/x"
has "says what a vmlinux is" err 'not an ELF file'
run 1 import "$made" --event nobody -o "$scratch/x"
has "names the event" err "no event 'nobody'"
run 1 import "$made" -o /nonexistent/x
check "nothing is left of a failed import" test ! -e "$scratch/x"
python3 "$fixtures/perfdata/make.py" --empty "$scratch/empty.data" /dev/null
run 3 import "$scratch/empty.data" -o "$scratch/x"
has "no samples is a result, too" err 'no samples'

# A cut file is salvaged, with a word about it.
head -c 20000 "$made" >"$scratch/cut.data"
run 0 import "$scratch/cut.data" -o "$scratch/cut.lkp"
has "says that it is cut" err 'cut off'

# What perf of this machine writes.
real=$scratch/real.data
if ! command -v perf >/dev/null; then
	skip "perf's own files" "no perf here (apt-get install linux-perf)"
elif ! perf record -q -e cpu-clock -F 997 -a -g -o "$real" -- \
	sh -c 'for i in 1 2 3 4 5 6 7 8 9; do ls -R /usr/share/doc; done' \
	>/dev/null 2>&1; then
	skip "perf's own files" "perf cannot record here"
else
	run 0 import "$real" -o "$scratch/real.lkp"
	perf script -i "$real" >"$scratch/real.txt" 2>/dev/null
	samples=$(grep -c 'cpu-clock' "$scratch/real.txt")
	has "as many samples as perf script prints" out "^samples +$samples "
	run 0 import "$scratch/real.txt" -o "$scratch/realtext.lkp"
	has "the text has as many" out "^samples +$samples "
	for form in real realtext; do
		"$LP_TOOL" report -i "$scratch/$form.lkp" -n 0 |
			sed -n '/^misses/,/outside lock/p' >"$scratch/$form.txt"
	done
	if grep -q unknown <(grep -E '^\sf' "$scratch/real.txt"); then
		skip "file and text report the same" "perf could not name all"
	else
		check "file and text report the same" cmp \
			"$scratch/real.txt" "$scratch/realtext.txt"
	fi
	if perf record -q -z -e cpu-clock -F 997 -a -g -o "$scratch/z.data" \
		-- ls -R /usr/share/doc >/dev/null 2>&1; then
		run 0 import "$scratch/z.data" -o "$scratch/z.lkp"
		samples=$(perf script -i "$scratch/z.data" -F comm,event \
			2>/dev/null | grep -c cpu-clock)
		has "compressed: as many as perf script" out "^samples +$samples "
	else
		skip "a compressed file" "this perf has no zstd"
	fi
	# lock functions as often as in perf's own report
	"$LP_TOOL" report -i "$scratch/real.lkp" --folded | awk '{
		n = $NF; sub(/ [0-9]+$/, ""); deep = split($0, at, ";")
		samples[at[deep]] += n
	} END { for (f in samples) print samples[f], f }' |
		sort >"$scratch/ours"
	perf report -i "$real" --stdio --no-children -g none -F sample,sym \
		2>/dev/null | awk '$2 == "[k]" { samples[$3] += $1 }
		END { for (f in samples) print samples[f], f }' |
		awk 'NR == FNR { ours[$2]; next } $2 in ours' \
			"$scratch/ours" - | sort >"$scratch/theirs"
	if [ -s "$scratch/ours" ]; then
		check "lock functions rank as in perf report" cmp \
			"$scratch/ours" "$scratch/theirs"
	else
		skip "lock functions rank as in perf report" "no sample in a lock"
	fi
	perf record -q -e cpu-clock,context-switches,page-faults -F 997 -a -g \
		-d -o "$scratch/many.data" -- ls -R /usr/share/doc >/dev/null 2>&1
	run 0 import "$scratch/many.data" -o "$scratch/many.lkp" -e cpu-clock
	samples=$(perf script -i "$scratch/many.data" -F comm,event \
		2>/dev/null | grep -c cpu-clock)
	has "of three events the one that was asked for" out "^samples +$samples "
	# where only frames are printed, a sample without any is no line at all
	for fields in ip,sym event,ip,sym comm,tid,cpu,event,ip,sym,dso \
		comm,pid,tid,time,ip,sym,symoff comm,tid,cpu,time,period,event,addr,ip,sym,dso; do
		perf script -i "$scratch/z.data" -F "${fields/addr,/}" \
			>"$scratch/fields.txt" 2>/dev/null || continue
		run 0 import "$scratch/fields.txt" -o "$scratch/fields.lkp"
		same "as many in locks, with -F $fields" \
			"$("$LP_TOOL" import "$scratch/z.data" -o "$scratch/zz.lkp" |
				sed -n 's/^in locks *\([0-9]*\) .*/\1/p')" \
			"$(sed -n 's/^in locks *\([0-9]*\) .*/\1/p' "$out")"
	done
	if perf record -q --threads -e cpu-clock -F 997 -a -g \
		-o "$scratch/threads.data" -- ls -R /usr/share/doc \
		>/dev/null 2>&1 && [ -e "$scratch/threads.data/data.0" ]; then
		run 0 import "$scratch/threads.data" -o "$scratch/threads.lkp"
		samples=$(perf script -i "$scratch/threads.data" -F comm,event \
			2>/dev/null | grep -c cpu-clock)
		has "a directory: as many as perf script" out "^samples +$samples "
		lacks "in time order" err 'out of time order'
	else
		skip "a directory with a file a thread" "this perf writes none"
	fi
	perf record -q -e cpu-clock -F 997 -a -g -o - -- \
		ls -R /usr/share/doc 2>/dev/null >"$scratch/pipe.data"
	run 0 import "$scratch/pipe.data" -o "$scratch/pipe.lkp"
	samples=$(perf script -i - -F comm,event <"$scratch/pipe.data" \
		2>/dev/null | grep -c cpu-clock)
	has "a pipe: as many as perf script" out "^samples +$samples "
fi

# A tree that is not the profiled kernel's cannot name its locks: that is said.
mkdir -p "$scratch/tree/kernel" "$scratch/tree/include/linux"
printf 'VERSION = 6\nPATCHLEVEL = 1\n' >"$scratch/tree/Makefile"
: >"$scratch/tree/Kconfig"
echo 'int other(void) { return 0; }' >"$scratch/tree/kernel/other.c"
echo "struct other;" >"$scratch/tree/include/linux/other.h"
run 0 report -i "$scratch/list.lkp" --linux "$scratch/tree"
has "a tree without the callers is told of" err \
	'does not tell which lock __alloc_fd takes.*the source of that kernel'
finish
