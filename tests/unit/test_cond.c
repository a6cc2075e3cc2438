// SPDX-License-Identifier: GPL-2.0
/*
 * Conditions of the preprocessor against a small configuration: each row is a
 * file's directives, with the state and the condition's text at its end.
 */
#include <errno.h>
#include <string.h>

#include "kselftest_harness.h"

#include "source/build/cond.h"

static const char dotconfig[] =
	"#\n# Automatically generated file; DO NOT EDIT.\n"
	"# Linux/x86 6.1.192 Kernel Configuration\n#\n"
	"CONFIG_SMP=y\nCONFIG_X86=y\nCONFIG_X86_64=y\nCONFIG_64BIT=y\n"
	"CONFIG_EXT4_FS=m\n# CONFIG_PREEMPT_RT is not set\nCONFIG_HZ=250\n"
	"CONFIG_NR_CPUS=8192\nCONFIG_LOCALVERSION=\"-x y\"\n"
	"CONFIG_PAGE_OFFSET=0xffff0000\n";

static struct config *config_of(const char *text)
{
	struct config *config = NULL;

	return config_parse(text, strlen(text), &config) ? NULL : config;
}

/* Feed the lines of @file; the newline after a backslash does not end one. */
static enum truth walk(struct cond *cond, const char *file)
{
	const char *p = file, *end;

	while (*p) {
		for (end = p; *end && (*end != '\n' || end[-1] == '\\');)
			end++;
		if (*p == '#')
			cond_line(cond, p + 1, end - p - 1);
		p = *end ? end + 1 : end;
	}
	return cond_state(cond);
}

static const struct row {
	const char *file;
	enum truth state;
	const char *text;
} rows[] = {
	{ "", TRUTH_YES, "" },
	{ "#ifdef CONFIG_SMP", TRUTH_YES, "defined(CONFIG_SMP)" },
	{ "#ifndef CONFIG_SMP", TRUTH_NO, "!defined(CONFIG_SMP)" },
	{ "#ifdef CONFIG_EXT4_FS", TRUTH_NO, "defined(CONFIG_EXT4_FS)" },
	{ "#ifdef CONFIG_EXT4_FS_MODULE", TRUTH_YES, NULL },
	{ "#if IS_ENABLED(CONFIG_EXT4_FS)", TRUTH_YES, NULL },
	{ "#if IS_BUILTIN( CONFIG_EXT4_FS )", TRUTH_NO, NULL },
	{ "#if IS_MODULE(CONFIG_EXT4_FS)", TRUTH_YES, NULL },
	{ "#if IS_REACHABLE(CONFIG_EXT4_FS)", TRUTH_UNKNOWN, NULL },
	{ "#if IS_REACHABLE(CONFIG_SMP)", TRUTH_YES, NULL },
	{ "#ifdef CONFIG_NEVER_HEARD_OF", TRUTH_NO, NULL },
	{ "#ifdef MODULE", TRUTH_UNKNOWN, NULL },
	{ "#if CONFIG_HZ > 100", TRUTH_YES, "CONFIG_HZ > 100" },
	{ "#if CONFIG_HZ*4 == 1000 && CONFIG_NR_CPUS>>3 == 1024", TRUTH_YES,
	  NULL },
	{ "#if CONFIG_PAGE_OFFSET & 0x10000", TRUTH_YES, NULL },
	{ "#ifdef CONFIG_LOCALVERSION", TRUTH_YES, NULL },
	{ "#if CONFIG_LOCALVERSION", TRUTH_UNKNOWN, NULL },
	{ "#if BITS_PER_LONG == 64", TRUTH_YES, NULL },
	{ "#ifdef __BIG_ENDIAN", TRUTH_NO, NULL },
	{ "#if defined __KERNEL__ && !defined(__ASSEMBLY__)", TRUTH_YES, NULL },
	{ "#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 0)", TRUTH_YES,
	  NULL },
	{ "#if LINUX_VERSION_CODE < KERNEL_VERSION(6,1,192)", TRUTH_NO, NULL },
	{ "#if 0\n#ifdef CONFIG_SMP", TRUTH_NO, "0 && defined(CONFIG_SMP)" },
	{ "#if 0\n#else", TRUTH_YES, "!(0)" },
	{ "#if 0\n#else\n#endif\n", TRUTH_YES, "" },
	{ "#if 1\n#elif 1", TRUTH_NO, "!(1) && (1)" },
	{ "#if 0\n#elif 1\n#else", TRUTH_NO, "!(0) && !(1)" },
	{ "#if 0\n#elif FOO\n#elif 0\n#else", TRUTH_UNKNOWN,
	  "!(0) && !(FOO) && !(0)" },
	{ "#if FOO\n#else", TRUTH_UNKNOWN, "!(FOO)" },
	{ "#if FOO || defined(CONFIG_SMP)", TRUTH_YES,
	  "(FOO || defined(CONFIG_SMP))" },
	{ "#if FOO && 0", TRUTH_NO, NULL },
	{ "#if FOO ? 1 : 1", TRUTH_YES, NULL },
	{ "#define FOO\n#ifdef FOO", TRUTH_YES, NULL },
	{ "#define FOO 3\n#if FOO == 3", TRUTH_YES, NULL },
	{ "#define A B\n#define B (1 + 1)\n#if A == 2", TRUTH_YES, NULL },
	{ "#define A A\n#if A", TRUTH_UNKNOWN, NULL },
	{ "#define F(x) x\n#if F(1)", TRUTH_UNKNOWN, NULL },
	{ "#define FOO\n#undef FOO\n#ifdef FOO", TRUTH_NO, NULL },
	{ "#ifdef BAR\n#define FOO\n#endif\n#ifdef FOO", TRUTH_UNKNOWN, NULL },
	{ "#if 0\n#define FOO\n#endif\n#ifdef FOO", TRUTH_UNKNOWN, NULL },
	{ "#undef FOO\n#ifdef BAR\n#define FOO\n#endif\n#ifdef FOO",
	  TRUTH_UNKNOWN, NULL },
	{ "#ifndef _A_H\n#define _A_H", TRUTH_YES, "" },
	{ "#ifndef _A_H\n#define _A_H 1", TRUTH_UNKNOWN, "!defined(_A_H)" },
	{ "#ifndef _A_H\n#include <x.h>\n#define _A_H", TRUTH_YES, "" },
	{ "#if !defined(_T_H) || defined(TRACE_HEADER_MULTI_READ)\n"
	  "#define _T_H",
	  TRUTH_YES, "" },
	{ "#ifndef _A_H\n#define _A_H\n#ifdef CONFIG_SMP\n#else", TRUTH_NO,
	  "!(defined(CONFIG_SMP))" },
	{ "# /* why */ if /* a */ defined(CONFIG_SMP) \\\n && /* b */ 0",
	  TRUTH_NO, "defined(CONFIG_SMP) && 0" },
	{ "#if defined(", TRUTH_UNKNOWN, NULL },
	{ "#if 1 +", TRUTH_UNKNOWN, NULL },
	{ "#if 1 / 0", TRUTH_UNKNOWN, NULL },
	{ "#if 'a' == 97", TRUTH_UNKNOWN, NULL },
	{ "#if __has_attribute(__fallthrough__)", TRUTH_UNKNOWN, NULL },
	{ "#else\n#endif\n#elif 0", TRUTH_YES, "" },
	{ "#if 0\n#elifdef CONFIG_SMP", TRUTH_YES,
	  "!(0) && (defined(CONFIG_SMP))" },
};

TEST(rows_of_directives)
{
	struct config *config = config_of(dotconfig);
	struct cond_env env = { .config = config };
	struct cond *cond = cond_new(&env);
	char text[256];
	size_t i;

	ASSERT_NE(NULL, config);
	ASSERT_NE(NULL, cond);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cond_reset(cond, &env);
		EXPECT_EQ(rows[i].state, walk(cond, rows[i].file))
		{
			TH_LOG("file: %s", rows[i].file);
		}
		EXPECT_EQ(cond_text(cond, text, sizeof(text)), strlen(text));
		if (rows[i].text)
			EXPECT_STREQ(rows[i].text, text);
	}
	cond_free(cond);
	config_free(config);
}

TEST(module_object_decides)
{
	struct config *config = config_of(dotconfig);
	struct cond_env env = { .config = config, .object = COND_MODULE };
	static const char reach[] = "IS_REACHABLE(CONFIG_EXT4_FS)";

	EXPECT_EQ(TRUTH_YES, cond_eval(&env, "defined(MODULE)", 15));
	EXPECT_EQ(TRUTH_YES, cond_eval(&env, reach, strlen(reach)));
	env.object = COND_BUILTIN;
	EXPECT_EQ(TRUTH_NO, cond_eval(&env, "defined(MODULE)", 15));
	EXPECT_EQ(TRUTH_NO, cond_eval(&env, reach, strlen(reach)));
	config_free(config);
}

TEST(no_configuration_knows_only_what_is_always_so)
{
	struct cond_env env = { .config = NULL };

	EXPECT_EQ(TRUTH_UNKNOWN, cond_eval(&env, "defined(CONFIG_SMP)", 19));
	EXPECT_EQ(TRUTH_UNKNOWN, cond_eval(&env, "CONFIG_HZ", 9));
	EXPECT_EQ(TRUTH_NO, cond_eval(&env, "0", 1));
	EXPECT_EQ(TRUTH_YES, cond_eval(&env, "defined(__KERNEL__)", 19));
}

static void know_bar(void *arg, const char *name, size_t len,
		     struct cond_macro *macro)
{
	(void)arg;
	if (len == 3 && !memcmp(name, "BAR", 3))
		*macro = (struct cond_macro){ TRUTH_YES, "7", 1 };
}

TEST(the_callers_macros_count)
{
	struct cond_env env = { .lookup = know_bar };

	EXPECT_EQ(TRUTH_YES, cond_eval(&env, "BAR == 7", 8));
	EXPECT_EQ(TRUTH_UNKNOWN, cond_eval(&env, "BAZ == 7", 8));
}

TEST(text_is_cut_like_snprintf)
{
	struct cond_env env = { .config = NULL };
	struct cond *cond = cond_new(&env);
	char text[8];

	walk(cond, "#ifdef ABCDEFGH\n#ifdef IJKLMNOP");
	EXPECT_EQ(2, cond_depth(cond));
	EXPECT_EQ(38, cond_text(cond, text, sizeof(text)));
	EXPECT_STREQ("defined", text);
	EXPECT_EQ(38, cond_text(cond, NULL, 0));
	cond_free(cond);
}

/* Nobody writes such a line, but a text may hold it. */
TEST(broken_lines)
{
	static const char nul[] = "if defined(A) && \0 defined(B)";
	struct cond_env env = { .config = NULL };
	struct cond *cond = cond_new(&env);
	char text[128];

	EXPECT_EQ(0, cond_line(cond, nul, sizeof(nul) - 1));
	EXPECT_EQ(0, cond_line(cond, "else", 4));
	EXPECT_EQ(29, cond_text(cond, text, sizeof(text)));
	EXPECT_EQ(0, memcmp("!(defined(A) && \0 defined(B))", text, 29));
	EXPECT_EQ(0, cond_line(cond, "else", 4));
	EXPECT_EQ(0, cond_line(cond, "elif C", 6));
	EXPECT_EQ(0, cond_line(cond, "endif", 5));
	cond_free(cond);
}

TEST(many_macros_and_deep_nesting)
{
	struct cond_env env = { .config = NULL };
	struct cond *cond = cond_new(&env);
	static char lines[5000][32];
	char text[32];
	int i;

	for (i = 0; i < 5000; i++) {
		snprintf(lines[i], sizeof(lines[i]), "define M%d %d", i, i);
		ASSERT_EQ(0, cond_line(cond, lines[i], strlen(lines[i])));
	}
	for (i = 0; i < 5000; i++) {
		snprintf(text, sizeof(text), "if M%d == %d", i, i);
		ASSERT_EQ(0, cond_line(cond, text, strlen(text)));
		ASSERT_EQ(TRUTH_YES, cond_state(cond));
	}
	for (i = 0; i < 5000; i++)
		ASSERT_EQ(0, cond_line(cond, "endif", 5));
	EXPECT_EQ(-EBADMSG, cond_line(cond, "endif", 5));
	cond_free(cond);
}

TEST(values_of_a_config)
{
	struct config *config = config_of(dotconfig);

	EXPECT_EQ(CONFIG_Y, config_get(config, "CONFIG_SMP", 10));
	EXPECT_EQ(CONFIG_M, config_get(config, "CONFIG_EXT4_FS", 14));
	EXPECT_EQ(CONFIG_N, config_get(config, "CONFIG_PREEMPT_RT", 17));
	EXPECT_STREQ("250", config_text(config, "CONFIG_HZ", 9));
	EXPECT_STREQ("-x y", config_text(config, "CONFIG_LOCALVERSION", 19));
	EXPECT_EQ(NULL, config_text(config, "CONFIG_NONE", 11));
	EXPECT_STREQ("x86", config_arch(config));
	EXPECT_EQ((6 << 16) + (1 << 8) + 192, config_version(config));
	config_free(config);
}

TEST_HARNESS_MAIN
