// SPDX-License-Identifier: GPL-2.0
/*
 * user/error.h: what reaches stderr, read back through a pipe.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "base/error.h"

FIXTURE(captured)
{
	int saved;
	int from;
	char text[256];
};

FIXTURE_SETUP(captured)
{
	int ends[2];

	ASSERT_EQ(0, pipe(ends));
	self->saved = dup(STDERR_FILENO);
	ASSERT_LE(0, dup2(ends[1], STDERR_FILENO));
	close(ends[1]);
	self->from = ends[0];
}

FIXTURE_TEARDOWN(captured)
{
	close(self->from);
}

/* End the capture, so that a failing ASSERT is seen, and read it. */
static const char *finish(FIXTURE_DATA(captured) * self)
{
	ssize_t n;

	fflush(stderr);
	dup2(self->saved, STDERR_FILENO);
	close(self->saved);
	n = read(self->from, self->text, sizeof(self->text) - 1);
	self->text[n > 0 ? n : 0] = '\0';
	return self->text;
}

TEST_F(captured, an_error_is_one_line_with_the_name_in_front)
{
	error("%s: no such tree", "/a");
	EXPECT_STREQ("lockprobe-user: /a: no such tree\n", finish(self));
}

TEST_F(captured, an_errno_is_spelt_out_and_returned)
{
	EXPECT_EQ(-ENOENT, error_errno(-ENOENT, "opening %s", "x"));
	EXPECT_STREQ("lockprobe-user: opening x: No such file or directory\n",
		     finish(self));
}

TEST_HARNESS_MAIN
