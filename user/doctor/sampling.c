// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of what sampling needs at run time: capabilities, an event, and the
 * module, by DKMS or not. Files and, on this machine itself, a try of the
 * events in, findings out.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"
#include "capture/event.h"

#define CAP_NET_ADMIN_BIT 12
#define CAP_SYS_ADMIN_BIT 21
#define CAP_PERFMON_BIT 38

static void check_permissions(struct doctor *doctor)
{
	char *text = doctor_read(doctor, "/proc/self/status");
	const char *line = text ? strstr(text, "\nCapEff:") : NULL;
	unsigned long long caps = line ? strtoull(line + 8, NULL, 16) : 0;
	bool net = caps >> CAP_NET_ADMIN_BIT & 1;
	bool perfmon = (caps >> CAP_PERFMON_BIT & 1) ||
		       (caps >> CAP_SYS_ADMIN_BIT & 1);

	free(text);
	if (!doctor->here)
		return;
	if (net && perfmon)
		doctor_say(doctor, "permissions", DOCTOR_OK, NULL,
			   "CAP_NET_ADMIN and CAP_PERFMON are here");
	else
		doctor_say(doctor, "permissions", DOCTOR_WARN,
			   "run collect, top and latency as root; the others "
			   "need nothing",
			   "no %s%s%s: no capture can be made",
			   net ? "" : "CAP_NET_ADMIN",
			   net || perfmon ? "" : ", no ",
			   perfmon ? "" : "CAP_PERFMON");
}

/* Which rung of the event ladder this machine stands on. */
static void check_event(struct doctor *doctor)
{
	struct event_try tries[EVENT_TRIES_MAX];
	struct event event;
	int nr = 0, err;

	if (!doctor->here)
		return;
	err = event_choose(NULL, &event, tries, &nr);
	if (err)
		doctor_say(doctor, "event", DOCTOR_BAD,
			   "run as root; see lockprobe-user events",
			   "no event can be opened: %s", strerror(-err));
	else if (event.rung == LOCKPROBE_RUNG_NAMED)
		doctor_say(doctor, "event", DOCTOR_OK, NULL,
			   "L1 misses are sampled by %s", event.name);
	else if (event.rung == LOCKPROBE_RUNG_GENERIC)
		doctor_say(doctor, "event", DOCTOR_OK, NULL,
			   "L1 misses are sampled by %s (%s)", event.name,
			   event.reason);
	else
		doctor_say(doctor, "event", DOCTOR_WARN,
			   "sample on bare metal, or pass a PMU into the "
			   "guest; contention is measured all the same",
			   "%s shows where time goes, not misses (%s)",
			   event.name, event.reason);
}

/* A version directory of /var/lib/dkms/lockprobe built for this kernel. */
static bool dkms_state(const struct doctor *doctor, char *version, size_t size,
		       bool *built)
{
	char path[4096];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	*built = false;
	snprintf(path, sizeof(path), "%s/var/lib/dkms/lockprobe", doctor->root);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		if (entry->d_name[0] == '.' ||
		    !strncmp(entry->d_name, "kernel-", 7))
			continue;
		found = true;
		snprintf(version, size, "%s", entry->d_name);
		if (doctor_exists(doctor, "/var/lib/dkms/lockprobe/%s/%s",
				  entry->d_name, doctor->release)) {
			*built = true;
			break;
		}
	}
	if (dir)
		closedir(dir);
	return found;
}

static void check_dkms(struct doctor *doctor)
{
	bool built, found;
	char version[256];

	found = dkms_state(doctor, version, sizeof(version), &built);
	if (built)
		doctor_say(doctor, "dkms", DOCTOR_OK, NULL,
			   "lockprobe %s is built for %s", version,
			   doctor->release);
	else if (found)
		doctor_say(doctor, "dkms", DOCTOR_WARN,
			   "dkms install lockprobe; its log is "
			   "/var/lib/dkms/lockprobe/*/build/make.log",
			   "lockprobe %s is registered, but not built for %s",
			   version, doctor->release);
	else if (doctor_exists(doctor, "/usr/sbin/dkms"))
		doctor_say(doctor, "dkms", DOCTOR_OK, NULL,
			   "lockprobe is not registered; 'make dkms-install' "
			   "would rebuild it on kernel updates");
	else
		doctor_say(doctor, "dkms", DOCTOR_OK, NULL,
			   "not installed; needed only to rebuild the module "
			   "on kernel updates");
}

static bool module_file(const struct doctor *doctor)
{
	static const char *const places[] = { "updates/dkms", "updates",
					      "extra", "kernel/drivers/misc" };
	static const char *const tails[] = { "", ".xz", ".zst", ".gz" };
	size_t i, j;

	for (i = 0; i < sizeof(places) / sizeof(*places); i++)
		for (j = 0; j < sizeof(tails) / sizeof(*tails); j++)
			if (doctor_exists(doctor,
					  "/lib/modules/%s/%s/lockprobe.ko%s",
					  doctor->release, places[i], tails[j]))
				return true;
	return false;
}

static void check_module(struct doctor *doctor)
{
	char *text = doctor_read(doctor, "/sys/module/lockprobe/version");

	if (doctor_exists(doctor, "/sys/module/lockprobe"))
		doctor_say(doctor, "module", DOCTOR_OK, NULL,
			   "lockprobe.ko %.*s is loaded",
			   text ? (int)strcspn(text, "\n") : 0,
			   text ? text : "");
	else if (module_file(doctor))
		doctor_say(doctor, "module", DOCTOR_OK, "modprobe lockprobe",
			   "lockprobe.ko is installed, not loaded");
	else
		doctor_say(doctor, "module", DOCTOR_WARN,
			   "make dkms-install, or 'make kmod' and insmod "
			   "build/kmod/*/lockprobe.ko",
			   "lockprobe.ko is not installed for %s",
			   doctor->release);
	free(text);
}

void doctor_sampling(struct doctor *doctor)
{
	check_permissions(doctor);
	check_event(doctor);
	check_module(doctor);
	check_dkms(doctor);
}
