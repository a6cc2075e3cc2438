// SPDX-License-Identifier: GPL-2.0
/*
 * identify: a small tree of sources, callers and candidates in, and which
 * identity comes out with which confidence.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "lock/identify.h"
#include "capture/record.h"

static const struct {
	const char *path, *text;
} files[] = {
	{ "Makefile", "VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 0\n" },
	{ "Kconfig", "" },
	{ "include/linux/spinlock.h",
	  "typedef struct spinlock { int x; } spinlock_t;\n"
	  "static inline void spin_lock(spinlock_t *lock) { }\n"
	  "static inline void spin_unlock(spinlock_t *lock) { }\n" },
	{ "include/linux/mutex.h",
	  "struct mutex { int x; };\n"
	  "extern void mutex_lock(struct mutex *lock);\n"
	  "extern void mutex_unlock(struct mutex *lock);\n" },
	{ "include/linux/seqlock.h",
	  "#include <linux/spinlock.h>\n"
	  "typedef struct { unsigned int seq; spinlock_t lock; } seqlock_t;\n"
	  "static inline void write_seqlock(seqlock_t *sl)\n"
	  "{\n\tspin_lock(&sl->lock);\n}\n" },
	{ "fs/s.c",
	  "#include <linux/seqlock.h>\n"
	  "seqlock_t move_lock;\nstatic struct { int n; spinlock_t lock; } s;\n"
	  "int move(void)\n{\n\twrite_seqlock(&move_lock);\n\treturn 0;\n}\n"
	  "int count(void)\n{\n\tspin_lock(&s.lock);\n\treturn s.n++;\n}\n" },
	{ "include/linux/things.h",
	  "#include <linux/spinlock.h>\n#include <linux/mutex.h>\n"
	  "struct ref { spinlock_t lock; };\n"
	  "struct table { spinlock_t file_lock; struct ref ref; };\n"
	  "struct other { spinlock_t file_lock; struct mutex big; };\n"
	  "#define t_lock ref.lock\n"
	  "static inline void lock_table(struct table *t)\n"
	  "{\n\tspin_lock(&t->file_lock);\n}\n" },
	{ "fs/a.c",
	  "#include <linux/things.h>\n"
	  "int one(struct table *t)\n"
	  "{\n\tspin_lock(&t->file_lock);\n\tspin_unlock(&t->file_lock);\n"
	  "\treturn 0;\n}\n"
	  "int by_inline(struct table *t)\n{\n\tlock_table(t);\n\treturn 0;\n}\n"
	  "int by_macro(struct table *t)\n"
	  "{\n\tspin_lock(&t->t_lock);\n\treturn 0;\n}\n"
	  "int two(struct table *t, struct other *o)\n"
	  "{\n\tspin_lock(&t->file_lock);\n\tspin_lock(&o->file_lock);\n"
	  "\treturn 0;\n}\n"
	  "int kinds(struct table *t, struct other *o)\n"
	  "{\n\tmutex_lock(&o->big);\n\tspin_lock(&t->file_lock);\n"
	  "\treturn 0;\n}\n"
	  "static int helper(struct other *o)\n"
	  "{\n\tspin_lock(&o->file_lock);\n\treturn 0;\n}\n"
	  "int own_and_inlined(struct table *t, struct other *o)\n"
	  "{\n\tspin_lock(&t->file_lock);\n\treturn helper(o);\n}\n"
	  "int unknown(spinlock_t *lock)\n"
	  "{\n\tspin_lock(lock);\n\treturn 0;\n}\n" },
};

FIXTURE(tree)
{
	char dir[64];
	struct identify *identify;
};

static void make_dirs(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
}

FIXTURE_SETUP(tree)
{
	char path[256];
	size_t i;
	FILE *out;

	strcpy(self->dir, "/tmp/identify.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->dir));
	for (i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->dir, files[i].path);
		make_dirs(path);
		out = fopen(path, "w");
		ASSERT_NE(NULL, out);
		fputs(files[i].text, out);
		fclose(out);
	}
	ASSERT_EQ(0, identify_open(self->dir, &self->identify));
}

FIXTURE_TEARDOWN(tree)
{
	char command[128];

	identify_close(self->identify);
	snprintf(command, sizeof(command), "rm -rf '%s'", self->dir);
	EXPECT_EQ(0, system(command));
}

static struct lock_id by_caller(struct identify *identify, const char *function,
				const char *api)
{
	struct identify_caller caller = { function, 0, 10, api };
	struct lock_id id;

	if (identify_lock(identify, NULL, &caller, 1, &id))
		abort();
	return id;
}

TEST_F(tree, one_lock_is_certain)
{
	struct lock_id id =
		by_caller(self->identify, "one.isra.0", "_raw_spin_lock");

	EXPECT_STREQ("table", id.strct);
	EXPECT_STREQ("file_lock", id.path);
	EXPECT_EQ(LOCKPROBE_CONFIDENCE_CERTAIN, id.confidence);
	EXPECT_EQ(LOCKPROBE_KIND_SPINLOCK, id.kind);
	EXPECT_EQ(1, id.alternatives);
}

TEST_F(tree, inlines_and_macros_lead_to_the_field)
{
	struct lock_id id = by_caller(self->identify, "by_inline", NULL);

	EXPECT_STREQ("table", id.strct);
	EXPECT_STREQ("file_lock", id.path);
	id = by_caller(self->identify, "by_macro", NULL);
	EXPECT_STREQ("table", id.strct);
	EXPECT_STREQ("ref.lock", id.path);
}

TEST_F(tree, two_are_no_fact)
{
	struct lock_id id = by_caller(self->identify, "two", "_raw_spin_lock");

	EXPECT_EQ(LOCKPROBE_CONFIDENCE_AMBIGUOUS, id.confidence);
	EXPECT_EQ(2, id.alternatives);
}

TEST_F(tree, the_kind_of_the_call_decides)
{
	struct lock_id id = by_caller(self->identify, "kinds", "mutex_lock");

	EXPECT_STREQ("big", id.path);
	id = by_caller(self->identify, "kinds",
		       "native_queued_spin_lock_slowpath");
	EXPECT_STREQ("file_lock", id.path);
	EXPECT_EQ(LOCKPROBE_CONFIDENCE_CERTAIN, id.confidence);
}

TEST_F(tree, what_may_be_inlined_makes_it_likely)
{
	struct lock_id id = by_caller(self->identify, "own_and_inlined", NULL);

	EXPECT_STREQ("table", id.strct);
	EXPECT_EQ(LOCKPROBE_CONFIDENCE_LIKELY, id.confidence);
}

TEST_F(tree, nothing_is_made_up)
{
	struct lock_id id = by_caller(self->identify, "unknown", NULL);

	EXPECT_STREQ("", id.path);
	id = by_caller(self->identify, "no_such_function", NULL);
	EXPECT_STREQ("", id.path);
	EXPECT_EQ(LOCKPROBE_CONFIDENCE_NONE, id.confidence);
}

TEST_F(tree, callers_strike_out_candidates)
{
	const char *const names[] = { "one", "two" };
	struct identify_caller caller = { "one", 0, 10, NULL };
	struct record_lock lock = {
		.addr = 0xffff888000000000,
		.kind = LOCKPROBE_KIND_SPINLOCK,
		.confidence = LOCKPROBE_CONFIDENCE_AMBIGUOUS,
		.nr_candidates = 3,
		.candidates = { { "other", "file_lock", 0 },
				{ "table", "file_lock", 0 },
				{ "thing", "lock", 0 } },
	};
	struct lock_id id;

	ASSERT_EQ(0, identify_prepare(self->identify, names, 2));
	ASSERT_EQ(0, identify_lock(self->identify, &lock, &caller, 1, &id));
	EXPECT_STREQ("table", id.strct);
	EXPECT_EQ(1, id.alternatives);
	EXPECT_TRUE(id.evidence & LOCKPROBE_EVIDENCE_SOURCE);
	/* both of two()'s fit: the two stay, the third does not */
	caller.function = "two";
	ASSERT_EQ(0, identify_lock(self->identify, &lock, &caller, 1, &id));
	EXPECT_EQ(2, id.alternatives);
	/* nobody who takes one of them: the kernel's word stands */
	caller.function = "by_macro";
	ASSERT_EQ(0, identify_lock(self->identify, &lock, &caller, 1, &id));
	EXPECT_EQ(3, id.alternatives);
	/* what the kernel is certain of is not asked about */
	lock.nr_candidates = 1;
	lock.confidence = LOCKPROBE_CONFIDENCE_CERTAIN;
	caller.function = "one";
	ASSERT_EQ(0, identify_lock(self->identify, &lock, &caller, 1, &id));
	EXPECT_STREQ("other", id.strct);
	EXPECT_EQ(LOCKPROBE_CONFIDENCE_CERTAIN, id.confidence);
}

TEST_F(tree, a_variable_is_what_its_callers_take)
{
	struct record_lock lock = {
		.kind = LOCKPROBE_KIND_SPINLOCK,
		.confidence = LOCKPROBE_CONFIDENCE_CERTAIN,
		.symbol = "move_lock",
		.symbol_offset = 4,
	};
	struct identify_caller caller = { "move", 0, 10, "_raw_spin_lock" };
	struct lock_id id;

	ASSERT_EQ(0, identify_lock(self->identify, &lock, &caller, 1, &id));
	EXPECT_STREQ("move_lock", id.path);
	EXPECT_EQ(LOCKPROBE_KIND_SEQLOCK, id.kind);
	EXPECT_EQ(LOCKPROBE_CONFIDENCE_CERTAIN, id.confidence);
	/* a caller that takes another lock says nothing of this one */
	caller.function = "count";
	ASSERT_EQ(0, identify_lock(self->identify, &lock, &caller, 1, &id));
	EXPECT_STREQ("move_lock+0x4", id.path);
	EXPECT_EQ(LOCKPROBE_KIND_SPINLOCK, id.kind);
}

TEST_HARNESS_MAIN
