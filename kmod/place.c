// SPDX-License-Identifier: GPL-2.0
/*
 * In: an address. Out: struct lp_place. Process context. Everything is asked
 * of exported interfaces (sprint_symbol, per-CPU offsets, struct page) or read
 * with care; an address that belongs to nothing any more is no error.
 */
#include <linux/cpumask.h>
#include <linux/lockprobe.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include "percpu.h"
#include "place.h"
#include "compat/compat.h"

static unsigned long percpu_start, percpu_end, text_start, text_end;
static u32 page_type; /* BTF id of struct page */

int lp_place_init(void)
{
	const struct lp_btf *btf = lp_btf_vmlinux();

	percpu_start = lp_compat_lookup("__per_cpu_start");
	percpu_end = lp_compat_lookup("__per_cpu_end");
	text_start = lp_compat_lookup("_stext");
	text_end = lp_compat_lookup("_etext");
	if (btf)
		page_type = lp_btf_find(btf, "page", BTF_KIND_STRUCT);
	/* unless BTF has the variables */
	if (btf && lp_btf_find(btf, ".data..percpu", BTF_KIND_DATASEC))
		return 0;
	return lp_percpu_init(percpu_start, percpu_end);
}

void lp_place_exit(void)
{
	lp_percpu_exit();
}

#define ORDER_MAX 18u /* pages of 1 GiB */

/* Sizes of a module's last symbol are made up. */
#define SYMBOL_MAX 0x10000000u

/* Take "name+0x1/0x2 [module]" apart; false: no symbol. */
static bool split_symbol(char *text, u64 *offset, u64 *size, char **module)
{
	char *plus = strrchr(text, '+'), *open;
	unsigned long long off, len;

	*module = NULL;
	if (!plus || sscanf(plus, "+0x%llx/0x%llx", &off, &len) != 2)
		return false;
	*offset = off;
	*size = len;
	open = strchr(plus, '[');
	if (open) {
		*module = open + 1;
		open[1 + strcspn(open + 1, " ]")] = '\0';
	}
	*plus = '\0';
	return true;
}

bool lp_place_function(unsigned long ip, char *name, size_t size,
		       unsigned long *start, unsigned long *end)
{
	char text[KSYM_SYMBOL_LEN], *module;
	u64 offset, len;

	sprint_symbol(text, ip);
	if (!split_symbol(text, &offset, &len, &module))
		return false;
	*start = ip - offset;
	*end = *start + len;
	strscpy(name, text, size);
	return true;
}

bool lp_place_in_kernel(unsigned long ip)
{
	return ip >= text_start && ip < text_end;
}

bool lp_place_is_code(const struct lp_place *p)
{
	const struct lp_btf *btf;

	if (lp_place_in_kernel(p->addr))
		return true;
	if (!p->module[0])
		return false;
	list_for_each_entry(btf, lp_btf_all(), node)
		if (!strcmp(btf->module, p->module))
			return lp_btf_find(btf, p->symbol, BTF_KIND_FUNC);
	return true; /* its BTF could have told */
}

static bool name_symbol(struct lp_place *p)
{
	char text[KSYM_SYMBOL_LEN], *module;

	sprint_symbol(text, p->addr);
	if (!split_symbol(text, &p->symbol_offset, &p->symbol_size, &module))
		return false;
	strscpy(p->symbol, text, sizeof(p->symbol));
	if (module)
		strscpy(p->module, module, sizeof(p->module));
	p->place = module ? LOCKPROBE_PLACE_MODULE : LOCKPROBE_PLACE_STATIC;
	p->has_offset = true;
	p->offset = p->symbol_offset;
	if (p->symbol_size > SYMBOL_MAX)
		p->symbol_size = 0;
	p->size = p->symbol_size;
	p->object = p->addr - p->symbol_offset;
	return true;
}

/* By kallsyms: the name, but no type. */
static void name_percpu(struct lp_place *p, unsigned long linked)
{
	const char *name = lp_percpu_find(linked, &p->offset, &p->size);

	if (!name)
		return;
	strscpy(p->symbol, name, sizeof(p->symbol));
	p->symbol_offset = p->offset;
	p->symbol_size = p->size;
	p->has_offset = true;
	p->object = p->addr - p->offset;
}

/* A variable of the kernel's own per-CPU section. */
static bool find_percpu(struct lp_place *p)
{
	const struct lp_btf *btf = lp_btf_vmlinux();
	const struct btf_type *var;
	u32 off, start;
	int cpu;

	for_each_possible_cpu(cpu) {
		off = p->addr - per_cpu_offset(cpu) - percpu_start;
		if (p->addr - per_cpu_offset(cpu) >= percpu_start &&
		    p->addr - per_cpu_offset(cpu) < percpu_end)
			break;
	}
	if (cpu >= nr_cpu_ids)
		return false;
	p->place = LOCKPROBE_PLACE_PERCPU;
	p->cpu = cpu;
	var = btf ? lp_btf_var(btf, ".data..percpu", off, &start) : NULL;
	if (!var) {
		name_percpu(p, percpu_start + off);
		return true;
	}
	strscpy(p->symbol, lp_btf_name(btf, var->name_off), sizeof(p->symbol));
	p->symbol_offset = off - start;
	p->btf = btf;
	p->type = var->type;
	p->has_offset = true;
	p->offset = off - start;
	p->size = lp_btf_size(btf, var->type);
	p->symbol_size = p->size;
	p->object = p->addr - p->offset;
	return true;
}

/* A per-CPU variable of a module; its type if the module's BTF tells. */
static bool find_module_percpu(struct lp_place *p)
{
	struct lp_compat_percpu var;
	const struct btf_type *type;
	struct lp_btf *btf;
	u32 start;

	if (!lp_compat_module_percpu(p->addr, &var))
		return false;
	p->place = LOCKPROBE_PLACE_PERCPU;
	p->cpu = var.cpu;
	strscpy(p->symbol, var.symbol, sizeof(p->symbol));
	strscpy(p->module, var.module, sizeof(p->module));
	p->symbol_offset = var.offset;
	p->symbol_size = var.size;
	p->has_offset = true;
	p->offset = var.offset;
	p->size = var.size;
	p->object = p->addr - var.offset;
	list_for_each_entry(btf, lp_btf_all(), node) {
		if (strcmp(btf->module, var.module))
			continue;
		type = lp_btf_var(btf, ".data..percpu", var.area_offset,
				  &start);
		if (type) {
			p->btf = btf;
			p->type = type->type;
		}
	}
	return true;
}

static bool find_slab(struct lp_place *p)
{
	if (!lp_slab_resolve(p->addr, &p->slab)) {
		p->slab.name[0] = '\0';
		return false;
	}
	p->nr_aliases = lp_alias_find(p->slab.unique, p->slab.name, p->aliases);
	p->place = lp_slab_is_kmalloc(p->slab.name) ? LOCKPROBE_PLACE_KMALLOC :
						      LOCKPROBE_PLACE_CACHE;
	p->has_offset = true;
	p->offset = p->slab.offset;
	p->size = p->slab.size;
	p->object = p->slab.object;
	return true;
}

/* A lock inside a struct page itself (a page table's). */
static bool find_vmemmap(struct lp_place *p)
{
	unsigned long first = (unsigned long)pfn_to_page(0);
	unsigned long last = first + (PFN_UP(virt_to_phys(high_memory - 1)) +
				      1) * sizeof(struct page);

	if (p->addr < first || p->addr >= last)
		return false;
	p->place = LOCKPROBE_PLACE_PAGE;
	p->has_offset = true;
	p->offset = (p->addr - first) % sizeof(struct page);
	p->size = sizeof(struct page);
	p->object = p->addr - p->offset;
	p->btf = lp_btf_vmlinux();
	p->type = page_type;
	return true;
}

static bool is_stack(const struct vm_struct *area)
{
	char text[KSYM_SYMBOL_LEN];

	if (!area->caller || get_vm_area_size(area) != THREAD_SIZE)
		return false;
	sprint_symbol(text, (unsigned long)area->caller);
	return strstr(text, "thread_stack") || strstr(text, "task_struct") ||
	       strstr(text, "copy_process") || strstr(text, "fork") ||
	       strstr(text, "clone") || strstr(text, "thread");
}

/* Nothing holds the area that was found: it may be freed while we read it. */
static void find_vmalloc(struct lp_place *p)
{
	const struct vm_struct *found = lp_compat_find_vm_area(p->addr);
	struct vm_struct area;
	unsigned long start, size;

	p->place = LOCKPROBE_PLACE_VMALLOC;
	if (!found || lp_compat_peek(&area, found, sizeof(area)))
		return;
	start = (unsigned long)area.addr;
	size = get_vm_area_size(&area);
	if (p->addr < start || p->addr - start >= size)
		return;
	if (is_stack(&area)) {
		p->place = LOCKPROBE_PLACE_STACK;
		return;
	}
	p->has_offset = true;
	p->offset = p->addr - start;
	p->size = size;
	p->object = start;
}

/* Nor does anything hold the page, whose order may be read amiss. */
static void find_page(struct lp_place *p)
{
	struct page *page = virt_to_head_page((void *)(unsigned long)p->addr);
	unsigned int order = compound_order(page);
	unsigned long start = (unsigned long)page_address(page);

	p->place = LOCKPROBE_PLACE_PAGE;
	if (order > ORDER_MAX || p->addr - start >= PAGE_SIZE << order)
		return;
	p->object = start;
	p->has_offset = true;
	p->offset = p->addr - start;
	p->size = PAGE_SIZE << order;
}

void lp_place_find(u64 addr, struct lp_place *p)
{
	memset(p, 0, sizeof(*p));
	p->addr = addr;
	p->cpu = -1;
	if (addr < TASK_SIZE_MAX)
		p->place = LOCKPROBE_PLACE_USER;
	else if (name_symbol(p) || find_percpu(p) || find_module_percpu(p) ||
		 find_slab(p) || find_vmemmap(p))
		return;
	else if (is_vmalloc_addr((void *)(unsigned long)addr))
		find_vmalloc(p);
	else if (virt_addr_valid((void *)(unsigned long)addr))
		find_page(p);
}
