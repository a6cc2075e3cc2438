// SPDX-License-Identifier: GPL-2.0
/*
 * ksyms: whole and partial lists in every form, what an address belongs to,
 * and what is refused.
 */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"

#include "lock/ksyms.h"

static int read_text(struct ksyms **ks, const char *text)
{
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	int err = ksyms_new(ks);

	if (!err)
		err = ksyms_read(*ks, in);
	fclose(in);
	return err;
}

static const char whole[] = "ffffffff81000000 T _stext\n"
			    "ffffffff81000000 T _text\n"
			    "ffffffff81000000 T startup_64\n"
			    "ffffffff81000100 t helper\n"
			    "ffffffff81000180 D jiffies\n"
			    "ffffffff81000200 T last_one\n"
			    "ffffffff81000300 T _etext\n"
			    "ffffffffc0000000 t ext4_sync\t[ext4]\n"
			    "ffffffffc0000100 t ext4_next\t[ext4]\n"
			    "0000000000001000 A __per_cpu_thing\n";

TEST(whole_list_knows_sizes)
{
	struct ksyms *ks;
	struct ksym sym;

	ASSERT_EQ(0, read_text(&ks, whole));
	EXPECT_FALSE(ksyms_partial(ks));
	ASSERT_TRUE(ksyms_lookup(ks, 0xffffffff81000123, &sym));
	EXPECT_STREQ("helper", sym.name);
	EXPECT_EQ(0x100, sym.size);
	EXPECT_EQ(NULL, sym.module);
	ASSERT_TRUE(ksyms_lookup(ks, 0xffffffff81000000, &sym));
	EXPECT_STREQ("startup_64", sym.name); /* no section's bound */
	ASSERT_TRUE(ksyms_lookup(ks, 0xffffffffc0000042, &sym));
	EXPECT_STREQ("ext4", sym.module);
	EXPECT_FALSE(ksyms_lookup(ks, 0xffffffff81000300, &sym));
	EXPECT_FALSE(ksyms_lookup(ks, 0xffffffff80ffffff, &sym));
	EXPECT_FALSE(ksyms_lookup(ks, 0xffffffffc0009000, &sym));
	ksyms_free(ks);
}

TEST(partial_list_reaches_one_page)
{
	struct ksyms *ks;
	struct ksym sym;

	ASSERT_EQ(0, read_text(&ks, "# two columns\n"
				    "0xffffffff81010000 two\n"
				    "ffffffff81000000 one\n\n"));
	EXPECT_TRUE(ksyms_partial(ks));
	ASSERT_TRUE(ksyms_lookup(ks, 0xffffffff81000fff, &sym));
	EXPECT_STREQ("one", sym.name);
	EXPECT_EQ(0, sym.size);
	EXPECT_EQ(KSYMS_REACH, sym.reach);
	EXPECT_FALSE(ksyms_lookup(ks, 0xffffffff81001000, &sym));
	ksyms_bound(ks, 0xffffffff81000400);
	EXPECT_TRUE(ksyms_lookup(ks, 0xffffffff810003ff, &sym));
	EXPECT_FALSE(ksyms_lookup(ks, 0xffffffff81000400, &sym));
	ASSERT_TRUE(ksyms_below(ks, 0xffffffff81002000, &sym));
	EXPECT_STREQ("one", sym.name);
	ASSERT_TRUE(ksyms_above(ks, 0xffffffff81000000, &sym));
	EXPECT_STREQ("two", sym.name);
	EXPECT_FALSE(ksyms_above(ks, 0xffffffff81010000, &sym));
	ksyms_free(ks);
}

TEST(nm_with_sizes)
{
	struct ksyms *ks;
	struct ksym sym;

	ASSERT_EQ(0,
		  read_text(&ks, "ffffffff81000000 0000000000000040 T one\n"
				 "ffffffff81000100 0000000000000010 t two\n"));
	EXPECT_FALSE(ksyms_partial(ks));
	EXPECT_TRUE(ksyms_lookup(ks, 0xffffffff8100003f, &sym));
	EXPECT_FALSE(ksyms_lookup(ks, 0xffffffff81000040, &sym));
	ksyms_free(ks);
}

TEST(slide_drops_modules)
{
	struct ksyms *ks;
	struct ksym sym;

	ASSERT_EQ(0, read_text(&ks, whole));
	ksyms_slide(ks, 0x1000000);
	ASSERT_TRUE(ksyms_lookup(ks, 0xffffffff82000123, &sym));
	EXPECT_STREQ("helper", sym.name);
	EXPECT_FALSE(ksyms_find(ks, "ext4_sync", &sym));
	ksyms_free(ks);
}

TEST(refusals)
{
	struct ksyms *ks;

	EXPECT_EQ(-EACCES, read_text(&ks, "0000000000000000 T _text\n"
					  "0000000000000000 T other\n"));
	ksyms_free(ks);
	EXPECT_EQ(-EBADMSG, read_text(&ks, "this is\nno list of symbols\n"));
	ksyms_free(ks);
	EXPECT_EQ(-ENOENT, ksyms_load(&ks, "/nonexistent/kallsyms"));
}

TEST_HARNESS_MAIN
