#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# How long report takes for 10 million samples, and how much memory; the goal
# is 10 s and 500 MB. SAMPLES=N asks for another number.
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
samples=${SAMPLES:-10000000}
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
capture=$scratch/capture

# As on a large machine, and worse: any lock with any stack, so that nearly
# every sample is the first of its kind.
"$build/tests/capture/gen" big "$capture" "$samples" 2000 30000 5000 224
printf '%s samples, %s MB, 2000 locks, 30000 stacks, 5000 tasks, 224 CPUs\n' \
	"$samples" $(($(stat -c %s "$capture") / 1000000))

# The kernel's own account of the child: its seconds, and its peak in memory.
account='
import os, resource, subprocess, sys, time
start = time.monotonic()
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print("%6.2f s, %6.2f s of CPU, %4d MB   %s" % (time.monotonic() - start,
      used.ru_utime + used.ru_stime, used.ru_maxrss / 1000,
      " ".join(sys.argv[2:]).replace(os.path.dirname(sys.argv[-1]) + "/", "")))
sys.exit(code)'
for form in '' '--sort caller' '--sort task' '--json' '--csv' '--folded' \
	"--html $scratch/page"; do
	# shellcheck disable=SC2086 # words of one command
	python3 -c "$account" "$build/lockprobe-user" report $form -i "$capture"
done
