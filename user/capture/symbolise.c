// SPDX-License-Identifier: GPL-2.0
/*
 * Names for addresses: stacks of the running kernel in, its functions out,
 * each once. /proc/kallsyms is read when it disturbs least: at the end of a
 * capture, which also knows the modules that were loaded meanwhile.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "lock/ksyms.h"
#include "capture/symbolise.h"

#define KALLSYMS "/proc/kallsyms"
#define MISSING_MANY 65536

void symbolise_init(struct symbolise *s,
		    int (*symbol)(void *ctx,
				  const struct record_symbol *symbol),
		    void *ctx)
{
	memset(s, 0, sizeof(*s));
	s->symbol = symbol;
	s->ctx = ctx;
}

int symbolise_load(struct symbolise *s)
{
	struct ksyms *fresh;
	int err = ksyms_load(&fresh, KALLSYMS);

	if (err == -ENOMEM)
		return err;
	if (err) {
		warning("%s shows no addresses (%s): functions will have no names; run as root or lower kernel.kptr_restrict",
			KALLSYMS, strerror(-err));
		return 0;
	}
	if (s->kallsyms)
		ksyms_free(s->kallsyms);
	s->kallsyms = fresh;
	return 0;
}

void symbolise_free(struct symbolise *s)
{
	if (s->kallsyms)
		ksyms_free(s->kallsyms);
	map_free(&s->seen);
	map_free(&s->given);
	free(s->missing);
	memset(s, 0, sizeof(*s));
}

/* kallsyms has no sizes: a function reaches to the next symbol. */
static uint64_t size_of(struct symbolise *s, const struct ksym *sym,
			uint64_t addr)
{
	struct ksym next;

	if (sym->size)
		return sym->size;
	if (ksyms_above(s->kallsyms, addr, &next))
		return next.addr - sym->addr;
	return 0;
}

static int give(struct symbolise *s, const struct ksym *sym, uint64_t addr)
{
	struct record_symbol symbol = {
		.addr = sym->addr,
		.name = sym->name,
		.module = sym->module,
	};
	uint64_t size = size_of(s, sym, addr);

	if (map_get(&s->given, sym->addr) != MAP_NONE)
		return 0;
	if (map_set(&s->given, sym->addr, 0))
		return -ENOMEM;
	symbol.size = size > UINT32_MAX ? 0 : size;
	return s->symbol(s->ctx, &symbol);
}

/* 0: given; 1: no such symbol; -errno. */
static int name(struct symbolise *s, uint64_t addr)
{
	struct ksym sym;

	if (!s->kallsyms || !ksyms_lookup(s->kallsyms, addr, &sym))
		return 1;
	return give(s, &sym, addr);
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Each address once. */
static void compact(struct symbolise *s)
{
	uint32_t i, n = 0;

	if (s->nr_missing)
		qsort(s->missing, s->nr_missing, sizeof(*s->missing), compare);
	for (i = 0; i < s->nr_missing; i++)
		if (!n || s->missing[n - 1] != s->missing[i])
			s->missing[n++] = s->missing[i];
	s->nr_missing = n;
}

/* Most come once: what comes again is found out now and then. */
static int remember_missing(struct symbolise *s, uint64_t addr)
{
	uint32_t nr = s->nr_missing;

	if (nr >= MISSING_MANY && nr == s->missing_room) {
		compact(s);
		if (s->nr_missing <= nr / 2)
			nr = s->nr_missing; /* there is room again */
	}
	if (array_grow((void **)&s->missing, &s->missing_room, nr,
		       sizeof(*s->missing)))
		return -ENOMEM;
	s->missing[s->nr_missing++] = addr;
	return 0;
}

static int see(struct symbolise *s, uint64_t addr)
{
	int err;

	if (addr < KERNEL_ADDRESS_MIN)
		return 0;
	if (!s->kallsyms) /* it is read at the end */
		return remember_missing(s, addr);
	if (map_get(&s->seen, addr) != MAP_NONE)
		return 0;
	if (map_set(&s->seen, addr, 0))
		return -ENOMEM;
	err = name(s, addr);
	return err == 1 ? remember_missing(s, addr) : err;
}

int symbolise_stack(struct symbolise *s, const struct record_stack *stack)
{
	uint32_t i;
	int err = 0;

	/* the first may be exact, or where a call returns to as all others */
	if (stack->nr)
		err = see(s, stack->frames[0]);
	for (i = stack->callers ? 1 : 0; i < stack->nr && !err; i++)
		err = see(s, stack->frames[i] - 1);
	return err;
}

int symbolise_finish(struct symbolise *s)
{
	uint32_t i;
	int err;

	if (!s->nr_missing)
		return 0;
	compact(s);
	err = symbolise_load(s);
	for (i = 0; i < s->nr_missing && err >= 0; i++)
		err = name(s, s->missing[i]);
	s->nr_missing = 0;
	return err < 0 ? err : 0;
}
