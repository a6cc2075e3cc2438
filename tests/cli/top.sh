#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# top as people use it: in a terminal (tmux's) with keys, and as plain lines,
# on a capture whose contents are known.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

gen=${LP_TOOL%/*}/tests/capture/gen
capture=$scratch/small.data
"$gen" small "$capture" || exit 1

run 0 top -i "$capture" --once
has "lines: the head" out '6\.1\.0-test, MEM_LOAD_RETIRED.L1_MISS \(named\)'
has "lines: samples, share and losses" out \
	'^1,000 samples, 76\.0% in lock code, 7 lost'
same "lines: the hottest lock is first" files_struct.file_lock \
	"$(awk '/%  / { print $NF; exit }' "$out")"
has "lines: its figures" out '^ +50\.5% +505 +150 +250 us +2 files_struct'
lacks "lines: nothing that drives a terminal" out $'\033'
for by in lock caller task instance; do
	run 0 top -i "$capture" --sort "$by" -n 1
	report=$("$LP_TOOL" report -i "$capture" --sort "$by" --csv |
		sed -n '2s/^1,\([^,]*\),.*/\1/p')
	has "the first row by $by is report's" out " ${report//./\\.}\$"
done
run 0 top -i "$capture" --by-wait -n 1
has "by wait: the rwsem comes first" out ' inode\.i_rwsem$'
has "-n says how many rows it left out" out '\([0-9]+ more rows\)'
# shellcheck disable=SC2016 # the inner shell expands them
check "stdin is read" sh -c '"$1" top -i - <"$2"' - "$LP_TOOL" "$capture"
run 2 top --sort colour
run 2 top -d 0
run 2 top -c 5 -F 5
run 2 top "$capture"
run 1 top -i "$scratch/none"
head -c $(($(stat -c %s "$capture") * 3 / 4)) "$capture" >"$scratch/cut.data"
run 0 top -i "$scratch/cut.data" --once
has "a cut capture: its losses are not known" out 'not known how many lost'
"$gen" nasty "$scratch/nasty.data"
run 0 top -i "$scratch/nasty.data" --sort task
lacks "names cannot drive the terminal" out $'\033'

if ! command -v tmux >/dev/null; then
	skip "keys in a terminal" "no tmux"
	finish
	exit
fi

socket=top-$$
trap 'tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$scratch"' EXIT
mux()
{
	tmux -L "$socket" -f /dev/null "$@"
}

# What the screen shows comes to match REGEX (or not to) within seconds.
shows() # WHAT REGEX [-v]
{
	local tries

	for tries in $(seq 60); do
		mux capture-pane -p -t top >"$out"
		if [ "${3-}" = -v ]; then
			grep -qE -e "$2" "$out" || break
		else
			grep -qE -e "$2" "$out" && break
		fi
		sleep 0.1
	done
	if [ "$tries" -lt 60 ]; then pass "$1"; else fail "$1"; fi
}

first_row()
{
	awk '/%  / { print $NF; exit }' "$out"
}

mux new-session -d -s top -x 80 -y 24 'exec bash --norc --noprofile' ||
	fail "tmux starts"
mux send-keys -t top "export TERM=screen NO_COLOR=; PS1='shell> '; clear" Enter
mux send-keys -t top "stty -a | cksum >'$scratch/before'; echo before" Enter
mux send-keys -t top "'$LP_TOOL' top -d 0.2 -i '$capture'" Enter
shows "the screen shows the hot lock" ' files_struct\.file_lock$'
same "... in its first row" files_struct.file_lock "$(first_row)"
shows "the last line names the keys" '^s sort .* q quit$'
same "24 lines are filled" 24 "$(wc -l <"$out")"
same "no line is wider than 80" 0 "$(awk 'length > 80' "$out" | wc -l)"
shows "the replay ends where the capture does" 'top \(ended\)'
mux send-keys -t top s
shows "s orders by time waited" 'ordered by time waited'
same "... and the rwsem comes first" inode.i_rwsem "$(first_row)"
mux send-keys -t top s t
shows "t: rows by task" ' 100 dup-loop$'
mux send-keys -t top i
shows "i: rows by instance" '0xffff888100001000 files_struct\.file_lock$'
mux send-keys -t top c
shows "c: rows by caller" '%  .* alloc_fd$'
mux send-keys -t top l Enter
shows "enter: the callers of the lock" 'callers of files_struct\.file_lock$'
shows "... with their shares" '^ +35\.5% .* alloc_fd$'
shows "... and theirs" '   __x64_sys_dup$'
mux send-keys -t top Left Down d
shows "down and d: the callers of the next one" 'callers of inode\.i_rwsem$'
mux send-keys -t top Escape
shows "escape goes back to the rows" 'callers of' -v
mux send-keys -t top Space
shows "space pauses" '^lockprobe top PAUSED'
mux send-keys -t top Space
shows "... and goes on" 'PAUSED' -v
mux send-keys -t top '?'
shows "? names the keys" 'order by misses, or by time waited$'
mux send-keys -t top '?'
mux resize-window -t top -x 120 -y 30
shows "a wider window shows more columns" 'longest .*kind'
same "... and all its lines are used" 30 "$(wc -l <"$out")"
mux resize-window -t top -x 30 -y 5
shows "a tiny one does not wrap" '^lockprobe top'
same "... nor overflow" 5 "$(wc -l <"$out")"
mux resize-window -t top -x 80 -y 24
shows "and back" '^s sort .* q quit$'
mux send-keys -t top C-z
shows "Ctrl-Z gives the shell its screen" 'Stopped'
mux send-keys -t top fg Enter
shows "fg draws again" '^s sort .* q quit$'
mux send-keys -t top q
shows "q brings the old screen back" '^before$'
mux send-keys -t top "c=\$?; stty -a | cksum >'$scratch/after'; echo code=\$c" Enter
shows "q exits 0" '^code=0$'
check "the terminal is as it was" cmp "$scratch/before" "$scratch/after"

mux send-keys -t top "clear; '$LP_TOOL' top -i '$capture'" Enter
shows "again" ' files_struct\.file_lock$'
mux send-keys -t top C-c
mux send-keys -t top "c=\$?; stty -a | cksum >'$scratch/after'; echo c=\$c" Enter
shows "Ctrl-C exits 0" '^c=0$'
check "... and leaves the terminal as it was" \
	cmp "$scratch/before" "$scratch/after"
mux send-keys -t top "clear; '$LP_TOOL' top -i '$capture'; echo c=\$?" Enter
shows "once more" ' files_struct\.file_lock$'
pid=$(pgrep -n -f "^$LP_TOOL top -i $capture")
kill -SEGV "$pid"
mux send-keys -t top "stty -a | cksum >'$scratch/after'; echo e''nd" Enter
shows "a crash is one" '^c=139$'
shows "... but the screen is back" '^end$'
check "... and the terminal as it was" cmp "$scratch/before" "$scratch/after"
mux send-keys -t top "clear; NO_COLOR=1 '$LP_TOOL' top -i '$capture'" Enter
shows "NO_COLOR: a screen without colours" 'q quit'
lacks_colour()
{
	! mux capture-pane -p -e -t top | grep -qE $'\033''\\[([0-9]+;)*[34][0-7]m'
}
check "... of which there are none" lacks_colour
mux send-keys -t top q
mux send-keys -t top "clear; TERM=dumb '$LP_TOOL' top -i '$capture'" Enter
shows "a dumb terminal: plain lines, and the end" '^ +50\.5%.*files_struct'
shows "... without a screen" 'q quit' -v
finish
