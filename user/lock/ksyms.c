// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel symbols by address: symbol lists in, (name, start, size, module) of
 * an address out. The table is a sorted array, sorted again when something was
 * added since; strings lie in chunks that are freed with the table.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lock/ksyms.h"

#define CHUNK_BYTES 65536
#define LAST_SIZE 4096u /* of a text's last symbol, when nobody tells */

struct chunk {
	struct chunk *next;
	size_t used;
	char text[CHUNK_BYTES];
};

struct entry {
	uint64_t addr;
	uint64_t size; /* as given; 0: up to the next */
	const char *name;
	const char *module;
	uint64_t cap; /* ksyms_bound(): at most this size; 0: none */
	bool marker;
};

struct ksyms {
	struct entry *v;
	size_t nr, room;
	struct chunk *chunks;
	const char *last_module;
	size_t nr_sized;
	bool sorted, has_start, has_end;
};

int ksyms_new(struct ksyms **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? 0 : -ENOMEM;
}

void ksyms_free(struct ksyms *ks)
{
	struct chunk *chunk, *next;

	if (!ks)
		return;
	for (chunk = ks->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	free(ks->v);
	free(ks);
}

static const char *keep(struct ksyms *ks, const char *text)
{
	size_t len = strnlen(text, CHUNK_BYTES - 1);
	struct chunk *chunk = ks->chunks;
	char *copy;

	if (!chunk || chunk->used + len + 1 > CHUNK_BYTES) {
		chunk = malloc(sizeof(*chunk));
		if (!chunk)
			return NULL;
		chunk->next = ks->chunks;
		chunk->used = 0;
		ks->chunks = chunk;
	}
	copy = chunk->text + chunk->used;
	memcpy(copy, text, len);
	copy[len] = '\0';
	chunk->used += len + 1;
	return copy;
}

static bool ends_with(const char *text, const char *tail)
{
	size_t len = strlen(text), tail_len = strlen(tail);

	return len >= tail_len && !strcmp(text + len - tail_len, tail);
}

/* A bound of a section, not a function: it shares its address with one. */
static bool is_marker(const char *name)
{
	return !strcmp(name, "_text") || !strcmp(name, "_stext") ||
	       !strcmp(name, "_etext") || ends_with(name, "text_start") ||
	       ends_with(name, "text_end") || ends_with(name, "text_begin") ||
	       !strncmp(name, "__pfx_", 6);
}

static int grow(struct ksyms *ks)
{
	size_t room = ks->room ? ks->room * 2 : 1024;
	struct entry *v = reallocarray(ks->v, room, sizeof(*v));

	if (!v)
		return -ENOMEM;
	ks->v = v;
	ks->room = room;
	return 0;
}

int ksyms_add(struct ksyms *ks, uint64_t addr, uint64_t size, const char *name,
	      const char *module)
{
	struct entry *entry;

	if (ks->nr == ks->room && grow(ks))
		return -ENOMEM;
	if (module && (!ks->last_module || strcmp(ks->last_module, module))) {
		ks->last_module = keep(ks, module);
		if (!ks->last_module)
			return -ENOMEM;
	}
	entry = &ks->v[ks->nr];
	*entry = (struct entry){
		.addr = addr,
		.size = size,
		.name = keep(ks, name),
		.module = module ? ks->last_module : NULL,
		.marker = is_marker(name),
	};
	if (!entry->name)
		return -ENOMEM;
	if (!module && (!strcmp(name, "_stext") || !strcmp(name, "_text")))
		ks->has_start = true;
	if (!module && !strcmp(name, "_etext"))
		ks->has_end = true;
	ks->nr_sized += size != 0;
	ks->nr++;
	ks->sorted = false;
	return 0;
}

/* Best name first where several symbols share an address. */
static int by_address(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	if (x->marker != y->marker)
		return x->marker - y->marker;
	if (!x->size != !y->size)
		return !x->size - !y->size;
	return strcmp(x->name, y->name);
}

static void sort(struct ksyms *ks)
{
	if (ks->sorted)
		return;
	if (ks->nr)
		qsort(ks->v, ks->nr, sizeof(*ks->v), by_address);
	ks->sorted = true;
}

bool ksyms_partial(struct ksyms *ks)
{
	return !(ks->has_start && ks->has_end) && ks->nr_sized <= ks->nr / 2;
}

size_t ksyms_count(const struct ksyms *ks)
{
	return ks->nr;
}

/* Index of the best symbol at or below @addr, or -1. */
static ssize_t index_below(struct ksyms *ks, uint64_t addr)
{
	size_t low = 0, high = ks->nr;

	sort(ks);
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ks->v[middle].addr <= addr)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low)
		return -1;
	low--;
	while (low && ks->v[low - 1].addr == ks->v[low].addr)
		low--;
	return low;
}

/* Index of the first symbol above that of @i, or ks->nr. */
static size_t index_above(const struct ksyms *ks, size_t i)
{
	uint64_t addr = ks->v[i].addr;

	while (i < ks->nr && ks->v[i].addr == addr)
		i++;
	return i;
}

static uint64_t reach(struct ksyms *ks, size_t i)
{
	const struct entry *entry = &ks->v[i];
	size_t next = index_above(ks, i);
	uint64_t size = entry->size;

	if (!size && next < ks->nr)
		size = ks->v[next].addr - entry->addr;
	if (!size || (!entry->size && next < ks->nr &&
		      ks->v[next].module != entry->module))
		size = size && size < LAST_SIZE ? size : LAST_SIZE;
	if (!entry->size && ksyms_partial(ks) && size > KSYMS_REACH)
		size = KSYMS_REACH;
	if (entry->cap && size > entry->cap)
		size = entry->cap;
	return size;
}

static void fill(struct ksyms *ks, size_t i, struct ksym *out)
{
	const struct entry *entry = &ks->v[i];

	out->addr = entry->addr;
	out->reach = reach(ks, i);
	out->size = ksyms_partial(ks) && !entry->size ? 0 : out->reach;
	out->name = entry->name;
	out->module = entry->module;
}

bool ksyms_lookup(struct ksyms *ks, uint64_t addr, struct ksym *out)
{
	ssize_t i = index_below(ks, addr);

	if (i < 0 || addr - ks->v[i].addr >= reach(ks, i))
		return false;
	if (!strcmp(ks->v[i].name, "_etext"))
		return false;
	fill(ks, i, out);
	return true;
}

bool ksyms_find(struct ksyms *ks, const char *name, struct ksym *out)
{
	size_t i;

	sort(ks);
	for (i = 0; i < ks->nr; i++) {
		if (strcmp(ks->v[i].name, name))
			continue;
		fill(ks, i, out);
		return true;
	}
	return false;
}

bool ksyms_below(struct ksyms *ks, uint64_t addr, struct ksym *out)
{
	ssize_t i = index_below(ks, addr);

	if (i < 0)
		return false;
	fill(ks, i, out);
	return true;
}

bool ksyms_above(struct ksyms *ks, uint64_t addr, struct ksym *out)
{
	ssize_t i = index_below(ks, addr);
	size_t next = i < 0 ? 0 : index_above(ks, i);

	if (next >= ks->nr)
		return false;
	fill(ks, next, out);
	return true;
}

void ksyms_at(struct ksyms *ks, size_t i, struct ksym *out)
{
	sort(ks);
	fill(ks, i, out);
}

void ksyms_bound(struct ksyms *ks, uint64_t addr)
{
	ssize_t i = index_below(ks, addr);
	uint64_t cap;

	if (i < 0 || addr == ks->v[i].addr)
		return;
	cap = addr - ks->v[i].addr;
	if (!ks->v[i].cap || cap < ks->v[i].cap)
		ks->v[i].cap = cap;
}

void ksyms_slide(struct ksyms *ks, int64_t delta)
{
	size_t i, kept = 0;

	for (i = 0; delta && i < ks->nr; i++) {
		if (ks->v[i].module)
			continue;
		ks->v[kept] = ks->v[i];
		ks->v[kept++].addr += delta;
	}
	if (delta)
		ks->nr = kept;
	ks->sorted = false;
}

/* The next word of *@line, cut off by a NUL; NULL at the line's end. */
static char *word(char **line)
{
	char *start = *line + strspn(*line, " \t\r\n,");
	size_t len = strcspn(start, " \t\r\n,");

	if (!len)
		return NULL;
	*line = start + len;
	if (**line) {
		**line = '\0';
		(*line)++;
	}
	return start;
}

static bool parse_hex(const char *text, uint64_t *value)
{
	char *end;

	if (!isxdigit((unsigned char)text[0]))
		return false;
	errno = 0;
	*value = strtoull(text, &end, 16);
	return !errno && !*end;
}

struct line {
	uint64_t addr, size;
	char type; /* '\0': the list has none */
	char *name, *module;
};

/* "ADDR NAME", "ADDR TYPE NAME [module]" or nm -S's "ADDR SIZE TYPE NAME". */
static bool parse_line(char *text, struct line *line)
{
	char *addr = word(&text), *a = word(&text), *b = word(&text);
	char *c = word(&text);

	*line = (struct line){ 0 };
	if (!addr || !a || !parse_hex(addr, &line->addr))
		return false;
	if (!b || b[0] == '[') {
		line->name = a;
		line->module = b;
	} else if (strlen(a) == 1) {
		line->type = a[0];
		line->name = b;
		line->module = c;
	} else if (c && strlen(b) == 1 && parse_hex(a, &line->size)) {
		line->type = b[0];
		line->name = c;
	} else {
		return false;
	}
	if (line->module) {
		size_t len = strlen(line->module);

		if (line->module[0] != '[' || len < 3 ||
		    line->module[len - 1] != ']')
			return false;
		line->module[len - 1] = '\0';
		line->module++;
	}
	return true;
}

static int add_line(struct ksyms *ks, const struct line *line)
{
	if (line->type && !strchr("tTwW", line->type))
		return 0;
	if (line->addr < KERNEL_ADDRESS_MIN)
		return 0;
	return ksyms_add(ks, line->addr, line->size, line->name, line->module);
}

int ksyms_read(struct ksyms *ks, FILE *in)
{
	size_t room = 0, good = 0, bad = 0, zero = 0, before = ks->nr;
	char *text = NULL;
	struct line line;
	int err = 0;

	while (!err && getline(&text, &room, in) > 0) {
		if (text[strspn(text, " \t\r\n")] == '\0' || text[0] == '#')
			continue;
		if (!parse_line(text, &line)) {
			bad++;
			if (bad > 100 && bad > good)
				break; /* not such a file at all */
			continue;
		}
		good++;
		zero += !line.addr;
		err = add_line(ks, &line);
	}
	free(text);
	if (err)
		return err;
	if (ferror(in))
		return -EIO;
	if (!good || bad > good)
		return -EBADMSG;
	if (ks->nr == before)
		return zero ? -EACCES : -EBADMSG;
	return 0;
}

int ksyms_load(struct ksyms **out, const char *path)
{
	FILE *in = fopen(path, "re");
	int err;

	if (!in)
		return -errno;
	err = ksyms_new(out);
	if (err)
		goto close;
	err = ksyms_read(*out, in);
	if (err) {
		ksyms_free(*out);
		*out = NULL;
	}
close:
	fclose(in);
	return err;
}
