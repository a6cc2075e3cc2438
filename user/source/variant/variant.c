// SPDX-License-Identifier: GPL-2.0
/*
 * Rows of the lock table go in, the C text of their variants comes out, those
 * that are called before those that call them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/variant/guardclass.h"
#include "source/variant/hooks.h"
#include "source/variant/variant_inside.h"
#include "source/variant/variant_text.h"

/* What a template calls by $P and a stock name must be there, too. */
static int want_inner(struct variant_set *set, const struct blanks *b)
{
	const char *names[2] = { b->lock, b->unlock };
	int i, ret;

	if (b->text == variant_seq_or_lock || b->text == variant_seq_done) {
		names[0] = "read_seqlock_excl";
		names[1] = "read_sequnlock_excl";
	} else if (b->text == variant_seq_or_lock_irqsave ||
		   b->text == variant_seq_done_irqrestore) {
		names[0] = "read_seqlock_excl_irqsave";
		names[1] = "read_sequnlock_excl_irqrestore";
	}
	for (i = 0; i < 2 && names[i]; i++) {
		const struct lock_api *api =
			locktab_find(set->tab, names[i], strlen(names[i]));

		if (!api)
			return -ENOTSUP;
		ret = variant_want(set, api);
		if (ret)
			return ret;
	}
	return 0;
}

/* Who is called stands before who calls. */
static unsigned int rank_of(const struct blanks *b)
{
	if (b->api->verb == VERB_GUARD)
		return b->api->flavour & LOCK_COND ? 3 : 2;
	return b->lock || b->text == variant_seq_or_lock ||
	       b->text == variant_seq_done ||
	       b->text == variant_seq_or_lock_irqsave ||
	       b->text == variant_seq_done_irqrestore;
}

int variant_want(struct variant_set *set, const struct lock_api *api)
{
	struct blanks b;
	size_t i;
	int ret;

	for (i = 0; i < set->nr; i++)
		if (!strcmp(set->list[i].api->name, api->name))
			return 0;
	variant_choose(&b, set, api);
	if (!b.text)
		return -ENOTSUP;
	ret = api->verb == VERB_GUARD ? guard_want(set, api) :
					want_inner(set, &b);
	if (ret)
		return ret;
	if (set->nr == set->room) {
		size_t room = set->room ? 2 * set->room : 8;
		struct variant *more;

		more = realloc(set->list, room * sizeof(*more));
		if (!more)
			return -ENOMEM;
		set->list = more;
		set->room = room;
	}
	set->list[set->nr++] = (struct variant){ api, rank_of(&b) };
	return 0;
}

static int by_order(const void *a, const void *b)
{
	const struct variant *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	if (x->api->family != y->api->family)
		return x->api->family < y->api->family ? -1 : 1;
	if (x->api->verb != y->api->verb)
		return x->api->verb < y->api->verb ? -1 : 1;
	return strcmp(x->api->name, y->api->name);
}

void variant_sort(struct variant_set *set)
{
	if (set->nr)
		qsort(set->list, set->nr, sizeof(*set->list), by_order);
}

static bool is_guard(const struct variant *variant)
{
	return variant->api->verb == VERB_GUARD;
}

/*
 * sparse loses count where a trylock and a lock lead to one place. To it, and
 * to it alone, a variant is the stock function: the balance stays what it was.
 */
static void write_for_sparse(const struct variant_set *set, FILE *out)
{
	size_t i;

	fputs("\n#ifdef __CHECKER__ /* counts locks, and calls nothing */\n",
	      out);
	for (i = 0; i < set->nr; i++)
		if (!is_guard(&set->list[i]))
			fprintf(out, "#define %s%s %s\n", set->naming->prefix,
				set->list[i].api->name, set->list[i].api->name);
	fputs("#else\n", out);
}

int variant_write(struct variant_set *set, FILE *out)
{
	int ret = 0;
	size_t i;

	variant_sort(set);
	hooks_write(set, out);
	write_for_sparse(set, out);
	for (i = 0; i < set->nr && !ret; i++)
		if (!is_guard(&set->list[i]))
			ret = variant_fill(set, set->list[i].api, out);
	fputs("\n#endif /* __CHECKER__ */\n", out);
	for (i = 0; i < set->nr && !ret; i++)
		if (is_guard(&set->list[i]))
			ret = guard_write(set, set->list[i].api, out);
	return ret;
}

void variant_free(struct variant_set *set)
{
	free(set->list);
	set->list = NULL;
	set->nr = set->room = 0;
}
