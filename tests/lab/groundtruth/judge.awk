# SPDX-License-Identifier: GPL-2.0
# Judge a report by the truth: TRUTH ("address place kind name taken-at" a line;
# a seqlock is contended at the spinlock in it), then the report's JSON Lines by
# instance. A line a lock goes out, then totals:
#   exact    the one name, called certain
#   among    not certain, the truth is one of the candidates
#   unknown  no candidate is given (right for a lock on the stack)
#   wrong    called certain and not the truth
#   lost     not certain, and the truth is not among the candidates
#   unseen   no sample and no wait of it in the report

function text(key,	from, rest) {
	from = index($0, "\"" key "\":\"")
	if (!from)
		return ""
	rest = substr($0, from + length(key) + 4)
	return substr(rest, 1, index(rest, "\"") - 1)
}

# The candidate struct.path, or one that embeds it: shmem_inode_info.vfs_inode.
function has(name,	dot, path) {
	dot = index(name, ".")
	path = substr(name, dot + 1)
	if (index($0, "\"struct\":\"" substr(name, 1, dot - 1) "\",\"path\":\"" \
		path "\""))
		return 1
	return index($0, "." path "\"") > 0
}

# Is it the one candidate in the struct that the call site names? A call site is
# &object->path: its type is the truth's struct.
function is_settled(name,	dot, from, rest, n) {
	dot = index(name, ".")
	from = "\"struct\":\"" substr(name, 1, dot - 1) "\",\"path\":\""
	rest = substr($0, index($0, "\"candidates\":"))
	while (index(rest, from)) {
		rest = substr(rest, index(rest, from) + length(from))
		n++
		if (substr(rest, 1, index(rest, "\"") - 1) != \
			substr(name, dot + 1))
			return 0
	}
	return n > 0
}

# A symbol's name, with what stands behind it in the symbol; or, where the
# symbol is a struct, that struct's type with the true path in it.
function same_symbol(name,	dot, path) {
	dot = index(name, ".")
	if (dot) {
		path = substr(name, dot)
		name = substr(name, 1, dot - 1)
		if (text("symbol") == name && length(said) > length(path) &&
			substr(said, length(said) - length(path) + 1) == path)
			return 1
	}
	return said == name || index(said, name "+") == 1 ||
		index(said, name ".") == 1
}

FILENAME == ARGV[1] {
	order[++all] = $1
	place[$1] = $2
	kind[$1] = $3
	truth[$1] = $4
	lock_at[$1] = $1
	lock_at[$5] = $1
	next
}

/^\{"type":"instance"/ {
	address = substr(text("address"), 3)
	if (!(address in lock_at))
		next
	address = lock_at[address]
	name = truth[address]
	said = text("name")
	certain = text("confidence") == "certain"
	by_symbol = place[address] == "static" || place[address] == "module" ||
		place[address] == "percpu"
	right = by_symbol ? same_symbol(name) : has(name)
	if (address in verdict && verdict[address] == "wrong")
		next
	if (certain)
		verdict[address] = right ? "exact" : "wrong"
	else if (!index($0, "\"struct\":") && !by_symbol)
		verdict[address] = "unknown"
	else
		verdict[address] = right ? "among" : "lost"
	settled[address] = is_settled(name)
	answer[address] = said " (" text("kind") ", " text("place") ")"
}

END {
	for (i = 1; i <= all; i++) {
		address = order[i]
		v = address in verdict ? verdict[address] : "unseen"
		p = place[address]
		print v, p, kind[address], truth[address], answer[address]
		if (v == "unseen")
			continue
		seen++
		wrong += v == "wrong"
		if (p == "static" || p == "percpu" || p == "module" || p == "cache") {
			knowable++
			exact += v == "exact"
		} else {
			if (p == "kmalloc") {
				kmalloc++
				unique += settled[address]
			}
			others++
			among += v == "among" || v == "exact" ||
				(p == "stack" && v == "unknown")
		}
	}
	print "total all " all + 0
	print "total seen " seen + 0
	print "total wrong " wrong + 0
	print "total knowable " knowable + 0
	print "total exact " exact + 0
	print "total others " others + 0
	print "total among " among + 0
	print "total kmalloc " kmalloc + 0
	print "total unique " unique + 0
}
