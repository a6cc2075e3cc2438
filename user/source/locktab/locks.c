// SPDX-License-Identifier: GPL-2.0
/*
 * A tree in, the declarations of its locks out: every file that names a lock
 * type is outlined, and the members of its structs are looked through.
 */
#include <errno.h>
#include <stdlib.h>

#include "source/build/cond.h"
#include "source/locktab/locks.h"
#include "source/locktab/lockname.h"
#include "source/text/macro.h"
#include "source/type/expr.h"
#include "source/locktab/nearmiss.h"
#include "source/tree/parallel.h"
#include "source/tree/treestore.h"

static const char *const lock_types[] = {
	"spinlock_t",
	"raw_spinlock_t",
	"rwlock_t",
	"mutex",
	"rw_semaphore",
	"seqlock_t",
	"percpu_rw_semaphore",
	"local_lock_t",
	"local_trylock_t",
	"rt_mutex",
	"ww_mutex",
	"semaphore",
	"lockref",
	"xarray",
	"rt_mutex_base",
	"DEFINE_SPINLOCK",
	"DEFINE_RAW_SPINLOCK",
	"DEFINE_MUTEX",
	"DEFINE_RWLOCK",
	"DECLARE_RWSEM",
	"DEFINE_SEQLOCK",
	"DEFINE_RT_MUTEX",
	"DEFINE_SEMAPHORE",
	"DEFINE_STATIC_PERCPU_RWSEM",
	"DEFINE_PERCPU_RWSEM",
	"DEFINE_XARRAY",
	"raw_spinlock",
	"DEFINE_XARRAY_ALLOC",
};

/* "typedef spinlock_t my_lock_t;": another name for a type of locks. */
struct alias {
	const char *name;
	enum lock_family family;
};

struct aliases {
	struct alias *list;
	uint32_t count, capacity;
};

struct listing {
	struct tree *tree;
	struct index *index;
	const char *name; /* only this struct's; or NULL */
	const struct aliases *aliases; /* only locks of these types; or NULL */
	const uint32_t *ids;
	struct lister {
		struct view view;
		struct reader reader;
		struct arena arena;
		struct lock_field *fields;
		uint32_t count, capacity;
		struct aliases aliases; /* that were met */
		atomic_bool seen;
	} listers[PARALLEL_MAX];
};

struct one_file {
	const struct listing *listing;
	struct lister *lister;
	struct unit *unit;
	const char *path;
	struct cond *cond;
	uint32_t directive;
};

static uint32_t line_of(const struct unit *unit, const char *at)
{
	const char *p = unit->text.data;
	uint32_t line = 1;

	for (; (p = memchr(p, '\n', at - p)); p++)
		line++;
	return line;
}

static void add(struct one_file *o, const char *path, const char *type,
		enum lock_family family, const char *at)
{
	struct lister *l = o->lister;
	struct lock_field *field;

	field = ARRAY_ADD(l->fields, l->count, l->capacity);
	memset(field, 0, sizeof(*field));
	field->path = path;
	field->type = type;
	field->file = o->path;
	field->family = family;
	field->condition = "";
	if (at >= o->unit->text.data &&
	    at < o->unit->text.data + o->unit->text.size)
		field->line = line_of(o->unit, at);
}

static enum lock_family direct_family(struct type type)
{
	if (type.depth && type.mods[0] != '[')
		return FAMILY_NONE; /* a pointer to a lock is none */
	if (type.base != TYPE_NAME && type.base != TYPE_TAG)
		return FAMILY_NONE;
	return lockname_type(type.name, type.len, type.base == TYPE_TAG);
}

/* Of a type that the tree has its own name for. */
static enum lock_family resolved_family(struct view *view, struct type type)
{
	struct place place = { .view = view };

	if (type.base != TYPE_NAME || (type.depth && type.mods[0] != '['))
		return FAMILY_NONE;
	type = expr_resolve(&place, type);
	if (type.depth && type.mods[0] != '[')
		return FAMILY_NONE;
	if (type.base == TYPE_BODY && type.body->tag)
		return lockname_type(type.body->tag, type.body->tag_len, false);
	return type.base == TYPE_TAG && type.len ?
		       lockname_type(type.name, type.len, true) :
		       direct_family(type);
}

static enum lock_family alias_family(const struct aliases *aliases,
				     struct type type)
{
	uint32_t i;

	if (type.base != TYPE_NAME || (type.depth && type.mods[0] != '['))
		return FAMILY_NONE;
	for (i = 0; i < aliases->count; i++)
		if (!strncmp(aliases->list[i].name, type.name, type.len) &&
		    !aliases->list[i].name[type.len])
			return aliases->list[i].family;
	return FAMILY_NONE;
}

static enum lock_family family_of(const struct one_file *o, struct type type)
{
	enum lock_family family;

	if (o->listing->aliases)
		return alias_family(o->listing->aliases, type);
	family = direct_family(type);
	/* of one struct all is looked up, of a tree the names are collected */
	return family == FAMILY_NONE && o->listing->name ?
		       resolved_family(&o->lister->view, type) :
		       family;
}

static void note_alias(struct one_file *o, const char *name, uint32_t len,
		       enum lock_family family)
{
	struct aliases *aliases = &o->lister->aliases;

	if (family == FAMILY_NONE ||
	    lockname_type(name, len, false) != FAMILY_NONE)
		return;
	*ARRAY_ADD(aliases->list, aliases->count, aliases->capacity) =
		(struct alias){ arena_text(&o->lister->arena, name, len),
				family };
}

/* "#define my_lock_t struct mutex" */
static void note_macro(struct one_file *o, struct symbol *symbol)
{
	const struct macro *macro;
	const struct token *last;
	bool tag;

	if (symbol->params != NO_TOKEN || symbol->end - symbol->start > 200)
		return;
	macro = macro_get(symbol);
	last = &macro->body.list[macro->body.count - 1];
	tag = macro->body.count == 2 &&
	      token_is(&macro->body.list[0], "struct");
	if ((macro->body.count == 1 || tag) && last->kind == TOKEN_WORD)
		note_alias(o, symbol->name, symbol->len,
			   lockname_type(last->at, last->len, tag));
}

/* What the lock of a lockref or an xarray is called inside it. */
static const char *inner_lock(enum lock_family family)
{
	return family == FAMILY_LOCKREF ? ".lock" :
	       family == FAMILY_XARRAY	? ".xa_lock" :
					  "";
}

static void list_body(struct one_file *o, struct body *body, const char *prefix,
		      int depth)
{
	struct arena *arena = &o->lister->arena;
	const struct fields *fields = body_fields(&o->lister->view, body);
	enum lock_family family;
	const struct field *f;
	const char *path;
	uint32_t i;

	for (i = 0; i < fields->count; i++) {
		f = &fields->list[i];
		path = f->name ? arena_printf(arena, "%s.%.*s", prefix,
					      (int)f->len, f->name) :
				 prefix;
		if (f->type.base == TYPE_BODY && depth < 16) {
			list_body(o, f->type.body, path, depth + 1);
			continue;
		}
		family = f->name ? family_of(o, f->type) : FAMILY_NONE;
		if (family == FAMILY_NONE)
			continue;
		add(o, arena_printf(arena, "%s%s", path, inner_lock(family)),
		    arena_printf(arena, "%s%.*s",
				 f->type.base == TYPE_TAG ? "struct " : "",
				 (int)f->type.len, f->type.name),
		    family, f->name);
	}
}

static void list_struct(struct one_file *o, struct listing *listing,
			struct body *body)
{
	const char *tag =
		arena_text(&o->lister->arena, body->tag, body->tag_len);

	if (listing->name && strcmp(listing->name, tag))
		return;
	atomic_store(&o->lister->seen, true);
	/* what is inside each of them is no lock that could be told */
	if (!lockname_is_spin(body->tag, body->tag_len))
		list_body(o, body, tag, 0);
}

/* DEFINE_SPINLOCK(name) */
static enum lock_family maker_family(const struct symbol *symbol,
				     const char *text, const char **type)
{
	static const struct {
		const char *word, *type;
		enum lock_family family;
	} known[] = {
		{ "RAW_SPINLOCK", "raw_spinlock_t", FAMILY_RAW_SPIN },
		{ "SPINLOCK", "spinlock_t", FAMILY_SPIN },
		{ "RT_MUTEX", "struct rt_mutex", FAMILY_RT_MUTEX },
		{ "MUTEX", "struct mutex", FAMILY_MUTEX },
		{ "RWLOCK", "rwlock_t", FAMILY_RWLOCK },
		{ "PERCPU_RWSEM", "struct percpu_rw_semaphore",
		  FAMILY_PERCPU_RWSEM },
		{ "RWSEM", "struct rw_semaphore", FAMILY_RWSEM },
		{ "SEQLOCK", "seqlock_t", FAMILY_SEQLOCK },
		{ "SEMAPHORE", "struct semaphore", FAMILY_SEMAPHORE },
		{ "XARRAY", "struct xarray", FAMILY_XARRAY },
	};
	size_t i, head = symbol->at - symbol->start;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!memmem(text + symbol->start, head, known[i].word,
			    strlen(known[i].word)))
			continue;
		*type = known[i].type;
		return known[i].family;
	}
	return FAMILY_NONE;
}

static bool defines(const struct symbol *symbol, const char *text)
{
	size_t head = symbol->at - symbol->start;

	return text[symbol->at - 1] == '(' &&
	       (memmem(text + symbol->start, head, "DEFINE_", 7) ||
		memmem(text + symbol->start, head, "DECLARE_RWSEM", 13));
}

static void list_global(struct one_file *o, const struct symbol *symbol)
{
	struct arena *arena = &o->lister->arena;
	const char *text = o->unit->text.data, *type = "";
	enum lock_family family = FAMILY_NONE;
	const char *name = arena_text(arena, symbol->name, symbol->len);

	if (symbol->kind == SYMBOL_MAKER) {
		if (defines(symbol, text) && !o->listing->aliases)
			family = maker_family(symbol, text, &type);
	} else if (!(symbol->storage & STORAGE_EXTERN)) {
		family = family_of(o, symbol->type);
		type = arena_printf(arena, "%s%.*s",
				    symbol->type.base == TYPE_TAG ? "struct " :
								    "",
				    (int)symbol->type.len, symbol->type.name);
	}
	if (family != FAMILY_NONE)
		add(o, name, type, family, symbol->name);
}

static int by_line(const void *a, const void *b)
{
	const struct lock_field *x = a, *y = b;
	int diff = strcmp(x->file, y->file);

	if (diff)
		return diff;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return strcmp(x->path, y->path);
}

/* The #if around each of the file's locks, in the order of lines. */
static void add_conditions(struct one_file *o, uint32_t from)
{
	struct lister *l = o->lister;
	const struct lexed *lexed = &o->unit->lexed;
	struct cond_env env = { .config = NULL };
	uint32_t i, d = 0, line = 1;
	const char *p = o->unit->text.data;
	struct cond *cond;
	char buf[512];

	if (l->count == from || !lexed->directive_count)
		return;
	cond = cond_new(&env);
	qsort(l->fields + from, l->count - from, sizeof(*l->fields), by_line);
	for (i = from; cond && i < l->count; i++) {
		for (; d < lexed->directive_count; d++) {
			const struct directive *dir = &lexed->directives[d];
			const char *at = o->unit->text.data + dir->start;

			while (p < at)
				line += *p++ == '\n';
			if (line > l->fields[i].line)
				break;
			cond_line(cond, at + 1, dir->end - dir->start - 1);
		}
		if (cond_text(cond, buf, sizeof(buf)))
			l->fields[i].condition =
				arena_text(&l->arena, buf, strlen(buf));
	}
	cond_free(cond);
}

static void list_file(void *arg, int thread, uint32_t i)
{
	struct listing *listing = arg;
	struct lister *l = &listing->listers[thread];
	uint32_t id = listing->ids[i], k, from = l->count;
	struct unit unit = { 0 };
	struct one_file o = { .listing = listing,
			      .lister = l,
			      .unit = &unit,
			      .path = tree_path(listing->tree, id) };
	struct symbol *symbol;
	struct text text;

	if (reader_read(listing->tree, &l->reader, id, &text))
		return;
	unit_read(&unit, id, text, true);
	view_enter(&l->view, &unit);
	for (k = 0; k < unit.count; k++) {
		symbol = &unit.symbols[k];
		if (symbol->kind == SYMBOL_STRUCT)
			list_struct(&o, listing, symbol->body);
		else if ((symbol->kind == SYMBOL_TYPEDEF ||
			  symbol->kind == SYMBOL_VARIABLE) &&
			 symbol->type.base == TYPE_BODY &&
			 symbol->type.body->tag == symbol->name)
			list_struct(&o, listing, symbol->type.body);
		else if (!listing->name && (symbol->kind == SYMBOL_VARIABLE ||
					    symbol->kind == SYMBOL_MAKER))
			list_global(&o, symbol);
		if (symbol->kind == SYMBOL_TYPEDEF && !symbol->type.depth)
			note_alias(&o, symbol->name, symbol->len,
				   direct_family(symbol->type));
		else if (symbol->kind == SYMBOL_MACRO && !listing->aliases)
			note_macro(&o, symbol);
	}
	add_conditions(&o, from);
	unit_free(&unit);
}

/* All threads' finds in one list, in order. */
static void gather(struct listing *listing, struct lock_list *list,
		   struct arena *arena, bool *seen)
{
	uint32_t i, n = 0;

	for (i = 0; i < PARALLEL_MAX; i++)
		n += listing->listers[i].count;
	list->fields = calloc(n ? n : 1, sizeof(*list->fields));
	for (i = 0; i < PARALLEL_MAX; i++) {
		struct lister *l = &listing->listers[i];

		if (list->fields && l->count)
			memcpy(list->fields + list->count, l->fields,
			       l->count * sizeof(*l->fields));
		list->count += l->count;
		*seen |= atomic_load(&l->seen);
		arena_join(arena, &l->arena);
		free(l->fields);
		free(l->aliases.list);
		reader_end(&l->reader);
		if (i < (uint32_t)parallel_count())
			view_free(&l->view);
	}
	if (list->count)
		qsort(list->fields, list->count, sizeof(*list->fields),
		      by_line);
}

static int list_files(struct listing *listing, const char *const *words,
		      size_t n)
{
	uint32_t *ids = NULL;
	int64_t count;

	count = tree_grep(listing->tree, words, n, GREP_ALL, &ids);
	if (count < 0)
		return (int)count;
	listing->ids = ids;
	parallel_for((uint32_t)count, 4, list_file, listing);
	free(ids);
	return 0;
}

static int by_alias(const void *a, const void *b)
{
	const struct alias *x = a, *y = b;
	int diff = strcmp(x->name, y->name);

	return diff ? diff : (int)x->family - (int)y->family;
}

/* The names of all threads, each once. */
static void join_aliases(struct listing *listing, struct aliases *all)
{
	const struct aliases *some;
	uint32_t i, k, n = 0;

	for (i = 0; i < PARALLEL_MAX; i++) {
		some = &listing->listers[i].aliases;
		for (k = 0; k < some->count; k++)
			*ARRAY_ADD(all->list, all->count, all->capacity) =
				some->list[k];
	}
	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), by_alias);
	for (i = 0; i < all->count; i++)
		if (!n || strcmp(all->list[n - 1].name, all->list[i].name))
			all->list[n++] = all->list[i];
	all->count = n;
}

/* Once more, for the locks whose types have names that were met. */
static int list_aliased(struct listing *listing)
{
	struct aliases all = { .list = NULL };
	const char **names;
	uint32_t i;
	int err = 0;

	join_aliases(listing, &all);
	names = calloc(all.count + 1, sizeof(*names));
	for (i = 0; names && i < all.count; i++)
		names[i] = all.list[i].name;
	listing->aliases = &all;
	if (names && all.count)
		err = list_files(listing, names, all.count);
	listing->aliases = NULL;
	free(names);
	free(all.list);
	return err;
}

int locks_list(struct tree *tree, const char *name, struct lock_list *list)
{
	struct listing *listing = calloc(1, sizeof(*listing));
	struct arena *arena = calloc(1, sizeof(*arena));
	const char *const *words = name ? &name : lock_types;
	size_t n = name ? 1 : sizeof(lock_types) / sizeof(lock_types[0]);
	bool seen = false;
	int err = -ENOMEM, i;

	memset(list, 0, sizeof(*list));
	if (!listing || !arena)
		goto out;
	list->arena = arena;
	listing->tree = tree;
	listing->name = name;
	err = index_open(tree, NULL, &listing->index);
	if (err)
		goto out;
	for (i = 0; i < parallel_count(); i++)
		view_init(&listing->listers[i].view, listing->index);
	err = list_files(listing, words, n);
	if (!err && !name)
		err = list_aliased(listing);
	gather(listing, list, arena, &seen);
	if (!err && name && !seen)
		err = nearmiss_say(listing->index, name, "");
out:
	if (listing)
		index_close(listing->index);
	free(listing);
	return err;
}

void locks_free(struct lock_list *list)
{
	if (list->arena)
		arena_free(list->arena);
	free(list->arena);
	free(list->fields);
	memset(list, 0, sizeof(*list));
}
