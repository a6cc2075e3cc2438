#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# How long the sites of a lock take, beside what else could be asked, on the
# tree LP_TREE (or tests/lab/kernel's 6.1): git grep for the bare name, which
# may not be much faster, and a typed Coccinelle rule, which must be ten times
# slower. Then the name that most locks of the tree have, which is the worst
# that can be asked for, and the commands that stand on the same search. The
# best of RUNS (3) is shown; the machine's other work is in the seconds, less
# in those of CPU.
set -eu
cd "$(dirname "$0")/../.."

build=${BUILD:-build}
tool=$PWD/$build/lockprobe-user
tree=${LP_TREE:-$(tests/lab/kernel tree 6.1)}
runs=${RUNS:-3}
scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# The best of RUNS: "seconds cpu-seconds megabytes".
measure() # RUNS COMMAND...
{
	python3 -c '
import os, sys, time
best = None
for _ in range(int(sys.argv[1])):
    start = time.monotonic()
    pid = os.fork()
    if not pid:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in 0, 1, 2:
            os.dup2(null, fd)
        os.execvp(sys.argv[2], sys.argv[2:])
    _, status, used = os.wait4(pid, 0)
    took = time.monotonic() - start
    # 4: something is left unexplained, and was looked for all the same
    if os.waitstatus_to_exitcode(status) not in (0, 4):
        sys.exit("failed: " + " ".join(sys.argv[2:]))
    row = took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000
    best = min(best or row, row)
print("%.2f %.2f %.0f" % best)' "$@"
}

show() # WHAT MEASURED [REMARK]
{
	local took cpu size

	read -r took cpu size <<<"$2"
	printf '%-44s %6s s %6s s of CPU %4s MB%s\n' "$1" "$took" "$cpu" \
		"$size" "${3:+   $3}"
}

# ratio A B: how many times B's wall-clock time A took.
ratio()
{
	awk -v a="${1%% *}" -v b="${2%% *}" \
		'BEGIN { printf "%.2f", a / (b ? b : 0.01) }'
}

sites() # LOCK
{
	measure "$runs" "$tool" sites --linux "$tree" "$1"
}

# git asks its index which files to read: one of names only, kept elsewhere.
index()
{
	export GIT_DIR=$scratch/git GIT_WORK_TREE=$tree

	git init -q
	(cd "$tree" && git ls-files -o) |
		grep -vE '\.(o|a|ko|so|cmd|mod)$|^(vmlinux|System\.map)' |
		sed 's/^/100644 e69de29bb2d1d6434b8b29ae775ad8c2e48c5391\t/' |
		git update-index --index-info
}

beside_grep() # LOCK
{
	local ours peer

	sites "$1" >/dev/null
	peer=$(cd "$tree" && measure "$runs" git grep -nw "${1##*.}")
	ours=$(sites "$1")
	show "sites $1" "$ours"
	show "git grep -nw ${1##*.}" "$peer" \
		"sites takes $(ratio "$ours" "$peer") times that (goal: 1.5)"
}

beside_spatch() # STRUCT.FIELD
{
	local ours peer

	if ! command -v spatch >/dev/null; then
		echo "no Coccinelle to compare with: apt install coccinelle"
		return
	fi
	printf '@@\nstruct %s *x;\n@@\n* x->%s\n\n@@\nstruct %s x;\n@@\n* x.%s\n' \
		"${1%.*}" "${1##*.}" "${1%.*}" "${1##*.}" >"$scratch/rule.cocci"
	ours=$(sites "$1")
	peer=$(cd "$tree" && measure 1 spatch --very-quiet --use-gitgrep \
		--include-headers --jobs 2 --sp-file "$scratch/rule.cocci" \
		--dir .)
	show "sites $1" "$ours" "(goal: 1 s)"
	show "typed spatch, 2 jobs" "$peer" \
		"$(ratio "$peer" "$ours") times what sites takes (goal: 10)"
}

# Three structs of the kernel's own headers with a lock of the commonest name.
generic_locks()
{
	"$tool" locks --linux "$tree" 2>/dev/null | tail -n +2 | cut -f 1,3 |
		awk -F '\t' '
		{
			n = split($2, part, ".")
			count[part[n]]++
			if (n == 2 && $1 ~ /^include\/linux\//)
				own[part[n]] = own[part[n]] " " $2
		}
		END {
			for (name in count)
				if (count[name] > count[most])
					most = name
			n = split(own[most], lock, " ")
			print lock[1]; print lock[int(n / 2)]; print lock[n]
		}'
}

printf '%s, %s processors\n' "$tree" "$(nproc)"
index
beside_grep files_struct.file_lock
beside_spatch inode.i_lock
for lock in $(generic_locks) device.mutex; do
	show "sites $lock" "$(sites "$lock")" "(goal: 3 s, 400 MB)"
done
show "locks" "$(measure "$runs" "$tool" locks --linux "$tree")"
show "locks inode" "$(measure "$runs" "$tool" locks --linux "$tree" inode)"
show "generate --lock files_struct.file_lock" \
	"$(measure "$runs" "$tool" generate --linux "$tree" \
		--lock files_struct.file_lock -o "$scratch/patch")" "(goal: 3 s)"
