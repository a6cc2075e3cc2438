// SPDX-License-Identifier: GPL-2.0
/*
 * In: an address. Out: the per-CPU variable of a module that lies there, by
 * the module's own symbol table; and how often modules came and went. Process
 * context. Modules may go away while we look: the list is walked under RCU
 * (preemption off), which is what guards it, and what is found is copied.
 */
#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/percpu.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/string.h>
#include "compat.h"

static atomic_t changes;

static int module_changed(struct notifier_block *block, unsigned long what,
			  void *module)
{
	if (what == MODULE_STATE_GOING || what == MODULE_STATE_COMING) {
		lp_compat_unwind_forget();
		atomic_inc(&changes);
	}
	return NOTIFY_DONE;
}

static struct notifier_block module_block = { .notifier_call = module_changed };

int lp_compat_module_init(void)
{
	return register_module_notifier(&module_block);
}

void lp_compat_module_exit(void)
{
	unregister_module_notifier(&module_block);
}

u32 lp_compat_module_changes(void)
{
	return atomic_read(&changes);
}

#if defined(CONFIG_SMP) && defined(CONFIG_KALLSYMS)
/* The variable over @at (in the module's per-CPU area), the nearest below. */
static void find_variable(const struct module *mod, unsigned long at,
			  struct lp_compat_percpu *var)
{
	const struct mod_kallsyms *syms = rcu_dereference_sched(mod->kallsyms);
	unsigned long base = (unsigned long)mod->percpu, best = 0, next;
	const char *name = NULL;
	unsigned int i;

	next = base + mod->percpu_size;
	for (i = 1; syms && i < syms->num_symtab; i++) {
		unsigned long value = syms->symtab[i].st_value;
		const char *own = syms->strtab + syms->symtab[i].st_name;

		if (value < base || value >= base + mod->percpu_size || !*own)
			continue;
		if (value <= at && value >= best) {
			best = value;
			name = own;
		} else if (value > at && value < next) {
			next = value;
		}
	}
	if (!name)
		return;
	strscpy(var->symbol, name, sizeof(var->symbol));
	var->offset = at - best;
	var->size = next - best;
}

static bool find_in(const struct module *mod, unsigned long addr,
		    struct lp_compat_percpu *var)
{
	unsigned long base = (unsigned long)mod->percpu, at;
	int cpu;

	if (!mod->percpu_size)
		return false;
	for_each_possible_cpu(cpu) {
		at = addr - per_cpu_offset(cpu);
		if (at < base || at >= base + mod->percpu_size)
			continue;
		memset(var, 0, sizeof(*var));
		var->cpu = cpu;
		var->area_offset = at - base;
		var->size = mod->percpu_size;
		var->offset = var->area_offset;
		strscpy(var->module, mod->name, sizeof(var->module));
		find_variable(mod, at, var);
		return true;
	}
	return false;
}

bool lp_compat_module_percpu(unsigned long addr, struct lp_compat_percpu *var)
{
	static struct list_head *list;
	struct module *mod;
	bool found = false;

	if (!list)
		list = (struct list_head *)lp_compat_lookup("modules");
	if (!list)
		return false;
	preempt_disable();
	list_for_each_entry_rcu(mod, list, list, true) {
		found = mod->state != MODULE_STATE_UNFORMED &&
			find_in(mod, addr, var);
		if (found)
			break;
	}
	preempt_enable();
	return found;
}
#else
bool lp_compat_module_percpu(unsigned long addr, struct lp_compat_percpu *var)
{
	return false;
}
#endif
