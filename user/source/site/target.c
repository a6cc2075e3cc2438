// SPDX-License-Identifier: GPL-2.0
/*
 * "struct.field.path" in, the struct's definition out; and for each expression
 * in front of such a field: is it that struct?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "source/text/finder.h"
#include "source/locktab/lockname.h"
#include "source/locktab/nearmiss.h"
#include "source/tree/parallel.h"
#include "source/site/global.h"
#include "source/site/target.h"
#include "source/site/target_inside.h"
#include "source/tree/treestore.h"

static int bad_name(const char *lock)
{
	error("'%s' cannot be a lock: give struct.field, as inode.i_lock, or "
	      "the name of a lock at file scope, as rename_lock",
	      lock);
	return -EINVAL;
}

static bool valid(const char *name)
{
	if (!*name || (*name >= '0' && *name <= '9'))
		return false;
	for (; *name; name++)
		if (!is_word_byte(*name))
			return false;
	return true;
}

/* "&inode->i_lock", "box.slots[1]", as in a call: inode.i_lock, box.slots. */
static char *as_path(const char *lock)
{
	char *text = strdup(lock + (*lock == '&')), *at, *end;

	while (text && (at = strstr(text, "->"))) {
		*at = '.';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
	while (text && (at = strchr(text, '[')) && (end = strchr(at, ']')))
		memmove(at, end + 1, strlen(end + 1) + 1);
	return text;
}

int target_parse(const char *lock, struct target *target)
{
	char *p, *next;

	memset(target, 0, sizeof(*target));
	target->text = as_path(lock);
	if (!target->text)
		return -ENOMEM;
	p = target->text;
	next = strrchr(p, ':');
	if (next) {
		*next = '\0';
		target->qualifier = p;
		p = next + 1;
	}
	if (!strncmp(p, "struct ", 7))
		p += 7;
	next = strchr(p, '.');
	if (next) {
		*next++ = '\0';
		target->tag = p;
		p = next;
		if (!valid(target->tag))
			goto err_name;
	}
	if (target->tag && lockname_is_spin(target->tag, strlen(target->tag)))
		goto err_inside;
	for (; p; p = next) {
		next = strchr(p, '.');
		if (next)
			*next++ = '\0';
		if (!valid(p) || target->count == TARGET_PARTS)
			goto err_name;
		target->parts[target->count++] = p;
	}
	return 0;

err_inside:
	error("%s is inside every spinlock, and all their callers are its "
	      "sites: give the field that is a spinlock, as inode.i_lock",
	      lock);
	target_free(target);
	return -EINVAL;
err_name:
	target_free(target);
	return bad_name(lock);
}

void target_free(struct target *target)
{
	free(target->text);
	memset(target, 0, sizeof(*target));
}

bool target_file_is(const struct target *target, struct tree *tree, uint32_t id)
{
	return !target->qualifier ||
	       !strcmp(tree_path(tree, id), target->qualifier);
}

struct candidate {
	struct body *outer;
	struct member member;
	struct type type; /* of the last part, or of the one before @bad */
	uint32_t bad; /* the part that is no member of it, or 0 */
	const struct symbol *symbol;
};

struct candidates {
	struct candidate *list;
	uint32_t count, capacity;
	bool tag_seen;
};

static bool is_pointer(struct type type)
{
	return type.depth && type.mods[0] == '*';
}

/* Follow parts[1 ...], as far as they are members. */
static void follow(const struct target *target, const struct place *place,
		   struct candidate *candidate)
{
	struct member member = candidate->member;
	uint32_t i;

	candidate->type = member.field->type;
	for (i = 1; i < target->count; i++) {
		/* by a pointer others have their ways to the lock, too */
		if (is_pointer(candidate->type) ||
		    !expr_member(place, candidate->type, target->parts[i],
				 strlen(target->parts[i]), &member)) {
			candidate->type = expr_resolve(place, candidate->type);
			candidate->bad = i;
			return;
		}
		candidate->type = member.field->type;
	}
}

static void try_body(const struct target *target, const struct place *place,
		     struct body *body, const struct symbol *symbol,
		     struct candidates *found)
{
	struct candidate candidate = { .outer = body, .symbol = symbol };

	found->tag_seen = true;
	if (!body_member(place->view, body, target->parts[0],
			 strlen(target->parts[0]), &candidate.member))
		return;
	follow(target, place, &candidate);
	*ARRAY_ADD(found->list, found->count, found->capacity) = candidate;
}

static void look_in(const struct target *target, struct view *view,
		    struct unit *unit, struct candidates *found)
{
	struct place place = { .view = view };
	struct symbol *symbol = NULL;
	size_t len = strlen(target->tag);
	uint32_t kinds = SYMBOL_STRUCT | SYMBOL_TYPEDEF | SYMBOL_VARIABLE;

	view_enter(view, unit);
	while ((symbol = unit_find(unit, target->tag, len, kinds, symbol))) {
		if (symbol->kind == SYMBOL_STRUCT)
			try_body(target, &place, symbol->body, symbol, found);
		else if (symbol->type.base == TYPE_BODY)
			try_body(target, &place, symbol->type.body, symbol,
				 found);
	}
}

bool target_defined(const struct target *target, struct view *view,
		    struct unit *unit)
{
	struct candidates found = { 0 };

	if (target->tag && !target->qualifier)
		look_in(target, view, unit, &found);
	free(found.list);
	return found.count != 0;
}

uint32_t target_remoteness(const char *path)
{
	static const char *const far[] = { "tools/", "scripts/",
					   "Documentation/", "samples/",
					   "arch/um/" };
	size_t i;

	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++)
		if (!strncmp(path, far[i], strlen(far[i])))
			return 2;
	if (!strncmp(path, "arch/", 5) && strncmp(path, "arch/x86/", 9))
		return 1;
	return 0;
}

static int ambiguous(struct tree *tree, const struct candidates *found,
		     const char *lock)
{
	uint32_t i;

	if (lock)
		error("%s is ambiguous: say which file's struct you mean",
		      lock);
	for (i = 0; lock && i < found->count; i++)
		notice("  %s:%s", tree_path(tree, found->list[i].outer->file),
		       lock);
	return -EEXIST;
}

static bool is_astray(const struct candidate *candidate)
{
	return candidate->bad && candidate->type.base != TYPE_NAME;
}

/*
 * Keep the candidates that have all parts, if any does, and of those the ones
 * that are nearest to the kernel.
 */
static void narrow(struct tree *tree, struct candidates *found)
{
	uint32_t i, n = 0, best = 3, far;

	for (i = 0; i < found->count; i++)
		if (!is_astray(&found->list[i]))
			found->list[n++] = found->list[i];
	found->count = n ? n : found->count;
	n = 0;
	for (i = 0; i < found->count; i++) {
		far = target_remoteness(
			tree_path(tree, found->list[i].outer->file));
		if (far < best)
			best = far;
	}
	for (i = 0; i < found->count; i++) {
		far = target_remoteness(
			tree_path(tree, found->list[i].outer->file));
		if (far == best)
			found->list[n++] = found->list[i];
	}
	found->count = n;
}

uint32_t target_line(struct index *index, uint32_t file, const char *at)
{
	struct unit *unit = index_unit(index, file);
	const char *p;
	uint32_t line = 1;

	for (p = unit->text.data; p < at && (p = memchr(p, '\n', at - p)); p++)
		line++;
	return line;
}

enum lock_family target_family_of(const struct place *place, struct type type)
{
	enum lock_family family = FAMILY_NONE;
	uint32_t steps;

	for (steps = 0; steps < 8; steps++) {
		struct type next;

		if (type.base != TYPE_NAME && type.base != TYPE_TAG)
			break;
		family = lockname_type(type.name, type.len,
				       type.base == TYPE_TAG);
		if (family != FAMILY_NONE)
			break;
		next = expr_resolve(place, type);
		if (next.base == type.base && next.name == type.name)
			break;
		type = next;
	}
	return family;
}

void target_shape(struct target *target, struct type type)
{
	target->pointer = type.depth && type.mods[0] == '*';
	target->dimensions = 0;
	while (target->dimensions < type.depth &&
	       type.mods[target->dimensions] == '[')
		target->dimensions++;
}

static void take(struct target *target, struct index *index, struct view *view,
		 struct candidates *found)
{
	struct candidate *first = &found->list[0];
	struct place place = { .view = view };
	const char *name = first->member.field->name;
	uint32_t i;

	for (i = 0; i < found->count && i < TARGET_BODIES; i++) {
		target->bodies[i].outer = found->list[i].outer;
		target->bodies[i].declares = found->list[i].member.body;
	}
	target->body_count = i;
	target->file = first->outer->file;
	if (name >= first->outer->text &&
	    name < first->outer->text + first->outer->size)
		target->line = target_line(index, target->file, name);
	else
		target->line =
			target_line(index, target->file, first->outer->text);
	view_enter(view, index_unit(index, target->file));
	target_shape(target, first->type);
	target->family = target_family_of(&place, first->type);
}

struct definers {
	struct tree *tree;
	const char *tag;
	const struct target *target; /* it may say which file; or NULL */
	const struct finder *finder;
	const uint32_t *ids;
	uint8_t *defines;
	struct reader readers[PARALLEL_MAX];
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/*
 * "struct TAG {", "struct TAG __attr {", "} TAG", "some_struct(TAG) {": may it
 * be defined here?
 */
static bool looks_defined(const struct text *text, size_t at, size_t len)
{
	const char *next = text->data + at + len;
	const char *prev = text->data + at;

	while (is_space(*next))
		next++;
	if (*next == ')')
		for (next++; is_space(*next);)
			next++;
	while (prev > text->data && is_space(prev[-1]))
		prev--;
	return *next == '{' || *next == '_' || *next == '/' ||
	       (prev > text->data && prev[-1] == '}') || *next == ';' ||
	       *next == '\\';
}

static void look_for_definer(void *arg, int thread, uint32_t i)
{
	struct definers *d = arg;
	size_t len = strlen(d->tag);
	struct text text;
	uint32_t which;
	int64_t at;

	if ((d->target && !target_file_is(d->target, d->tree, d->ids[i])) ||
	    reader_read(d->tree, &d->readers[thread], d->ids[i], &text))
		return;
	for (at = 0;; at++) {
		at = finder_next(d->finder, text.data, text.size, at, &which);
		if (at < 0)
			return;
		if (!looks_defined(&text, at, len))
			continue;
		d->defines[i] = 1;
		return;
	}
}

/* Which files may define the struct @tag? */
static int find_definers(const struct target *target, const char *tag,
			 struct tree *tree, const uint32_t *ids, uint32_t n,
			 uint8_t **defines)
{
	struct definers d = {
		.tree = tree, .tag = tag, .target = target, .ids = ids
	};
	struct finder *finder = finder_new(&tag, 1);
	int i;

	d.finder = finder;
	d.defines = calloc(n ? n : 1, 1);
	if (!finder || !d.defines) {
		finder_free(finder);
		free(d.defines);
		return -ENOMEM;
	}
	parallel_for(n, 16, look_for_definer, &d);
	for (i = 0; i < PARALLEL_MAX; i++)
		reader_end(&d.readers[i]);
	finder_free(finder);
	*defines = d.defines;
	return 0;
}

/* Does no definition have all parts of the path? */
static bool goes_astray(const struct candidates *found)
{
	uint32_t i;

	for (i = 0; i < found->count; i++)
		if (!is_astray(&found->list[i]))
			return false;
	return found->count != 0;
}

static int astray(const struct target *target, struct index *index,
		  const struct candidate *candidate, const char *lock)
{
	const char *part = target->parts[candidate->bad];
	char tag[128];

	if (candidate->type.base != TYPE_TAG) {
		error("%s: '%s' is in no struct there", lock, part);
		return -ENOENT;
	}
	snprintf(tag, sizeof(tag), "%.*s", (int)candidate->type.len,
		 candidate->type.name);
	if (is_pointer(candidate->type)) {
		error("%s: '%s' is a pointer: a lock is told by the struct that "
		      "it is in; give %s.%s",
		      lock, target->parts[candidate->bad - 1], tag, part);
		return -ENOENT;
	}
	return nearmiss_say(index, tag, part);
}

/* All definitions of the struct, by the files that may hold one. */
static int look_in_all(const struct target *target, struct view *view,
		       const uint32_t *ids, uint32_t n,
		       struct candidates *found)
{
	struct index *index = view->index;
	struct unit *unit;
	uint8_t *defines;
	uint32_t i;
	int err;

	found->count = 0;
	err = find_definers(target, target->tag, index_tree(index), ids, n,
			    &defines);
	for (i = 0; !err && i < n; i++) {
		unit = defines[i] ? index_unit(index, ids[i]) : NULL;
		if (unit)
			look_in(target, view, unit, found);
	}
	if (!err)
		free(defines);
	return err;
}

/*
 * A header need not include all that it uses: the path led to a struct that
 * nothing there defines. Read the headers that do.
 */
static int load_headers_of(struct index *index, struct type type)
{
	struct tree *tree = index_tree(index);
	uint32_t *ids = NULL;
	uint8_t *defines;
	char name[128];
	const char *tag = name;
	int64_t n, i;
	int err;

	if ((type.base != TYPE_TAG && type.base != TYPE_NAME) ||
	    is_pointer(type) || type.len >= sizeof(name))
		return 0;
	snprintf(name, sizeof(name), "%.*s", (int)type.len, type.name);
	n = tree_grep(tree, &tag, 1, GREP_HEADERS, &ids);
	if (n < 0)
		return (int)n;
	err = find_definers(NULL, tag, tree, ids, (uint32_t)n, &defines);
	for (i = 0; !err && i < n; i++)
		if (defines[i])
			index_unit(index, ids[i]);
	if (!err)
		free(defines);
	free(ids);
	return err;
}

/* How far the paths of all lead, as one number. */
static uint32_t reached(const struct candidates *found)
{
	uint32_t i, sum = 0;

	for (i = 0; i < found->count; i++)
		sum += found->list[i].bad ? found->list[i].bad : TARGET_PARTS;
	return sum;
}

static int find_candidates(struct target *target, struct view *view,
			   const uint32_t *ids, uint32_t n,
			   struct candidates *found)
{
	int err = look_in_all(target, view, ids, n, found);
	uint32_t i, before = 0;

	view->everywhere = true;
	/* a part further each time, or it is a wrong name */
	while (!err && reached(found) > before && goes_astray(found)) {
		before = reached(found);
		for (i = 0; !err && i < found->count; i++)
			err = load_headers_of(view->index, found->list[i].type);
		if (!err)
			err = look_in_all(target, view, ids, n, found);
	}
	view->everywhere = false;
	return err;
}

/* @lock: its name, for what is said; NULL: nothing is. */
static int resolve_field(struct target *target, struct index *index,
			 struct view *view, const uint32_t *ids, uint32_t n,
			 const char *lock)
{
	struct tree *tree = index_tree(index);
	struct candidates found = { 0 };
	uint32_t i, all;
	int err;

	target->body_count = 0;
	err = find_candidates(target, view, ids, n, &found);
	if (err) {
		free(found.list);
		return err;
	}
	all = found.count;
	narrow(tree, &found);
	/* whoever says which file means that there are others */
	target->only_one = all == 1 && !target->qualifier;
	if (!found.count) {
		err = lock ? nearmiss_say(index, target->tag,
					  target->parts[0]) :
			     -ENOENT;
	} else if (goes_astray(&found)) {
		err = lock ? astray(target, index, &found.list[0], lock) :
			     -ENOENT;
	} else {
		for (i = 1; i < found.count && !err; i++)
			if (found.list[i].outer->file !=
			    found.list[0].outer->file)
				err = ambiguous(tree, &found, lock);
		if (!err)
			take(target, index, view, &found);
	}
	free(found.list);
	return err;
}

void target_name(const struct target *target, char *buf, size_t size)
{
	uint32_t i, used;

	used = snprintf(buf, size, "%s", target->tag ? target->tag : "");
	for (i = 0; i < target->count && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%s",
				 used ? "." : "", target->parts[i]);
}

int target_resolve(struct target *target, struct index *index,
		   const uint32_t *ids, uint32_t n, bool quiet)
{
	char lock[512];
	struct view view;
	int err;

	target_name(target, lock, sizeof(lock));
	view_init(&view, index);
	err = target->tag ? resolve_field(target, index, &view, ids, n,
					  quiet ? NULL : lock) :
			    global_resolve(target, index, &view, ids, n,
					   quiet ? NULL : lock);
	view_free(&view);
	return err;
}
