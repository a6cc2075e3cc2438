// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: any bytes as a function's body, or as a whole file or header, of
 * a kernel tree in miniature, through the whole site finder. Nothing may crash
 * or hang, and what is reported must lie inside its file, in order.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source/site/sites.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char top[] = "/tmp/fuzz_sites.XXXXXX";

static const struct {
	const char *path, *text;
} files[] = {
	{ "Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n"
		      "KBUILD_CFLAGS += -fms-extensions\n" },
	{ "Kbuild", "" },
	{ "Kconfig", "" },
	{ "include/linux/spinlock.h",
	  "typedef struct { int l; } spinlock_t;\n"
	  "static inline void spin_lock(spinlock_t *lock) { }\n"
	  "static inline void spin_unlock(spinlock_t *lock) { }\n"
	  "#define spin_lock_irqsave(lock, flags) do { } while (0)\n" },
	{ "include/linux/box.h",
	  "#include <linux/spinlock.h>\n"
	  "struct box { spinlock_t lock; struct box *next; };\n"
	  "struct jar { spinlock_t lock; struct box box[2]; };\n"
	  "static inline void box_lock(struct box *b)\n"
	  "{ spin_lock(&b->lock); }\n"
	  "#define NEXT(b) ((b)->next)\n"
	  "struct rows { spinlock_t row[3]; struct box; };\n"
	  "#define take(p, m) spin_lock(&(p)->m)\n"
	  "#define box_take(p) take(p, lock)\n"
	  "#define j_lock box[1].lock\n"
	  "#define DEFINE_GUARD(name, type, lock, unlock)\n"
	  "DEFINE_GUARD(box, struct box *, spin_lock(&_T->lock),\n"
	  "\t     spin_unlock(&_T->lock))\n"
	  "static inline spinlock_t *box_lockptr(struct box *b)\n"
	  "{ return &b->lock; }\n"
	  "extern spinlock_t big_lock;\n" },
	{ "include/linux/fuzz.h", "" },
	{ "fs/user.c",
	  "#include <linux/box.h>\n#include <linux/fuzz.h>\n"
	  "void user(struct box *b) { spin_lock(&NEXT(b)->lock); }\n" },
};

static void put(const char *path, const char *head, const void *text,
		size_t size)
{
	char whole[256];
	FILE *out;

	snprintf(whole, sizeof(whole), "%s/%s", top, path);
	out = fopen(whole, "w");
	if (!out || fputs(head, out) < 0 ||
	    fwrite(text, 1, size, out) != size || fclose(out))
		abort();
}

static void remove_tree(void)
{
	static const char *const paths[] = {
		"fs/fuzz.c", "fs", "include/linux", "include", "",
	};
	char whole[256];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(whole, sizeof(whole), "%s/%s", top, files[i].path);
		unlink(whole);
	}
	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		snprintf(whole, sizeof(whole), "%s/%s", top, paths[i]);
		remove(whole);
	}
}

static void make_tree(void)
{
	static const char *const dirs[] = { "fs", "include", "include/linux" };
	char whole[256];
	size_t i;

	if (!mkdtemp(top))
		abort();
	for (i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		snprintf(whole, sizeof(whole), "%s/%s", top, dirs[i]);
		if (mkdir(whole, 0700))
			abort();
	}
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put(files[i].path, "", files[i].text, strlen(files[i].text));
	atexit(remove_tree);
}

static void check(struct tree *tree, const struct site_set *set)
{
	const struct site *site, *last = NULL;
	struct text text;
	uint32_t i;

	for (i = 0; i < set->count; i++, last = site) {
		site = &set->sites[i];
		if (tree_text(tree, site->id, &text))
			continue;
		if (site->call.end > text.size ||
		    site->call.start > site->call.end ||
		    site->lock.end > text.size ||
		    site->lock.start > site->lock.end || !site->line)
			abort();
		if (last && last->id == site->id &&
		    (last->line > site->line ||
		     (last->line == site->line && last->col > site->col)))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char body[] = "#include <linux/box.h>\n"
				   "void f(struct box *b, struct jar *j)\n{\n";
	static const char *const locks[] = { "box.lock", "rows.row",
					     "jar.box.lock", "big_lock" };
	const struct sites_opts opts = { .threads = 1 };
	struct site_set set;
	struct tree *tree;
	static bool made;

	if (!made)
		make_tree();
	made = true;
	if (!size)
		return 0;
	put("fs/fuzz.c", data[0] & 1 ? body : "", data + 1,
	    data[0] & 2 ? 0 : size - 1);
	put("include/linux/fuzz.h", "", data + 1, data[0] & 2 ? size - 1 : 0);
	if (tree_open(top, &tree))
		abort();
	if (!sites_find(tree, locks[data[0] >> 2 & 3], &opts, &set)) {
		check(tree, &set);
		sites_free(&set);
	}
	tree_close(tree);
	return 0;
}
