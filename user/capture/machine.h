/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the machine that runs this says of itself, as a capture's notes want
 * it. Each fills @out with "" when it is not known.
 */
#ifndef MACHINE_H
#define MACHINE_H

#include <stddef.h>
#include <stdint.h>

/* Hex of the running kernel's GNU build id, from /sys/kernel/notes. */
void machine_build_id(char *out, size_t size);

/* "0:0-3 1:4-7": which CPUs are in which NUMA node. */
void machine_numa(char *out, size_t size);

/* Now, as ISO 8601 with the offset from UTC. */
void machine_date(char *out, size_t size);

/* ns of CLOCK_MONOTONIC, the clock of samples. */
uint64_t machine_now(void);

/* The first line of a small file of sysfs or procfs, without its newline. */
int machine_line(const char *path, char *out, size_t size);

#endif
