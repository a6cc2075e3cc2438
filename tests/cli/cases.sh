# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Cases of one file each, for tests that a miniature kernel tree goes through:
# "key: value" lines, then "== path" sections, then "=> diff" and what is wanted.

# unpack FILE DIR: its "== path" sections become files.
unpack()
{
	awk -v dir="$2" '
	/^=> / { path = ""; next }
	/^== / {
		path = dir "/" $2
		sub("/[^/]*$", "", path)
		system("mkdir -p \"" path "\"")
		path = dir "/" $2
		printf "" > path
		next
	}
	path != "" { print > path }' "$1"
}

# value CASE KEY: the values of its head, one a line.
value()
{
	sed -n -e '/^==/q' -e "s/^$2: *//p" "$1"
}

# golden CASE: the text behind "=> diff".
golden()
{
	sed -e '1,/^=> diff/d' "$1"
}
