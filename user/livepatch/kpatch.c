// SPDX-License-Identifier: GPL-2.0
/*
 * kpatch's tools. Objects compiled before and after a patch go in; which
 * functions differ comes out, and an object with only those. The tools are
 * programs of another package; nothing of theirs is copied.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "livepatch/child.h"
#include "livepatch/kpatch.h"
#include "livepatch/objects.h"
#include "livepatch/path.h"
#include "livepatch/untraced.h"
#include "base/progress.h"

/* create-diff-object's exit codes */
#define REFUSED 2 /* livepatching cannot make this difference */
#define NO_CHANGE 3

#define ROUNDS 3 /* of renaming what cannot be entered */

/* The kernel tables whose entry sizes create-diff-object asks for. */
static const struct {
	const char *name, *type;
} tables[] = {
	{ "ALT_STRUCT_SIZE", "alt_instr" },
	{ "BUG_STRUCT_SIZE", "bug_entry" },
	{ "EX_STRUCT_SIZE", "exception_table_entry" },
	{ "JUMP_STRUCT_SIZE", "jump_entry" },
	{ "ORC_STRUCT_SIZE", "orc_entry" },
	{ "PARA_STRUCT_SIZE", "paravirt_patch_site" },
	{ "PRINTK_INDEX_STRUCT_SIZE", "pi_entry" },
	{ "STATIC_CALL_STRUCT_SIZE", "static_call_site" },
};

#define TABLES (sizeof(tables) / sizeof(*tables))

struct sizes {
	char text[TABLES][64];
	const char *env[TABLES + 1];
};

/* All that is run later, so that nothing is missed after minutes of work. */
static int find_programs(void)
{
	static const struct {
		const char *name, *package;
	} programs[] = { { "readelf", "binutils" },
			 { "ld", "binutils" },
			 { "objcopy", "binutils" },
			 { "make", "make" } };
	size_t i;

	for (i = 0; i < sizeof(programs) / sizeof(*programs); i++) {
		if (child_exists(programs[i].name))
			continue;
		error("there is no %s in PATH: apt-get install %s",
		      programs[i].name, programs[i].package);
		return -ENOENT;
	}
	return 0;
}

int kpatch_find(const char *dir, struct kpatch *kpatch)
{
	const char *dirs[] = { dir, getenv("LOCKPROBE_KPATCH"),
			       "/usr/lib/kpatch", "/usr/libexec/kpatch",
			       "/usr/local/libexec/kpatch" };
	char path[PATH_MAX];
	size_t i;

	for (i = dir ? 0 : 1; i < (dir ? 1 : 5); i++) {
		if (!dirs[i] || !*dirs[i])
			continue;
		path_set(path, "%s/create-diff-object", dirs[i]);
		if (access(path, X_OK) || !realpath(dirs[i], kpatch->tools))
			continue;
		path_set(path, "%s/../../share/kpatch/patch", kpatch->tools);
		if (!realpath(path, kpatch->template))
			continue;
		return find_programs();
	}
	error("kpatch's create-diff-object is not %s: apt-get install "
	      "kpatch-build (Debian 13 and later; its programs run on Debian "
	      "12, too), or name the unpacked usr/lib/kpatch by --kpatch",
	      dir ? "there" : "installed");
	return -ENOENT;
}

static int table_sizes(const struct target *target, struct sizes *sizes)
{
	struct image_types *types;
	size_t i, n = 0;
	int err, size;

	err = image_types_load(&target->image, &types);
	if (err)
		return err;
	for (i = 0; i < TABLES; i++) {
		size = image_types_size(types, tables[i].type);
		if (!size)
			continue; /* this kernel has no such table */
		snprintf(sizes->text[n], sizeof(sizes->text[n]), "%s=%d",
			 tables[i].name, size);
		sizes->env[n] = sizes->text[n];
		n++;
	}
	sizes->env[n] = NULL;
	image_types_free(types);
	return 0;
}

/* Say why a program failed; its last words follow. */
static int failed(int status, const char *what, const struct child *child,
		  const char *work)
{
	progress_wipe();
	if (status == -ENOSPC || child_disk_full(child, work)) {
		error("%s: the disk under the scratch tree is full", what);
		child_show(child, 3);
		return -ENOSPC;
	}
	if (status == -EINTR) {
		error("%s was ended by a signal", what);
		return status;
	}
	if (status == 127) {
		error("there is no %s here: install kpatch-build again",
		      child->argv[0]);
		return -ENOENT;
	}
	error("%s failed (%d):", what, status);
	child_show(child, 20);
	return -EIO;
}

static int add_function(struct kpatch_report *report, const char *name,
			const struct touched *in, bool new)
{
	struct kpatch_function *grown;

	if (report->nr == report->room) {
		report->room = report->room ? 2 * report->room : 64;
		grown = realloc(report->items, report->room * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		report->items = grown;
	}
	grown = &report->items[report->nr];
	grown->name = strdup(name);
	grown->in = in;
	grown->new = new;
	if (!grown->name)
		return -ENOMEM;
	report->nr++;
	return 0;
}

/* "file.o: changed function: do_dup2"; @said is taken to pieces. */
static int read_changes(char *said, const struct touched *in,
			struct kpatch_report *report)
{
	static const char *const words[] = { "changed function: ",
					     "new function: " };
	char *line, *at;
	int err = 0, i;

	while (!err && (line = strsep(&said, "\n"))) {
		for (i = 0; i < 2 && !err; i++) {
			at = strstr(line, words[i]);
			if (at)
				err = add_function(report,
						   at + strlen(words[i]), in,
						   i == 1);
		}
	}
	return err;
}

/*
 * create-diff-object wants each of a file's symbols in its object, too. These
 * two functions of each file tell KASAN of its variables, which ours do not.
 */
static int without_kasan(const char *table)
{
	char path[PATH_MAX], *line = NULL;
	FILE *in, *out = NULL;
	size_t room = 0;
	int err = 0;

	path_set(path, "%s.all", table);
	if (rename(table, path))
		return error_errno(-errno, "%s", table);
	in = fopen(path, "r");
	if (in)
		out = fopen(table, "w");
	while (out && getline(&line, &room, in) > 0)
		if (!strstr(line, " _sub_I_") && !strstr(line, " _sub_D_"))
			fputs(line, out);
	free(line);
	if (!out || ferror(in))
		err = -EIO;
	if (out && fclose(out))
		err = -errno;
	if (in)
		fclose(in);
	unlink(path);
	return err ? error_errno(err, "%s", table) : 0;
}

/* `readelf -s --wide` of the kernel or module, once each. */
static int symbol_table(const struct target *target, const char *work,
			const struct touched *item, char *table, char *parent,
			size_t parent_size)
{
	char file[PATH_MAX], *c;
	const char *name = "vmlinux";
	const char *argv[] = { "readelf", "-s", "--wide", file, NULL };
	struct child child = { .argv = argv, .out = table };
	int err;

	path_set(file, "%s", target->image.path);
	if (item->modfile) {
		name = strrchr(item->modfile, '/');
		name = name ? name + 1 : item->modfile;
		err = target_module(target, item->modfile, file);
		if (err)
			return err;
	}
	snprintf(parent, parent_size, "%s", name);
	for (c = parent; *c; c++)
		if (*c == '-')
			*c = '_';
	path_set(table, "%s/%s.symtab", work, parent);
	if (!access(table, F_OK))
		return 0;
	err = child_run(&child);
	if (err)
		err = failed(err, "readelf", &child, work);
	else if (target->kasan)
		err = without_kasan(table);
	child_free(&child);
	return err;
}

/* What create-diff-object's exit code means for the whole. */
static int judge(int status, const struct kpatch *kpatch,
		 const struct touched *item, struct child *child,
		 const char *work, struct kpatch_report *report)
{
	if (status == NO_CHANGE)
		return 0;
	if (!status)
		return read_changes(child->said, item, report);
	if (status == REFUSED && !child_disk_full(child, work)) {
		if (!kpatch->partial) {
			notice("--allow-partial builds without what cannot be "
			       "patched, and lists it");
			return failed(status, item->object, child, work);
		}
		report->refused++;
		notice("%s stays as it is, with the stock lock:", item->source);
		child_show(child, 3);
		return 0;
	}
	return failed(status, item->object, child, work);
}

/*
 * Run create-diff-object; what cannot be entered is renamed, which may show
 * the next such function, its caller.
 */
static int compare(struct child *child, struct touched *item,
		   const char *before, const struct kpatch_again *again,
		   int *status)
{
	char *flags = NULL;
	int err = 0, round;

	for (round = 0; !err; round++) {
		*status = child_run(child);
		if (*status != REFUSED || round == ROUNDS)
			break;
		err = untraced_flags(child->said, before, &flags);
		if (err <= 0)
			break;
		err = again->compile(again->arg, item, flags);
	}
	free(flags);
	return err;
}

static int diff_one(const struct kpatch *kpatch, const struct target *target,
		    struct touched *item, const char *work, const char *name,
		    struct sizes *sizes, const struct kpatch_again *again,
		    struct kpatch_report *report)
{
	char tool[PATH_MAX], before[PATH_MAX], after[PATH_MAX], out[PATH_MAX],
		table[PATH_MAX], symvers[PATH_MAX], parent[64];
	const char *argv[] = { tool,	before, after, parent, table,
			       symvers, name,	out,   NULL };
	struct child child = { .argv = argv, .env = sizes->env };
	int status, err;

	path_set(tool, "%s/create-diff-object", kpatch->tools);
	path_set(before, "%s/before/%s", work, item->object);
	path_set(after, "%s/after/%s", work, item->object);
	path_set(out, "%s/difference/%s", work, item->object);
	path_set(symvers, "%s/Module.symvers", target->headers);
	err = objects_mkdirs(out);
	if (err)
		return err;
	if (item->new) /* ordinary module code: nothing to compare it with */
		return rename(after, out) ? error_errno(-errno, "%s", after) :
					    0;
	err = symbol_table(target, work, item, table, parent, sizeof(parent));
	if (err)
		return err;
	err = compare(&child, item, before, again, &status);
	if (status)
		unlink(out);
	err = err ?: judge(status, kpatch, item, &child, work, report);
	child_free(&child);
	return err;
}

int kpatch_diff(const struct kpatch *kpatch, const struct target *target,
		const struct touched_list *list, const char *work,
		const char *name, const struct kpatch_again *again,
		struct kpatch_report *report)
{
	struct sizes sizes;
	size_t i;
	int err;

	err = table_sizes(target, &sizes);
	if (err)
		return err;
	progress_begin("comparing objects", list->nr);
	for (i = 0; !err && i < list->nr; i++) {
		progress_step(i);
		err = diff_one(kpatch, target, &list->items[i], work, name,
			       &sizes, again, report);
	}
	progress_end();
	if (!err && !report->nr) {
		error("no function of the kernel changes: the patch makes the "
		      "compiler emit what it emitted before");
		err = -ENODATA;
	}
	return err;
}

/* All differences in one object, as the template expects it. */
static int link_difference(const struct touched_list *list, const char *work)
{
	struct child child = { 0 };
	char out[PATH_MAX];
	const char **argv;
	size_t i, n = 0;
	int err = -ENOMEM;

	argv = calloc(list->nr + 8, sizeof(*argv));
	if (!argv)
		return err;
	path_set(out, "%s/patch/output.o", work);
	argv[n++] = "ld";
	argv[n++] = "-r";
	argv[n++] = "-znoexecstack";
	argv[n++] = "-o";
	argv[n++] = out;
	for (i = 0; i < list->nr; i++) {
		char object[PATH_MAX];

		path_set(object, "%s/difference/%s", work,
			 list->items[i].object);
		if (!access(object, R_OK))
			argv[n++] = strdup(object);
	}
	child.argv = argv;
	err = child_run(&child);
	if (err)
		err = failed(err, "ld", &child, work);
	child_free(&child);
	while (n > 5)
		free((char *)argv[--n]);
	free(argv);
	return err;
}

static int copy_template(const struct kpatch *kpatch, const char *work)
{
	char to[PATH_MAX], stamp[PATH_MAX];
	const char *argv[] = { "cp", "-LR", kpatch->template, to, NULL };
	struct child child = { .argv = argv };
	FILE *file;
	int err;

	path_set(to, "%s/patch", work);
	err = child_run(&child);
	if (err)
		err = failed(err, "cp", &child, work);
	child_free(&child);
	if (err)
		return err;
	/* modpost wants to know how output.o was made, and gets: not at all */
	path_set(stamp, "%s/patch/.output.o.cmd", work);
	file = fopen(stamp, "w");
	if (!file)
		return error_errno(-errno, "%s", stamp);
	return fclose(file) ? error_errno(-errno, "%s", stamp) : 0;
}

static int make_module(const struct target *target, const char *work,
		       const char *name)
{
	char dir[PATH_MAX], kname[128], cc[260];
	const char *vars[OBJECTS_VARS];
	const char *argv[10 + OBJECTS_VARS] = {
		"make",
		"--no-print-directory",
		"-C",
		target->headers,
		dir,
		kname,
		"CFLAGS_MODULE=-DUSE_KLP=1 -DKLP_REPLACE_ENABLE=false"
	};
	struct child child = { .argv = argv };
	int err, n = 7, i;

	path_set(dir, "M=%s/patch", work);
	snprintf(kname, sizeof(kname), "KPATCH_NAME=%s", name);
	objects_vars(target, vars, cc, sizeof(cc));
	for (i = 0; vars[i]; i++)
		argv[n++] = vars[i];
	argv[n++] = "modules";
	err = child_run(&child);
	if (err)
		err = failed(err, "the patch module's make", &child, work);
	child_free(&child);
	return err;
}

int kpatch_module(const struct kpatch *kpatch, const struct target *target,
		  const struct touched_list *list, const char *work,
		  const char *name)
{
	char tool[PATH_MAX], plain[PATH_MAX], out[PATH_MAX];
	const char *argv[] = { tool, "--no-klp-arch-sections", plain, out,
			       NULL };
	struct child child = { .argv = argv };
	int err;

	progress_begin("building the module", 0);
	err = copy_template(kpatch, work);
	err = err ?: link_difference(list, work);
	err = err ?: make_module(target, work, name);
	progress_end();
	if (err)
		return err;
	path_set(tool, "%s/create-klp-module", kpatch->tools);
	path_set(plain, "%s/patch/%s.ko", work, name);
	path_set(out, "%s/%s.ko", work, name);
	if (target->version < 0x050800) { /* arch sections were separate */
		argv[1] = plain;
		argv[2] = out;
		argv[3] = NULL;
	}
	err = child_run(&child);
	if (err)
		err = failed(err, "create-klp-module", &child, work);
	child_free(&child);
	return err;
}

void kpatch_report_free(struct kpatch_report *report)
{
	while (report->nr)
		free(report->items[--report->nr].name);
	free(report->items);
	memset(report, 0, sizeof(*report));
}
