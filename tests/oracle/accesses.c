// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler's own list of the accesses of one struct field. A configured
 * tree, a field and, on stdin, file names come in; in a scratch copy the field
 * is given another name, the built ones of the files are compiled with the
 * tree's own flags (-fsyntax-only), and every place where gcc misses the old
 * name in that struct goes out: file, line, column (bytes from 1), tabs between.
 *
 *	accesses TREE STRUCT.FIELD HEADER <FILES
 *
 * HEADER defines the struct. It is the second method against which `sites` is
 * measured: of the site finder it uses nothing.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "source/build/kbuild.h"
#include "source/verify/scratch.h"

#define PROBE "kernel/locking/lockprobe_accesses"
#define MARK "_" /* one letter: gcc guesses it, and then points at the name */

struct list {
	char **s;
	size_t n, room;
};

static int list_add(struct list *list, const char *text)
{
	char **grown;

	if (list->n + 2 > list->room) {
		list->room = list->room ? 2 * list->room : 64;
		grown = reallocarray(list->s, list->room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		list->s = grown;
	}
	list->s[list->n] = strdup(text);
	if (!list->s[list->n])
		return -ENOMEM;
	list->s[++list->n] = NULL;
	return 0;
}

static char *slurp(const char *tree, const char *path, size_t *len)
{
	char name[4096], *text = NULL;
	FILE *in;

	snprintf(name, sizeof(name), "%s/%s", tree, path);
	in = fopen(name, "r");
	if (!in)
		return NULL;
	fseek(in, 0, SEEK_END);
	*len = ftell(in);
	rewind(in);
	text = malloc(*len + 1);
	if (text) {
		*len = fread(text, 1, *len, in);
		text[*len] = '\0';
	}
	fclose(in);
	return text;
}

static bool word_at(const char *text, const char *p, const char *word)
{
	size_t len = strlen(word);

	return !strncmp(p, word, len) && !isalnum((unsigned char)p[len]) &&
	       p[len] != '_' &&
	       (p == text || (!isalnum((unsigned char)p[-1]) && p[-1] != '_'));
}

/* Behind comments and blanks. */
static const char *skip(const char *p)
{
	for (;;) {
		p += strspn(p, " \t\n");
		if (!strncmp(p, "/*", 2))
			p = strstr(p, "*/") ? strstr(p, "*/") + 2 : "";
		else if (!strncmp(p, "//", 2))
			p += strcspn(p, "\n");
		else
			return p;
	}
}

/* In the body that opens at @p: behind the declarator of @field, or NULL. */
static const char *find_field(const char *text, const char *p,
			      const char *field)
{
	const char *next;
	int depth = 0;

	for (; *p; p = next) {
		next = skip(p);
		if (next != p)
			continue;
		next = p + 1;
		depth += *p == '{';
		depth -= *p == '}';
		if (!depth)
			return NULL;
		if (!word_at(text, p, field))
			continue;
		next = skip(p + strlen(field));
		if (strchr(";,[:", *next) || !strncmp(next, "__", 2))
			return p + strlen(field);
	}
	return NULL;
}

/* Mark each definition of the struct in @header; their number. */
static int mark(struct scratch *scratch, const char *tree, const char *header,
		const char *owner, const char *field)
{
	char *text, *made = NULL;
	const char *p, *at, *done;
	size_t len, made_len;
	int marked = 0;
	FILE *out;

	text = slurp(tree, header, &len);
	out = text ? open_memstream(&made, &made_len) : NULL;
	if (!out) {
		free(text);
		return -errno;
	}
	for (p = done = text; (p = strstr(p, owner)); p++) {
		if (!word_at(text, p, owner) || p - text < 7 ||
		    strncmp(p - 7, "struct ", 7))
			continue;
		at = skip(p + strlen(owner));
		at = *at == '{' ? find_field(text, at, field) : NULL;
		if (!at)
			continue;
		fwrite(done, 1, at - done, out);
		fputs(MARK, out);
		done = at;
		marked++;
	}
	fputs(done, out);
	fclose(out);
	if (marked && scratch_write(scratch, header, made, made_len))
		marked = -EIO;
	free(made);
	free(text);
	return marked;
}

/* Built .c files become targets; headers are included by one probe. */
static int take_files(struct scratch *scratch, struct kbuild *kbuild,
		      struct list *targets)
{
	char line[4096], object[4096], *probe = NULL;
	size_t probe_len, i, n;
	int err = 0;
	FILE *out = open_memstream(&probe, &probe_len);

	if (!out)
		return -ENOMEM;
	while (!err && fgets(line, sizeof(line), stdin)) {
		n = strcspn(line, "\n");
		line[n] = '\0';
		if (n > 2 && !strcmp(line + n - 2, ".h")) {
			if (!strncmp(line, "include/", 8) &&
			    strncmp(line, "include/trace/", 14) &&
			    strncmp(line, "include/uapi/", 13))
				fprintf(out, "#include <%s>\n", line + 8);
			continue;
		}
		/* no .s: only objects get the headers that are made */
		if (kbuild_object(kbuild, line, object, sizeof(object)) <= 0)
			continue;
		for (i = 0; i < targets->n; i++)
			if (!strcmp(targets->s[i], object))
				break;
		if (i == targets->n)
			err = list_add(targets, object);
	}
	fclose(out);
	if (!err)
		err = scratch_write(scratch, PROBE ".c", probe, probe_len);
	if (!err)
		err = list_add(targets, PROBE ".s");
	free(probe);
	return err;
}

/* Take "./" and "dir/../" out of a path. */
static const char *tidy(char *path)
{
	char *p, *q;

	while ((p = strstr(path, "/../"))) {
		for (q = p; q > path && q[-1] != '/'; q--)
			;
		memmove(q, p + 4, strlen(p + 4) + 1);
	}
	return !strncmp(path, "./", 2) ? path + 2 : path;
}

/* "fs/file.c:190:22: error: 'struct s' has no member named 'file_lock'; ..." */
static void print_accesses(char *log, const char *field)
{
	unsigned int line, col;
	char path[1024], want[256], *text;

	snprintf(want, sizeof(want), "has no member named '%s'", field);
	for (text = strtok(log, "\n"); text; text = strtok(NULL, "\n")) {
		if (!strstr(text, want) ||
		    sscanf(text, "%1000[^:]:%u:%u:", path, &line, &col) != 3)
			continue;
		printf("%s\t%u\t%u\n", tidy(path), line, col);
	}
}

/* What stopped the compiler for good: what is behind it was not seen. */
static void tell_fatal(const char *log)
{
	const char *p, *line;

	for (p = log; (p = strstr(p, ": fatal error: ")); p++) {
		for (line = p; line > log && line[-1] != '\n';)
			line--;
		fprintf(stderr, "accesses: %.*s\n", (int)strcspn(line, "\n"),
			line);
	}
}

static int compile(struct scratch *scratch, const struct list *targets,
		   const char *field)
{
	struct scratch_make make = {
		.targets = (const char *const *)targets->s,
		.kcflags = "-fsyntax-only "
			   "-fdiagnostics-column-unit=byte -ftabstop=1 "
			   "-fno-diagnostics-show-caret",
		.keep_going = true,
		.jobs = 2,
	};
	int err;

	err = scratch_make(scratch, &make);
	if (err != -EIO) /* it cannot succeed where the field is used */
		fprintf(stderr, "accesses: make: %s\n", strerror(-err));
	if (make.log) {
		tell_fatal(make.log);
		print_accesses(make.log, field);
	}
	free(make.log);
	return 0;
}

int main(int argc, char **argv)
{
	struct scratch *scratch;
	struct config *config;
	struct kbuild *kbuild;
	struct list targets = { 0 };
	char *field;
	size_t i;
	int err;

	if (argc != 4 || !(field = strchr(argv[2], '.'))) {
		fputs("usage: accesses TREE STRUCT.FIELD HEADER <FILES\n",
		      stderr);
		return 2;
	}
	*field++ = '\0';
	field[strcspn(field, ".")] = '\0'; /* of a path, where it begins */
	if (config_load(argv[1], &config) ||
	    kbuild_new(argv[1], config, &kbuild) ||
	    scratch_new(argv[1], &scratch))
		return 1;
	err = mark(scratch, argv[1], argv[3], argv[2], field);
	if (err <= 0)
		fprintf(stderr, "accesses: no struct %s with %s in %s\n",
			argv[2], field, argv[3]);
	else
		err = take_files(scratch, kbuild, &targets) ?:
			      compile(scratch, &targets, field);
	fprintf(stderr, "accesses: %zu files compiled\n", targets.n);
	for (i = 0; i < targets.n; i++)
		free(targets.s[i]);
	free(targets.s);
	scratch_free(scratch);
	kbuild_free(kbuild);
	config_free(config);
	return err ? 1 : 0;
}
