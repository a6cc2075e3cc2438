// SPDX-License-Identifier: GPL-2.0
/*
 * Checks of what building a module and a live patch needs: headers, source,
 * compiler and debug symbols that match the kernel, and a tool that makes
 * patch modules. Files and the compiler's own word in, findings out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/doctor.h"
#include "lock/elfsym.h"

static void check_headers(struct doctor *doctor)
{
	char todo[320];

	snprintf(todo, sizeof(todo), "apt install linux-headers-%s",
		 doctor->release);
	if (doctor_exists(doctor, "/lib/modules/%s/build/Makefile",
			  doctor->release) ||
	    doctor_exists(doctor, "/usr/src/linux-headers-%s/Makefile",
			  doctor->release))
		doctor_say(doctor, "headers", DOCTOR_OK, NULL,
			   "the kernel's headers are installed");
	else
		doctor_say(doctor, "headers", DOCTOR_BAD, todo,
			   "no headers for %s: neither module nor patch can be "
			   "built",
			   doctor->release);
}

/*
 * The compiler's name and version out of its own text: "gcc (Debian 12.2.0-14)
 * 12.2.0" and "gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld ..." both give 12.2.0.
 */
static void compiler_version(const char *text, char *version, size_t size)
{
	const char *at = strchr(text, ')');
	size_t len;

	at = at ? at + 1 : text;
	at += strspn(at, " ");
	len = strcspn(at, " ,)\n\"");
	snprintf(version, size, "%.*s", (int)len, at);
}

static bool run_compiler(const char *name, char *line, size_t size)
{
	char command[64];
	bool any;
	FILE *out;

	snprintf(command, sizeof(command), "%s --version 2>/dev/null", name);
	out = popen(command, "re");
	if (!out)
		return false;
	any = fgets(line, size, out);
	while (any && fgetc(out) != EOF)
		;
	return pclose(out) == 0 && any;
}

static void check_compiler(struct doctor *doctor)
{
	char text[256], wanted[64], line[256], have[64], name[32];
	bool clang;
	int major;

	doctor_option(doctor, "CC_VERSION_TEXT", text, sizeof(text));
	if (!*text || !doctor->here)
		return;
	clang = strstr(text, "clang");
	compiler_version(text, wanted, sizeof(wanted));
	if (clang && strstr(text, "version "))
		snprintf(wanted, sizeof(wanted), "%.*s",
			 (int)strcspn(strstr(text, "version ") + 8, " \""),
			 strstr(text, "version ") + 8);
	major = atoi(wanted);
	snprintf(name, sizeof(name), "%s-%d", clang ? "clang" : "gcc", major);
	if (!run_compiler(name, line, sizeof(line)) &&
	    !run_compiler(clang ? "clang" : "gcc", line, sizeof(line))) {
		char todo[64];

		snprintf(todo, sizeof(todo), "apt install %s", name);
		doctor_say(doctor, "compiler", DOCTOR_BAD, todo,
			   "the kernel was built by %s %s, which is not here",
			   clang ? "clang" : "gcc", wanted);
		return;
	}
	compiler_version(line, have, sizeof(have));
	if (clang || !strcmp(have, wanted))
		doctor_say(doctor, "compiler", DOCTOR_OK, NULL,
			   "%s %s, the one that built the kernel", name,
			   wanted);
	else
		doctor_say(doctor, "compiler", DOCTOR_WARN,
			   "install the kernel's own compiler; a live patch "
			   "wants the very same",
			   "%s is here, %s built the kernel", have, wanted);
}

/* VERSION.PATCHLEVEL.SUBLEVEL of a tree's Makefile; "" when it is none. */
static void tree_release(const char *tree, char *release, size_t size)
{
	int version = -1, patch = -1, sub = 0;
	char path[4096], line[256];
	FILE *in;

	*release = '\0';
	snprintf(path, sizeof(path), "%s/Makefile", tree);
	in = fopen(path, "re");
	if (!in)
		return;
	while (fgets(line, sizeof(line), in)) {
		sscanf(line, "VERSION = %d", &version);
		sscanf(line, "PATCHLEVEL = %d", &patch);
		if (sscanf(line, "SUBLEVEL = %d", &sub) == 1)
			break;
	}
	fclose(in);
	if (version >= 0 && patch >= 0)
		snprintf(release, size, "%d.%d.%d", version, patch, sub);
}

/*
 * Debian's release names (6.1.0-56-amd64) hide the sublevel, which its build
 * text shows: "... #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-...)".
 */
static void kernel_release(const struct doctor *doctor, char *release,
			   size_t size)
{
	const char *at = doctor->release, *debian = doctor->version;

	while ((debian = strstr(debian, " Debian ")))
		at = debian += 8; /* the last one: the build's, not gcc's */
	snprintf(release, size, "%.*s", (int)strspn(at, "0123456789."), at);
}

static void check_tree(struct doctor *doctor)
{
	char have[64], wanted[64], path[4096];

	tree_release(doctor->tree, have, sizeof(have));
	kernel_release(doctor, wanted, sizeof(wanted));
	snprintf(path, sizeof(path), "%s/.config", doctor->tree);
	if (!*have)
		doctor_say(doctor, "source", DOCTOR_BAD,
			   "give the top directory of a kernel tree",
			   "%s is no kernel tree", doctor->tree);
	else if (strcmp(have, wanted))
		doctor_say(doctor, "source", DOCTOR_WARN,
			   "take the source of the very kernel that runs",
			   "%s is %s, the kernel was made of %s", doctor->tree,
			   have, wanted);
	else if (access(path, R_OK))
		doctor_say(doctor, "source", DOCTOR_WARN,
			   "cp /boot/config-$(uname -r) DIR/.config && make -C "
			   "DIR olddefconfig prepare",
			   "%s is %s, like the kernel, but not configured: "
			   "sites of other configurations cannot be told",
			   doctor->tree, have);
	else
		doctor_say(doctor, "source", DOCTOR_OK, NULL,
			   "%s is %s, like the kernel, and configured",
			   doctor->tree, have);
}

static void check_source(struct doctor *doctor)
{
	char todo[128];

	if (doctor->tree) {
		check_tree(doctor);
		return;
	}
	snprintf(todo, sizeof(todo),
		 "apt install linux-source-%d.%d, unpack it, give it with "
		 "--linux DIR",
		 doctor->major, doctor->minor);
	if (doctor_exists(doctor, "/usr/src/linux-source-%d.%d.tar.xz",
			  doctor->major, doctor->minor))
		doctor_say(doctor, "source", DOCTOR_OK,
			   "unpack it, and give it with --linux DIR",
			   "/usr/src/linux-source-%d.%d.tar.xz is here",
			   doctor->major, doctor->minor);
	else
		doctor_say(doctor, "source", DOCTOR_WARN, todo,
			   "no kernel source was given: sites, generate and "
			   "build need it");
}

static bool same_build(const struct doctor *doctor, const char *vmlinux)
{
	unsigned char a[20], b[20];
	char notes[4096];
	int n;

	snprintf(notes, sizeof(notes), "%s/sys/kernel/notes", doctor->root);
	n = elfsym_running_build_id(notes, a, sizeof(a));
	return n > 0 && elfsym_build_id(vmlinux, b, sizeof(b)) == n &&
	       !memcmp(a, b, n < 20 ? n : 20);
}

static void check_debug(struct doctor *doctor)
{
	char path[4096], todo[320];

	snprintf(path, sizeof(path), "%s/usr/lib/debug/boot/vmlinux-%s",
		 doctor->root, doctor->release);
	snprintf(todo, sizeof(todo), "apt install linux-image-%s-dbg",
		 doctor->release);
	if (access(path, R_OK))
		doctor_say(doctor, "debug-symbols", DOCTOR_WARN, todo,
			   "no vmlinux with symbols for %s: build needs it",
			   doctor->release);
	else if (!same_build(doctor, path))
		doctor_say(doctor, "debug-symbols", DOCTOR_WARN,
			   "upgrade kernel and -dbg package together, then "
			   "reboot",
			   "%s is of another build than the running kernel",
			   path);
	else
		doctor_say(doctor, "debug-symbols", DOCTOR_OK, NULL,
			   "%s is the running kernel's", path);
}

static void check_builder(struct doctor *doctor)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/scripts/livepatch/klp-build",
		 doctor->tree ? doctor->tree : "");
	if (doctor->tree && !access(path, X_OK))
		doctor_say(doctor, "patch-builder", DOCTOR_OK, NULL,
			   "the tree's own klp-build");
	else if (doctor_exists(doctor, "/usr/lib/kpatch/create-diff-object") ||
		 doctor_exists(doctor,
			       "/usr/libexec/kpatch/create-diff-object") ||
		 doctor_exists(doctor,
			       "/usr/local/libexec/kpatch/create-diff-object"))
		doctor_say(doctor, "patch-builder", DOCTOR_OK, NULL,
			   "kpatch-build is installed");
	else
		doctor_say(doctor, "patch-builder", DOCTOR_WARN,
			   "apt install kpatch-build (Debian 13 and later have "
			   "it); from Linux 6.19 the tree has klp-build",
			   "nothing here makes a patch module: build needs "
			   "kpatch-build or klp-build");
}

void doctor_building(struct doctor *doctor)
{
	check_headers(doctor);
	check_compiler(doctor);
	check_source(doctor);
	check_debug(doctor);
	check_builder(doctor);
}
