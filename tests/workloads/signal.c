// SPDX-License-Identifier: GPL-2.0
/*
 * Each thread sends itself a signal that it handles: sending, dequeueing and
 * the handler's mask all take the process's sighand_struct.siglock.
 */
#include <pthread.h>
#include <signal.h>
#include <stddef.h>

#include "driver.h"

static void on_signal(int number)
{
	(void)number;
}

static void setup(int threads)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)threads;
	must(!sigaction(SIGUSR1, &action, NULL), "sigaction");
}

static void step(int thread)
{
	(void)thread;
	must(!pthread_kill(pthread_self(), SIGUSR1), "pthread_kill");
}

static const struct workload signals = {
	.name = "signal",
	.lock = "sighand_struct.siglock",
	.setup = setup,
	.step = step,
};

int main(int argc, char **argv)
{
	return workload_main(&signals, argc, argv);
}
