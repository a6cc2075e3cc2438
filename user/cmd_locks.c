// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe-user locks: a tree and perhaps a struct come in by argv, the lock
 * fields go out as rows on stdout.
 */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "base/error.h"
#include "source/locktab/locks.h"

static void usage(FILE *out)
{
	fputs("usage: lockprobe-user locks --linux DIR [STRUCT] [--json]\n"
	      "List the locks that a kernel tree, or one struct, declares: the names\n"
	      "which 'sites', 'generate' and 'report' use.\n\n"
	      "  --linux DIR   kernel sources: a directory, or REPO@COMMIT\n"
	      "  --json        JSON instead of tab separated columns\n\n"
	      "Columns: file line path type family condition.\n"
	      "Exit codes: 0 done, 3 no such struct or no lock in it.\n\n"
	      "example: lockprobe-user locks --linux ~/linux inode\n",
	      out);
}

static void print_tsv(const struct lock_list *list)
{
	const struct lock_field *f;
	uint32_t i;

	puts("file\tline\tpath\ttype\tfamily\tcondition");
	for (i = 0; i < list->count; i++) {
		f = &list->fields[i];
		printf("%s\t%u\t%s\t%s\t%s\t%s\n", f->file, f->line, f->path,
		       f->type, lock_family_name(f->family), f->condition);
	}
}

static void print_json(const struct lock_list *list)
{
	struct json_object *rows = json_object_new_array(), *row;
	const struct lock_field *f;
	uint32_t i;

	for (i = 0; i < list->count; i++) {
		f = &list->fields[i];
		row = json_object_new_object();
		json_object_object_add(row, "file",
				       json_object_new_string(f->file));
		json_object_object_add(row, "line",
				       json_object_new_int64(f->line));
		json_object_object_add(row, "path",
				       json_object_new_string(f->path));
		json_object_object_add(row, "type",
				       json_object_new_string(f->type));
		json_object_object_add(
			row, "family",
			json_object_new_string(lock_family_name(f->family)));
		json_object_object_add(row, "condition",
				       json_object_new_string(f->condition));
		json_object_array_add(rows, row);
	}
	puts(json_object_to_json_string_ext(
		rows,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(rows);
}

struct arguments {
	const char *linux_dir, *name;
	bool json;
};

static int parse(int argc, char **argv, struct arguments *a)
{
	static const struct option options[] = {
		{ "linux", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "h", options, NULL)) >= 0) {
		switch (c) {
		case 'l':
			a->linux_dir = optarg;
			break;
		case 'j':
			a->json = true;
			break;
		case 'h':
			usage(stdout);
			return 1;
		default:
			return -EINVAL;
		}
	}
	if (!a->linux_dir || argc - optind > 1) {
		error("locks wants --linux DIR and at most one STRUCT; see "
		      "'lockprobe-user locks --help'");
		return -EINVAL;
	}
	a->name = optind < argc ? argv[optind] : NULL;
	if (a->name && !strncmp(a->name, "struct ", 7))
		a->name += 7;
	if (a->name && strpbrk(a->name, ".->")) {
		error("'%s' is no struct's name: locks lists the locks of %.*s, "
		      "sites finds those of a field",
		      a->name, (int)strcspn(a->name, ".->"), a->name);
		return -EINVAL;
	}
	return 0;
}

int cmd_locks(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct lock_list list;
	struct tree *tree;
	int ret;

	ret = parse(argc, argv, &a);
	if (ret)
		return ret > 0 ? EXIT_DONE : EXIT_USAGE;
	if (tree_open(a.linux_dir, &tree))
		return EXIT_FAILED;
	ret = locks_list(tree, a.name, &list);
	if (!ret && a.json)
		print_json(&list);
	else if (!ret)
		print_tsv(&list);
	if (!ret)
		notice("%u locks%s%s", list.count, a.name ? " in struct " : "",
		       a.name ? a.name : "");
	if (!ret && (fflush(stdout) || ferror(stdout)))
		ret = error_errno(-EIO, "cannot write the list");
	if (!ret)
		ret = list.count ? EXIT_DONE : EXIT_NOTHING;
	locks_free(&list);
	tree_close(tree);
	return ret == -ENOENT ? EXIT_NOTHING : ret < 0 ? EXIT_FAILED : ret;
}
