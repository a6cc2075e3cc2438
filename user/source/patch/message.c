// SPDX-License-Identifier: GPL-2.0
/*
 * A plan and the names go in, a commit message comes out: figures counted
 * from the plan, nothing measured here, no clock and no host.
 */
#include <string.h>

#include "source/patch/message.h"

void message_subject(const struct message *m, char *buf, size_t size)
{
	snprintf(buf, size, "lockprobe: put %s under policy %s",
		 m->naming->lock, m->policy);
}

static size_t count(const struct plan *plan, enum fate fate,
		    enum site_class class)
{
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < plan->set->count; i++)
		n += plan->verdicts[i].fate == fate &&
		     plan->set->sites[i].class == class;
	return n;
}

static void write_counts(const struct plan *plan, enum fate fate, FILE *out)
{
	const char *comma = "";
	int class;

	for (class = SITE_DIRECT; class <= SITE_OTHER_CONFIG; class ++) {
		size_t n = count(plan, fate, class);

		if (!n)
			continue;
		fprintf(out, "%s%zu %s", comma, n, site_class_name(class));
		comma = ", ";
	}
}

static void write_sites(const struct message *m, FILE *out)
{
	const struct site_set *set = m->plan->set;

	fprintf(out, "Lock: %s, a %s lock declared at %s:%u of Linux %s.\n",
		m->naming->lock, lock_family_name(set->family), set->file,
		set->line, m->version);
	fprintf(out, "Converted: %zu sites in %zu files (", m->plan->converted,
		m->files);
	write_counts(m->plan, FATE_CONVERT, out);
	fputs(").\n", out);
	if (m->clones)
		fprintf(out, "Helpers copied into <%s>: %zu.\n",
			m->naming->include, m->clones);
	if (m->plan->left) {
		fprintf(out, "\nLeft as they are: %zu (", m->plan->left);
		write_counts(m->plan, FATE_LEAVE, out);
		fputs(").\n", out);
		plan_list(m->plan, FATE_LEAVE, "  ", out);
	}
	if (m->plan->obstacles) {
		fprintf(out, "\nNot converted, by --allow-partial: %zu:\n\n",
			m->plan->obstacles);
		plan_list(m->plan, FATE_OBSTACLE, "  ", out);
	}
}

static void write_stock(const struct message *m, FILE *out)
{
	fprintf(out,
		"\nPolicy: %s, in %s.\n"
		"ABI: stock. A variant tries the lock, tells the policy when that fails,\n"
		"then calls the kernel's own lock function: exclusion is the kernel's, and\n"
		"code that still calls the stock functions stays correct beside it.\n",
		m->policy, m->source);
	if (m->static_keys)
		fputs("\nNote: a copied helper uses a static key. Livepatch tools refuse those\n"
		      "in modules, and before 5.8 everywhere.\n",
		      out);
	fputs("\nTo undo: disable and remove the livepatch (echo 0 to its \"enabled\" under\n"
	      "/sys/kernel/livepatch, rmmod), and `patch -p1 -R` or `git revert` this.\n",
	      out);
}

static void write_syncord(const struct message *m, FILE *out)
{
	fprintf(out,
		"\nPolicy: %s, looked up below /sys/fs/bpf when the patch is enabled.\n"
		"ABI: syncord. The chain ends in bpf_queued_spin_lock(); stock spinlocks and\n"
		"queued_spin_lock() itself are as they were. Build with\n"
		"concord.py --livepatch, which compiles no modules.\n"
		"\nTo undo: disable and remove the livepatch; it drops its programs.\n",
		m->policy);
}

void message_body(const struct message *m, FILE *out)
{
	if (*m->seen)
		fprintf(out, "%s\n", m->seen);
	write_sites(m, out);
	if (!strcmp(m->abi, "syncord"))
		write_syncord(m, out);
	else
		write_stock(m, out);
}
