#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The site finder against the compiler: for each field, every access that gcc
# sees in built code must be an occurrence that `sites --explain` calls the
# field's, and the other way round. TAP on stdout, disagreements as # lines.
#
#	oracle.sh TREE STRUCT.FIELD[@MAX]...
#
# Of a path, STRUCT.FIELD.FIELD, the accesses of its first field are compared.
# @MAX: compile only MAX of the .c files that mention the name, spread evenly,
# and as many of those in which sites finds something. What one field has
# compiled is held against the others, too.
# An assertion that this configuration compiles to nothing is invisible to the
# compiler, and so not held against sites. LP_TOOL is the tool, LP_ACCESSES the compiled accesses.c.
set -u
tree=$1
shift
: "${LP_TOOL:?}" "${LP_ACCESSES:?}"
work=$(mktemp -d "${LP_TMP:-/tmp}/oracle.XXXXXX")
trap 'rm -rf "$work"' EXIT
count=0
failed=0

# The header (or else .c file) that defines struct $1 and has a $2: with its
# brace, or at least no semicolon, behind the tag.
definition()
{
	local tag="^(typedef |static )*struct[ 	]+$1[ 	]*([{/]|\$)"

	(cd "$tree" && { grep -rlE "$tag" include arch/x86/include
		grep -rlE --include='*.[ch]' "$tag" kernel fs mm net block \
			drivers ipc security lib sound crypto virt arch/x86 \
			io_uring init; } | xargs grep -lwF -e "$2" | head -n 1)
}

# Of the file names on stdin the headers, and $1 of the others, spread evenly.
spread()
{
	LC_ALL=C sort -u | awk -v max="$1" '/\.h$/ { print; next }
			{ c[n++] = $0 }
			END { step = max && n > max ? n / max : 1
			      for (i = 0; i < n; i += step) print c[int(i)] }'
}

# The files that mention word $1.
mentions()
{
	(cd "$tree" && grep -rlwF --include='*.[ch]' -e "$1" arch/x86 block \
		crypto drivers fs include init io_uring ipc kernel lib mm net \
		security sound virt 2>/dev/null)
}

# awk: text(FILE, LINE) of the tree's files.
text='
	function text(file, line,	name, n, t) {
		if (file != last_file) {
			name = tree "/" file
			delete lines
			for (n = 1; (getline t <name) > 0; n++)
				lines[n] = t
			close(name)
			last_file = file
		}
		return lines[line]
	}'

# Positions of $1 (explain) that are the field's and built, by $2 (rows), in the
# files of $3 and the headers in which the compiler saw something ($4).
ours()
{
	awk -F'\t' -v OFS='\t' -v tree="$tree" "$text"'
		# the line on which the call ends whose name is at LINE and COL
		function call_end(file, line, col,	n, t, depth) {
			t = substr(text(file, line), col)
			if (t !~ /^[A-Za-z0-9_]+\(/)
				return line
			for (n = line; n < line + 20; t = text(file, ++n)) {
				depth += gsub(/\(/, "", t) - gsub(/\)/, "", t)
				if (depth <= 0)
					return n
			}
			return line
		}
		FILENAME == ARGV[1] && $2 + 0 {
			end = call_end($1, $2, $3)
			for (n = $2 + 0; n <= end; n++) {
				if ($8 == "other-config" || $8 == "assert")
					off[$1, n] = 1
				else
					on[$1, n] = 1
				if ($8 == "other-config")
					idle[$1, n] = 1
			}
			if (end > last[$1])
				last[$1] = end
		}
		FILENAME == ARGV[1] { next }
		FILENAME == ARGV[2] || FILENAME == ARGV[3] { seen[$1] = 1; next }
		!seen[$1] || (off[$1, $2] && !on[$1, $2]) { next }
		# kept in a local: as built as what is done to that
		{ for (n = $2; n < last[$1] && !off[$1, n] && !on[$1, n];)
			n++ }
		idle[$1, n] && !on[$1, n] { next }
		# named in a macro, in what no row is made of: not judged
		$4 == "body" && !on[$1, $2] { next }
		$4 == "site" || $4 == "body" || $4 == "escape" {
			print $1, $2, $3 }' "$2" "$3" "$4" "$1" | LC_ALL=C sort -u
}

# Of $1 (extra) what is not in a macro that no built row of $2 calls, in the
# files of $3 and $4: where nothing expands it, the compiler has not seen it.
expanded()
{
	awk -F'\t' -v OFS='\t' -v tree="$tree" "$text"'
		FILENAME == ARGV[1] || FILENAME == ARGV[2] { seen[$1] = 1
							     next }
		FILENAME == ARGV[3] { if ($8 != "other-config" && seen[$1])
					called[$5] = 1
				      within[$1, $2] = $4; next }
		text($1, $2) !~ /\\$|^[ \t]*#/ && text($1, $2 - 1) !~ /\\$/ {
			print; next }
		called[within[$1, $2]]' "$3" "$4" "$2" "$1"
}

# Macros that are the first field of $1, or what is in it: their names between
# blanks. The compiler names the macro where such a name stands.
aliases()
{
	(cd "$tree" && sed -nE "s/^#[ 	]*define[ 	]+(\w+)[ 	]+${1#*.}[.a-z_]*[ 	]*$/ \\1 /p" \
		"$(definition "${1%%.*}" "${1#*.}")")
}

# What sites says of field $2, and the files to be compiled, into directory $1.
ask()
{
	local dir=$1 lock=${2%@*} max=0 field

	case $2 in *@*) max=${2#*@} ;; esac
	field=${lock#*.}
	field=${field%%.*}
	"$LP_TOOL" sites --linux "$tree" "$lock" >"$dir/rows" 2>"$dir/err"
	"$LP_TOOL" sites --linux "$tree" "$lock" --explain 2>/dev/null |
		sed 1d >"$dir/explain"
	{ mentions "$field" | spread "$max"; cut -f1 "$dir/rows" | sed 1d |
		spread "$max"; } >>"$work/files"
}

# Both sides of field $2, in directory $1, against each other.
judge()
{
	local dir=$1 lock=${2%@*} first missed extra open

	first=${lock#*.}
	first=${lock%%.*}.${first%%.*}
	awk -F'\t' -v OFS='\t' -v lock="$first" -v also="$(aliases "$first")" '
		$1 == lock && (!$5 || index(also, " " $5 " ")) {
			print $2, $3, $4 }' "$work/compiled" |
		LC_ALL=C sort -u >"$dir/theirs"
	ours "$dir/explain" "$dir/rows" "$work/sources" "$dir/theirs" >"$dir/ours"
	# missed: the compiler's, but explained as nothing of the field's
	awk -F'\t' 'FILENAME == ARGV[1] && $4 != "other" && $4 != "comment" &&
			$4 != "unexplained" { ok[$1, $2, $3] = 1 }
		FILENAME == ARGV[2] && !ok[$1, $2, $3]' \
		"$dir/explain" "$dir/theirs" >"$dir/missed"
	LC_ALL=C comm -23 "$dir/ours" "$dir/theirs" >"$dir/only"
	expanded "$dir/only" "$dir/rows" "$work/sources" "$dir/theirs" \
		>"$dir/extra"
	open=$(awk -F'\t' '$4 == "unexplained"' "$dir/explain" | wc -l)
	missed=$(wc -l <"$dir/missed")
	extra=$(wc -l <"$dir/extra")
	count=$((count + 1))
	echo "# $lock: compiler $(wc -l <"$dir/theirs"), sites" \
		"$(wc -l <"$dir/ours"), missed $missed, extra $extra, unexplained $open"
	if [ -s "$dir/theirs" ] && [ "$missed $extra $open" = "0 0 0" ]; then
		echo "ok $count - $lock"
	else
		failed=$((failed + 1))
		echo "not ok $count - $lock"
		sed 's/^/# missed: /' "$dir/missed" | head -n 50
		sed 's/^/# extra: /' "$dir/extra" | head -n 50
		head -n 3 "$dir/err" | sed 's/^/# /'
	fi
}

fields=
for field; do
	lock=${field%@*}
	mkdir "$work/$lock"
	ask "$work/$lock" "$field"
	name=${lock#*.}
	fields="$fields $lock=$(definition "${lock%%.*}" "${name%%.*}")"
done
LC_ALL=C sort -u -o "$work/files" "$work/files"
grep '\.c$' "$work/files" >"$work/sources"
# shellcheck disable=SC2086 # one argument a field
"$LP_ACCESSES" "$tree" $fields <"$work/files" >"$work/compiled" 2>"$work/log"
sed 's/^/# /' "$work/log"
for field; do
	judge "$work/${field%@*}" "$field"
done
echo "1..$count"
[ "$failed" = 0 ]
