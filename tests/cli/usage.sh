#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The contract of every command: --help teaches, what is unknown is refused.
. "$(dirname "$0")/lib.sh"

run 0 --help
has "help shows how to call it" out '^usage: lockprobe-user COMMAND'
run 2
run 2 no-such-command
has "an unknown command is named" err 'no-such-command'
run 0 --version

for command in $("$LP_TOOL" --help | awk '/^  [a-z]/ { print $1 }'); do
	run 0 "$command" --help
	has "$command --help shows how to call it" out '^usage: lockprobe-user'
	run 2 "$command" --no-such-option
	has "$command names the option it does not know" err 'no-such-option'
	lacks "$command writes nothing to stdout when refused" out .
done

# What cannot be written is a failure that is said, not a short success.
gen=${LP_TOOL%/*}/tests/capture/gen
"$gen" small "$scratch/a" && "$gen" after "$scratch/b" || exit 1
full() # ARGUMENT...
{
	code=0
	"$LP_TOOL" "$@" >/dev/full 2>"$err" </dev/null || code=$?
	same "exit 1 on a full disk: $*" 1 "$code"
	has "... and a word about it" err 'cannot write .*standard output'
}
full --help
full report --help
for form in '' --json --csv --folded; do
	# shellcheck disable=SC2086 # no word, or one
	full report -i "$scratch/a" $form
done
full diff "$scratch/a" "$scratch/b"
full diff --json "$scratch/a" "$scratch/b"
full latency -i "$scratch/a"
full latency --json -i "$scratch/a"
full top -i "$scratch/a"
full events cpu-clock
full doctor
finish
