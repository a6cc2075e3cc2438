/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One file of the tree as the names that it declares at file scope.
 */
#ifndef SOURCE_UNIT_H
#define SOURCE_UNIT_H

#include <stdatomic.h>

#include "source/type/decl.h"

enum symbol_kind {
	SYMBOL_STRUCT = 1, /* struct or union with a tag and a body */
	SYMBOL_TYPEDEF = 2,
	SYMBOL_FUNCTION = 4, /* declared or defined */
	SYMBOL_VARIABLE = 8,
	SYMBOL_MACRO = 16,
	SYMBOL_MAKER = 32, /* NAME in DEFINE_SPINLOCK(NAME) */
};

struct symbol {
	const char *name;
	uint32_t len, hash;
	uint32_t kind, storage; /* enum symbol_kind, enum storage */
	uint32_t start, end; /* bytes of the declaration or definition */
	uint32_t at; /* byte of the name */
	uint32_t params; /* byte of the '(', or NO_TOKEN */
	uint32_t open, close; /* a definition's braces (tokens), or NO_TOKEN */
	uint32_t params_token; /* while the tokens last */
	struct type type;
	struct body *body; /* of a struct */
	struct unit *unit;
	struct symbol *next; /* of the same hash, in the index */
	struct macro *_Atomic macro; /* parsed when first used */
};

struct include {
	const char *name;
	uint32_t len;
	bool quoted;
	bool afar; /* found neither on the kernel's path nor beside the file */
	int64_t id; /* of the file, when it does not depend on the arch */
};

struct unit {
	uint32_t id;
	struct text text;
	struct lexed lexed; /* of the file being searched; else empty */
	struct symbol *symbols;
	uint32_t count, capacity;
	struct include *includes;
	uint32_t include_count, include_capacity;
	uint32_t *reaches; /* the files, when no arch changes them ... */
	uint32_t reach_count;
	bool asks_arch; /* ... but this one includes <asm/...>, or this ... */
	bool asks_dirs; /* ... a header that another directory may have */
	uint32_t *table; /* hash table of symbol numbers + 1 */
	uint32_t table_mask;
	struct arena arena;
};

uint32_t name_hash(const char *name, size_t len);

/*
 * Read @text (borrowed as long as the unit lives) into @unit. @keep: keep the
 * tokens in unit->lexed.
 */
void unit_read(struct unit *unit, uint32_t id, struct text text, bool keep);
void unit_free(struct unit *unit);

/*
 * The first symbol of that name whose kind is in @kinds and which is not
 * before @after in the unit's order (NULL: the first); NULL when none is left.
 */
struct symbol *unit_find(const struct unit *unit, const char *name, size_t len,
			 uint32_t kinds, const struct symbol *after);

/* The token that begins at a byte of the text, or NO_TOKEN. */
uint32_t unit_token(const struct unit *unit, uint32_t offset);
/* The function definition around a token, or NULL. Needs the tokens. */
const struct symbol *unit_function(const struct unit *unit, uint32_t token);

#endif
