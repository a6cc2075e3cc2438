// SPDX-License-Identifier: GPL-2.0
/*
 * Byte-range edits, the place of an #include, and the warnings of a log.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"

#include "source/text/edit.h"
#include "source/patch/inclusion.h"
#include "source/verify/warnings.h"

TEST(edits_apply_in_any_order)
{
	struct edit_list list = { 0 };
	size_t len;
	char *text;

	ASSERT_EQ(0, edit_add(&list, 10, 3, "THREE"));
	ASSERT_EQ(0, edit_add(&list, 0, 3, "one"));
	ASSERT_EQ(0, edit_add(&list, 10, 0, "+"));
	ASSERT_EQ(0, edit_add(&list, 13, 0, "!"));
	text = edit_apply(&list, "123456789 abc", 13, &len);
	ASSERT_STREQ("one456789 +THREE!", text);
	ASSERT_EQ(strlen(text), len);
	free(text);
	edit_free(&list);
}

TEST(edits_that_overlap_are_refused)
{
	struct edit_list list = { 0 };
	size_t len;

	ASSERT_EQ(0, edit_add(&list, 4, 4, "x"));
	EXPECT_EQ(0, edit_add(&list, 4, 4, "x"));
	EXPECT_EQ(-EEXIST, edit_add(&list, 4, 4, "y"));
	EXPECT_EQ(-EEXIST, edit_add(&list, 6, 0, "y"));
	EXPECT_EQ(-EEXIST, edit_add(&list, 0, 5, "y"));
	EXPECT_EQ(0, edit_add(&list, 8, 1, "y"));
	EXPECT_EQ(2, list.nr);
	EXPECT_EQ(NULL, edit_apply(&list, "short", 5, &len));
	edit_free(&list);
}

static const struct place {
	const char *text;
	bool last;
	const char *next; /* what the new line comes before */
} places[] = {
	{ "/* x */\n#include <linux/a.h>\n#include <linux/z.h>\n\nint i;\n",
	  false, "#include <linux/z.h>" },
	{ "#include <linux/z.h>\n#include <linux/a.h>\n#include \"q.h\"\nint i;\n",
	  false, "#include \"q.h\"" },
	{ "#include <linux/z.h>\n#include <linux/a.h>\n#include \"q.h\"\nint i;\n",
	  true, "int i;" },
	{ "#include <linux/a.h>\n#ifdef X\n#include <linux/b.h>\n#endif\nint i;\n",
	  false, "#ifdef X" },
	{ "#include <linux/a.h>\n/*\n#include <linux/b.h>\n*/\nint i;\n", false,
	  "/*" },
	{ "// x\n/*\n * y\n */\n\n#define P 1\n#include \"own.h\"\n", false,
	  "#include \"own.h\"" },
	{ "// x\n/*\n * y\n */\n\nint i;\n", false, "int i;" },
	{ "#include <linux/a.h>\nint f(void)\n{\n#include <linux/b.h>\n}\n",
	  false, "int f(void)" },
	{ "#include <linux/a.h>\n#include <linux/lockprobe.h>\nint i;\n", false,
	  "#include <linux/lockprobe.h>" },
	{ "#include <linux/a.h>\nint names[] = {\n#include <linux/b.h>\n};\n",
	  false, "int names" },
	{ "#define P { \\\n\t1, 2\n#error isn't {\nint c = '{';\n"
	  "#include <linux/a.h>\nint i;\n",
	  true, "int i;" },
	{ "struct s {\n\tint i; /* { */\n};\n#include <linux/a.h>\nint i;\n",
	  true, "int i;" },
};

TEST(an_include_goes_where_the_order_wants_it)
{
	size_t i;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++) {
		const struct place *p = &places[i];
		size_t at = inclusion_place(p->text, strlen(p->text),
					    "linux/lockprobe.h", p->last);

		EXPECT_EQ(0, strncmp(p->text + at, p->next, strlen(p->next)))
		{
			TH_LOG("row %zu: before '%.30s'", i, p->text + at);
		}
	}
	EXPECT_TRUE(inclusion_has(places[8].text, strlen(places[8].text),
				  "linux/lockprobe.h"));
	EXPECT_FALSE(inclusion_has(places[4].text, strlen(places[4].text),
				   "linux/lockprobe.h"));
}

TEST(a_warning_that_moved_is_not_new)
{
	static const char before[] =
		"  CC      fs/file.o\n"
		"fs/file.c:10:3: warning: unused variable 'x' [-Wunused]\n"
		"fs/file.c:11: warning: context imbalance\n"
		"fs/file.c:12: warning: context imbalance in 'take' - exit\n"
		"make: *** nothing: 1: error\n";
	static const char after[] =
		"/tmp/copy/fs/file.c:14:3: warning: unused variable 'x' [-Wunused]\n"
		"fs/file.c:15:1: warning: unused variable 'x' [-Wunused]\n"
		"./fs/file.c:16: warning: context imbalance\n"
		"fs/file.c:17: warning: context imbalance in 'take' - exit\n"
		"fs/file.c:18: warning: context imbalance in 'lp_take' - exit\n"
		"fs/file.c:19: warning: context imbalance in 'lp_give' - exit\n";
	struct warning_list old, new;
	bool fresh[6];

	ASSERT_EQ(0, warnings_parse(&old, before, ""));
	ASSERT_EQ(0, warnings_parse(&new, after, "/tmp/copy"));
	ASSERT_EQ(3, old.nr);
	ASSERT_EQ(6, new.nr);
	EXPECT_STREQ("fs/file.c", new.list[0].file);
	EXPECT_EQ(3, warnings_new(&old, &new, "", fresh));
	EXPECT_EQ(2, warnings_new(&old, &new, "lp_", fresh));
	EXPECT_FALSE(fresh[0]);
	EXPECT_TRUE(fresh[1]);
	EXPECT_FALSE(fresh[2]);
	EXPECT_FALSE(fresh[3]);
	EXPECT_FALSE(fresh[4]); /* as the function it is a copy of */
	EXPECT_TRUE(fresh[5]);
	warnings_free(&old);
	warnings_free(&new);
}

TEST_HARNESS_MAIN
