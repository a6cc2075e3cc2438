// SPDX-License-Identifier: GPL-2.0
/*
 * A scratch copy of a miniature configured tree: what it links and copies,
 * patches that apply or do not, and a build that tries to write through a link
 * into the user's tree.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "source/verify/scratch.h"
#include "source/verify/scratch_guard.h"

static const char *const files[][2] = {
	{ ".config", "CONFIG_X86=y\n" },
	{ "Makefile", "prepare:\n\t@false\nfs/%.o: prepare\n"
		      "\t@echo '  CC      $@'; echo made >$@\n"
		      "evil: prepare\n\t@echo gone >kernel/victim.c\n"
		      "loud: prepare\n\t@echo a warning; exit 3\n" },
	{ "Kbuild", "obj-y += fs/\n" },
	{ "include/generated/asm-offsets.h", "/* made */\n" },
	{ "include/generated/autoconf.h", "#define CONFIG_X86 1\n" },
	{ "include/config/auto.conf", "CONFIG_X86=y\n" },
	{ "arch/x86/include/generated/asm.h", "/* made */\n" },
	{ "scripts/basic/fixdep", "#!/bin/sh\n" },
	{ "fs/file.c", "one\ntwo\nthree\n" },
	{ "fs/stale.o", "old object\n" },
	{ "kernel/victim.c", "precious\n" },
};

static const char patch[] = "--- a/fs/file.c\n+++ b/fs/file.c\n"
			    "@@ -1,3 +1,3 @@\n one\n-two\n+TWO\n three\n"
			    "--- /dev/null\n+++ b/fs/new.h\n"
			    "@@ -0,0 +1 @@\n+new\n";

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Is the text of @dir/@path @want? */
static bool reads(const char *dir, const char *path, const char *want)
{
	char name[512], text[256] = "";
	FILE *in;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	in = fopen(name, "r");
	if (!in)
		return false;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return !strcmp(text, want);
}

static bool exists(const char *dir, const char *path)
{
	char name[512];
	struct stat st;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
	return !lstat(name, &st);
}

FIXTURE(copy)
{
	char root[64];
	struct scratch *scratch;
	const char *dir;
};

FIXTURE_SETUP(copy)
{
	char path[256], *slash;
	size_t i;
	FILE *out;

	strcpy(self->root, "/tmp/lp-scratch-XXXXXX");
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
	ASSERT_EQ(0, scratch_new(self->root, &self->scratch));
	self->dir = scratch_dir(self->scratch);
}

FIXTURE_TEARDOWN(copy)
{
	scratch_free(self->scratch);
	nftw(self->root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TEST_F(copy, a_patch_goes_on_and_comes_off)
{
	ASSERT_EQ(0, scratch_apply(self->scratch, patch, false));
	EXPECT_TRUE(reads(self->dir, "fs/file.c", "one\nTWO\nthree\n"));
	EXPECT_TRUE(reads(self->dir, "fs/new.h", "new\n"));
	EXPECT_TRUE(reads(self->root, "fs/file.c", "one\ntwo\nthree\n"));
	EXPECT_FALSE(exists(self->root, "fs/new.h"));
	ASSERT_EQ(0, scratch_apply(self->scratch, patch, true));
	EXPECT_TRUE(reads(self->dir, "fs/file.c", "one\ntwo\nthree\n"));
	EXPECT_FALSE(exists(self->dir, "fs/new.h"));
}

TEST_F(copy, a_patch_that_does_not_apply_changes_nothing)
{
	EXPECT_EQ(-EBADMSG, scratch_apply(self->scratch, patch, true));
	EXPECT_EQ(-EBADMSG, scratch_apply(self->scratch, "no patch", false));
	EXPECT_TRUE(reads(self->dir, "fs/file.c", "one\ntwo\nthree\n"));
}

TEST_F(copy, nothing_climbs_out)
{
	EXPECT_EQ(-EINVAL, scratch_own(self->scratch, "../x"));
	EXPECT_EQ(-EINVAL, scratch_own(self->scratch, "fs/../../x"));
	EXPECT_EQ(-EINVAL, scratch_own(self->scratch, "/etc/passwd"));
}

TEST_F(copy, a_build_lands_in_the_copy)
{
	const char *const targets[] = { "fs/file.o", NULL };
	struct scratch_make make = { .targets = targets };

	ASSERT_EQ(0, scratch_make(self->scratch, &make));
	EXPECT_TRUE(reads(self->dir, "fs/file.o", "made\n"));
	EXPECT_FALSE(exists(self->root, "fs/file.o"));
	/* what an earlier build left is not linked: it would be written */
	EXPECT_FALSE(exists(self->dir, "fs/stale.o"));
	EXPECT_EQ(0, make.log_len);
	free(make.log);
}

TEST_F(copy, a_failing_build_is_told_with_its_words)
{
	const char *const targets[] = { "loud", NULL };
	struct scratch_make make = { .targets = targets };

	EXPECT_EQ(-EIO, scratch_make(self->scratch, &make));
	EXPECT_NE(NULL, strstr(make.log, "a warning"));
	free(make.log);
}

TEST_F(copy, no_rule_writes_through_a_link)
{
	const char *const targets[] = { "evil", NULL };
	struct scratch_make make = { .targets = targets };
	int fence = fence_build(self->root, self->dir);

	if (fence < 0)
		SKIP(return, "this kernel has no Landlock");
	close(fence);
	EXPECT_EQ(-EIO, scratch_make(self->scratch, &make));
	EXPECT_TRUE(reads(self->root, "kernel/victim.c", "precious\n"));
	free(make.log);
}

/* As objtool of 5.4 under a compiler that is newer than it. */
TEST_F(copy, a_warning_in_the_builds_own_program_stops_nothing)
{
	static const char makefile[] =
		"prepare:\n\t@test -z '$(filter -Wno-error,$(HOSTCFLAGS))' && "
		"echo warned && exit 1; echo made >scripts/host\n"
		"fs/%.o: prepare\n\t@cat scripts/host >$@\n";
	const char *const targets[] = { "fs/file.o", NULL };
	struct scratch_make make = { .targets = targets };
	char path[128];
	FILE *out;

	scratch_free(self->scratch);
	self->scratch = NULL;
	snprintf(path, sizeof(path), "%s/include/generated/asm-offsets.h",
		 self->root);
	ASSERT_EQ(0, unlink(path));
	snprintf(path, sizeof(path), "%s/Makefile", self->root);
	out = fopen(path, "w");
	ASSERT_NE(NULL, out);
	fputs(makefile, out);
	fclose(out);
	ASSERT_EQ(0, scratch_new(self->root, &self->scratch));
	self->dir = scratch_dir(self->scratch);
	EXPECT_EQ(0, scratch_make(self->scratch, &make));
	EXPECT_TRUE(reads(self->dir, "fs/file.o", "made\n"));
	EXPECT_FALSE(exists(self->root, "scripts/host"));
	free(make.log);
}

/* As a compiler does that nobody has told that it is over. */
static void write_files(const char *dir, int from, int to)
{
	char path[64];
	int i;

	for (i = from; i < to; i++) {
		snprintf(path, sizeof(path), "%s/%d", dir, i);
		close(open(path, O_WRONLY | O_CREAT, 0600));
	}
}

TEST(a_killed_process_leaves_nothing)
{
	char dir[] = "/tmp/lp-janitor-XXXXXX";
	struct janitor janitor;
	int tries;
	pid_t pid;

	ASSERT_NE(NULL, mkdtemp(dir));
	pid = fork();
	if (!pid) {
		if (janitor_hire(&janitor, dir))
			_exit(1);
		write_files(dir, 0, 3000);
		if (!fork()) {
			close(janitor.fd);
			write_files(dir, 3000, 20000);
			_exit(0);
		}
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, NULL, 0);
	for (tries = 0; tries < 600 && !access(dir, F_OK); tries++)
		usleep(50 * 1000);
	EXPECT_NE(0, access(dir, F_OK));
}

TEST(what_is_no_configured_tree_is_refused)
{
	struct scratch *scratch = NULL;

	EXPECT_EQ(-ENOENT, scratch_new("/nonexistent", &scratch));
	EXPECT_EQ(-ENOENT, scratch_new("/proc", &scratch));
}

TEST_HARNESS_MAIN
