#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Fields of a full, configured tree to patches: each is generated, applies with
# no fuzz, comes off to the same files and verifies. TAP on stdout, and a table
# as # lines: field, sites, files, left, seconds to generate and to verify.
#
#	targets.sh TREE FILE [FIELD...]
#
# FILE is tests/oracle/targets or one like it; FIELD: only these of it.
# LP_TOOL is the tool; LP_VERIFY=no leaves out what takes minutes.
set -u
tree=$1 list=$2
shift 2
: "${LP_TOOL:?}"
work=$(mktemp -d "${LP_TMP:-/tmp}/targets.XXXXXX")
trap 'rm -rf "$work"' EXIT
count=0 failed=0

report() # RESULT FIELD WHAT
{
	count=$((count + 1))
	[ "$1" = ok ] || failed=$((failed + 1))
	echo "$1 $count - $2: $3"
}

# The files that the patch changes or makes, alone in a directory.
pick()
{
	sed -n 's|^diff --git a/\(.*\) b/.*|\1|p' "$work/patch" |
		while read -r file; do
			[ -e "$tree/$file" ] || continue
			mkdir -p "$work/old/$(dirname "$file")"
			cp "$tree/$file" "$work/old/$file"
		done
}

applies()
{
	rm -rf "$work/old" "$work/new"
	mkdir "$work/old"
	pick
	cp -r "$work/old" "$work/new"
	(cd "$work/new" && git apply --check "$work/patch") &&
		patch -d "$work/new" -p1 -F0 -s <"$work/patch" &&
		patch -d "$work/new" -p1 -F0 -R -s <"$work/patch" &&
		diff -r "$work/old" "$work/new"
}

one() # FIELD REASON
{
	local field=$1 reason=$2 start=$SECONDS made code=0 counts

	rm -f "$work/patch"
	"$LP_TOOL" generate --linux "$tree" --lock "$field" \
		-o "$work/patch" 2>"$work/err" || code=$?
	made=$((SECONDS - start))
	if [ -n "$reason" ]; then
		if [ $code = 4 ] && grep -qE -e "$reason" "$work/err"; then
			report ok "$field" "refused: $reason"
		else
			report "not ok" "$field" "exit $code, not refused: $reason"
		fi
		return
	fi
	if [ $code != 0 ]; then
		report "not ok" "$field" "generate: exit $code"
		sed 's/^/# /' "$work/err" | head -n 20
		return
	fi
	counts=$(sed -nE 's/.*: ([0-9]+) sites in ([0-9]+) files.*, ([0-9]+) left.*/\1 \2 \3/p' \
		"$work/err")
	if ! applies >"$work/log" 2>&1; then
		report "not ok" "$field" "does not apply and come off"
		sed 's/^/# /' "$work/log" | head -n 20
		return
	fi
	start=$SECONDS
	if [ "${LP_VERIFY:-}" = no ]; then
		report ok "$field" "applies and comes off"
	elif "$LP_TOOL" verify --linux "$tree" "$work/patch" \
		>"$work/log" 2>&1; then
		report ok "$field" "verifies"
	else
		report "not ok" "$field" "does not verify"
		sed 's/^/# /' "$work/log" | tail -n 20
	fi
	# shellcheck disable=SC2086 # three numbers
	printf '# %-36s %5s %5s %5s %6s %6s\n' "$field" $counts "$made" \
		$((SECONDS - start))
}

printf '# %-36s %5s %5s %5s %6s %6s\n' "$(basename "$tree")" sites files left \
	made/s seen/s
while IFS=: read -r field reason; do
	case " $* " in
	"  " | *" $field "*) one "$field" "${reason# }" ;;
	esac
done < <(sed '/^#/d' "$list")
echo "1..$count"
[ "$failed" = 0 ]
