// SPDX-License-Identifier: GPL-2.0
/*
 * The livepatch build: a diff, a configured source tree, headers and a vmlinux
 * go in; a module and the list of functions it replaces come out. All work is
 * done inside a scratch copy of the tree, which goes away with us.
 */
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/build.h"
#include "livepatch/objects.h"
#include "livepatch/path.h"
#include "base/output.h"
#include "source/verify/scratch.h"

#define NAME_MAX_MODULE 55 /* MODULE_NAME_LEN less its NUL */
#define KLP_BUILD_FROM 0x061300 /* 6.19 brings klp-build, kpatch ends */

/* "out/lockprobe-x.ko" -> "lockprobe-x"; what insmod will call it. */
static int module_name(const char *output, char *name, size_t size)
{
	const char *base = strrchr(output, '/');
	size_t len, i;

	base = base ? base + 1 : output;
	len = strlen(base);
	if (len < 4 || strcmp(base + len - 3, ".ko")) {
		error("-o %s: the module's file must be called NAME.ko",
		      output);
		return -EINVAL;
	}
	len -= 3;
	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)base[i]) && base[i] != '-' &&
		    base[i] != '_')
			break;
	if (i < len || len > NAME_MAX_MODULE || len >= size) {
		error("-o %s: a module's name is at most %d letters, digits, "
		      "'-' and '_'",
		      output, NAME_MAX_MODULE);
		return -EINVAL;
	}
	snprintf(name, size, "%.*s", (int)len, base);
	return 0;
}

/* Whoever stops us is told that there is nothing to clean up. */
static void on_signal(int sig)
{
	static const char text[] = "\nlockprobe-user: stopped; no module was "
				   "written, and the scratch tree goes away\n";

	if (write(STDERR_FILENO, text + !isatty(STDERR_FILENO),
		  sizeof(text) - 1 - !isatty(STDERR_FILENO)) < 0)
		_exit(EXIT_FAILURE);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* A signal that our caller has us ignore stays ignored. */
static void on_signals(void (*from)(int), void (*to)(int))
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa;
	size_t i;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		if (!sigaction(signals[i], NULL, &sa) && sa.sa_handler == from)
			signal(signals[i], to);
}

static int deliver(const char *work, const char *name, const char *path)
{
	char from[PATH_MAX], buf[65536];
	struct output output;
	int err = 0;
	size_t len;
	FILE *in;

	path_set(from, "%s/%s.ko", work, name);
	in = fopen(from, "r");
	if (!in)
		return error_errno(-errno, "%s", from);
	err = output_open(&output, path);
	if (err)
		goto out;
	while ((len = fread(buf, 1, sizeof(buf), in)) > 0)
		fwrite(buf, 1, len, output.file);
	err = output_close(&output, ferror(in) ? -EIO : 0);
out:
	fclose(in);
	return err;
}

static void print_report(const struct build_request *request,
			 const struct kpatch_report *report)
{
	const struct kpatch_function *f;
	const char *object;
	size_t i;

	printf("%s: %zu functions\n", request->output, report->nr);
	for (i = 0; i < report->nr; i++) {
		f = &report->items[i];
		object = f->in->modfile ? f->in->modfile : "vmlinux";
		printf("  %-8s %-10s %-28s %s\n", f->new ? "new" : "changed",
		       object, f->in->source, f->name);
	}
}

static int check_klp(const struct target *target)
{
	if (target->version < KLP_BUILD_FROM)
		return 0;
	error("kpatch's tools end with Linux 6.18; %s has its own, which "
	      "compare two builds of the whole kernel: in a tree that was "
	      "built, with libxxhash-dev installed, run "
	      "scripts/livepatch/klp-build PATCH",
	      target->image.release);
	return -ENOTSUP;
}

static char *read_patch(const char *path)
{
	char *text = NULL;
	struct stat st;
	FILE *file;
	size_t len;

	file = fopen(path, "r");
	if (!file || fstat(fileno(file), &st)) {
		error_errno(-errno, "%s", path);
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		error("%s is not a file", path);
		goto out;
	}
	text = malloc(st.st_size + 1);
	if (!text)
		goto out;
	len = fread(text, 1, st.st_size, file);
	text[len] = '\0';
out:
	if (file)
		fclose(file);
	return text;
}

/* What the patch touches, as far as the request wants it. */
static int read_touched(const struct build_request *request, const char *patch,
			struct touched_list *list, size_t *left)
{
	int err = touched_read(patch, list);
	size_t i, unfit;

	*left = 0;
	if (err)
		return err;
	if (request->only[0])
		*left = touched_only(list, request->only);
	if (*left)
		notice("%zu files of the patch are not in the module (--only): "
		       "they go on with the stock lock",
		       *left);
	unfit = touched_unfit(list, request->partial);
	*left += unfit;
	if (unfit && !request->partial) {
		notice("--allow-partial builds without what cannot be patched, "
		       "and lists it");
		return -EINVAL;
	}
	for (i = 0; i < list->nr; i++)
		if (!list->items[i].new)
			return 0;
	error("%s changes no file that is to be built", request->patch);
	return -EINVAL;
}

/* What it takes to compile an object once more. */
struct workshop {
	struct scratch *scratch;
	const struct target *target;
	const char *work;
	const struct touched_list *list;
};

static int compile_again(void *arg, struct touched *item, const char *flags)
{
	struct workshop *shop = arg;

	return objects_again(shop->scratch, shop->target, shop->work, item,
			     shop->list->kbuild, flags);
}

static int build_in(struct scratch *scratch, const struct target *target,
		    const struct kpatch *kpatch,
		    const struct build_request *request, const char *name)
{
	struct kpatch_report report = { 0 };
	struct touched_list list = { 0 };
	char work[PATH_MAX], *patch;
	struct workshop shop = { scratch, target, work, &list };
	const struct kpatch_again again = { compile_again, &shop };
	size_t left = 0;
	int err;

	path_set(work, "%s/.livepatch", scratch_dir(scratch));
	if (mkdir(work, 0700))
		return error_errno(-errno, "%s", work);
	patch = read_patch(request->patch);
	err = patch ? read_touched(request, patch, &list, &left) : -EIO;
	err = err ?: objects_build(scratch, target, patch, work, &list);
	err = err   ?:
		      kpatch_diff(kpatch, target, &list, work, name, &again,
				  &report);
	err = err ?: kpatch_module(kpatch, target, &list, work, name);
	on_signals(on_signal, SIG_DFL); /* the output has its own way */
	err = err ?: deliver(work, name, request->output);
	if (!err)
		print_report(request, &report);
	if (!err && (report.refused || left))
		err = 1;
	kpatch_report_free(&report);
	touched_free(&list);
	free(patch);
	return err;
}

int build_livepatch(const struct build_request *request)
{
	struct scratch *scratch;
	struct target target;
	struct kpatch kpatch;
	char name[64];
	int err;

	err = module_name(request->output, name, sizeof(name));
	if (err)
		return err;
	err = target_open(&request->paths, &target);
	err = err ?: check_klp(&target);
	err = err ?: kpatch_find(request->kpatch, &kpatch);
	if (err)
		goto out;
	kpatch.partial = request->partial;
	err = scratch_new(target.linux_dir, &scratch);
	if (err)
		goto no_scratch;
	on_signals(SIG_DFL, on_signal);
	err = build_in(scratch, &target, &kpatch, request, name);
	scratch_free(scratch);
no_scratch:
	if (err == -ENOSPC)
		notice("the scratch tree takes some 100 MB; TMPDIR=DIR puts it "
		       "on another disk");
out:
	target_close(&target);
	return err;
}
