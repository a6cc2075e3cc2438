// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user build: a diff goes in, a livepatch module comes out.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>

#include "command.h"
#include "base/error.h"
#include "livepatch/build.h"

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user build --linux DIR --headers DIR "
	      "--vmlinux FILE PATCH -o X.ko\n"
	      "Make a livepatch module of a diff, compiling only what it touches.\n\n"
	      "  --linux DIR     the kernel's source, configured (make olddefconfig prepare)\n"
	      "  --headers DIR   its headers package, /usr/src/linux-headers-RELEASE\n"
	      "  --vmlinux FILE  its vmlinux with symbols, from linux-image-RELEASE-dbg\n"
	      "  -o X.ko         the module; X is the livepatch's name\n"
	      "  --modules DIR   modules with symbols (found beside vmlinux by itself)\n"
	      "  --cc CMD        the compiler that built the kernel (found by itself)\n"
	      "  --kpatch DIR    kpatch's programs (/usr/lib/kpatch)\n"
	      "  --only PATH     build only files whose path begins so (repeatable), for a\n"
	      "                  lock of half the kernel; the others go on with the stock\n"
	      "                  lock (exit code 4)\n"
	      "  --allow-partial build without files that cannot be patched, and list them;\n"
	      "                  they go on with the stock lock (exit code 4)\n\n"
	      "Checks first that all four belong together. Prints the functions that\n"
	      "change, inlined copies included. Load it with 'lockprobe-user patch enable'.\n"
	      "Example:\n"
	      "  lockprobe-user build --linux linux-source-6.1 \\\n"
	      "    --headers /usr/src/linux-headers-6.1.0-56-amd64 \\\n"
	      "    --vmlinux /usr/lib/debug/boot/vmlinux-6.1.0-56-amd64 \\\n"
	      "    file_lock.patch -o lockprobe-file_lock.ko\n",
	      out);
}

enum {
	OPT_LINUX = 256,
	OPT_HEADERS,
	OPT_VMLINUX,
	OPT_MODULES,
	OPT_CC,
	OPT_KPATCH,
	OPT_ONLY,
	OPT_PARTIAL
};

static const struct option options[] = {
	{ "linux", required_argument, NULL, OPT_LINUX },
	{ "headers", required_argument, NULL, OPT_HEADERS },
	{ "vmlinux", required_argument, NULL, OPT_VMLINUX },
	{ "modules", required_argument, NULL, OPT_MODULES },
	{ "cc", required_argument, NULL, OPT_CC },
	{ "kpatch", required_argument, NULL, OPT_KPATCH },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "allow-partial", no_argument, NULL, OPT_PARTIAL },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static int add_only(struct build_request *request, const char *path)
{
	size_t nr = 0;

	while (request->only[nr])
		nr++;
	if (nr == BUILD_ONLY || !*path) {
		error("--only wants a path, and is taken %d times at most",
		      BUILD_ONLY);
		return EXIT_USAGE;
	}
	request->only[nr] = path;
	return 0;
}

/* Positive: an exit code; 0: go on. */
static int parse(int argc, char **argv, struct build_request *request)
{
	int opt;

	while ((opt = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		switch (opt) {
		case OPT_LINUX:
			request->paths.linux_dir = optarg;
			break;
		case OPT_HEADERS:
			request->paths.headers = optarg;
			break;
		case OPT_VMLINUX:
			request->paths.vmlinux = optarg;
			break;
		case OPT_MODULES:
			request->paths.modules = optarg;
			break;
		case OPT_CC:
			request->paths.cc = optarg;
			break;
		case OPT_KPATCH:
			request->kpatch = optarg;
			break;
		case OPT_ONLY:
			if (add_only(request, optarg))
				return EXIT_USAGE;
			break;
		case OPT_PARTIAL:
			request->partial = true;
			break;
		case 'o':
			request->output = optarg;
			break;
		case 'h':
			usage(stdout);
			return -1;
		default:
			fputs("'lockprobe-user build --help' explains\n",
			      stderr);
			return EXIT_USAGE;
		}
	}
	if (optind + 1 == argc)
		request->patch = argv[optind];
	if (request->patch && request->output && request->paths.linux_dir &&
	    request->paths.headers && request->paths.vmlinux)
		return 0;
	error("build needs --linux, --headers, --vmlinux, -o and one patch; "
	      "'lockprobe-user build --help' explains");
	return EXIT_USAGE;
}

int cmd_build(int argc, char **argv)
{
	struct build_request request = { 0 };
	int ret;

	ret = parse(argc, argv, &request);
	if (ret)
		return ret < 0 ? EXIT_DONE : ret;
	ret = build_livepatch(&request);
	if (ret > 0)
		return EXIT_INCOMPLETE;
	return ret ? EXIT_FAILED : EXIT_DONE;
}
