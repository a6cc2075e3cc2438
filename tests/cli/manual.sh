#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The manual: a page for every command, each option of --help in its page and
# no other, pages that refer to pages that exist, and no word from mandoc.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
man=$(cd "$(dirname "$0")/../../user/man" && pwd)

# Long options that stand at the head of a line, as those explained there do.
options()
{
	sed -nE 's/^ +(-[A-Za-z][^-]*)?(--[a-z][a-z-]+).*/\2/p' |
		grep -vx -e --help -e --version | sort -u
}

# A page as plain text, hyphens as they are typed; not the other pages' names.
plain()
{
	mandoc -T ascii -O width=200 "$1" | col -b
}

for command in $("$LP_TOOL" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'); do
	page=$man/lockprobe-user-$command.1
	if [ ! -e "$page" ]; then
		fail "lockprobe-user-$command(1) exists"
		continue
	fi
	same "lockprobe-user-$command(1) has the options of --help" \
		"$("$LP_TOOL" "$command" --help | options)" \
		"$(plain "$page" | sed -n '/^DESCRIPTION/,/^EXIT/p' | options)"
	check "lockprobe-user(1) names $command" \
		grep -q "^.It $command\$" "$man/lockprobe-user.1"
done
if command -v mandoc >/dev/null; then
	for page in "$man"/*.[1-8]; do
		same "mandoc likes $(basename "$page")" '' \
			"$(mandoc -T lint -W warning "$page" 2>&1)"
	done
fi
while read -r name; do
	[ -e "$man/$name" ] || lost=${lost-}\ $name
done < <(sed -n 's/^.Xr \(lockprobe[a-z.-]*\) \([0-9]\).*/\1.\2/p' \
	"$man"/*.[1-8] | sort -u)
same "pages refer to pages that exist" '' "${lost-}"
finish
