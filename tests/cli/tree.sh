# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The kernel tree in miniature that the tests of sites plant and add to.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=tests/cli/cases.sh
. "$(dirname "${BASH_SOURCE[0]}")/cases.sh"
tree=$scratch/tree

# plant [NAME]: what tests/fixtures/sites/NAME has ("tree"), at $tree.
plant()
{
	unpack "$(dirname "${BASH_SOURCE[0]}")/../fixtures/sites/${1-tree}" "$tree"
}

# sites CODE LOCK [OPTION]...: on that tree.
sites()
{
	local code=$1

	shift
	run "$code" sites --linux "$tree" "$@"
}

# row FILE: its rows of the last run.
row()
{
	grep -P "^\Q$1\E\t" "$out"
}

# file PATH: a file of the tree, from stdin.
file()
{
	cat >"$tree/$1"
}

# found: "file line class" of the last run's rows.
found()
{
	tail -n +2 "$out" | cut -f 1,2,8 | tr '\t' ' '
}
