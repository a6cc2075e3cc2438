/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel symbols by address: a table filled from /proc/kallsyms, System.map,
 * nm's output or a list of two columns (here), from an ELF file (elfsym.h) or
 * one by one, then looked up. A table that does not show where the kernel's
 * text begins and ends is partial: there a symbol reaches no further than
 * KSYMS_REACH, because what follows may be a function nobody listed.
 * One thread at a time; errors are -errno; nothing here prints.
 */
#ifndef KSYMS_H
#define KSYMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define KSYMS_REACH 4096u /* bytes, of a symbol in a partial table */
#define KERNEL_ADDRESS_MIN 0xffff800000000000ull

struct ksyms;

/* Strings live as long as the table. */
struct ksym {
	uint64_t addr;
	uint64_t size; /* 0: not known */
	uint64_t reach; /* how far lookups believe in it; @size when known */
	const char *name;
	const char *module; /* NULL: the kernel proper */
};

int ksyms_new(struct ksyms **out);
void ksyms_free(struct ksyms *ks);

/*
 * Read a whole list. -EACCES: every address in it is 0 (kptr_restrict);
 * -EBADMSG: not a symbol list. ksyms_load() makes the table, too.
 */
int ksyms_read(struct ksyms *ks, FILE *in);
int ksyms_load(struct ksyms **out, const char *path);

/* @size 0: up to the next symbol. @name and @module (or NULL) are copied. */
int ksyms_add(struct ksyms *ks, uint64_t addr, uint64_t size, const char *name,
	      const char *module);

/*
 * The symbol that @addr lies in; false when there is none. A name of a
 * section's bound (__lock_text_start) is given only if nothing else is there.
 */
bool ksyms_lookup(struct ksyms *ks, uint64_t addr, struct ksym *out);
bool ksyms_find(struct ksyms *ks, const char *name, struct ksym *out);

/* The symbols next to @addr: at or below, and above; false at the edges. */
bool ksyms_below(struct ksyms *ks, uint64_t addr, struct ksym *out);
bool ksyms_above(struct ksyms *ks, uint64_t addr, struct ksym *out);

/* @addr does not belong to the symbol before it, whatever its size says. */
void ksyms_bound(struct ksyms *ks, uint64_t addr);

/*
 * Move all symbols by @delta bytes, which is another boot's KASLR: modules lie
 * elsewhere then, too, and nobody knows where, so their symbols are dropped.
 */
void ksyms_slide(struct ksyms *ks, int64_t delta);

bool ksyms_partial(struct ksyms *ks);
size_t ksyms_count(const struct ksyms *ks);

/* The @i-th symbol by address, i < ksyms_count(). */
void ksyms_at(struct ksyms *ks, size_t i, struct ksym *out);

#endif
