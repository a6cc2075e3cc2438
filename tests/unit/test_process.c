// SPDX-License-Identifier: GPL-2.0
/*
 * Code of user mode: the functions of a process that lives, under the names
 * that its file has, and what is said of those that are gone.
 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "capture/process.h"
#include "capture/stacks.h"

struct given {
	char name[64], module[64];
	uint64_t addr;
	uint32_t tgid, nr;
};

static int take(void *ctx, const struct record_symbol *symbol)
{
	struct given *given = ctx;

	given->addr = symbol->addr;
	given->tgid = symbol->tgid;
	snprintf(given->name, sizeof(given->name), "%s", symbol->name);
	snprintf(given->module, sizeof(given->module), "%s", symbol->module);
	given->nr++;
	return 0;
}

__attribute__((noinline)) uint64_t a_function_with_a_name(void)
{
	return (uint64_t)__builtin_return_address(0) ?
		       (uint64_t)a_function_with_a_name + 1 :
		       0;
}

static int see(struct processes *processes, uint32_t tgid)
{
	const uint64_t frames[] = { 0xffffffff81000000,
				    a_function_with_a_name(),
				    LOCKPROBE_FRAME_USER | tgid };

	return processes_see(
		processes,
		&(struct record_stack){ .id = 1, .nr = 3, .frames = frames });
}

TEST(names_of_a_live_process)
{
	struct processes *processes = processes_new();
	struct given given = { 0 };

	ASSERT_NE(NULL, processes);
	EXPECT_EQ(0, see(processes, getpid()));
	EXPECT_EQ(0, see(processes, getpid()));
	EXPECT_EQ(0, processes_name(processes, take, &given));
	EXPECT_EQ(1, given.nr);
	EXPECT_STREQ("a_function_with_a_name", given.name);
	EXPECT_STREQ("test_process", given.module);
	EXPECT_EQ(a_function_with_a_name(), given.addr);
	EXPECT_EQ(getpid(), given.tgid);
	processes_free(processes);
}

TEST(a_process_that_is_gone_has_no_names)
{
	struct processes *processes = processes_new();
	struct given given = { 0 };
	pid_t pid = fork();

	ASSERT_NE(NULL, processes);
	if (!pid)
		_exit(0);
	ASSERT_EQ(pid, waitpid(pid, NULL, 0));
	EXPECT_EQ(0, see(processes, pid));
	EXPECT_EQ(0, processes_name(processes, take, &given));
	EXPECT_EQ(0, given.nr);
	processes_free(processes);
}

TEST(a_stack_of_the_kernel_has_no_process)
{
	const uint64_t frames[] = { 0xffffffff81000000, 0xffffffff81000100 };
	struct processes *processes = processes_new();
	struct given given = { 0 };

	ASSERT_NE(NULL, processes);
	EXPECT_EQ(0,
		  processes_see(processes,
				&(struct record_stack){
					.id = 1, .nr = 2, .frames = frames }));
	EXPECT_EQ(0, processes_name(processes, take, &given));
	EXPECT_EQ(0, given.nr);
	EXPECT_EQ(0, stacks_tgid(frames[1]));
	EXPECT_EQ(4194303, stacks_tgid(LOCKPROBE_FRAME_USER | 4194303));
	processes_free(processes);
}

TEST_HARNESS_MAIN
