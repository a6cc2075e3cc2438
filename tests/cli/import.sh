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
	perf record -q -e cpu-clock -F 997 -a -g -o - -- \
		ls -R /usr/share/doc 2>/dev/null >"$scratch/pipe.data"
	run 0 import "$scratch/pipe.data" -o "$scratch/pipe.lkp"
	samples=$(perf script -i - -F comm,event <"$scratch/pipe.data" \
		2>/dev/null | grep -c cpu-clock)
	has "a pipe: as many as perf script" out "^samples +$samples "
fi
finish
