// SPDX-License-Identifier: GPL-2.0
/*
 * Where the lock code of a profiled kernel lies: symbols and call stacks in,
 * yes or no for an address out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/locktext.h"
#include "import/profile.h"
#include "import/shape.h"
#include "lock/ksyms.h"
#include "lock/lock_code.h"

struct locktext {
	struct ksyms *ks;
	struct locktext_range *v; /* by start */
	size_t nr;
};

int locktext_new(struct locktext **out, struct ksyms *ks)
{
	struct ksym start, end;
	struct locktext *lt = calloc(1, sizeof(*lt));
	int err = 0;

	if (!lt)
		return -ENOMEM;
	lt->ks = ks;
	if (ksyms_find(ks, "__lock_text_start", &start) &&
	    ksyms_find(ks, "__lock_text_end", &end) && start.addr < end.addr)
		err = locktext_add(
			lt, &(struct locktext_range){ start.addr, end.addr, 0,
						      LOCKTEXT_SECTION });
	if (err) {
		locktext_free(lt);
		return err;
	}
	*out = lt;
	return 0;
}

void locktext_free(struct locktext *lt)
{
	if (!lt)
		return;
	free(lt->v);
	free(lt);
}

static int by_start(const void *a, const void *b)
{
	const struct locktext_range *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

int locktext_add(struct locktext *lt, const struct locktext_range *range)
{
	struct locktext_range *v;

	v = reallocarray(lt->v, lt->nr + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	lt->v = v;
	v[lt->nr++] = *range;
	qsort(v, lt->nr, sizeof(*v), by_start);
	return 0;
}

int locktext_learn(struct locktext *lt, const struct profile *profile)
{
	struct shape_range *found;
	size_t nr, i;
	int err;

	if (!ksyms_partial(lt->ks))
		return 0;
	err = shape_find(lt->ks, profile, &found, &nr);
	for (i = 0; !err && i < nr; i++)
		err = locktext_add(lt,
				   &(struct locktext_range){
					   found[i].start, found[i].end,
					   found[i].samples, LOCKTEXT_SHAPE });
	free(found);
	return err;
}

bool locktext_named(const struct locktext *lt, uint64_t addr)
{
	struct ksym sym;

	if (!ksyms_lookup(lt->ks, addr, &sym) || !lock_code_is(sym.name))
		return false;
	return sym.size || addr - sym.addr < LOCKTEXT_NAME_REACH;
}

bool locktext_has(const struct locktext *lt, uint64_t addr)
{
	size_t i;

	for (i = 0; i < lt->nr && lt->v[i].start <= addr; i++)
		if (addr < lt->v[i].end)
			return true;
	return locktext_named(lt, addr);
}

size_t locktext_nr_ranges(const struct locktext *lt)
{
	return lt->nr;
}

const struct locktext_range *locktext_range(const struct locktext *lt, size_t i)
{
	return &lt->v[i];
}
