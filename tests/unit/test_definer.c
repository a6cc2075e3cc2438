// SPDX-License-Identifier: GPL-2.0
/*
 * Texts in which "it" stands: may they declare it? A header that may not is
 * never read, so each way to declare is a row; one that only names it should
 * not be read for nothing.
 */
#include <string.h>

#include "kselftest_harness.h"

#include "source/type/definer.h"

static bool defines(const char *source)
{
	const char *word = "it";
	struct finder *finder = finder_new(&word, 1);
	struct text text = { source, strlen(source) };
	bool yes = may_define(&text, finder);

	finder_free(finder);
	return yes;
}

static const char *const yes[] = {
	"struct it {\n\tint a;\n};",
	"struct it\n{\n};",
	"struct it __packed {\n};",
	"struct __packed it {\n};",
	"struct it /* said here */ {\n};",
	"union it { int a; };",
	"struct outer {\n\tstruct it {\n\t\tint a;\n\t} b;\n};",
	"typedef struct { int a; } it;",
	"typedef int it;",
	"struct box it;",
	"extern struct box *it;",
	"extern struct box a, it;",
	"struct box it[4] = { 1 };",
	"int it(void);",
	"int\nit(void)\n{\n}",
	"static inline struct box *it(struct box *b) { return b; }",
	"DEFINE_SPINLOCK(it);",
	"DEFINE_PER_CPU(struct box, it);",
	"DECLARE_PER_CPU(struct box, it[4]);",
	"#define it other",
	"# define\tit(x) (x)",
	"/* it */\n#define IT \"it\"\nint it;",
	"int f(int *it)\n{\n}\nint it;",
	"#define X(a) { a\nint it;",
	"#if 1\nint f(int a) {\n#else\nint f(void) {\n#endif\n}\nvoid g(int *it);",
	"extern \"C\" {\nint it(void);\n}",
	"char c = '{';\nint it;",
	"char *s = \"{\\\"\";\nint it;",
};

static const char *const no[] = {
	"",
	"struct it;",
	"struct it *p;",
	"int f(struct it *p);",
	"int f(struct box *it);",
	"struct box {\n\tint it;\n};",
	"struct box {\n\tint (*it)(void);\n};",
	"static inline int f(void)\n{\n\tint it = 1;\n\treturn it;\n}",
	"/* int it; */",
	"// int it;\nint x;",
	"char *s = \"int it;\";",
	"#define X it\n",
	"#define X { \\\n\tit\nint x;",
	"#include \"it\"",
	"#ifdef it\n#endif",
	"int iti, _it;",
};

TEST(what_declares)
{
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		EXPECT_TRUE(defines(yes[i]))
		{
			TH_LOG("row %zu is not seen", i);
		}
}

TEST(what_only_names)
{
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		EXPECT_FALSE(defines(no[i]))
		{
			TH_LOG("row %zu is taken for a declaration", i);
		}
}

TEST_HARNESS_MAIN
