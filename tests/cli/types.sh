#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which struct a member is of, where macros make it or a header is looked for in
# a place of its own: on the tree of sites.sh, with files of this one's.
set -u
# shellcheck source=tests/cli/tree.sh
. "$(dirname "$0")/tree.sh"

# Members, tags and locals that macros make; a name that is no attribute. All
# of them are another struct's "bed".
made()
{
	file include/linux/bed.h <<-'C'
	struct garden { struct { spinlock_t lock; int n; } bed; };
	#define gd_n	bed.n
	#define gd_lock	bed.lock
	C
	# members that end by another macro's call, of two definitions
	file fs/common.c <<-'C'
	#include <linux/box.h>
	#include <linux/bed.h>
	union op;
	#ifdef CONFIG_MORE
	#define MORE(a) a;
	#else
	#define MORE(a)
	#endif
	#define COMMON \
		union op *parent; \
		int len; \
		MORE ( \
		short x; \
		char name[16])
	struct common { COMMON };
	struct named { COMMON char *path; };
	union op { struct common bed; struct named named; };
	void common(union op *op)
	{
		op->bed.parent->bed.len = 1;
		op->named.parent->bed.len = 2;
	}
	C
	# x() means what it was last defined as, in the body or in front of it
	file include/linux/listed.h <<-'C'
	#define x(n) struct no_##n *n;
	struct no { x(way) };
	#undef x
	struct row_a { int bed; };
	#define ROWS() x(a) x(b)
	struct row_b { int bed; };
	union rows {
	#define x(n) struct row_##n n;
		ROWS()
	#undef x
	};
	#define x(n) struct row_##n also_##n;
	struct more { ROWS() };
	#undef x
	C
	file fs/listed.c <<-'C'
	#include <linux/box.h>
	#include <linux/bed.h>
	#include <linux/listed.h>
	void listed(union rows *r, struct more *m)
	{
		r->b.bed = 1;
		m->also_a.bed = 2;
	}
	C
	# a list of members is #included, and a group of them has a tag
	file fs/layout.h <<-'C'
	LAYOUT(struct plot, plot)
	C
	file fs/laid.c <<-'C'
	#include <linux/box.h>
	#include <linux/bed.h>
	struct plot { int bed; };
	struct device_of {
	#define LAYOUT(data, ptr) data *ptr;
	#include "layout.h"
	#undef LAYOUT
		struct_group_tagged(tagged, fp,
			struct plot *group;
			int n;
		);
	};
	void laid(struct device_of *d, struct tagged *t)
	{
		d->plot->bed = 1;
		t->group->bed = 2;
		d->fp.group->bed = 3;
	}
	C
	# a struct and a local of it are declared by macros in the function
	file fs/local.c <<-'C'
	#include <linux/box.h>
	#include <linux/bed.h>
	#define DECLARE_ROW(type, tag) tag { const char *s; type bed; }
	#define DEFINE_ROWS(type, name) const type name[]
	#define CHECK(rows) { \
		const typeof(rows[0]) *r = &rows[0]; \
		check(r->bed); \
	}
	void local(void)
	{
		DECLARE_ROW(int, struct local_row);
		static DEFINE_ROWS(struct local_row, local_rows) = { { "", 1 } };
		CHECK(local_rows);
	}
	C
	# "__" begins a function's name, and an element is initialised
	file fs/byvalue.c <<-'C'
	#include <linux/box.h>
	#include <linux/bed.h>
	struct plot { int bed; };
	static struct plot __plot_of(struct box *box, int n)
	{
		struct plot made = {};

		made.bed = n;
		return made;
	}
	struct plots { struct plot all[2]; };
	void byvalue(struct plots *p)
	{
		*p = (struct plots){ .all[0].bed = 1 };
	}
	C
	# an alias of a member beside the lock is not handed the lock
	file fs/alias.c <<-'C'
	#include <linux/box.h>
	#include <linux/bed.h>
	void alias(struct garden *g)
	{
		spin_lock(&g->gd_lock);
		count(&g->gd_n);
		spin_unlock(&g->gd_lock);
	}
	C
	echo 'obj-y += common.o listed.o laid.o local.o byvalue.o alias.o' \
		>>"$tree/fs/Makefile"
	sites 0 garden.bed.lock
	same "what macros make is another's" "fs/alias.c 5 direct
fs/alias.c 7 direct" "$(found)"
	has "nothing is left over" err ' 0 unexplained$'
}

# A header's own includes are looked for where the Makefile of the file says.
elsewhere()
{
	mkdir -p "$tree/fs/one" "$tree/fs/two/own"
	file include/linux/shelf.h <<-'C'
	#include <linux/spinlock.h>
	struct shelf { spinlock_t slot; };
	C
	file fs/one/types.h <<-'C'
	#include "inner.h"
	C
	file fs/inner.h <<-'C'
	#include <linux/shelf.h>
	struct inner { struct shelf *held; };
	C
	file fs/two/own/inner.h <<-'C'
	struct other_shelf { spinlock_t slot; };
	struct inner { struct other_shelf *held; };
	C
	file fs/one/use.c <<-'C'
	#include "types.h"
	void one(struct inner *i)
	{
		spin_lock(&i->held->slot);
	}
	C
	file fs/two/use.c <<-'C'
	#include <types.h>
	void two(struct inner *i)
	{
		spin_lock(&i->held->slot);
	}
	C
	echo 'obj-y += one/ two/' >>"$tree/fs/Makefile"
	cat >"$tree/fs/one/Makefile" <<-'C'
	obj-y += use.o
	ccflags-y += -I$(srctree)/$(src)/..
	C
	cat >"$tree/fs/two/Makefile" <<-'C'
	obj-y += use.o
	ccflags-y += -Wall -I $(src)/own \
		-I$(srctree)/fs/two/../one
	C
	sites 0 shelf.slot
	has "one finds the shelf" out '^fs/one/use\.c.4.*direct$'
	lacks "two has a header of its own" out '^fs/two'
}

plant
made
elsewhere
finish
