# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# TAP for the tests of the command line. A test sources this, runs checks,
# and ends with `finish`.
#
#	. "$(dirname "$0")/lib.sh"
#	run 3 sites --linux "$LP_TREE" no.such_lock	# the expected exit code
#	has "says so" err 'no lock'
#	finish
#
# The files of the last run: $out (stdout), $err (stderr), $code.

tap_count=0
tap_failed=0
code=0
scratch=$(mktemp -d "${LP_TMP:-/tmp}/cli.XXXXXX")
out=$scratch/out
err=$scratch/err
: >"$out"
: >"$err"
trap 'rm -rf "$scratch"' EXIT
: "${LP_TOOL:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/lockprobe-user}"

pass() # WHAT
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

fail() # WHAT
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1"
	echo "# exit code $code; stderr:"
	head -n 20 "$err" | cut -c 1-500 | sed 's/^/# /'
	echo "# stdout:"
	head -n 20 "$out" | cut -c 1-500 | sed 's/^/# /'
}

skip() # WHAT WHY
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1 # SKIP $2"
}

# check WHAT COMMAND...: it succeeds.
check()
{
	local what=$1

	shift
	if "$@" >>"$scratch/check" 2>&1; then pass "$what"; else fail "$what"; fi
}

# run CODE ARGUMENT...: the tool exits with CODE.
run()
{
	local want=$1

	shift
	code=0
	"$LP_TOOL" "$@" >"$out" 2>"$err" </dev/null || code=$?
	if [ "$code" = "$want" ]; then
		pass "exit $want: lockprobe-user $*"
	else
		fail "exit $want: lockprobe-user $*"
	fi
}

# same WHAT WANT GOT: two words or texts are equal.
same()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		printf 'wanted: %s\ngot:    %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

# has WHAT out|err REGEX / lacks WHAT out|err REGEX: of the last run.
has()
{
	check "$1" grep -qE -e "$3" "$scratch/$2"
}

lacks()
{
	if grep -qE -e "$3" "$scratch/$2"; then fail "$1"; else pass "$1"; fi
}

# The plan, and an exit code that says whether all went well.
finish()
{
	echo "1..$tap_count"
	[ "$tap_failed" = 0 ]
}
