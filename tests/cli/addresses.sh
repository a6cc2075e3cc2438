#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sites of locks whose address is kept: in a variable that can be followed, or
# where it is lost.
set -u
# shellcheck source=tests/cli/tree.sh
. "$(dirname "$0")/tree.sh"

# Who finds the lock in a variable takes it by no name that can be seen.
kept()
{
	file fs/kept.c <<-'C'
	#include <linux/box.h>
	struct holder { int n; spinlock_t *lock; };
	#define HOLDER(n, lock) { n, lock }
	static DEFINE_SPINLOCK(kept_lock);
	EXPORT_SYMBOL(kept_lock);
	static spinlock_t kept_row[2];
	static struct holder one = { .lock = &kept_lock, .n = 1 };
	static struct holder many[] = {
		{ 1, &kept_lock },
		HOLDER(2, &kept_lock),
		{ .lock = kept_row },
	};
	static spinlock_t *const at = &kept_lock;
	static int kept(void) __must_hold(&kept_lock)
	{
		spin_lock(&kept_lock);
		spin_unlock(one.lock);
	}
	C
	echo 'obj-y += kept.o' >>"$tree/fs/Makefile"
	sites 0 kept_lock
	same "kept in variables" \
		"7 escape 9 escape 10 escape 13 escape 16 direct" \
		"$(row fs/kept.c | cut -f 2,8 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
	sites 0 kept_lock --explain
	same "what declares it is a declaration" "4 5" \
		"$(row fs/kept.c | awk -F '\t' '$4 == "declaration" { print $2 }' |
			xargs)"
	same "what checks it is an annotation" "14" \
		"$(row fs/kept.c | awk -F '\t' '$4 == "annotation" { print $2 }')"
	sites 0 kept_row
	same "a row of locks is its own address" "11 escape" \
		"$(row fs/kept.c | cut -f 2,8 | xargs)"
	sites 0 --format text kept_lock
	has "text says where it goes" out 'at'
}

# A local that is certainly one is followed, however its type is written.
followed()
{
	file fs/local.c <<-'C'
	#include <linux/box.h>
	void of_type(struct box *b)
	{
		typeof(b->lock) *of = &b->lock;
		spin_lock(of);
	}
	void parameter(struct box *b, spinlock_t *given)
	{
		given = &b->lock;
		spin_lock(given);
	}
	void through(struct box *b, int n, spinlock_t **out)
	{
		if (n) *out = &b->lock;
	}
	C
	echo 'obj-y += local.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "kept in locals" "5 direct 10 direct 14 escape" \
		"$(row fs/local.c | cut -f 2,8 | xargs)"
}

plant
kept
followed
finish
