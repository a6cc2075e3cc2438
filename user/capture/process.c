// SPDX-License-Identifier: GPL-2.0
/*
 * Addresses of user mode in, functions of the process out, by elfutils' libdwfl.
 *
 * Which file is mapped where is read when a process is first seen, and again
 * when an address lies in no file that it had (it has loaded one since). The
 * files' symbols are read at the end. A process that was gone before its first
 * stack came stays without names, as does code that was made at run time.
 */
#include <elfutils/libdwfl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/names.h"
#include "lock/ksyms.h"
#include "capture/process.h"
#include "capture/stacks.h"

#define PROCESSES_MAX 1024
#define READS_MAX 16 /* of the mappings of one process */

struct process {
	Dwfl *dwfl; /* NULL: gone, or not ours to look at */
	uint32_t tgid, reads;
	struct map seen; /* addresses, by their number below */
	uint64_t *addrs;
	uint32_t nr, room;
};

struct processes {
	struct map by_tgid;
	struct process *all;
	uint32_t nr, room;
};

/* Symbols are in the file itself; nothing is searched for or fetched. */
static int no_debuginfo(Dwfl_Module *module, void **data, const char *name,
			Dwarf_Addr base, const char *file, const char *link,
			GElf_Word crc, char **path)
{
	(void)module, (void)data, (void)name, (void)base;
	(void)file, (void)link, (void)crc, (void)path;
	return -1;
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = dwfl_linux_proc_find_elf,
	.find_debuginfo = no_debuginfo,
};

struct processes *processes_new(void)
{
	return calloc(1, sizeof(struct processes));
}

void processes_free(struct processes *processes)
{
	uint32_t i;

	if (!processes)
		return;
	for (i = 0; i < processes->nr; i++) {
		dwfl_end(processes->all[i].dwfl);
		map_free(&processes->all[i].seen);
		free(processes->all[i].addrs);
	}
	map_free(&processes->by_tgid);
	free(processes->all);
	free(processes);
}

/* What is mapped now; what is not there any more stays known. */
static void read_mappings(struct process *p)
{
	if (p->reads == READS_MAX)
		return;
	p->reads++;
	if (!p->dwfl)
		p->dwfl = dwfl_begin(&callbacks);
	if (!p->dwfl)
		return;
	dwfl_report_begin_add(p->dwfl);
	if (dwfl_linux_proc_report(p->dwfl, p->tgid))
		p->reads = READS_MAX; /* gone */
	dwfl_report_end(p->dwfl, NULL, NULL);
}

static struct process *process_of(struct processes *processes, uint32_t tgid)
{
	uint32_t at = map_get(&processes->by_tgid, tgid);

	if (at != MAP_NONE)
		return &processes->all[at];
	at = processes->nr;
	if (array_grow((void **)&processes->all, &processes->room, at,
		       sizeof(*processes->all)) ||
	    map_set(&processes->by_tgid, tgid, at))
		return NULL;
	processes->all[at] = (struct process){ .tgid = tgid };
	processes->nr++;
	read_mappings(&processes->all[at]);
	return &processes->all[at];
}

static int see(struct process *p, uint64_t addr)
{
	if (map_get(&p->seen, addr) != MAP_NONE)
		return 0;
	if (array_grow((void **)&p->addrs, &p->room, p->nr,
		       sizeof(*p->addrs)) ||
	    map_set(&p->seen, addr, p->nr))
		return -ENOMEM;
	p->addrs[p->nr++] = addr;
	if (p->dwfl && !dwfl_addrmodule(p->dwfl, addr - 1))
		read_mappings(p);
	return 0;
}

int processes_see(struct processes *processes, const struct record_stack *stack)
{
	uint32_t tgid = stack->nr ? stacks_tgid(stack->frames[stack->nr - 1]) :
				    0;
	struct process *p;
	uint32_t i;
	int err = 0;

	if (!tgid || (processes->nr == PROCESSES_MAX &&
		      map_get(&processes->by_tgid, tgid) == MAP_NONE))
		return 0;
	p = process_of(processes, tgid);
	if (!p)
		return -ENOMEM;
	for (i = 0; i < stack->nr && !err; i++)
		if (stack->frames[i] < KERNEL_ADDRESS_MIN)
			err = see(p, stack->frames[i]);
	return err;
}

/* A return address is looked up one byte before itself, see stacks.c. */
static int name(struct process *p, uint64_t addr,
		int (*symbol)(void *ctx, const struct record_symbol *symbol),
		void *ctx)
{
	Dwfl_Module *module = dwfl_addrmodule(p->dwfl, addr - 1);
	struct record_symbol record = { .addr = addr, .tgid = p->tgid };
	const char *file, *slash;

	if (!module)
		return 0;
	file = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL,
				NULL);
	slash = file ? strrchr(file, '/') : NULL;
	record.name = dwfl_module_addrname(module, addr - 1);
	record.module = slash ? slash + 1 : file;
	if (!record.name)
		record.name = "(no symbol)";
	return symbol(ctx, &record);
}

int processes_name(struct processes *processes,
		   int (*symbol)(void *ctx, const struct record_symbol *symbol),
		   void *ctx)
{
	uint32_t i, j;
	int err = 0;

	for (i = 0; i < processes->nr; i++) {
		struct process *p = &processes->all[i];

		for (j = 0; p->dwfl && j < p->nr && !err; j++)
			err = name(p, p->addrs[j], symbol, ctx);
	}
	return err;
}
