// SPDX-License-Identifier: GPL-2.0
/*
 * Do source, headers, vmlinux and compiler belong together? Paths go in; the
 * kernel's release, the compiler's command and every disagreement come out.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/path.h"
#include "livepatch/target.h"

#define UTS_FILE "include/generated/utsrelease.h"
/* what a shell takes as it stands */
#define SAFE_LETTERS                 \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._+/"
#define VERSION_TEXT "CONFIG_CC_VERSION_TEXT=\""

static void wrong(struct target *target, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void wrong(struct target *target, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error("%s", text);
	target->wrong = true;
}

/* The rest of the first line of DIR/FILE that begins with @key. */
static bool find_line(const char *dir, const char *file, const char *key,
		      char *rest, size_t size)
{
	char path[PATH_MAX], line[1024];
	bool found = false;
	FILE *in;

	path_set(path, "%s/%s", dir, file);
	in = fopen(path, "r");
	if (!in)
		return false;
	while (!found && fgets(line, sizeof(line), in)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(rest, size, "%s", line + strlen(key));
		found = true;
	}
	fclose(in);
	return found;
}

static void check_headers(struct target *target)
{
	const struct image *image = &target->image;
	char release[128], include[PATH_MAX];

	if (!find_line(target->headers, UTS_FILE, "#define UTS_RELEASE \"",
		       release, sizeof(release))) {
		wrong(target,
		      "%s holds no kernel headers (no " UTS_FILE
		      "): install linux-headers-%s and give "
		      "/usr/src/linux-headers-%s",
		      target->headers, image->release, image->release);
		return;
	}
	release[strcspn(release, "\"")] = '\0';
	if (strcmp(release, image->release))
		wrong(target,
		      "the headers are of %s, the vmlinux is of %s: install "
		      "linux-headers-%s",
		      release, image->release, image->release);
	/* a package's names a path; a whole tree's are by make's variables */
	if (find_line(target->headers, "Makefile", "include ", include,
		      sizeof(include)) &&
	    include[0] == '/' && access(include, R_OK))
		wrong(target,
		      "%s/Makefile includes %s, which is not there: the "
		      "headers were moved, or their -common package is missing",
		      target->headers, include);
}

static unsigned int number_of(const char *dir, const char *key)
{
	char text[64];

	if (!find_line(dir, "Makefile", key, text, sizeof(text)))
		return 0;
	return strtoul(text, NULL, 10);
}

/* "6.1.192" from the source; the vmlinux tells the same, or a prefix. */
static void check_source(struct target *target)
{
	unsigned int major = number_of(target->linux_dir, "VERSION = ");
	unsigned int minor = number_of(target->linux_dir, "PATCHLEVEL = ");
	unsigned int sub = number_of(target->linux_dir, "SUBLEVEL = ");
	const struct image *image = &target->image;
	unsigned int want[3] = { 0, 0, 0 };
	bool exact = image->base[0] != '\0';
	char unused[8];

	sscanf(exact ? image->base : image->release, "%u.%u.%u", &want[0],
	       &want[1], &want[2]);
	if (!major) {
		wrong(target,
		      "%s is not a kernel source tree (its Makefile "
		      "names no VERSION)",
		      target->linux_dir);
		return;
	}
	target->version = major << 16 | minor << 8;
	if (major != want[0] || minor != want[1] || sub != want[2])
		wrong(target,
		      "the source is %u.%u.%u, the vmlinux was built from "
		      "%u.%u.%u (release %s): unpack the same version of "
		      "linux-source",
		      major, minor, sub, want[0], want[1], want[2],
		      image->release);
	if (!find_line(target->linux_dir, ".config", "CONFIG_LIVEPATCH=y",
		       unused, sizeof(unused)))
		wrong(target,
		      "%s/.config has no CONFIG_LIVEPATCH=y: take the "
		      "kernel's own (/boot/config-%s), then make olddefconfig "
		      "prepare",
		      target->linux_dir, image->release);
	target->ibt = find_line(target->linux_dir, ".config",
				"CONFIG_X86_KERNEL_IBT=y", unused,
				sizeof(unused));
	target->kasan = find_line(target->linux_dir, ".config",
				  "CONFIG_KASAN=y", unused, sizeof(unused));
}

/* Options that describe the builder's tools or the packaging, not code. */
static bool tool_option(const char *name)
{
	static const char *const prefixes[] = {
		"CONFIG_CC_",
		"CONFIG_GCC_",
		"CONFIG_CLANG_",
		"CONFIG_AS_",
		"CONFIG_LD_",
		"CONFIG_LLD_",
		"CONFIG_PAHOLE_",
		"CONFIG_RUST",
		"CONFIG_BUILD_SALT",
		"CONFIG_MODULE_SIG",
		"CONFIG_SYSTEM_TRUSTED",
		"CONFIG_TOOLS_",
		"CONFIG_HAVE_RUST",
		"CONFIG_BINDGEN",
		"CONFIG_LOCALVERSION",
	};
	size_t i;

	for (i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++)
		if (!strncmp(name, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

struct options {
	char **line;
	size_t nr, room;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The "CONFIG_X=value" lines of a .config that decide about code, sorted. */
static int load_options(const char *dir, struct options *options)
{
	char path[PATH_MAX], line[4096], **grown;
	FILE *in;

	memset(options, 0, sizeof(*options));
	path_set(path, "%s/.config", dir);
	in = fopen(path, "r");
	if (!in)
		return error_errno(-errno, "%s", path);
	while (fgets(line, sizeof(line), in)) {
		if (strncmp(line, "CONFIG_", 7) || tool_option(line))
			continue;
		if (options->nr == options->room) {
			options->room = options->room ? 2 * options->room :
							8192;
			grown = realloc(options->line,
					options->room * sizeof(*grown));
			if (!grown)
				break;
			options->line = grown;
		}
		line[strcspn(line, "\n")] = '\0';
		options->line[options->nr] = strdup(line);
		if (options->line[options->nr])
			options->nr++;
	}
	fclose(in);
	qsort(options->line, options->nr, sizeof(char *), by_text);
	return 0;
}

static void free_options(struct options *options)
{
	while (options->nr)
		free(options->line[--options->nr]);
	free(options->line);
}

/* Source and headers must be configured alike, or code will differ. */
static void check_config(struct target *target)
{
	struct options tree = { 0 }, headers = { 0 };
	size_t i = 0, k = 0, differ = 0;
	char example[256] = "";
	int order;

	if (load_options(target->linux_dir, &tree) ||
	    load_options(target->headers, &headers)) {
		target->wrong = true;
		goto out;
	}
	while (i < tree.nr || k < headers.nr) {
		order = i == tree.nr	? 1 :
			k == headers.nr ? -1 :
					  strcmp(tree.line[i], headers.line[k]);
		if (order && !differ++)
			snprintf(example, sizeof(example), "%s %s",
				 order < 0 ? tree.line[i] : headers.line[k],
				 order < 0 ? "in the source" :
					     "in the headers");
		i += order <= 0;
		k += order >= 0;
	}
	if (differ)
		wrong(target,
		      "source and headers are configured differently: %zu "
		      "lines of .config differ (%s): copy the headers' .config "
		      "into the source and make olddefconfig prepare",
		      differ, example);
out:
	free_options(&tree);
	free_options(&headers);
}

/* "gcc-12 (Debian 12.2.0-14) 12.2.0" of `CC --version`. */
static bool compiler_is(const char *cc, const char *want, char *version,
			size_t size)
{
	char command[320], *text;
	bool same = false;
	FILE *pipe;

	version[0] = '\0';
	if (strspn(cc, SAFE_LETTERS) != strlen(cc))
		return false;
	snprintf(command, sizeof(command), "%s --version 2>/dev/null", cc);
	pipe = popen(command, "r");
	if (!pipe)
		return false;
	if (fgets(version, size, pipe)) {
		version[strcspn(version, "\n")] = '\0';
		text = strchr(version, ' ');
		same = text && !strcmp(text + 1, want);
	}
	pclose(pipe);
	return same;
}

/* The first of: the user's, the source's, the headers' that is the one. */
static void check_compiler(struct target *target, const char *cc)
{
	const char *want = target->image.compiler;
	const char *const dirs[] = { target->linux_dir, target->headers };
	char text[256], version[256], first[600] = "";
	size_t i;

	if (!want[0]) {
		wrong(target,
		      "%s does not tell its compiler (no .comment of "
		      "GCC): only kernels built by gcc are supported",
		      target->image.path);
		return;
	}
	if (cc) {
		snprintf(target->cc, sizeof(target->cc), "%.255s", cc);
		if (!compiler_is(cc, want, version, sizeof(version)))
			wrong(target,
			      "the kernel was built by gcc %s, '%s' is %s",
			      want, cc, version[0] ? version : "not there");
		return;
	}
	for (i = 0; i < 2; i++) {
		if (!find_line(dirs[i], ".config", VERSION_TEXT, text,
			       sizeof(text)))
			continue;
		text[strcspn(text, " ")] = '\0';
		snprintf(target->cc, sizeof(target->cc), "%.255s", text);
		if (compiler_is(text, want, version, sizeof(version)))
			return;
		if (!first[0])
			snprintf(first, sizeof(first), "'%s' is %s", text,
				 version[0] ? version : "not there");
	}
	wrong(target,
	      "the kernel was built by gcc %s, %s: install that "
	      "compiler, or name it by --cc",
	      want, first[0] ? first : "and no compiler was found");
}

/* When the patch is for the kernel that runs here, it is this very build. */
static void check_running(struct target *target)
{
	char running[64], release[128];

	if (!find_line("/proc/sys/kernel", "osrelease", "", release,
		       sizeof(release)) ||
	    strcmp(release, target->image.release))
		return;
	image_running(running, sizeof(running));
	if (running[0] && target->image.build_id[0] &&
	    strcmp(running, target->image.build_id))
		wrong(target,
		      "%s has build id %s, the kernel that runs here (%s) has "
		      "%s: fetch the debug package of the same version",
		      target->image.path, target->image.build_id, release,
		      running);
}

static void find_modules(struct target *target, const char *given)
{
	const char *release = target->image.release;
	char path[PATH_MAX];

	if (given) {
		target->modules = realpath(given, NULL);
		if (!target->modules)
			wrong(target, "%s: %s", given, strerror(errno));
		return;
	}
	/* the debug package: /usr/lib/debug/{boot/vmlinux-R,lib/modules/R} */
	path_set(path, "%s", target->image.path);
	if (strrchr(path, '/'))
		*strrchr(path, '/') = '\0';
	strncat(path, "/../lib/modules/", sizeof(path) - strlen(path) - 1);
	strncat(path, release, sizeof(path) - strlen(path) - 1);
	target->modules = realpath(path, NULL);
	if (target->modules)
		return;
	path_set(path, "/lib/modules/%s", release);
	target->modules = realpath(path, NULL);
}

static char *absolute(struct target *target, const char *path)
{
	char *real = realpath(path, NULL);

	if (!real)
		wrong(target, "%s: %s", path, strerror(errno));
	return real;
}

int target_open(const struct target_paths *paths, struct target *target)
{
	int err;

	memset(target, 0, sizeof(*target));
	err = image_open(paths->vmlinux, &target->image);
	if (err)
		return err;
	target->linux_dir = absolute(target, paths->linux_dir);
	target->headers = absolute(target, paths->headers);
	if (target->wrong)
		return -ENOEXEC;
	check_headers(target);
	check_source(target);
	if (!target->wrong)
		check_config(target);
	check_compiler(target, paths->cc);
	check_running(target);
	find_modules(target, paths->modules);
	return target->wrong ? -ENOEXEC : 0;
}

void target_close(struct target *target)
{
	image_close(&target->image);
	free(target->linux_dir);
	free(target->headers);
	free(target->modules);
}

/* "snd-pcm.ko" is the module snd_pcm's. */
static bool is_file_of(const char *entry, const char *name)
{
	size_t len = strlen(name), i;

	if (strncmp(entry + (strlen(entry) < len ? 0 : len), ".ko", 4))
		return false;
	for (i = 0; i < len; i++)
		if ((entry[i] == '-' ? '_' : entry[i]) != name[i])
			return false;
	return true;
}

static bool find_in(const char *dir, const char *name, char *path)
{
	struct dirent *entry;
	bool found = false;
	DIR *stream;

	stream = opendir(dir);
	while (stream && !found && (entry = readdir(stream))) {
		found = is_file_of(entry->d_name, name);
		if (found)
			path_set(path, "%s/%s", dir, entry->d_name);
	}
	if (stream)
		closedir(stream);
	return found;
}

int target_module(const struct target *target, const char *modfile, char *path)
{
	const char *name = strrchr(modfile, '/');
	char dir[PATH_MAX];
	size_t root;

	name = name ? name + 1 : modfile;
	if (target->modules) {
		path_set(dir, "%s/kernel/%s", target->modules, modfile);
		root = strlen(target->modules) + strlen("/kernel");
		while (strlen(dir) > root) {
			*strrchr(dir, '/') = '\0';
			if (find_in(dir, name, path))
				return 0;
		}
	}
	error("the patch changes the module %s, whose symbols are needed, but "
	      "there is no %s.ko in %s: install linux-image-%s-dbg or give "
	      "--modules",
	      name, name, target->modules ? target->modules : "(nowhere)",
	      target->image.release);
	return -ENOENT;
}
