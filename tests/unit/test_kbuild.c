// SPDX-License-Identifier: GPL-2.0
/*
 * What a configuration builds, in a tree of a few lines that has one of each
 * way by which kernel Makefiles list an object.
 */
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "source/build/kbuild.h"

static const char *const files[][2] = {
	/* the checks are those of 6.11 and later, in front of everything */
	{ "Makefile", "this-makefile := $(lastword $(MAKEFILE_LIST))\n"
		      "abs_srctree := $(realpath $(dir $(this-makefile)))\n"
		      "abs_objtree := $(CURDIR)\n"
		      "ifneq ($(sub_make_done),1)\n$(error no)\nendif\n"
		      "ifneq ($(abs_objtree),$(CURDIR))\n"
		      "need-sub-make := 1\nendif\n"
		      "ifneq ($(abs_output),$(CURDIR))\n"
		      "need-sub-make := 1\nendif\n"
		      "ifeq ($(filter --no-print-directory, $(MAKEFLAGS)),)\n"
		      "need-sub-make := 1\nendif\n"
		      "ifeq ($(need-sub-make),)\n"
		      "ifeq ($(abs_srctree),$(abs_objtree))\n"
		      "libs-y := lib/\nendif\n"
		      "include $(srctree)/arch/$(SRCARCH)/Makefile\n"
		      "export ARCH_LIB := $(libs-y)\nendif\n" },
	{ "lib/Makefile", "lib-y := string.o\n" },
	{ "arch/x86/Makefile", "libs-y += arch/x86/lib/\n" },
	{ "arch/x86/lib/Makefile", "lib-y := delay.o\nlib-$(CONFIG_SMP) += "
				   "rwsem.o\n" },
	{ "Kbuild", "obj-y += kernel/ fs/ drivers/ $(ARCH_LIB)\n"
		    "obj-$(CONFIG_NET) += net/\n" },
	{ "kernel/Makefile",
	  "# a comment \\\nobj-y += commented.o\n"
	  "obj-y = fork.o exit.o \\\n\t  panic.o\n"
	  "obj-$(CONFIG_SMP) += smp.o\nobj-$(CONFIG_NONE) += none.o\n"
	  "obj-y += sched/\nobj-$(CONFIG_MOD) += mod.o\n"
	  "\nifeq ($(CONFIG_HZ),250)\nobj-y += hz250.o\nelse\n"
	  "obj-y += hzother.o\nendif\n"
	  "ifdef CONFIG_NONE\nobj-y += x.o\nelse ifneq ($(CONFIG_SMP),y)\n"
	  "obj-y += y.o\nelse\nobj-y += elsed.o\nendif\n"
	  "$(obj)/made.c: $(src)/x FORCE\n\tobj-y += recipe.o\n" },
	{ "kernel/fork.c", "#include \"helper.c\"\n#ifdef CONFIG_NONE\n"
			   "#include \"dead.c\"\n#endif\n" },
	{ "kernel/sched/Makefile", "obj-y += build.o\n" },
	{ "kernel/sched/build.c", "#include \"core.c\"\n"
				  "#if SOMETHING\n#include \"may.c\"\n"
				  "#endif\n" },
	{ "fs/Makefile",
	  "obj-$(CONFIG_MOD) += ext/\nobj-m += two.o\n"
	  "two-y := two_a.o\ntwo-$(CONFIG_SMP) += two_b.o\n"
	  "two-$(CONFIG_NONE) += two_c.o\ntwo-objs += two_d.o\n"
	  "define more\nobj-$(1) += $(2)\nendef\n"
	  "$(eval $(call more,y,evaled.o))\n"
	  "words := a b c\n"
	  "obj-y += $(patsubst %,w_%.o,$(filter-out b,$(words)))\n"
	  "obj-y += $(foreach w,x y,$(addprefix $(w),.o))\n"
	  "obj-$(subst m,y,$(CONFIG_MOD)) += forced.o\n"
	  "obj-$(or $(CONFIG_NONE),$(CONFIG_SMP)) += or.o\n"
	  "obj-y += $(words:a=ref.o)\n" },
	{ "fs/ext/Kbuild", "obj-$(CONFIG_MOD) += ext.o\nobj-y += lost.o\n"
			   "ext-y := inode.o sub/deep.o ../side/side.o\n" },
	{ "fs/ext/Makefile", "obj-y += wrong.o\n" },
	{ "drivers/Makefile", "obj-y += a/ b/\n" },
	{ "drivers/a/Makefile", "obj-y += ../b/beside.o own.o\n" },
	{ "drivers/b/Makefile", "obj-$(CONFIG_NONE) += b.o\n" },
	{ "net/Makefile", "obj-y += socket.o\n" },
};

static const char dotconfig[] = "CONFIG_X86=y\nCONFIG_SMP=y\nCONFIG_MOD=m\n"
				"CONFIG_HZ=250\n";

static const struct {
	const char *path;
	enum kbuild_state state;
} expected[] = {
	{ "kernel/exit.c", KBUILD_YES },
	{ "kernel/panic.c", KBUILD_YES },
	{ "kernel/smp.c", KBUILD_YES },
	{ "kernel/none.c", KBUILD_NO },
	{ "kernel/mod.c", KBUILD_MODULE },
	{ "kernel/commented.c", KBUILD_NO },
	{ "kernel/recipe.c", KBUILD_NO },
	{ "kernel/hz250.c", KBUILD_YES },
	{ "kernel/hzother.c", KBUILD_NO },
	{ "kernel/elsed.c", KBUILD_YES },
	{ "kernel/y.c", KBUILD_NO },
	{ "kernel/helper.c", KBUILD_YES },
	{ "kernel/dead.c", KBUILD_NO },
	{ "kernel/sched/core.c", KBUILD_YES },
	{ "kernel/sched/may.c", KBUILD_UNKNOWN },
	{ "kernel/sched/nobody.c", KBUILD_NO },
	{ "kernel/smp.h", KBUILD_UNKNOWN },
	{ "fs/two_a.c", KBUILD_MODULE },
	{ "fs/two_b.c", KBUILD_MODULE },
	{ "fs/two_c.c", KBUILD_NO },
	{ "fs/two_d.c", KBUILD_MODULE },
	{ "fs/two.c", KBUILD_NO },
	{ "fs/evaled.c", KBUILD_YES },
	{ "fs/w_a.c", KBUILD_YES },
	{ "fs/w_b.c", KBUILD_NO },
	{ "fs/x.c", KBUILD_YES },
	{ "fs/forced.c", KBUILD_YES },
	{ "fs/or.c", KBUILD_YES },
	{ "fs/ref.c", KBUILD_YES },
	{ "fs/ext/inode.c", KBUILD_MODULE },
	{ "fs/ext/sub/deep.c", KBUILD_MODULE },
	{ "fs/side/side.c", KBUILD_MODULE },
	{ "fs/ext/lost.c", KBUILD_NO },
	{ "fs/ext/wrong.c", KBUILD_NO },
	{ "drivers/a/own.c", KBUILD_YES },
	{ "drivers/b/beside.c", KBUILD_YES },
	{ "drivers/b/b.c", KBUILD_NO },
	{ "net/socket.c", KBUILD_NO },
	{ "lib/string.c", KBUILD_YES },
	{ "arch/x86/lib/delay.c", KBUILD_YES },
	{ "arch/x86/lib/rwsem.c", KBUILD_YES },
	{ "arch/arm/kernel/smp.c", KBUILD_NO },
	{ "tools/perf/perf.c", KBUILD_NO },
};

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

FIXTURE(tree)
{
	char root[64];
	struct config *config;
	struct kbuild *kbuild;
};

FIXTURE_SETUP(tree)
{
	char path[256], *slash;
	size_t i;
	FILE *out;

	strcpy(self->root, "/tmp/lp-kbuild-XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->root));
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", self->root, files[i][0]);
		for (slash = path + strlen(self->root) + 1;
		     (slash = strchr(slash, '/')); slash++) {
			*slash = '\0';
			mkdir(path, 0755);
			*slash = '/';
		}
		out = fopen(path, "w");
		ASSERT_NE(NULL, out);
		fputs(files[i][1], out);
		fclose(out);
	}
	ASSERT_EQ(0, config_parse(dotconfig, strlen(dotconfig), &self->config));
	ASSERT_EQ(0, kbuild_new(self->root, self->config, &self->kbuild));
}

FIXTURE_TEARDOWN(tree)
{
	kbuild_free(self->kbuild);
	config_free(self->config);
	nftw(self->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST_F(tree, each_way_to_list_an_object)
{
	size_t i;

	for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		EXPECT_EQ(expected[i].state,
			  kbuild_file(self->kbuild, expected[i].path))
		{
			TH_LOG("%s", expected[i].path);
		}
	}
}

TEST_F(tree, answers_do_not_depend_on_the_order_of_questions)
{
	size_t n = sizeof(expected) / sizeof(expected[0]);

	while (n--) {
		EXPECT_EQ(expected[n].state,
			  kbuild_file(self->kbuild, expected[n].path))
		{
			TH_LOG("%s", expected[n].path);
		}
	}
}

TEST_F(tree, the_object_to_ask_make_for)
{
	char object[64];

	EXPECT_EQ(13, kbuild_object(self->kbuild, "kernel/exit.c", object,
				    sizeof(object)));
	EXPECT_STREQ("kernel/exit.o", object);
	EXPECT_LT(0, kbuild_object(self->kbuild, "kernel/sched/core.c", object,
				   sizeof(object)));
	EXPECT_STREQ("kernel/sched/build.o", object);
	EXPECT_EQ(-ENOENT, kbuild_object(self->kbuild, "kernel/none.c", object,
					 sizeof(object)));
}

TEST_F(tree, what_make_calls_a_neighbours_object)
{
	char object[64], goal[64];

	EXPECT_LT(0, kbuild_object(self->kbuild, "drivers/b/beside.c", object,
				   sizeof(object)));
	EXPECT_STREQ("drivers/b/beside.o", object);
	EXPECT_EQ(23, kbuild_goal(self->kbuild, object, goal, sizeof(goal)));
	EXPECT_STREQ("drivers/a/../b/beside.o", goal);
	EXPECT_LT(0, kbuild_object(self->kbuild, "fs/ext/sub/deep.c", object,
				   sizeof(object)));
	EXPECT_LT(0, kbuild_goal(self->kbuild, object, goal, sizeof(goal)));
	EXPECT_STREQ("fs/ext/sub/deep.o", goal);
	EXPECT_LT(0, kbuild_goal(self->kbuild, "kernel/new.o", goal,
				 sizeof(goal)));
	EXPECT_STREQ("kernel/new.o", goal);
}

TEST_F(tree, who_includes_a_file)
{
	char includer[64];

	EXPECT_TRUE(kbuild_compiled(self->kbuild, "kernel/sched/build.c"));
	EXPECT_FALSE(kbuild_compiled(self->kbuild, "kernel/sched/core.c"));
	EXPECT_FALSE(kbuild_compiled(self->kbuild, "kernel/none.c"));
	EXPECT_LT(0, kbuild_includer(self->kbuild, "kernel/sched/core.c", 0,
				     includer, sizeof(includer)));
	EXPECT_STREQ("kernel/sched/build.c", includer);
	EXPECT_EQ(-ENOENT, kbuild_includer(self->kbuild, "kernel/sched/core.c",
					   1, includer, sizeof(includer)));
	EXPECT_EQ(-ENOENT, kbuild_includer(self->kbuild, "kernel/dead.c", 0,
					   includer, sizeof(includer)));
	kbuild_include_path("kernel/sched/build.c", "../a/b.c", 8, includer,
			    sizeof(includer));
	EXPECT_STREQ("kernel/a/b.c", includer);
}

TEST(no_tree_and_no_configuration)
{
	struct kbuild *kbuild = NULL;

	EXPECT_EQ(-ENOENT, kbuild_new("/nonexistent", NULL, &kbuild));
}

TEST_HARNESS_MAIN
