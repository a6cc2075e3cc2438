// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of the kernel itself: what it was built with, and what it forbids.
 * The running kernel's files in, findings out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/doctor.h"

/* Which of @options are not set, as "A, B"; empty when all are. */
static void missing(const struct doctor *doctor, const char *const *options,
		    char *list, size_t size)
{
	size_t used = 0;

	*list = '\0';
	for (; *options && used < size; options++)
		if (!doctor_has(doctor, *options))
			used += snprintf(list + used, size - used, "%s%s",
					 used ? ", " : "", *options);
}

static void check_release(struct doctor *doctor)
{
	if (doctor_at_least(doctor, 5, 19))
		doctor_say(doctor, "kernel", DOCTOR_OK, NULL, "Linux %s",
			   doctor->release);
	else if (doctor_at_least(doctor, 5, 4))
		doctor_say(doctor, "kernel", DOCTOR_OK, NULL,
			   "Linux %s: no contention tracepoints before 5.19, "
			   "kprobes on the slow paths stand in",
			   doctor->release);
	else
		doctor_say(doctor, "kernel", DOCTOR_BAD,
			   "boot Linux 5.4 or later",
			   "Linux %s is older than 5.4", doctor->release);
}

static void check_config(struct doctor *doctor)
{
	static const char *const sampling[] = { "PERF_EVENTS", "MODULES",
						"KALLSYMS",    "STACKTRACE",
						"TRACEPOINTS", NULL };
	static const char *const wanted[] = { "KPROBES", "KALLSYMS_ALL", NULL };
	static const char *const patching[] = { "LIVEPATCH", "DYNAMIC_FTRACE",
						"FUNCTION_TRACER", NULL };
	char list[256];

	if (!doctor->config) {
		doctor_say(doctor, "config", DOCTOR_WARN,
			   "install the kernel's package, or enable IKCONFIG",
			   "the kernel's configuration is not to be found "
			   "(/boot/config-%s, /proc/config.gz)",
			   doctor->release);
		return;
	}
	missing(doctor, sampling, list, sizeof(list));
	if (*list)
		doctor_say(doctor, "config", DOCTOR_BAD,
			   "boot a kernel that has them",
			   "sampling needs, and the kernel lacks: %s", list);
	else
		doctor_say(doctor, "config", DOCTOR_OK, NULL,
			   "all that sampling needs is built in");
	missing(doctor, wanted, list, sizeof(list));
	if (*list)
		doctor_say(doctor, "config-naming", DOCTOR_WARN,
			   "boot a kernel that has them",
			   "fewer locks can be named without: %s", list);
	missing(doctor, patching, list, sizeof(list));
	if (*list)
		doctor_say(doctor, "livepatch", DOCTOR_BAD,
			   "boot a kernel that has them; collect, report and "
			   "generate work without",
			   "a patch cannot be loaded without: %s", list);
	else
		doctor_say(doctor, "livepatch", DOCTOR_OK, NULL,
			   "the kernel takes live patches");
}

static void check_btf(struct doctor *doctor)
{
	bool btf = doctor->running ?
			   doctor_exists(doctor, "/sys/kernel/btf/vmlinux") :
			   doctor_has(doctor, "DEBUG_INFO_BTF");

	if (btf)
		doctor_say(doctor, "btf", DOCTOR_OK, NULL,
			   "the kernel describes its types");
	else
		doctor_say(doctor, "btf", DOCTOR_WARN,
			   "boot a kernel with DEBUG_INFO_BTF, or give report "
			   "the source with --linux DIR",
			   "no BTF: locks are named by symbol and cache only");
}

/* A flag of the first CPU, as /proc/cpuinfo lists them. */
static bool cpu_flag(const struct doctor *doctor, const char *flag)
{
	char *text = doctor_read(doctor, "/proc/cpuinfo"), *line, *at;
	size_t len = strlen(flag);
	bool found = false;

	line = text ? strstr(text, "\nflags") : NULL;
	if (line)
		line[1 + strcspn(line + 1, "\n")] = '\0';
	for (at = line; at && (at = strstr(at, flag)); at += len)
		if (at[-1] == ' ' && (!at[len] || at[len] == ' '))
			found = true;
	free(text);
	return found;
}

static void check_machine(struct doctor *doctor)
{
	if (cpu_flag(doctor, "hypervisor") &&
	    !doctor_has(doctor, "PARAVIRT_SPINLOCKS"))
		doctor_say(doctor, "machine", DOCTOR_WARN,
			   "use a kernel with PARAVIRT_SPINLOCKS, or hide the "
			   "hypervisor bit from the guest",
			   "a virtual machine: its spinlocks do not queue, so "
			   "their contention is not seen");
	else if (cpu_flag(doctor, "hypervisor"))
		doctor_say(doctor, "machine", DOCTOR_OK, NULL,
			   "a virtual machine: hardware events need a PMU that "
			   "the host passes through");
}

void doctor_kernel(struct doctor *doctor)
{
	check_release(doctor);
	check_config(doctor);
	check_btf(doctor);
	check_machine(doctor);
}

static void check_lockdown(struct doctor *doctor)
{
	char *text = doctor_read(doctor, "/sys/kernel/security/lockdown");

	if (!text && !doctor_has(doctor, "SECURITY_LOCKDOWN_LSM"))
		doctor_say(doctor, "lockdown", DOCTOR_OK, NULL,
			   "the kernel has no lockdown");
	else if (!text)
		doctor_say(doctor, "lockdown", DOCTOR_WARN,
			   "mount securityfs, or run doctor as root",
			   "/sys/kernel/security/lockdown cannot be read");
	else if (strstr(text, "[confidentiality]"))
		doctor_say(doctor, "lockdown", DOCTOR_BAD,
			   "boot with lockdown=integrity, or without Secure "
			   "Boot",
			   "confidentiality: kernel addresses may not be read");
	else if (strstr(text, "[integrity]"))
		doctor_say(doctor, "lockdown", DOCTOR_WARN,
			   "sign lockprobe.ko and the patch with an enrolled "
			   "key",
			   "integrity: only signed modules load");
	else
		doctor_say(doctor, "lockdown", DOCTOR_OK, NULL, "none");
	free(text);
}

static bool secure_boot(const struct doctor *doctor)
{
	char *text = doctor_read(doctor,
				 "/sys/firmware/efi/efivars/SecureBoot-"
				 "8be4df61-93ca-11d2-aa0d-00e098032b8c");
	bool on = text && text[4] == 1; /* four bytes of attributes first */

	free(text);
	return on;
}

static void check_signing(struct doctor *doctor)
{
	char *text = doctor_read(doctor,
				 "/sys/module/module/parameters/sig_enforce");
	bool enforced = (text && text[0] == 'Y') ||
			doctor_has(doctor, "MODULE_SIG_FORCE");

	free(text);
	if (enforced)
		doctor_say(
			doctor, "signing", DOCTOR_WARN,
			"sign with scripts/sign-file and a key that 'mokutil "
			"--import' enrolled; dkms does so by itself",
			"the kernel loads signed modules only%s",
			secure_boot(doctor) ? " (Secure Boot is on)" : "");
	else if (secure_boot(doctor))
		doctor_say(doctor, "signing", DOCTOR_WARN,
			   "if loading fails, sign with a key that 'mokutil "
			   "--import' enrolled",
			   "Secure Boot is on, signatures are not enforced");
	else
		doctor_say(doctor, "signing", DOCTOR_OK, NULL,
			   "modules need no signature");
}

static void check_paranoid(struct doctor *doctor)
{
	char *text =
		doctor_read(doctor, "/proc/sys/kernel/perf_event_paranoid");
	int level = text ? atoi(text) : 0;

	if (!text)
		doctor_say(doctor, "paranoid", DOCTOR_BAD,
			   "boot a kernel with PERF_EVENTS",
			   "there is no perf in this kernel");
	else if (level > 2)
		doctor_say(doctor, "paranoid", DOCTOR_OK, NULL,
			   "perf_event_paranoid is %d: sampling needs root or "
			   "CAP_PERFMON, which collect asks for anyway",
			   level);
	else
		doctor_say(doctor, "paranoid", DOCTOR_OK, NULL,
			   "perf_event_paranoid is %d", level);
	free(text);
}

static void check_symbols(struct doctor *doctor)
{
	char *text = doctor_read(doctor, "/proc/sys/kernel/kptr_restrict");
	int level = text ? atoi(text) : 0;

	if (level > 1)
		doctor_say(doctor, "symbols", DOCTOR_WARN,
			   "sysctl kernel.kptr_restrict=1",
			   "kptr_restrict is %d: /proc/kallsyms shows no "
			   "addresses, not even to root",
			   level);
	else
		doctor_say(doctor, "symbols", DOCTOR_OK, NULL,
			   "root can read kernel symbols");
	free(text);
}

void doctor_rules(struct doctor *doctor)
{
	if (!doctor->running)
		return; /* an image forbids nothing yet */
	check_lockdown(doctor);
	check_signing(doctor);
	check_paranoid(doctor);
	check_symbols(doctor);
}
