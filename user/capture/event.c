// SPDX-License-Identifier: GPL-2.0
/*
 * The event ladder: what this machine is in, the event to sample out. Names
 * are encoded by libpfm4 for the PMU it finds; whether an encoding counts here
 * is only known by opening it.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/perf_event.h>
#include <perfmon/pfmlib.h>
#include <perfmon/pfmlib_perf_event.h>

#include "base/error.h"
#include "capture/event.h"

#define CLOCK_FREQ 997
#define MISS_FREQ 1999
#define SYSFS_PMU "/sys/bus/event_source/devices/%s/type"

/*
 * Data that is missed in the L1 cache, as the vendors call it, best first. An
 * Intel one names retired loads and can be precise; AMD and arm64 count what
 * is filled in. libpfm4 knows which of them the CPU here has.
 */
static const char *const miss_events[] = {
	"MEM_LOAD_RETIRED:L1_MISS", /* Skylake and later */
	"MEM_LOAD_UOPS_RETIRED:L1_MISS", /* Haswell, Broadwell, Atom */
	"L1D:REPLACEMENT", /* Sandy and Ivy Bridge */
	"ANY_DATA_CACHE_FILLS_FROM_SYSTEM", /* Zen 3, 4 */
	"DATA_CACHE_REFILLS_FROM_SYSTEM:ALL", /* Zen 2 */
	"DATA_CACHE_MISSES", /* AMD before Zen */
	"L1D_CACHE_REFILL", /* arm64 */
};

#define GENERIC_NAME "L1-dcache-load-misses"

const char *event_rung_name(enum lockprobe_rung rung)
{
	static const char *const names[] = { "none", "named", "generic",
					     "clock", "given" };

	return rung <= LOCKPROBE_RUNG_GIVEN ? names[rung] : names[0];
}

void event_default_rate(struct event *event)
{
	if (event->period || event->freq)
		return;
	event->freq = event->rung == LOCKPROBE_RUNG_CLOCK ? CLOCK_FREQ :
							    MISS_FREQ;
}

/* "r01d1": the raw encoding, as perf writes it. */
static int encode_raw(const char *name, struct event *event)
{
	char *end;

	if (name[0] != 'r' || !name[1])
		return -ENOENT;
	event->config = strtoull(name + 1, &end, 16);
	if (*end)
		return -ENOENT;
	event->type = PERF_TYPE_RAW;
	return 0;
}

/* A PMU of its own, like AMD's ibs_op: by its name in sysfs. */
static int encode_sysfs(const char *name, struct event *event)
{
	char path[256];
	FILE *file;
	int ok;

	if (strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return -ENOENT;
	snprintf(path, sizeof(path), SYSFS_PMU, name);
	file = fopen(path, "r");
	if (!file)
		return -ENOENT;
	ok = fscanf(file, "%u", &event->type) == 1;
	fclose(file);
	return ok ? 0 : -ENOENT;
}

static int encode_pfm(const char *name, struct event *event, char *why,
		      int size)
{
	struct perf_event_attr attr = { .size = sizeof(attr) };
	pfm_perf_encode_arg_t arg = { .size = sizeof(arg), .attr = &attr };
	int err = pfm_initialize();

	if (err == PFM_SUCCESS)
		err = pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3,
						PFM_OS_PERF_EVENT, &arg);
	if (err != PFM_SUCCESS) {
		snprintf(why, size, "libpfm4: %s", pfm_strerror(err));
		return -ENOENT;
	}
	event->type = attr.type;
	event->config = attr.config;
	event->config1 = attr.config1;
	event->config2 = attr.config2;
	event->precise = attr.precise_ip;
	return 0;
}

int event_encode(const char *name, struct event *event, char *why, int size)
{
	char *dot;

	memset(event, 0, sizeof(*event));
	snprintf(event->name, sizeof(event->name), "%s", name);
	/* the vendors' manuals write a dot where libpfm4 has a colon */
	dot = strchr(event->name, ':');
	if (dot && dot[1] != ':')
		*dot = '.';
	if (!encode_raw(name, event) || !encode_sysfs(name, event))
		return 0;
	return encode_pfm(name, event, why, size);
}

static int open_event(const struct event *event, uint8_t precise,
		      bool user_only)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = event->type,
		.config = event->config,
		.config1 = event->config1,
		.config2 = event->config2,
		.precise_ip = precise,
		.exclude_kernel = user_only,
		.exclude_hv = user_only,
		.disabled = 1,
	};
	int fd;

	/* only a sampling event shows what sampling will say */
	attr.sample_period = 1000003;
	fd = syscall(SYS_perf_event_open, &attr, user_only ? 0 : -1,
		     user_only ? -1 : sched_getcpu(), -1, 0);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/* Precise where it can be had: then the sample carries the data address. */
int event_probe(struct event *event)
{
	static const uint8_t levels[] = { 2, 1, 0 };
	bool user_only = false;
	int err = -ENOENT;
	size_t i = event->type == PERF_TYPE_RAW ? 0 : 2;

	for (; i < sizeof(levels); i++) {
		err = open_event(event, levels[i], user_only);
		if ((err == -EACCES || err == -EPERM) && !user_only) {
			/* not allowed to: see at least whether it exists */
			user_only = true;
			err = open_event(event, levels[i], user_only);
		}
		if (!err) {
			event->precise = levels[i];
			return 0;
		}
	}
	return err;
}

static void explain(char *out, size_t size, int err)
{
	switch (-err) {
	case ENOENT:
	case ENODEV:
	case EOPNOTSUPP:
		snprintf(
			out, size,
			"no PMU here counts it (a virtual machine without one?)");
		break;
	case EACCES:
	case EPERM:
		snprintf(
			out, size,
			"not permitted: needs CAP_PERFMON or a lower kernel.perf_event_paranoid");
		break;
	case EBUSY:
		snprintf(out, size, "the counters are in use by somebody else");
		break;
	case EINVAL:
		snprintf(out, size, "the kernel refuses this encoding");
		break;
	default:
		snprintf(out, size, "perf_event_open: %s", strerror(-err));
	}
}

struct ladder {
	struct event *chosen;
	struct event_try *tries; /* may be NULL */
	int nr;
	char wanted[128], reason[256]; /* of the highest rung */
};

/* Try one rung; true: it opens and is chosen. */
static bool climb(struct ladder *ladder, const char *name,
		  enum lockprobe_rung rung)
{
	struct event event;
	char why[128];
	char result[256] = "opens";
	int err;

	if (event_encode(name, &event, why, sizeof(why)))
		return false; /* not an event of this CPU at all */
	event.rung = rung;
	err = event_probe(&event);
	if (err)
		explain(result, sizeof(result), err);
	if (ladder->tries && ladder->nr < EVENT_TRIES_MAX) {
		struct event_try *try = &ladder->tries[ladder->nr++];

		try->event = event;
		try->opens = !err;
		memcpy(try->result, result, sizeof(result));
	}
	if (err) {
		if (!*ladder->wanted) {
			snprintf(ladder->wanted, sizeof(ladder->wanted), "%s",
				 event.name);
			memcpy(ladder->reason, result, sizeof(result));
		}
		return false;
	}
	if (ladder->chosen->rung)
		return true; /* a higher one stands already */
	*ladder->chosen = event;
	memcpy(ladder->chosen->wanted, ladder->wanted, sizeof(ladder->wanted));
	memcpy(ladder->chosen->reason, ladder->reason, sizeof(ladder->reason));
	return true;
}

static int choose_given(const char *name, struct event *event)
{
	char why[256] = "";
	int err = event_encode(name, event, why, sizeof(why));

	if (err) {
		error("no event '%s' on this machine (%s); 'lockprobe-user events' shows what there is",
		      name, why);
		return -EINVAL;
	}
	event->rung = LOCKPROBE_RUNG_GIVEN;
	if (event->type == PERF_TYPE_SOFTWARE &&
	    event->config == PERF_COUNT_SW_CPU_CLOCK)
		event->rung = LOCKPROBE_RUNG_CLOCK;
	err = event_probe(event);
	if (err) {
		explain(why, sizeof(why), err);
		error("event '%s' cannot be sampled: %s", name, why);
		return err == -ENOENT ? -ENODEV : err;
	}
	return 0;
}

int event_choose(const char *name, struct event *event, struct event_try *tries,
		 int *nr)
{
	struct ladder ladder = { .chosen = event, .tries = tries };
	size_t i;

	memset(event, 0, sizeof(*event));
	if (name)
		return choose_given(name, event);
	for (i = 0; i < sizeof(miss_events) / sizeof(*miss_events); i++)
		if (climb(&ladder, miss_events[i], LOCKPROBE_RUNG_NAMED))
			break;
	if (!*ladder.wanted && !event->rung)
		snprintf(ladder.reason, sizeof(ladder.reason),
			 "libpfm4 knows no L1 miss event of this CPU");
	climb(&ladder, GENERIC_NAME, LOCKPROBE_RUNG_GENERIC);
	climb(&ladder, "cpu-clock", LOCKPROBE_RUNG_CLOCK);
	if (nr)
		*nr = ladder.nr;
	if (!event->rung) {
		error("no event can be sampled here, not even cpu-clock: %s",
		      ladder.reason);
		return -ENODEV;
	}
	return 0;
}
