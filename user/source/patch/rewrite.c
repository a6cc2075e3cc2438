// SPDX-License-Identifier: GPL-2.0
/*
 * A plan's verdicts go in, a patch's files come out. Each site costs one edit:
 * its name becomes the variant's or the clone's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/lent/borrow.h"
#include "source/variant/clone.h"
#include "source/text/edit.h"
#include "source/variant/guardclass.h"
#include "source/patch/inclusion.h"
#include "source/patch/rewrite.h"
#include "source/syncord/syncord_chain.h"
#include "source/variant/variant.h"

#define MAKEFILE "kernel/locking/Makefile"

struct work {
	struct rewrite *rw;
	struct patch *patch;
	struct variant_set variants;
	struct clone_list clones;
	bool trylock; /* --abi syncord: a trylock is among the variants */
};

/* Bytes [text, text + len) as a string of its own. */
static char *copy(const char *text, size_t len)
{
	char *to = malloc(len + 1);

	if (!to)
		return NULL;
	memcpy(to, text, len);
	to[len] = '\0';
	return to;
}

/* --abi syncord: the policy's id is one more argument, behind the last. */
static int add_argument(const struct site *site, const char *policy,
			struct edit_list *edits)
{
	char text[300];

	snprintf(text, sizeof(text), ", %s", policy);
	return edit_add(edits, site->args.end, 0, text);
}

static struct borrow borrower(struct work *work)
{
	return (struct borrow){
		.tree = work->rw->tree,
		.plan = work->rw->plan,
		.variants = &work->variants,
		.clones = &work->clones,
	};
}

/* The name that the call of @site gets, or NULL: its own. -errno. */
static int new_name(struct work *work, const struct site *site,
		    const struct verdict *verdict, const char **stock)
{
	const struct lock_api *row = verdict->row ?: site->row;
	struct borrow borrow = borrower(work);

	*stock = NULL;
	if (verdict->lent) {
		if (borrow_in_place(&borrow, verdict->lent))
			return 0;
		*stock = verdict->lent->name;
		return verdict->lent->header ?
			       borrow_copy(&borrow, verdict->lent) :
			       0;
	}
	if (site->helper) {
		*stock = site->helper->name;
		return clone_get(&work->clones, site->helper) ? 0 : -ENOMEM;
	}
	*stock = row->name;
	return variant_want(&work->variants, row);
}

/* guard(mutex)(...): the class is what changes. */
static int edit_guard(struct work *work, const struct site *site,
		      struct edit_list *edits)
{
	struct text text;
	int ret;

	ret = tree_text(work->rw->tree, site->id, &text);
	if (ret)
		return ret;
	return guard_edit(&text, site, work->rw->naming->call, edits);
}

/* @policy: how the place spells the policy's id; "" when it takes none. */
static int edit_site(struct work *work, const struct site *site,
		     const char *policy, struct edit_list *edits)
{
	const struct plan *plan = work->rw->plan;
	const struct lent *lent;
	const char *stock;
	char name[512];
	int ret;

	ret = new_name(work, site, &plan->verdicts[site - plan->set->sites],
		       &stock);
	if (ret || !stock)
		return ret;
	if (site->row && site->row->verb == VERB_GUARD &&
	    !strncmp(site->api, "guard(", 6))
		return edit_guard(work, site, edits);
	snprintf(name, sizeof(name), "%s%s", work->rw->naming->call, stock);
	ret = edit_add(edits, site->name.start,
		       site->name.end - site->name.start, name);
	/* a copy in the same file knows the policy itself */
	lent = plan->verdicts[site - plan->set->sites].lent;
	if (!ret && *policy && !(lent && lent->own))
		ret = add_argument(site, policy, edits);
	return ret;
}

static int move_edits(struct edit_list *to, struct edit_list *from)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < from->nr && !ret; i++)
		ret = edit_add(to, from->edits[i].off, from->edits[i].len,
			       from->edits[i].text);
	edit_free(from);
	return ret;
}

/* Edits of sites in headers go to the clones they lie in. */
static int edit_headers(struct work *work)
{
	const struct plan *plan = work->rw->plan;
	uint32_t i;
	int ret;

	for (i = 0; i < plan->set->count; i++) {
		const struct site *site = &plan->set->sites[i];
		const struct lock_helper *around;
		struct edit_list edits = { 0 };
		struct clone *clone;

		if (plan->verdicts[i].fate != FATE_CONVERT ||
		    !path_is_header(site->file))
			continue;
		around = clone_around(work->rw->tree, plan->set, site);
		if (!around) {
			error("%s:%u: %s is in a header, outside any helper",
			      site->file, site->line, site->api);
			return -ENOTSUP;
		}
		if (!clone_get(&work->clones, around))
			return -ENOMEM;
		/* the list may move while the edit's own clone is made */
		ret = edit_site(work, site,
				*work->rw->naming->policy ? "policy" : "",
				&edits);
		clone = clone_get(&work->clones, around);
		if (!ret)
			ret = move_edits(&clone->edits, &edits);
		if (ret)
			return ret;
	}
	return 0;
}

/* Is a private header that clones are of included in text [from, to)? */
static bool gets_private(const struct work *work, const char *from, size_t len)
{
	char name[256];
	size_t i;

	for (i = 0; i < work->clones.nr; i++) {
		const char *file = work->clones.clones[i].helper->file;
		const char *slash = strrchr(file, '/');

		snprintf(name, sizeof(name), "%s\"", slash ? slash + 1 : file);
		if (memmem(from, len, name, strlen(name)))
			return true;
	}
	return false;
}

/*
 * A copy of what a private header has wants that header first; the file may
 * include it in an #if, which then all that is edited has to be in.
 */
static size_t private_place(const struct work *work, const struct text *text,
			    const char *header, const struct edit_list *edits)
{
	size_t last = inclusion_place(text->data, text->size, header, true);
	size_t place = 0, i, before;

	for (i = 0; i < edits->nr; i++) {
		before = inclusion_before(text->data, text->size,
					  edits->edits[i].off);
		if (i && before != place)
			return last;
		place = before;
	}
	return place > last && gets_private(work, text->data + last,
					    place - last) ?
		       place :
		       last;
}

static int add_include(struct work *work, const struct text *text,
		       struct edit_list *edits)
{
	const char *header = work->rw->naming->include;
	char line[300];

	if (inclusion_has(text->data, text->size, header))
		return 0;
	snprintf(line, sizeof(line), "#include <%s>\n", header);
	return edit_add(edits,
			work->clones.private ?
				private_place(work, text, header, edits) :
				inclusion_place(text->data, text->size, header,
						false),
			0, line);
}

/* All sites of one .c file, from index @i on; *@next: behind the last. */
static int edit_file(struct work *work, uint32_t i, uint32_t *next)
{
	const struct plan *plan = work->rw->plan;
	const struct site *first = &plan->set->sites[i];
	struct edit_list edits = { 0 };
	struct borrow borrow = borrower(work);
	struct text text;
	char *new = NULL;
	size_t len;
	int ret = 0;

	for (; i < plan->set->count && plan->set->sites[i].id == first->id; i++)
		if (!ret && plan->verdicts[i].fate == FATE_CONVERT &&
		    !path_is_header(first->file))
			ret = edit_site(work, &plan->set->sites[i],
					work->rw->naming->policy, &edits);
	*next = i;
	if (!ret)
		ret = borrow_edit(&borrow, first->id, &edits);
	if (ret || !edits.nr)
		goto out;
	ret = tree_text(work->rw->tree, first->id, &text);
	if (!ret)
		ret = add_include(work, &text, &edits);
	if (ret)
		goto out;
	ret = -ENOMEM;
	new = edit_apply(&edits, text.data, text.size, &len);
	if (!new)
		goto out;
	work->rw->files++;
	ret = patch_add(work->patch, first->file, copy(text.data, text.size),
			text.size, new, len);
out:
	edit_free(&edits);
	if (ret)
		error_errno(ret, "%s: cannot rewrite", first->file);
	return ret;
}

static void write_head(struct work *work, const char *policy, FILE *out)
{
	const struct naming *n = work->rw->naming;
	const char *own = variant_header(work->rw->plan->set->family);

	fprintf(out,
		"/* SPDX-License-Identifier: GPL-2.0 */\n"
		"/*\n"
		" * Lock functions for %s, under policy \"%s\". Each does\n"
		" * what the stock function of its name does, on the same lock:\n"
		" * callers of both exclude each other.\n"
		" */\n"
		"#ifndef %s\n#define %s\n\n",
		n->lock, policy, n->guard, n->guard);
	if (own)
		fprintf(out, "#include <%s>\n", own);
	variant_write_includes(&work->variants, own, out);
	clone_write_includes(&work->clones, out);
	fputc('\n', out);
}

static int write_chain(struct work *work, FILE *out)
{
	struct syncord_chain chain = {
		.set = &work->variants,
		.prefix = work->rw->naming->call,
	};
	struct text text;
	int64_t id = tree_find(work->rw->tree, "include/linux/lockdep.h");
	int ret;

	if (id >= 0 && !tree_text(work->rw->tree, id, &text))
		chain.release_nested =
			strstr(text.data, "define spin_release(l, n, i)");
	fprintf(out, "extern int %s;\n\n", work->rw->naming->policy);
	ret = syncord_chain_write(&chain, out);
	work->trylock = chain.trylock;
	return ret;
}

static int add_header(struct work *work, const char *policy)
{
	bool syncord = *work->rw->naming->policy;
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	int ret;

	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	write_head(work, policy, out);
	ret = syncord ? write_chain(work, out) :
			variant_write(&work->variants, out);
	if (!ret)
		ret = clone_write(&work->clones, out);
	fputs("\n#endif\n", out);
	if (fclose(out) && !ret)
		ret = -ENOMEM;
	if (ret) {
		free(text);
		return ret;
	}
	return patch_add(work->patch, work->rw->naming->header, NULL, 0, text,
			 len);
}

static int add_source(struct work *work)
{
	const struct naming *n = work->rw->naming;
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	out = open_memstream(&text, &len);
	if (!out)
		return -ENOMEM;
	fprintf(out,
		"// SPDX-License-Identifier: GPL-2.0\n"
		"/*\n * The policy \"%s\" for %s: its hooks, which the\n"
		" * variants in <%s>\n * call, and its state.\n */\n"
		"#include <%s>\n\n"
		"#define LP_STRUCT \"%s\"\n#define LP_FIELD \"%s\"\n"
		"#define LP_NAME \"%s\"\n#define LP_POLICY \"%s\"\n"
		"#define LP_TAG %s\n#define LP_HOOK(x) %s##x\n\n%s",
		work->rw->policy->name, n->lock, n->include, n->include,
		n->owner, n->field, n->lock, work->rw->policy->name, n->full,
		n->prefix, work->rw->policy->text);
	if (fclose(out)) {
		free(text);
		return -ENOMEM;
	}
	return patch_add(work->patch, n->source, NULL, 0, text, len);
}

/* The line goes behind the first "obj-y", where the list begins. */
static int add_makefile(struct work *work)
{
	struct edit_list edits = { 0 };
	struct text text;
	const char *p, *end;
	char line[320], *new;
	size_t len;
	int ret;

	ret = tree_read(work->rw->tree, MAKEFILE, &text);
	if (ret)
		return error_errno(ret, MAKEFILE ": cannot read");
	p = strstr(text.data, "\nobj-y");
	end = p ? strchr(p + 1, '\n') : NULL;
	while (end && end[-1] == '\\')
		end = strchr(end + 1, '\n');
	snprintf(line, sizeof(line), "obj-y += %s\n", work->rw->naming->object);
	ret = edit_add(&edits, end ? (size_t)(end + 1 - text.data) : text.size,
		       0, line);
	if (ret)
		goto drop;
	ret = -ENOMEM;
	new = edit_apply(&edits, text.data, text.size, &len);
	edit_free(&edits);
	if (!new)
		goto drop;
	return patch_add(work->patch, MAKEFILE, (char *)text.data, text.size,
			 new, len);
drop:
	free((char *)text.data);
	return ret;
}

/* Call sites and header: the same for both ABIs. */
static int rewrite_sites(struct work *work, const char *policy)
{
	struct rewrite *rw = work->rw;
	uint32_t i = 0;
	int ret;

	rw->files = 0;
	ret = edit_headers(work);
	while (!ret && i < rw->plan->set->count)
		ret = edit_file(work, i, &i);
	if (!ret)
		ret = add_header(work, policy);
	rw->clones = work->clones.nr;
	rw->static_keys = work->clones.static_keys;
	return ret;
}

static void work_free(struct work *work)
{
	variant_free(&work->variants);
	clone_free(&work->clones);
}

static struct work work_init(struct rewrite *rw, struct patch *patch)
{
	return (struct work){
		.rw = rw,
		.patch = patch,
		.variants = { .naming = rw->naming,
			      .tree = rw->tree,
			      .tab = rw->tab,
			      .hooks = rw->policy ? rw->policy->hooks : 0 },
		.clones = { .tree = rw->tree, .naming = rw->naming },
	};
}

int rewrite_stock(struct rewrite *rw, struct patch *patch)
{
	struct work work = work_init(rw, patch);
	int ret;

	ret = rewrite_sites(&work, rw->policy->name);
	if (!ret)
		ret = add_source(&work);
	if (!ret)
		ret = add_makefile(&work);
	work_free(&work);
	return ret;
}

int rewrite_syncord(struct rewrite *rw, const struct syncord_policy *policy,
		    struct patch *patch)
{
	struct work work = work_init(rw, patch);
	int ret;

	ret = rewrite_sites(&work, policy->name);
	if (!ret)
		ret = syncord_add(rw->tree, rw->naming, policy, work.trylock,
				  patch);
	work_free(&work);
	return ret;
}
