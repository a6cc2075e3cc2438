#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The manners of `make demo` and of the lab beneath it: a clear sentence when
# something is missing or is shot midway, and nothing left behind.
. "$(dirname "$0")/lib.sh"

top=$(cd "$(dirname "$0")/../.." && pwd)
export TMPDIR=$scratch/tmp
mkdir -p "$TMPDIR" "$scratch/bin"

# attempt CODE COMMAND...: like run, for any command.
attempt()
{
	local want=$1

	shift
	code=0
	"$@" >"$out" 2>"$err" </dev/null || code=$?
	same "exit $want: ${*##*/}" "$want" "$code"
}

# until SECONDS COMMAND...: it succeeds within that time.
until_true()
{
	local end=$((SECONDS + $1))

	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# The QEMU whose files lie in our TMPDIR; pgrep without it.
our_qemu()
{
	local pid

	for pid in /proc/[0-9]*; do
		[ "$(readlink "$pid/exe")" != "$qemu" ] ||
			! tr '\0' '\n' <"$pid/cmdline" | grep -qF "$TMPDIR" ||
			echo "${pid##*/}"
	done 2>/dev/null
}

# QEMU runs our guest and the guest is at work.
guest_works()
{
	[ -n "$(our_qemu)" ] && grep -q '^lab: begin' "$TMPDIR"/*/control
}

no_qemu()
{
	[ -z "$(our_qemu)" ]
}

left()
{
	find "$TMPDIR" -mindepth 1
}

qemu=$(readlink -f "$(command -v qemu-system-x86_64)")

# What is asked for and is not there.
attempt 2 env WORKLOAD=no-such-load BUILD="$scratch/build" "$top/tests/demo"
has "an unknown workload is named, with those there are" err 'no-such-load is none of:.* dup .*signal'

# Who may not install is told the one line that does.
cat >"$scratch/bin/dpkg-query" <<'END'
#!/bin/sh
case "$*" in *libpfm4-dev* | *mandoc*) exit 1 ;; esac
echo installed
END
cat >"$scratch/bin/id" <<'END'
#!/bin/sh
echo 1000
END
chmod +x "$scratch/bin/"*
attempt 1 env PATH="$scratch/bin:$PATH" "$top/tests/setup"
has "who is not root gets the one line to run" err \
	'^  apt-get install --no-install-recommends libpfm4-dev mandoc$'

# QEMU is shot: the lab says so, shows the guest's log, and leaves nothing.
"$top/tests/lab/vm" -o "$scratch/shot" -t 120 -c 'work:100:sleep 100' \
	>"$out" 2>"$err" </dev/null &
lab=$!
check "a guest comes up" until_true 120 guest_works
# shellcheck disable=SC2046 # one word a process
kill -9 $(our_qemu)
code=0
wait "$lab" || code=$?
same "the lab fails when QEMU is shot" 1 "$code"
has "it says what it did not hear" err 'the guest did not say that it was done'
same "of QEMU's files nothing is left" "" "$(left)"

# The lab itself is stopped.
"$top/tests/lab/vm" -o "$scratch/stopped" -t 120 -c 'work:100:sleep 100' \
	>"$out" 2>"$err" </dev/null &
lab=$!
check "a guest comes up again" until_true 120 guest_works
kill -TERM "$lab"
code=0
wait "$lab" || code=$?
same "the lab stops when it is told to" 143 "$code"
check "its QEMU goes with it" until_true 10 no_qemu
same "of its files nothing is left" "" "$(left)"
finish
