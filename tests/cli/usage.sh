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
finish
