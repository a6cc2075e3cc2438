// SPDX-License-Identifier: GPL-2.0
/*
 * In: all symbols of the kernel, once, at load. Out: those of its per-CPU
 * section, by address. Process context; nothing changes after the load.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "percpu.h"
#include "compat/compat.h"

struct variable {
	unsigned long addr;
	u32 name; /* in names */
};

static struct {
	unsigned long start, end;
	u32 nr, bytes; /* in a first pass: what is needed */
	struct variable *variables;
	char *names;
} table;

static bool is_ours(const char *name, unsigned long addr)
{
	/* the section's own ends stand where variables do */
	return addr >= table.start && addr < table.end &&
	       strncmp(name, "__per_cpu_", 10);
}

static void count(const char *name, unsigned long addr, void *ctx)
{
	if (!is_ours(name, addr))
		return;
	table.nr++;
	table.bytes += strlen(name) + 1;
}

static void keep(const char *name, unsigned long addr, void *ctx)
{
	u32 len = strlen(name) + 1, *room = ctx;

	if (!is_ours(name, addr) || !room[0] || room[1] < len)
		return;
	table.variables[table.nr].addr = addr;
	table.variables[table.nr++].name = table.bytes;
	memcpy(table.names + table.bytes, name, len);
	table.bytes += len;
	room[0]--;
	room[1] -= len;
}

static int by_addr(const void *a, const void *b)
{
	const struct variable *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

int lp_percpu_init(unsigned long start, unsigned long end)
{
	u32 room[2];

	table.start = start;
	table.end = end;
	if (start == end)
		return 0;
	lp_compat_each_symbol(count, NULL);
	room[0] = table.nr;
	room[1] = table.bytes;
	if (!table.nr)
		return 0;
	table.variables =
		kvmalloc_array(table.nr, sizeof(*table.variables), GFP_KERNEL);
	table.names = kvmalloc(table.bytes, GFP_KERNEL);
	table.nr = 0;
	table.bytes = 0;
	if (!table.variables || !table.names) {
		lp_percpu_exit();
		return -ENOMEM;
	}
	lp_compat_each_symbol(keep, room);
	sort(table.variables, table.nr, sizeof(*table.variables), by_addr,
	     NULL);
	return 0;
}

void lp_percpu_exit(void)
{
	kvfree(table.variables);
	kvfree(table.names);
	table.variables = NULL;
	table.names = NULL;
	table.nr = 0;
}

const char *lp_percpu_find(unsigned long addr, u32 *offset, u32 *size)
{
	u32 low = 0, high = table.nr, mid;

	/* the last one at or below @addr */
	while (low < high) {
		mid = low + (high - low) / 2;
		if (table.variables[mid].addr <= addr)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	*offset = addr - table.variables[low - 1].addr;
	*size = (low < table.nr ? table.variables[low].addr : table.end) -
		table.variables[low - 1].addr;
	return table.names + table.variables[low - 1].name;
}
