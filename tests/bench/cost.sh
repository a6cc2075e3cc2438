#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What sampling costs, beside perf and bpftrace, in a guest (tests/lab/suites/cost
# tells how), and how much stack the overflow handler takes: the frames of our
# functions that run in it, from the compiler, for the deepest way through them.
set -eu
cd "$(dirname "$0")/../.."
build=${BUILD:-build}
series=6.1

# What it is measured beside; /usr/bin/perf is a script on some systems that
# looks for the one of the running kernel.
for need in perf:linux-perf bpftrace:bpftrace; do
	command -v "${need%:*}" >/dev/null || {
		echo "cost: ${need%:*} is missing: apt-get install ${need#*:}" >&2
		exit 1
	}
done

# function bytes, of the files that the handler runs through
frames()
{
	local headers dir=$build/bench-stack

	headers=$(tests/lab/kernel headers $series)
	mkdir -p "$dir"
	cp -rsf "$PWD/Kbuild" "$PWD/kmod" "$PWD/include" "$dir/"
	tests/lab/kernel-make "$headers" M="$(realpath "$dir")" \
		KCFLAGS=-fstack-usage kmod/sample.o kmod/contend.o kmod/ring.o \
		kmod/session.o kmod/compat/call.o kmod/compat/unwind.o \
		>"$dir/log" 2>&1 ||
		{
			cat "$dir/log" >&2
			return 1
		}
	cat "$dir"/kmod/{sample,contend,ring,session}.su \
		"$dir"/kmod/compat/{call,unwind}.su |
		awk '{ n = split($1, part, ":"); sub(/\..*/, "", part[n])
			print part[n], $2 }'
}

frames | awk '
{ bytes[$1] = $2 }
function show(name) {
	if (!(name in bytes))
		return 0 # inlined into its caller
	printf "  %-24s %4d bytes\n", name, bytes[name]
	return bytes[name] + 8
}
END {
	print "stack of the overflow handler, return addresses included:"
	sum = show("overflow") + show("take_sample") + show("take_kernel")
	deepest = show("take_wait")
	n = show("lp_compat_stack_regs") + show("lp_compat_unwind_regs") + \
		show("walk") + show("rule_of") + show("new_rule") + \
		show("ask_core") + show("ask_table") + show("rule_from")
	deepest = n > deepest ? n : deepest
	n = show("lp_contend_now") + show("find_sleeper")
	deepest = n > deepest ? n : deepest
	n = show("lp_ring_reserve")
	deepest = n > deepest ? n : deepest
	n = show("lp_session_kick")
	deepest = n > deepest ? n : deepest
	printf "  %d bytes at most, and what the kernel'"'"'s unwinder takes\n", \
		sum + deepest
}'
# A capture of a minute's length: what is named once is not the cost of a sample.
LP_LONG=${LP_LONG-1} LP_MEMORY=2048 tests/lab/run $series cost
