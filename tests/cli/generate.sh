#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# generate on kernel trees in miniature: tests/fixtures/generate/*.case, each
# on top of `base`. A case is one file:
#
#	about: one sentence
#	lock: box.lock
#	options: more of the command line
#	exit: 0
#	says: REGEX		stderr has such a line; any number of them
#	message: REGEX		so has the patch, above its diff
#	defines: NAME...	what the new header defines, in order
#	== path			a file of the tree, up to the next mark
#	=> diff			what becomes of the tree's own files
#
# LP_UPDATE=1 writes the results into the cases instead: read them well.
set -u
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/cli/cases.sh
. "$(dirname "$0")/cases.sh"
cases=$(cd "$(dirname "$0")/../fixtures/generate" && pwd)

# own_files PATCH: the diffs of files that the tree had, and no hashes.
own_files()
{
	awk '
	/^diff --git / { keep = 1; head = $0; next }
	/^new file / { keep = 0 }
	/^index / { next }
	/^-- $/ { exit }
	head != "" {
		if (keep && head !~ /kernel.locking.Makefile/) print head
		else keep = 0
		head = ""
	}
	keep && !/^diff / { print }' "$1"
}

# defines PATCH: the functions and macros of the new header.
defines()
{
	sed -n '/^+++ b.include.linux.lockprobe_/,/^diff /p' "$1" |
		sed -nE -e '/^\+#ifdef __CHECKER__/,/^\+#else/d' \
			-e 's/^\+(static |#define )(.*[ *])?(lp_[a-z0-9_]+)\(.*/\3/p' \
			-e 's/^\+(lp_[a-z0-9_]+)\(.*/\1/p' \
			-e 's/^\+(DEFINE_[A-Z_0-9]+)\((lp_[a-z0-9_]+),.*/\1:\2/p' |
		grep -vE '_(contended|acquired|abandoned|release|fast|busy|try_irq)$' |
		tr '\n' ' ' | sed 's/ $//'
}

# applies TREE PATCH: forward without fuzz and back, to the same bytes.
applies()
{
	cp -r "$1" "$1.new" &&
		(cd "$1.new" && git apply --check "$2") &&
		patch -d "$1.new" -p1 -F0 -s <"$2" &&
		again "$1.new" "$3" &&
		patch -d "$1.new" -p1 -F0 -R -s <"$2" &&
		diff -r "$1" "$1.new"
}

# again TREE LOCK: a tree with the patch in it is told so, and left alone.
again()
{
	"$LP_TOOL" generate --linux "$1" --lock "$2" --policy native \
		-o "$scratch/again" 2>"$scratch/again.err"
	[ $? = 4 ] && grep -q 'this tree has a patch' "$scratch/again.err" &&
		[ ! -e "$scratch/again" ]
}

update() # CASE PATCH
{
	local tmp=$scratch/case

	sed -e "s/^defines:.*/defines: $(defines "$2")/" -e '/^=> diff/q' \
		"$1" >"$tmp"
	own_files "$2" >>"$tmp"
	cp "$tmp" "$1"
}

check_patch() # NAME CASE TREE LOCK
{
	local patch=$scratch/patch

	[ -z "${LP_UPDATE:-}" ] || update "$2" "$patch"
	check "$1: applies, is known the second time, comes off" \
		applies "$3" "$patch" "$4"
	same "$1: the diff" "$(golden "$2")" "$(own_files "$patch")"
	[ -z "$(value "$2" defines)" ] ||
		same "$1: the header" "$(value "$2" defines)" \
			"$(defines "$patch")"
	sed '/^---$/q' "$patch" >"$scratch/message"
	value "$2" message | while read -r regex; do
		grep -qE -e "$regex" "$scratch/message" ||
			echo "$regex"
	done >"$scratch/missing"
	same "$1: the message" "" "$(cat "$scratch/missing")"
}

one() # CASE
{
	local name tree=$scratch/tree lock options regex

	name=$(basename "$1" .case)
	rm -rf "$tree" "$tree.new" "$scratch/patch"
	unpack "$cases/base" "$tree"
	unpack "$1" "$tree"
	lock=$(value "$1" lock)
	options=$(value "$1" options)
	# shellcheck disable=SC2086 # options are words
	run "$(value "$1" exit)" generate --linux "$tree" --lock "$lock" \
		--policy native $options -o "$scratch/patch"
	value "$1" says >"$scratch/says"
	while read -r regex; do
		has "$name says $regex" err "$regex"
	done <"$scratch/says"
	if [ "$(value "$1" exit)" != 0 ]; then
		check "$name: no patch" test ! -e "$scratch/patch"
		return
	fi
	check_patch "$name" "$1" "$tree" "$lock"
	cp "$scratch/patch" "$scratch/first"
	# shellcheck disable=SC2086
	"$LP_TOOL" generate --linux "$tree" --lock "$lock" --policy native \
		$options -o "$scratch/patch" 2>>"$err"
	check "$name: the same bytes again" \
		cmp "$scratch/first" "$scratch/patch"
}

# What is no file is written to, and stays what it was.
not_a_file()
{
	local tree=$scratch/tree

	rm -rf "$tree" "$scratch/patch"
	unpack "$cases/base" "$tree"
	unpack "$cases/direct.case" "$tree"
	mkfifo "$scratch/patch"
	timeout 60 cat "$scratch/patch" >"$scratch/came" &
	run 0 generate --linux "$tree" --lock "$(value "$cases/direct.case" lock)" \
		--policy native -o "$scratch/patch"
	check "a pipe is still one" test -p "$scratch/patch"
	wait
	check "the patch went through it" grep -q '^diff --git' "$scratch/came"
	check "nothing is said of verifying what is gone" \
		sh -c '! grep -q "note: next"' sh <"$err"
	rm "$scratch/patch"
	same "no other file is left" "" "$(find "$scratch" -name 'patch.*')"
}

# LP_CASE: only cases of that name (a glob)
# shellcheck disable=SC2231
for case in "$cases"/${LP_CASE:-*}.case; do
	one "$case"
done
[ -n "${LP_CASE-}" ] || not_a_file
finish
