#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The lock that generate takes from a capture, and what it says of the choice.
. "$(dirname "$0")/lib.sh"

gen=${LP_TOOL%/*}/tests/capture/gen
capture=$scratch/capture
patch=$scratch/patch

"$gen" small "$capture" || exit 1
run 0 generate --linux "$LP_TREE" -i "$capture" -o "$patch"
has "the hottest is taken" err \
	'chosen: files_struct\.file_lock \(certain\), number 1 .*: 50\.5% of misses'
check "the patch tells what was seen" \
	grep -q '^Seen: files_struct.file_lock (certain): 50.5% of misses' "$patch"
run 0 generate --linux "$LP_TREE" -i "$capture" --top 2 -o "$patch"
has "--top 2 takes the next" err 'chosen: inode\.i_rwsem .*, number 2 '
run 3 generate --linux "$LP_TREE" -i "$capture" --top 99 -o "$patch"
has "there is no 99th" err 'number 99 is not there'

# Sampled by the clock, tasklist_lock leads; but nobody waited for it.
"$gen" clock "$capture" || exit 1
run 0 generate --linux "$LP_TREE" -i "$capture" -o "$patch"
has "by the clock, one that is not waited for is passed over" err \
	'passed over: tasklist_lock: the clock found it often'
has "for one that is" err 'chosen: inode\.i_rwsem .*: 20\.0% of time'
finish
