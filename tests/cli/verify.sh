#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# verify on a tree in miniature, with a Makefile that calls the compiler: a
# patch that holds what it says, and patches that were spoilt one way each.
set -u
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
if ! command -v gcc >/dev/null; then
	skip "verify" "no gcc here"
	finish
	exit
fi
export XDG_CACHE_HOME=$scratch/cache
tree=$scratch/tree
good=$scratch/good.patch

# put PATH: a file of the tree, from standard input.
put()
{
	mkdir -p "$tree/$(dirname "$1")" && cat >"$tree/$1"
}

make_tree()
{
	put Makefile <<'EOF'
VERSION = 6
PATCHLEVEL = 1
SUBLEVEL = 0
obj-y += fs/ kernel/
fs/%.o: fs/%.c FORCE
	@echo "  CC      $@"; sleep $(or $(LP_SLOW),0)
	@gcc -Wall -O1 -Iinclude $(KCFLAGS) -c -o $@ $<
FORCE:
kernel/%.o: kernel/%.c
	@echo "  CC      $@"; touch $@
EOF
	put Kbuild <<<'obj-y += fs/ kernel/'
	put Kconfig </dev/null
	put .config <<<'CONFIG_X86=y'
	put include/generated/asm-offsets.h </dev/null
	put include/generated/autoconf.h <<<'#define CONFIG_X86 1'
	put include/config/auto.conf <<<'CONFIG_X86=y'
	put scripts/basic/fixdep </dev/null
	put fs/Makefile <<<'obj-y += box.o'
	put kernel/Makefile <<<'obj-y += locking/'
	put kernel/locking/Makefile <<<'obj-y += mutex.o'
	put include/linux/spinlock.h <<'EOF'
#ifndef _LINUX_SPINLOCK_H
#define _LINUX_SPINLOCK_H
#include <stdbool.h>
#define __always_inline inline __attribute__((always_inline))
typedef unsigned long long u64;
typedef struct spinlock { int raw; } spinlock_t;
extern void spin_lock(spinlock_t *lock);
extern int spin_trylock(spinlock_t *lock);
extern void spin_unlock(spinlock_t *lock);
extern int spin_is_locked(spinlock_t *lock);
#define CLASS(name, var) class_##name##_t var \
	__attribute__((cleanup(class_##name##_destructor))) = \
		class_##name##_constructor
#define DEFINE_GUARD(name, type, _lock, _unlock) \
	typedef struct { type lock; } class_##name##_t; \
	static inline void class_##name##_destructor(class_##name##_t *p) \
	{ type _T = p->lock; _unlock; } \
	static inline class_##name##_t class_##name##_constructor(type _T) \
	{ class_##name##_t it = { _T }; _lock; return it; } \
	static inline int class_##name##_lock_err(class_##name##_t *p) \
	{ return p->lock ? 0 : -4; }
#define ACQUIRE(name, var) CLASS(name, var)
#define ACQUIRE_ERR(name, var) class_##name##_lock_err(var)
DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))
#endif
EOF
	put include/linux/box.h <<'EOF'
#ifndef _LINUX_BOX_H
#define _LINUX_BOX_H
#include <linux/spinlock.h>
struct box {
	spinlock_t lock;
	int items;
};
struct lid {
	spinlock_t lock;
};
#endif
EOF
	put fs/box.c <<'EOF'
#include <linux/box.h>

int box_try(struct box *box)
{
	int got;

	got = spin_trylock(&box->lock);
	if (got)
		spin_unlock(&box->lock);
	return got;
}

int box_use(struct box *box, struct lid *lid)
{
	spin_lock(&box->lock);
	box->items++;
	spin_unlock(&box->lock);
	spin_lock(&lid->lock);
	spin_unlock(&lid->lock);
	return box->items;
}

int box_acquire(struct box *box)
{
	ACQUIRE(spinlock, held)(&box->lock);

	return ACQUIRE_ERR(spinlock, &held);
}
EOF
}

# spoil NAME SED-SCRIPT: the good patch, with fs/box.c changed once more.
spoil()
{
	rm -rf "$scratch/a" "$scratch/b"
	cp -r "$tree" "$scratch/a"
	cp -r "$tree" "$scratch/b"
	patch -d "$scratch/b" -p1 -s <"$good"
	cp "$scratch/b/fs/box.c" "$scratch/was.c"
	sed -i -e "$2" "$scratch/b/fs/box.c"
	check "$1: was spoilt" not cmp -s "$scratch/was.c" "$scratch/b/fs/box.c"
	sed '/^---$/q' "$good" >"$scratch/$1.patch"
	(cd "$scratch" && git diff --no-index --no-prefix a b) \
		>>"$scratch/$1.patch"
}

not()
{
	! "$@"
}

make_tree
run 0 generate --linux "$tree" --lock box.lock --policy native -o "$good"
cp -r "$tree" "$scratch/before"

run 0 verify --linux "$tree" "$good"
has "all calls are confirmed" out '5 calls confirmed by the compiler, 1 by'
lacks "the first time nothing is known" err 'verified before'
check "the tree is as it was" diff -r "$scratch/before" "$tree"
cp "$out" "$scratch/first"
run 0 verify --linux "$tree" "$good"
has "the second time it is" err 'verified before'
check "it says the same" cmp "$scratch/first" "$out"
run 0 verify --linux "$tree" --again "$good"
lacks "unless it is asked again" err 'verified before'
touch -d '2001-01-01' "$tree/include/linux/spinlock.h"
run 0 verify --linux "$tree" "$good"
lacks "a header's change makes it another tree" err 'verified before'

spoil forgotten '/items++/,/unlock/s/lp_box_lock_spin_unlock/spin_unlock/'
run 5 verify --linux "$tree" "$scratch/forgotten.patch"
has "a forgotten unlock is named" err \
	'fs/box.c:[0-9]*:.*spin_unlock\(\) on box.lock was left as it is'
run 5 verify --linux "$tree" "$scratch/forgotten.patch"
lacks "failures are not kept" err 'verified before'

spoil acquire 's/ACQUIRE\(.*\)(lp_box_lock_/ACQUIRE\1(/'
run 5 verify --linux "$tree" "$scratch/acquire.patch"
has "a forgotten ACQUIRE() is named" err \
	'fs/box.c:[0-9]*:.*guard.spinlock.* on box.lock was left as it is'

spoil other 's/\tspin_\(.*\)(&lid/\tlp_box_lock_spin_\1(\&lid/'
run 5 verify --linux "$tree" "$scratch/other.patch"
has "another struct's field is named" err \
	'fs/box.c:[0-9]*: .*\(&lid->lock\): the compiler does not see box.lock'

spoil warning 's/^\tint got;/\tint got, spare;/'
run 5 verify --linux "$tree" "$scratch/warning.patch"
has "a new warning is shown" err "unused variable .*spare"

spoil broken 's/return got;/return gotten;/'
run 5 verify --linux "$tree" "$scratch/broken.patch"
has "the compiler's words are shown" err "'gotten' undeclared"

sed 's/^ int box_try/ int box_untried/' "$good" >"$scratch/misfit.patch"
run 5 verify --linux "$tree" "$scratch/misfit.patch"
run 3 verify --linux "$tree" "$scratch/nonesuch.patch"
run 2 verify --linux "$tree"

# A neighbour's Makefile lists it, whose flags it needs: an include path, and
# -Werror, which is not meant for what the compiler is asked.
sed -i 's/^obj-y += .*/& drivers\//' "$tree/Makefile" "$tree/Kbuild"
cat >>"$tree/Makefile" <<'EOF'
drivers/a/%.o: drivers/a/%.c FORCE
	@echo "  CC      $@"
	@gcc -Wall -O1 -Iinclude $(KCFLAGS) -Werror -Idrivers/a -c -o $@ $<
EOF
put drivers/Makefile <<<'obj-y += a/'
put drivers/a/Makefile <<<'obj-y += own.o ../b/lid.o'
put drivers/a/own.h <<<'struct own { int n; };'
put drivers/a/own.c <<<'int own;'
put drivers/b/lid.c <<'EOF'
#include <own.h>
#include <linux/box.h>

void lid_use(struct lid *lid, struct own *own)
{
	spin_lock(&lid->lock);
	own->n++;
	spin_unlock(&lid->lock);
}
EOF
run 0 generate --linux "$tree" --lock lid.lock --policy native \
	-o "$scratch/lid.patch"
cp -r "$tree" "$scratch/beside"
run 0 verify --linux "$tree" "$scratch/lid.patch"
has "calls in a neighbour's object are confirmed, too" out \
	'3 objects compile .*; 4 calls confirmed by the compiler'
check "nothing was written beside, either" diff -r "$scratch/beside" "$tree"

# What a macro's statements do in "} else if (x)" is told of the brace.
either=$scratch/either
cp -r "$tree" "$either"
sed -i 's|^#endif$||' "$either/include/linux/spinlock.h"
cat >>"$either/include/linux/spinlock.h" <<'EOF'
#define spin_lock_irqsave(l, f) do { (f) = 0; spin_lock(l); } while (0)
#define spin_trylock_irqsave(l, f) ({ (f) = 0; spin_trylock(l); })
extern void spin_unlock_irqrestore(spinlock_t *lock, unsigned long flags);
#endif
EOF
cat >"$either/fs/box.c" <<'EOF'
#include <linux/box.h>

int box_either(struct box *box, int wait)
{
	unsigned long flags;

	if (wait) {
		spin_lock_irqsave(&box->lock, flags);
	} else if (!spin_trylock_irqsave(&box->lock, flags)) {
		return 0;
	}
	spin_unlock_irqrestore(&box->lock, flags);
	return 1;
}
EOF
run 0 generate --linux "$either" --lock box.lock --policy native \
	-o "$scratch/either.patch"
run 0 verify --linux "$either" "$scratch/either.patch"
has "each of them is confirmed" out '; 3 calls confirmed by the compiler'

# Shot midway, it takes its copy and its build with it.
mkdir "$scratch/tmp"
TMPDIR=$scratch/tmp LP_SLOW=60 "$LP_TOOL" verify --linux "$tree" --again \
	"$good" >"$out" 2>"$err" &
pid=$!
for _ in $(seq 600); do
	[ -z "$(find "$scratch/tmp" -mindepth 1 -maxdepth 1)" ] || break
	sleep 0.1
done
check "it works in a copy" test -n "$(ls -A "$scratch/tmp")"
sleep 1
kill -TERM "$pid"
wait "$pid"
check "a signal ends it" test $? -ge 128
for _ in $(seq 600); do # another process cleans up, once this one is gone
	[ -n "$(ls -A "$scratch/tmp")" ] || break
	sleep 0.1
done
same "nothing is left behind" "" "$(ls -A "$scratch/tmp")"
touch -r "$tree/include/linux/spinlock.h" \
	"$scratch/before/include/linux/spinlock.h"
check "nor in the tree" diff -r "$scratch/beside" "$tree"
finish
