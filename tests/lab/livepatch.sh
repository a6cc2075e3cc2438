#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs in the guest: livepatches go live and are taken back under load. What is
# seen is told in plain words; the exit code is 1 when anything is not as it
# should be.
#
#   livepatch.sh one   MODULE WORKLOAD LOCK POLICY [TIMES]
#   livepatch.sh stack MODULE WORKLOAD MODULE WORKLOAD
#   livepatch.sh twice MODULE MODULE
#   livepatch.sh held  MODULE LOCK
#   livepatch.sh cycle MODULE WORKLOAD COUNT [MODULE2 [SECONDS]]
#   livepatch.sh numa  MODULE WORKLOAD LOCK
#
# TIMES: how often a step of the workload takes the lock, where the workload
# alone decides it; lockstat's count is held against it. Workloads have their
# files in $TMPDIR.
tool=/lab/lockprobe-user
bad=0

wrong()
{
	echo "WRONG: $1"
	bad=1
}

name_of() # MODULE
{
	basename "$1" .ko | tr - _
}

# Load in the background; a workload that errs says so when it ends. It takes all
# that the CPUs have, but lets the tool have its turn: on a slow machine a cycle
# is else mostly waiting for that.
begin_load() # WORKLOAD
{
	sh -c 'renice -n 10 -p $$ >/dev/null; exec "/lab/$0" -t 3 -s 100000' "$1" \
		>"/tmp/$1.load" 2>&1 &
	load=$!
	sleep 1
}

end_load() # WORKLOAD
{
	kill -0 "$load" 2>/dev/null || wrong "the workload $1 ended: $(cat "/tmp/$1.load")"
	kill "$load" 2>/dev/null
	wait "$load" 2>/dev/null
}

gone() # MODULE: nothing of it is left in the kernel
{
	[ ! -e "/sys/module/$(name_of "$1")" ] || wrong "the module $1 is still there"
	[ ! -e "/sys/kernel/livepatch/$(name_of "$1")" ] || wrong "the livepatch $1 is still there"
}

as_before()
{
	[ ! -e /sys/kernel/debug/lockprobe ] || wrong "debugfs still has lockprobe"
	[ ! -s /sys/kernel/debug/tracing/enabled_functions ] ||
		wrong "functions are still replaced"
	# on a kernel that has it (tests/lab/run debug livepatch)
	! grep -q '^ debug_locks: *0' /proc/lockdep_stats 2>/dev/null ||
		wrong "lockdep has had to report, and is off"
}

# Where preemption is dynamic (6.12), the kernel ends each transition by writing
# some 4,000 of its own calls anew, one by one, and has all CPUs wait for each:
# a minute in one thread of QEMU under load.
go_live() # MODULE
{
	$tool patch enable "$1" --wait 300 2>&1 || wrong "enabling $1 failed"
}

disable() # MODULE
{
	$tool patch disable "$(name_of "$1")" --wait 300 2>&1 || wrong "disabling $1 failed"
	gone "$1"
}

# Of LOCK's busiest instance, into $counted. By the shell itself: another process
# could be given the instance of one that ended, and its acquisitions.
count_acquisitions() # LOCK
{
	counted=0
	while read -r lock _ _ number _; do
		case $lock in
		ffff*) [ "$number" -le "$counted" ] || counted=$number ;;
		esac
	done <"/sys/kernel/debug/lockprobe/$1/stats"
}

# Nothing else takes that instance but the process itself as it starts and
# ends, and those that had its memory before.
exact() # WORKLOAD LOCK [TIMES]
{
	steps=''
	$tool lockstat --reset
	"/lab/$1" -t 3 -s 3 >/tmp/said.load || wrong "the workload $1 failed"
	count_acquisitions "$2"
	steps=$(sed -n 's/.*(\([0-9]*\) steps.*/\1/p' /tmp/said.load)
	echo "$1: $steps steps; lockstat: $counted acquisitions of its lock"
	[ -n "${3-}" ] || return
	{ [ "$counted" -ge $(($3 * steps)) ] &&
		[ "$counted" -le $(($3 * steps + 32)) ]; } ||
		wrong "$counted acquisitions are not $3 for each of $steps steps"
}

one() # MODULE WORKLOAD LOCK POLICY [TIMES]
{
	uname -sr
	begin_load "$2"
	go_live "$1"
	$tool patch status
	end_load "$2"
	if [ "$4" = lockstat ]; then
		exact "$2" "$3" "${5-}"
		$tool lockstat "$3" --top 3
	else
		cat "/sys/kernel/debug/lockprobe/$3/stats"
	fi
	begin_load "$2"
	disable "$1"
	end_load "$2"
	as_before
}

# Both orders of removal.
stack() # MODULE WORKLOAD MODULE WORKLOAD
{
	for first in 1 3; do
		begin_load "$2"
		go_live "$1"
		go_live "$3"
		"/lab/$4" -t 2 -s 1 >/dev/null || wrong "the workload $4 failed"
		[ "$($tool patch status | wc -l)" = 3 ] || wrong "not both are live"
		if [ $first = 1 ]; then
			disable "$1"
			disable "$3"
		else
			disable "$3"
			disable "$1"
		fi
		end_load "$2"
		as_before
	done
}

# Two modules for one field: refused by the tool, and by the kernel.
twice() # MODULE MODULE
{
	go_live "$1"
	$tool patch enable "$2" 2>&1 && wrong "a second policy was taken"
	insmod "$2" 2>&1 && wrong "the kernel took a second policy"
	gone "$2"
	disable "$1"
	as_before
}

# Its files are open when it goes: the module stays until they are closed.
held() # MODULE LOCK
{
	dir=/sys/kernel/debug/lockprobe/$2
	name=$(name_of "$1")
	for file in about stats reset; do
		go_live "$1"
		case $file in
		reset) exec 7>"$dir/$file" ;;
		*) exec 7<"$dir/$file" ;;
		esac
		echo 0 >"/sys/kernel/livepatch/$name/enabled"
		for _ in $(seq 300); do
			[ -e "/sys/kernel/livepatch/$name" ] || break
			sleep 1
		done
		rmmod "$name" 2>/dev/null && wrong "unloaded while $file was open"
		exec 7<&-
		rmmod "$name" || wrong "it cannot be unloaded"
		gone "$1"
	done
	as_before
}

# A CPU comes and goes until we are told to stop.
hotplug()
{
	while [ ! -e /tmp/enough ]; do
		for online in 0 1; do
			echo $online >/sys/devices/system/cpu/cpu1/online
			sleep 2
		done
	done 2>/dev/null
}

# With MODULE2, two are stacked, and removed in either order in turn. No cycle
# begins after SECONDS.
cycle() # MODULE WORKLOAD COUNT [MODULE2 [SECONDS]]
{
	rm -f /tmp/enough
	begin_load "$2"
	hotplug &
	plugger=$!
	i=0
	last=$(($(cut -d. -f1 /proc/uptime) + ${5:-1000000}))
	while [ $i -lt "$3" ] && [ $bad = 0 ] &&
		[ "$(cut -d. -f1 /proc/uptime)" -lt $last ]; do
		first=$1 second=${4-}
		for module in $first $second; do
			go_live "$module" >/dev/null
		done
		[ $((i % 2)) = 0 ] || [ -z "$second" ] || first=$4 second=$1
		for module in $first $second; do
			disable "$module" >/dev/null
		done
		i=$((i + 1))
		[ $((i % 10)) != 0 ] ||
			echo "$i cycles after $(cut -d. -f1 /proc/uptime) s"
	done
	touch /tmp/enough
	wait $plugger
	end_load "$2"
	as_before
	echo "$i cycles under load, with CPU hotplug"
}

# Policy numa's gate on or off for a while: what it counted, and what each
# worker got, are added to the lines of /tmp/GATE.
phase() # GATE WORKLOAD LOCK
{
	dir=/sys/kernel/debug/lockprobe/$3
	echo "$1" >"$dir/gate"
	echo 1 >"$dir/reset"
	"/lab/$2" -t 4 -s 5 -p -e >>"/tmp/$1" || wrong "the workload $2 failed"
	cat "$dir/stats" >>"/tmp/$1"
}

# Of the lines of both gates: how many acquisitions and handovers stayed on
# their node, the longest run, and the least share of a worker.
judge_numa()
{
	awk '
	FNR == 1 { gate = FILENAME == "/tmp/N" ? "native" : "numa" }
	$1 == "worker" { got[gate, $2] += $3; sum[gate] += $3 }
	$1 == "batch" { batch = $2 }
	$1 == "longest" && $2 > longest[gate] { longest[gate] = $2 }
	/^(handovers|stayed|acquisitions|near|impatient) / { n[gate, $1] += $2 }
	function share(gate, part, whole) {
		return n[gate, whole] ? 100 * n[gate, part] / n[gate, whole] : 0
	}
	function tell(gate,   key, part, least) {
		least = 4
		for (key in got) {
			split(key, part, SUBSEP)
			if (part[1] == gate && got[key] * 4 / sum[gate] < least)
				least = got[key] * 4 / sum[gate]
		}
		printf "%s: of %d acquisitions %.1f%% stay on their node; of " \
			"%d handovers %.1f%%; longest run %d, impatient %d; the " \
			"least worker has %.2f of its share\n", gate,
			n[gate, "acquisitions"],
			share(gate, "near", "acquisitions"),
			n[gate, "handovers"],
			share(gate, "stayed", "handovers"), longest[gate],
			n[gate, "impatient"], least
		return least
	}
	END {
		tell("native")
		if (tell("numa") < 0.5)
			print "WRONG: a worker has less than half of its share"
		if (!n["native", "handovers"] || !n["numa", "handovers"])
			print "WRONG: nobody waited"
		if (share("numa", "stayed", "handovers") <=
		    share("native", "stayed", "handovers") ||
		    share("numa", "near", "acquisitions") <=
		    share("native", "near", "acquisitions"))
			print "WRONG: the lock stays on its node no more than without"
		if (longest["numa"] > batch + n["numa", "impatient"])
			print "WRONG: a run is longer than " batch
	}' /tmp/N /tmp/Y >/tmp/judged
	cat /tmp/judged
	! grep -q '^WRONG' /tmp/judged || bad=1
}

# On two nodes of two CPUs: native and numa in turn. Its CPUs wait for the
# host's, so waiters must be more patient than where a CPU is one. It goes live
# before there is load, since QEMU has a thread for each CPU here (vm -s).
numa() # MODULE WORKLOAD LOCK
{
	[ "$(cat /sys/devices/system/node/online)" = 0-1 ] || wrong "not two nodes"
	rm -f /tmp/N /tmp/Y
	go_live "$1"
	echo 1 >"/sys/kernel/debug/lockprobe/$3/count_all"
	echo 200000 >"/sys/kernel/debug/lockprobe/$3/patience_us"
	for _ in 1 2 3; do
		phase N "$2" "$3"
		phase Y "$2" "$3"
	done
	judge_numa
	disable "$1"
	as_before
}

verb=$1
shift
"$verb" "$@"
exit $bad
