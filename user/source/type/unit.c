// SPDX-License-Identifier: GPL-2.0
/*
 * A file's text in, its symbols out, with a hash table of their names.
 */
#include <stdlib.h>

#include "source/text/macro.h"
#include "source/type/outline.h"
#include "source/type/unit.h"

uint32_t name_hash(const char *name, size_t len)
{
	uint32_t hash = 2166136261u;

	while (len--)
		hash = (hash ^ (unsigned char)*name++) * 16777619u;
	return hash;
}

static void build_table(struct unit *unit)
{
	uint32_t size = 8, i, slot;

	while (size < unit->count * 2)
		size *= 2;
	unit->table = calloc(size, sizeof(*unit->table));
	if (!unit->table)
		return;
	unit->table_mask = size - 1;
	for (i = 0; i < unit->count; i++) {
		slot = unit->symbols[i].hash & unit->table_mask;
		while (unit->table[slot])
			slot = (slot + 1) & unit->table_mask;
		unit->table[slot] = i + 1;
	}
}

/* A unit that stays gives back what its arrays have too much. */
static void fit(struct unit *unit)
{
	void *symbols, *includes;

	symbols = realloc(unit->symbols,
			  (unit->count + 1) * sizeof(*unit->symbols));
	includes = realloc(unit->includes,
			   (unit->include_count + 1) * sizeof(*unit->includes));
	if (symbols) {
		unit->symbols = symbols;
		unit->capacity = unit->count + 1;
	}
	if (includes) {
		unit->includes = includes;
		unit->include_capacity = unit->include_count + 1;
	}
}

void unit_read(struct unit *unit, uint32_t id, struct text text, bool keep)
{
	unit->id = id;
	unit->text = text;
	lex_text(&unit->lexed, text);
	outline_read(unit);
	if (!keep) {
		lexed_free(&unit->lexed);
		fit(unit);
	}
	build_table(unit);
}

void unit_free(struct unit *unit)
{
	uint32_t i;

	for (i = 0; i < unit->count; i++)
		if (unit->symbols[i].kind == SYMBOL_MACRO)
			macro_free(atomic_load(&unit->symbols[i].macro));
	lexed_free(&unit->lexed);
	free(unit->symbols);
	free(unit->includes);
	free(unit->reaches);
	free(unit->table);
	arena_free(&unit->arena);
	memset(unit, 0, sizeof(*unit));
}

struct symbol *unit_find(const struct unit *unit, const char *name, size_t len,
			 uint32_t kinds, const struct symbol *after)
{
	uint32_t hash = name_hash(name, len), slot;
	struct symbol *symbol;

	if (!unit->table)
		return NULL;
	slot = hash & unit->table_mask;
	for (; unit->table[slot]; slot = (slot + 1) & unit->table_mask) {
		symbol = &unit->symbols[unit->table[slot] - 1];
		if (symbol->hash == hash && symbol->len == len &&
		    (symbol->kind & kinds) && (!after || symbol > after) &&
		    !memcmp(symbol->name, name, len))
			return symbol;
	}
	return NULL;
}

uint32_t unit_token(const struct unit *unit, uint32_t offset)
{
	return lex_find(&unit->lexed.tokens, unit->text.data + offset);
}

const struct symbol *unit_function(const struct unit *unit, uint32_t token)
{
	const struct symbol *symbol;
	uint32_t i;

	for (i = 0; i < unit->count; i++) {
		symbol = &unit->symbols[i];
		if (symbol->kind == SYMBOL_FUNCTION &&
		    symbol->open != NO_TOKEN && token <= symbol->close &&
		    token >= symbol->params_token)
			return symbol;
	}
	return NULL;
}
