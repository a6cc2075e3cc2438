#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sites of locks that stand behind calls of macros: what the preprocessor makes
# of those decides whose field is meant.
set -u
# shellcheck source=tests/cli/tree.sh
. "$(dirname "$0")/tree.sh"

# An argument is expanded before it is put in, but not where ## makes a word.
arguments_first()
{
	file fs/versions.c <<-'C'
	#include <linux/box.h>
	#define OLD 7
	#define NEW 8
	struct parts {
		struct { struct { int lock; } top; } part_7;
		struct { struct box top; } part_8;
	};
	#define RAW(version, p, member) ((p)->part_##version.member)
	#define PART(version, p, member) (*(&RAW(version, p, member)))
	#define RAW_PLACE(version, p) (&(p)->part_##version.top)
	#define PLACE(version, p) RAW_PLACE(version, p)
	#define AFTER(b) ((b)->next)
	int versions(struct parts *p)
	{
		return PART(OLD, p, top.lock);
	}
	void after(struct parts *p, struct box *b)
	{
		spin_lock(&PART(NEW, p, top.lock));
		spin_lock(&RAW(8, p, top.lock));
		spin_lock(&PLACE(NEW, p)->lock);
		spin_lock(&AFTER(AFTER(AFTER(b)))->lock);
	}
	C
	echo 'obj-y += versions.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "each is whose it is" "19 20 21 22" \
		"$(row fs/versions.c | cut -f 2 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# Of two words in front of a struct's brace, the last one is its name.
marked_structs()
{
	file fs/marked.c <<-'C'
	#include <linux/spinlock.h>
	#define CHECKED
	struct CHECKED marked { int n; spinlock_t lock; };
	void marked(struct marked *m)
	{
		spin_lock(&m->lock);
	}
	C
	echo 'obj-y += marked.o' >>"$tree/fs/Makefile"
	run 0 locks --linux "$tree" marked
	has "its lock is listed" out '	marked\.lock	'
	sites 0 marked.lock
	has "and found" out '^fs/marked\.c	6	'
}

# A macro that ends its members itself stands in front of others; and a member
# may be a pointer to a function's type, in parentheses.
members_by_macro()
{
	file fs/members.c <<-'C'
	#include <linux/box.h>
	typedef void (many_t)(int, int);
	#define COMMON_HEADER u8 kind; u8 size;
	#define COMMON_LOCKS void *lock; u8 last;
	struct small { COMMON_HEADER COMMON_LOCKS };
	struct large {
		COMMON_HEADER u8 id;
		COMMON_LOCKS struct box *box;
	};
	struct odd { int n; many_t (*lock); };
	void members(struct small *s, struct large *l, struct odd *o)
	{
		s->lock = l->lock;
		o->lock = 0;
		spin_lock(&l->box->lock);
	}
	C
	echo 'obj-y += members.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "the box's alone" "15" "$(row fs/members.c | cut -f 2 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# A macro's call in another call of the same macro is expanded, too, and a loop's
# variable may be declared in parentheses.
calls_in_calls()
{
	file fs/nested.c <<-'C'
	#include <linux/box.h>
	struct table { int n; struct { int lock; } top; struct box *box; };
	#define CHOOSE(x, type, expr, other) \
		choose(is(x, type), ({ type __x = (type)(x); expr; }), other)
	#define lock_of(x) CHOOSE(x, int *, __x, \
		CHOOSE(x, struct box *, &__x->lock, \
		CHOOSE(x, struct table *, &__x->top.lock, 0)))
	#define next_of(p, end) ((p) < (end) ? (p) : NULL)
	#define __each(start, end, p) \
		for (typeof(start) (p) = (start); ((p) = next_of(p, end)); (p)++)
	#define each(t, p)	__each((t)->box, (t)->box + (t)->n, p)
	void nested(struct table *t)
	{
		use(lock_of(t));
		each(t, p) {
			spin_lock(&p->lock);
		}
	}
	C
	echo 'obj-y += nested.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "each is whose it is" "6 escape 14 escape 16 direct" \
		"$(row fs/nested.c | cut -f 2,8 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# Variables that a call of the file's own macro defines; and a macro that is
# defined behind a member's name is none there yet.
made_variables()
{
	file fs/variables.c <<-'C'
	#include <linux/box.h>
	struct holder { struct { int lock; } top; struct box box; };
	#define MAKE(x) \
		static int one_##x(void) { return 0; } \
		static struct holder made_##x = { .box.n = 1 }; \
		static struct holder all_##x[] = { { .box.n = 1 }, {} }
	MAKE(first);
	void variables(struct holder *h)
	{
		made_first.top.lock = all_first[1].top.lock;
		spin_lock(&made_first.box.lock);
		spin_lock(&all_first[0].box.lock);
		h->top.lock = 1;
	}
	#define top		use(top_of(made_first.lock))
	C
	echo 'obj-y += variables.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "of the boxes alone" "11 12" \
		"$(row fs/variables.c | cut -f 2 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# What TRACE_EVENT() and kin are called with declares the names in it.
in_traces()
{
	file include/linux/traced.h <<-'C'
	#include <linux/box.h>
	struct holder { int lock; };
	#define BOX_ASSIGN	take(&b->lock)
	#define HOLDER_ASSIGN	take(&h->lock)
	TRACE_EVENT(boxes,
		TP_PROTO(struct box *b, struct holder *h),
		TP_ARGS(b, h),
		TP_fast_assign(
			BOX_ASSIGN;
			HOLDER_ASSIGN;
		)
	);
	C
	sites 0 box.lock
	same "the macro and its call, of the one only" "3 escape 9 escape" \
		"$(row include/linux/traced.h | cut -f 2,8 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# Blocks in an event, and a macro that its tracer's struct goes through: neither
# is kept by what the event makes here.
tracers()
{
	file include/linux/tracers.h <<-'C'
	#include <linux/box.h>
	#define show_lock(entry)	show(entry->lock), entry->other
	#undef TRACE_EVENT
	#define TRACE_EVENT(name, proto, args...) void trace_##name(proto)
	TRACE_EVENT(tracers,
		TP_PROTO(struct box *b),
		TP_fast_assign(
			if (b) {
				__entry->lock = 1;
			}
		),
		TP_printk("%d %d", show_lock(__entry))
	);
	C
	sites 0 box.lock
	lacks "no site is there" out '^include/linux/tracers'
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# A macro that is taken back and defined anew means what holds at the call.
defined_anew()
{
	file fs/anew.c <<-'C'
	#include <linux/box.h>
	struct other { int lock; };
	void first(struct other *o)
	{
	#define KEEP take(&o->lock)
		KEEP;
	#undef KEEP
	}
	void second(struct box *b)
	{
	#define KEEP spin_lock(&b->lock)
		KEEP;
	#undef KEEP
	}
	#define x(name) struct other *name;
	struct listed { x(list) };
	#undef x
	#define x(name) struct box *name;
	struct boxes { x(list) };
	#undef x
	void listed(struct listed *l, struct boxes *b)
	{
		l->list->lock = 1;
		spin_lock(&b->list->lock);
	}
	C
	echo 'obj-y += anew.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "the second one's are the box's" "11 body 12 helper 24 direct" \
		"$(row fs/anew.c | cut -f 2,8 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# Parameters and locals that a macro alone declares.
declared_by_macro()
{
	file fs/declared.c <<-'C'
	#include <linux/box.h>
	#define BOX_ARGS struct box *b, int n
	#define LOCAL_BOX struct box *inner = box_of(n)
	void declared(BOX_ARGS)
	{
		LOCAL_BOX;
		spin_lock(&b->lock);
		spin_lock(&inner->lock);
	}
	C
	echo 'obj-y += declared.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "both are found" "7 8" \
		"$(row fs/declared.c | cut -f 2 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

# A member whose struct's body is another macro's, as a kfifo's is.
bodies_by_macro()
{
	file fs/queued.c <<-'C'
	#include <linux/box.h>
	#define QUEUE_BODY(type, size) { union { int n; type *of; }; \
		type lock[((size) < 2) ? -1 : (size)]; }
	#define QUEUE_OF(type, size) struct QUEUE_BODY(type, size)
	#define DECLARE_QUEUE(name, type, size) QUEUE_OF(type, size) name
	#define put(queue, value) ({					\
		typeof((queue) + 1) q = (queue);			\
		typeof(*q->of) v = (value);				\
		spin_lock(&v->lock);					\
		q->lock[0] = v; })
	struct user { int n; DECLARE_QUEUE(queue, struct box *, 16); };
	void queued(struct user *u, struct box *b)
	{
		put(&u->queue, b);
	}
	C
	echo 'obj-y += queued.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	same "the element's lock alone" "9 body 14 helper" \
		"$(row fs/queued.c | cut -f 2,8 | xargs)"
	has "nothing is left unexplained" err ' 0 unexplained$'
}

plant
bodies_by_macro
members_by_macro
calls_in_calls
made_variables
arguments_first
tracers
defined_anew
declared_by_macro
in_traces
marked_structs
finish
