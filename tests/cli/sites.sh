#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# sites on a kernel tree in miniature, tests/fixtures/sites/tree: its lines say
# themselves what is a site of what. Then trees and locks that must be refused.
set -u
# shellcheck source=tests/cli/tree.sh
. "$(dirname "$0")/tree.sh"

# marked LOCK: "file line class" of every mark in the tree.
marked()
{
	(cd "$tree" && grep -rn -e '//@' .) | awk -v lock="$1" '
	{
		split($0, where, ":")
		sub("^[.]/", "", where[1])
		n = split($0, marks, "//@ ")
		for (i = 2; i <= n; i++) {
			split(marks[i], word, " ")
			if (word[1] == lock)
				print where[1], where[2], word[2]
		}
	}' | LC_ALL=C sort -k1,1 -k2,2n
}

the_marked_sites()
{
	local lock

	for lock in keg.big_lock keg.small_lock keg.lock_outer file_keg_lock \
		box.lock jar.lock own.lock box.slots crate.boxes.lock \
		array.lock base2.deep vault.lock clock.seq \
		inode.i_lock sighand_struct.siglock; do
		sites 0 "$lock"
		check "$lock is marked" test -n "$(marked "$lock")"
		same "$lock: every site and no other" "$(marked "$lock")" \
			"$(found)"
		same "$lock: the path of each" "$lock" \
			"$(tail -n +2 "$out" | cut -f 7 | sort -u)"
		has "$lock: nothing is unexplained" err ' 0 unexplained$'
	done
}

# Ways to write a lock that no simple pattern finds.
odd_spellings()
{
	local tree=$scratch/odd lock

	plant
	plant odd
	echo 'obj-y += odd.o odd2.o embed.o pasted.o made/' >>"$tree/fs/Makefile"
	echo 'KBUILD_CFLAGS += -fms-extensions' >>"$tree/Makefile"
	for lock in box.lock jar.lock hook.lockp node.lock rows.row rows.grid \
		rows.arms.hand macro_made.lock tagless_t.lock \
		kernel_part.part_lock typed_part_t.typed_lock \
		pasted.in_lock barrel_t.locks barrel_t.named.inner \
		barrel_t.either; do
		sites 0 "$lock"
		same "odd $lock: every site and no other" \
			"$(marked "$lock")" "$(found)"
		has "odd $lock: nothing is unexplained" err ' 0 unexplained$'
	done
	sites 3 carton.lock
	has "a tag that is a macro: what to give" err 'give box\.lock$'
	run 3 locks --linux "$tree" carton
	has "and to locks" err 'give box$'
	sites 3 barrel_t.iner
	has "the near ones of a typedef's struct" err 'named\.inner'
	sites 0 'barrel_t.locks[1]'
	has "an element of an array of locks" err '^barrel_t\.locks: 3 direct'
	sites 0 box.lock
	same "the functions around them" \
		"odd_fn odd_parens sys_odd strange odd_while odd_carton" \
		"$(row fs/odd2.c | cut -f 4 | grep . | uniq |
			tail -n 6 | xargs)"
}

columns()
{
	local tab=$'\t' all header

	sites 0 box.lock
	header="file line col function api argument path class"
	same "the header" "${header// /$tab}" "$(head -n 1 "$out")"
	same "eight columns in each row" 8 \
		"$(awk -F '\t' '{ print NF }' "$out" | sort -u)"
	tail -n +2 "$out" >"$scratch/rows"
	check "sorted by file, line and column" env LC_ALL=C \
		sort -c -t "$tab" -k1,1 -k2,2n -k3,3n "$scratch/rows"
	while read -r what row; do
		check "$what" grep -qxF -e "${row//|/$tab}" "$out"
	done <<-'ROWS'
	irqsave fs/box.c|14|2|box_forms|spin_lock_irqsave|&b->lock|box.lock|direct
	parentheses fs/box.c|16|2|box_forms|spin_lock_irq|&(b)->lock|box.lock|direct
	trylock fs/box.c|20|7|box_forms|spin_trylock|&b->lock|box.lock|direct
	on-three-lines fs/box.c|22|2|box_forms|spin_unlock|&b ->lock|box.lock|direct
	try-irqsave fs/box.c|25|6|box_forms|spin_trylock_irqsave|&b->lock|box.lock|direct
	two-on-a-line fs/box.c|29|23|box_forms|spin_unlock|&b->lock|box.lock|direct
	element fs/hops.c|24|2|hops_dots|spin_lock|&c->boxes[i].lock|box.lock|direct
	alias fs/hops.c|41|2|hops_alias|spin_lock|guard|box.lock|direct
	helper fs/helper.c|5|2|helper|box_lock|b|box.lock|helper
	helper-of-helper fs/helper.c|8|2|helper|crate_lock|c|box.lock|helper
	body include/linux/box.h|29|2|crate_lock|box_lock|&c->lid|box.lock|body
	in-a-macro include/linux/box.h|31|23|box_assert|lockdep_assert_held|&(b)->lock|box.lock|assert
	escape fs/escape.c|11|2|escape|any_lock|&b->lock|box.lock|escape
	ROWS
	lacks "comments, strings and macros without a call are no sites" out \
		'^fs/text\.c'
	has "the totals" err '86 direct in 13 files; 15 helper in 5 files'
	cp "$out" "$scratch/one"
	sites 0 box.lock --threads 1
	check "the same bytes with one thread" cmp "$scratch/one" "$out"
	sites 0 box.lock --threads 2
	check "the same bytes with two threads" cmp "$scratch/one" "$out"
	all=$(wc -l <"$out")
	sites 0 box.lock --all-configs
	same "without the .config, as many rows" "$all" "$(wc -l <"$out")"
	lacks "and none of another configuration" out 'other-config'
	sites 0 box.lock --explain
	has "a string is one" out '^fs/text\.c	12	[0-9]+	string'
	has "a block comment is one" out '^fs/text\.c	3	[0-9]+	comment'
	has "a line comment is one" out '^fs/text\.c	4	[0-9]+	comment'
	has "another struct's field is told" out \
		'^fs/other\.c	9	[0-9]+	other	jar\.lock'
	sites 0 clock.seq --explain
	has "a local of the field's name beside it is not the field" out \
		'^fs/seq\.c	31	24	other	'
}

# What rewrites the sites goes by these bytes.
offsets()
{
	sites 0 box.lock --format json
	cp "$out" "$scratch/long"
	sites 0 box.lock --json
	check "--json is --format json" cmp "$scratch/long" "$out"
	check "json: the offsets are those of the text" python3 - "$tree" \
		"$out" <<-'PY'
	import json, sys
	tree, out = sys.argv[1:]
	sites = json.load(open(out))["sites"]
	assert len(sites) > 40
	for s in sites:
	    text = open(tree + "/" + s["file"], "rb").read()
	    cut = lambda what: text[slice(*s[what + "_bytes"])].decode()
	    if s["api"] in ("=", "return"):
	        continue
	    if s["api"].startswith("guard("):
	        assert s["api"][6:-1] in cut("call"), s
	        continue
	    assert cut("api") == s["api"], s
	    assert cut("call").startswith(s["api"]), s
	    assert cut("call").endswith(")"), s
	    assert " ".join(cut("lock").split()) == s["argument"], s
	    assert text[:s["api_bytes"][0]].count(b"\n") + 1 == s["line"], s
	PY
}

refusals()
{
	sites 3 box.lokc
	has "a wrong field: near ones" err "struct box has no field 'lokc'"
	has "the right field is among them" err '(^|[^a-z])lock([^a-z]|$)'
	same "nothing on stdout" "" "$(cat "$out")"
	sites 3 crate.lid.lokc
	has "a wrong part of a path: whose" err "struct box has no field 'lokc'"
	sites 3 box.n.lock
	has "a part behind a number" err "'lock' is in no struct"
	sites 3 bxo.lock
	has "a wrong struct" err 'there is no struct bxo'
	has "the right struct is named" err '(^|[^a-z])box([^a-z]|$)'
	sites 2 spinlock.rlock
	has "what is in every lock" err 'is inside every spinlock'
	sites 2 spinlock_t.rlock
	has "by its typedef, too" err 'is inside every spinlock'
	run 0 locks --linux "$tree"
	lacks "and locks does not offer it" out 'rlock'
	has "but all others" out 'box\.lock'
	run 2 locks --linux "$tree" box.lock
	has "a field is no struct: what to ask for" err 'the locks of box,'
	sites 3 task_struct.sighand.siglock
	has "a path through a pointer: what to give" err \
		'is a pointer: .* give sighand_struct\.siglock'
	sites 3 crate.lid_lock
	has "a macro for a path: what to give" err 'give crate\.lid\.lock'
	sites 3 siglock
	has "a field alone: whose it may be" err 'sighand_struct\.siglock'
	sites 3 one_box
	has "a variable that is no lock" err "no lock 'one_box' at file scope"
	sites 3 box.n
	has "a field that is no lock: it is said" err 'no lock type'
	sites 0 '&box->lock'
	has "as it stands in a call" err '^box\.lock: '
	sites 3 no_lock
	has "a wrong name at file scope" err "no lock 'no_lock' at file scope"
	sites 3 lonely.lock
	sites 2
	sites 2 box.lock jar.lock
	sites 2 box.lock --format yaml
	has "formats" err "no format 'yaml'"
	sites 2 box.lock --threads 0
	sites 2 box.lock --threads 2x
	sites 2 box.lock --no-such-option
	run 2 sites box.lock
	sites 2 'box..lock'
	sites 2 ''
	run 0 sites --help
	has "help shows an example" out 'example: lockprobe-user sites'
	mkdir "$scratch/empty"
	run 1 sites --linux "$scratch/empty" box.lock
	has "not a kernel tree" err 'kernel'
	run 1 sites --linux "$scratch/nowhere" box.lock
	has "no such tree" err 'nowhere'
}

# A commit of a bare repository, whole and with an object lost.
commits()
{
	local bare=$scratch/bare.git tree=$scratch/commit oid

	plant
	sites 0 box.lock --all-configs
	cp "$out" "$scratch/wanted"
	if ! (cd "$tree" && git init -q . && git add -A &&
		git -c user.name=n -c user.email=e commit -qm tree &&
		git clone -q --bare . "$bare") >"$scratch/git" 2>&1; then
		skip "a commit of a bare repository" "git: $(head -n 1 "$scratch/git")"
		return
	fi
	run 0 sites --linux "$bare@HEAD" box.lock
	check "the same bytes of a bare repository" cmp "$scratch/wanted" "$out"
	run 1 sites --linux "$bare@nowhere" box.lock
	has "no such commit" err 'nowhere'
	oid=$(git -C "$bare" rev-parse HEAD:fs/escape.c)
	rm -f "$bare/objects/${oid:0:2}/${oid:2}"
	run 4 sites --linux "$bare@HEAD" box.lock
	has "a lost object: which, and what to do" err \
		'has not the object of fs/escape\.c.*git fetch'
}

# Code that defines a struct of the header's name is seen, though late.
rivals()
{
	file include/linux/twin.h <<-'C'
	#include <linux/spinlock.h>
	struct twin { spinlock_t lock; };
	C
	file fs/first.c <<-'C'
	#include <linux/twin.h>
	void first(struct twin *t)
	{
		spin_lock(&t->lock);
	}
	C
	file fs/twin.c <<-'C'
	#include <linux/spinlock.h>
	struct twin { int a; spinlock_t lock; };
	void second(struct twin *t)
	{
		spin_unlock(&t->lock);
	}
	C
	echo 'obj-y += first.o twin.o' >>"$tree/fs/Makefile"
	sites 1 twin.lock
	has "two structs of one name are too many" err 'twin\.lock is ambiguous'
	has "the header's is named" err 'include/linux/twin\.h:twin\.lock'
	has "the .c file's is named" err 'fs/twin\.c:twin\.lock'
	sites 0 include/linux/twin.h:twin.lock
	has "the header's can be had" out '^fs/first\.c	4	.*	direct$'
	lacks "without the other's" out '^fs/twin\.c'
	sites 0 fs/twin.c:twin.lock
	has "the .c file's can be had" out '^fs/twin\.c	5	.*	direct$'
	lacks "without the header's" out '^fs/first\.c'
	mkdir "$tree/tools"
	mv "$tree/fs/twin.c" "$tree/tools/"
	sites 0 twin.lock
	has "a program's struct is no rival" out '^fs/first\.c	4'
	lacks "and no site" out '^tools/'
}

# A header that uses what only those who include it have included before.
dependent()
{
	file include/linux/inner.h <<-'C'
	#include <linux/spinlock.h>
	struct inner { int n; spinlock_t deep_lock; };
	typedef struct inner inner_t;
	C
	file include/linux/outer.h <<-'C'
	struct outer { int n; struct inner in; };
	C
	file fs/outer.c <<-'C'
	#include <linux/inner.h>
	#include <linux/outer.h>
	void outer(struct outer *o)
	{
		spin_lock(&o->in.deep_lock);
	}
	C
	echo 'obj-y += outer.o' >>"$tree/fs/Makefile"
	sites 0 outer.in.deep_lock
	has "a struct in a header that is not whole" out '^fs/outer\.c	5	.*	direct$'
	sites 3 outer.in.deep_lokc
	has "and a wrong name in it" err "has no field 'deep_lokc'"
}

# Types that have another name, and structs that have none.
named_types()
{
	file include/linux/mine.h <<-'C'
	#include <linux/spinlock.h>
	typedef spinlock_t mine_t;
	#define mine_sleep_t struct mutex
	C
	file include/linux/owner.h <<-'C'
	#include <linux/mine.h>
	struct owner { mine_t fast; mine_sleep_t slow; mine_t *far; };
	#define owner_t struct owner
	C
	file fs/owner.c <<-'C'
	#include <linux/owner.h>
	static mine_t alone;
	static struct { int n; spinlock_t row_lock; } rows_of[4], *rows_at;
	void owner(struct owner *o, int i)
	{
		spin_lock(&o->fast);
		spin_lock(&rows_of[i].row_lock);
		spin_unlock(&rows_at->row_lock);
		spin_lock(&alone);
	}
	void owned(owner_t *o)
	{
		spin_unlock(&o->fast);
	}
	C
	file fs/either.c <<-'C'
	#ifdef CONFIG_SMP
	struct either_smp { int n; };
	typedef struct either_smp either_t;
	#else
	typedef struct { int fast; } either_t;
	#endif
	int either(either_t *e) { return e->fast; }
	C
	echo 'obj-y += owner.o either.o' >>"$tree/fs/Makefile"
	run 0 locks --linux "$tree"
	has "a lock by a typedef" out '^include/linux/owner\.h	2	owner\.fast	mine_t	spin	'
	has "a lock by a macro" out '	owner\.slow	mine_sleep_t	mutex	'
	has "one at file scope" out '^fs/owner\.c	2	alone	mine_t	spin	'
	lacks "but no pointer to one" out 'owner\.far'
	same "each once" 1 "$(grep -c 'owner\.fast' "$out")"
	has "a lock in an array of structs without a name" out 'rows_of\.row_lock'
	run 0 locks --linux "$tree" owner
	same "the same of the struct alone" "fast slow" \
		"$(tail -n +2 "$out" | cut -f 3 | sed 's/.*[.]//' | xargs)"
	sites 0 rows_of.row_lock
	same "its sites, by a pointer, too" "7 8" \
		"$(row fs/owner.c | cut -f 2 | xargs)"
	sites 0 owner.fast
	same "by a macro's name for the struct, too" "6 13" \
		"$(row fs/owner.c | cut -f 2 | xargs)"
	sites 0 alone
}

# Locks at file scope of one name: each file's is its own.
namesakes()
{
	file fs/own1.c <<-'C'
	#include <linux/spinlock.h>
	static DEFINE_SPINLOCK(namesake);
	void own1(void)
	{
		spin_lock(&namesake);
		spin_unlock(&namesake);
	}
	C
	# no lock, and read before the other
	file fs/a.c <<-'C'
	static struct list *namesake;
	void *a(void)
	{
		return namesake;
	}
	C
	echo 'obj-y += own1.o a.o' >>"$tree/fs/Makefile"
	sites 0 namesake
	has "the one that is a lock is meant" out '^fs/own1\.c	5	.*	direct$'
	lacks "not the list" out '^fs/a\.c'
	sed 's/own1/own2/' "$tree/fs/own1.c" >"$tree/fs/own2.c"
	echo 'obj-y += own2.o' >>"$tree/fs/Makefile"
	sites 1 namesake
	has "two locks of one name are too many" err 'namesake is ambiguous'
	has "the first is named" err 'fs/own1\.c:namesake'
	has "and the second" err 'fs/own2\.c:namesake'
	lacks "but not what is no lock" err 'fs/a\.c'
	sites 0 fs/own2.c:namesake
	has "either can be had" out '^fs/own2\.c	5	.*	direct$'
	lacks "without the other's" out '^fs/own1\.c'
	# what stands nowhere else is meant, however far it is
	mkdir -p "$tree/samples" "$tree/arch/um"
	sed 's/own1/um/; s/namesake/um_lock/' "$tree/fs/own1.c" \
		>"$tree/arch/um/um.c"
	sites 0 um_lock
	has "a far lock, if there is no nearer" out '^arch/um/um\.c	5'
	sed 's/own1/um/; s/namesake/um_lock/' "$tree/fs/own1.c" >"$tree/fs/um.c"
	sites 0 um_lock
	has "or else the nearer" out '^fs/um\.c	5'
	rm "$tree/arch/um/um.c" "$tree/fs/um.c"
}

# Members that a typedef and a declarator in parentheses make are members, too.
pointed()
{
	file fs/pointed.c <<-'C'
	#include <linux/box.h>
	struct table { int rows; const u32 (*lock)[12]; };
	struct calls { int n; irqreturn_t (*lock)(int, void *); };
	u32 pointed(struct table *t, struct calls *c)
	{
		c->lock(1, t);
		return t->lock[0][1];
	}
	C
	echo 'obj-y += pointed.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	has "they are another's" err ' other[;, ].* 0 unexplained'
}

# A struct whose members another file lists may have any: it is another's.
listed()
{
	echo 'HOOK(int, lock, int fd)' >"$tree/include/linux/hook_defs.h"
	file fs/hooks.c <<-'C'
	#include <linux/box.h>
	struct hooks {
	#define HOOK(result, name, ...) struct list_head name;
	#include <linux/hook_defs.h>
	#undef HOOK
	};
	extern struct hooks hooks;
	#define call_hook(name, ...) each(&hooks.name, __VA_ARGS__)
	int hook(int fd)
	{
		return call_hook(lock, fd) + list_empty(&hooks.lock);
	}
	C
	echo 'obj-y += hooks.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	has "they are others'" err ' other[;, ].* 0 unexplained'
}

# Only lockdep reads the name in an initialiser: the member need not exist.
named_only()
{
	file fs/named.c <<-'C'
	#include <linux/box.h>
	struct named { struct { int count; } of[2]; };
	static struct named named = {
		.of = { { .count = SEQCNT_SPINLOCK_ZERO(named.lock, NULL) } },
	};
	C
	echo 'obj-y += named.o' >>"$tree/fs/Makefile"
	sites 0 box.lock
	has "it is an annotation" err ' 0 unexplained'
}

# A lock through what nobody declared cannot be told: it is said so.
unexplained()
{
	file fs/unknown.c <<-'C'
	#include <linux/box.h>
	void unknown(void)
	{
		spin_lock(&mystery(1)->lock);
	}
	C
	# a struct that has no such member was not understood, either
	file fs/hollow.c <<-'C'
	#include <linux/box.h>
	struct hollow { int n; };
	void hollow(struct hollow *h)
	{
		spin_lock(&h->lock);
	}
	C
	echo 'obj-y += unknown.o hollow.o' >>"$tree/fs/Makefile"
	sites 4 box.lock
	has "the place is listed" err 'fs/unknown\.c:4'
	has "a member that the struct has not, too" err \
		'fs/hollow\.c:5:[0-9]+: struct hollow has no such member$'
	has "and counted" err ' 2 unexplained$'
	lacks "and is no row" out '^fs/(unknown|hollow)\.c'
}

plant
cat >>"$tree/include/linux/sched.h" <<'C'
struct lonely { spinlock_t lock; };
C
the_marked_sites
odd_spellings
columns
offsets
refusals
commits
rivals
named_types
namesakes
dependent
pointed
listed
named_only
unexplained
finish
