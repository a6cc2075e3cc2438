// SPDX-License-Identifier: GPL-2.0
/*
 * The compiler's own list of the accesses of struct fields. A configured tree,
 * fields and, on stdin, file names come in; in a scratch copy the fields are
 * given other names, the built ones of the files are compiled with the tree's
 * own flags (-fsyntax-only), once for all of the fields, and every place where
 * gcc misses the old name in that struct goes out: STRUCT.FIELD, file, line,
 * column (bytes from 1), tabs between. Where the name is in a macro's body, a
 * line for each macro around it follows, with its name as a fifth column.
 *
 *	accesses TREE STRUCT.FIELD=HEADER... <FILES
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
#define MISSING " has no member named '"
#define EXPANSION " note: in expansion of macro '"
#define PROBED 40 /* headers a probe: one that breaks off costs no more */

struct field {
	char *owner, *name; /* NAME of struct OWNER... */
	const char *header; /* ...which is defined here */
};

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

static void list_free(struct list *list)
{
	while (list->n)
		free(list->s[--list->n]);
	free(list->s);
}

static char *slurp(const char *dir, const char *path, size_t *len)
{
	char name[4096], *text = NULL;
	FILE *in;

	snprintf(name, sizeof(name), "%s/%s", dir, path);
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

/* Mark each definition of the struct in its header; their number. */
static int mark(struct scratch *scratch, const struct field *field)
{
	char *text, *made = NULL;
	const char *p, *at, *done;
	size_t len, made_len;
	int marked = 0;
	FILE *out;

	/* of the copy: an earlier field may be marked in it */
	text = slurp(scratch_dir(scratch), field->header, &len);
	out = text ? open_memstream(&made, &made_len) : NULL;
	if (!out) {
		free(text);
		return -errno;
	}
	for (p = done = text; (p = strstr(p, field->owner)); p++) {
		if (!word_at(text, p, field->owner) || p - text < 7 ||
		    strncmp(p - 7, "struct ", 7))
			continue;
		at = skip(p + strlen(field->owner));
		at = *at == '{' ? find_field(text, at, field->name) : NULL;
		if (!at)
			continue;
		fwrite(done, 1, at - done, out);
		fputs(MARK, out);
		done = at;
		marked++;
	}
	fputs(done, out);
	fclose(out);
	if (marked && scratch_write(scratch, field->header, made, made_len))
		marked = -EIO;
	free(made);
	free(text);
	return marked;
}

/* A probe of the headers @from on of @headers. */
static int add_probe(struct scratch *scratch, const struct list *headers,
		     size_t from, struct list *targets)
{
	char name[128], *text = NULL;
	size_t len, i;
	FILE *out = open_memstream(&text, &len);
	int err;

	if (!out)
		return -ENOMEM;
	for (i = from; i < headers->n && i < from + PROBED; i++)
		fprintf(out, "#include <%s>\n", headers->s[i]);
	fclose(out);
	snprintf(name, sizeof(name), PROBE "%zu.c", from / PROBED);
	err = scratch_write(scratch, name, text, len);
	name[strlen(name) - 1] = 's';
	err = err ?: list_add(targets, name);
	free(text);
	return err;
}

static int add_once(struct list *list, const char *text)
{
	size_t i;

	for (i = 0; i < list->n; i++)
		if (!strcmp(list->s[i], text))
			return 0;
	return list_add(list, text);
}

/* Built .c files become targets; headers are included by probes. */
static int take_files(struct scratch *scratch, struct kbuild *kbuild,
		      struct list *targets)
{
	char line[4096], object[4096];
	struct list headers = { 0 };
	int err = 0;
	size_t n, i;

	while (!err && fgets(line, sizeof(line), stdin)) {
		n = strcspn(line, "\n");
		line[n] = '\0';
		if (n > 2 && !strcmp(line + n - 2, ".h")) {
			if (!strncmp(line, "include/", 8) &&
			    strncmp(line, "include/trace/", 14) &&
			    strncmp(line, "include/uapi/", 13))
				err = list_add(&headers, line + 8);
			continue;
		}
		/* no .s: only objects get the headers that are made */
		if (kbuild_object(kbuild, line, object, sizeof(object)) > 0)
			err = add_once(targets, object);
	}
	for (i = 0; !err && i < headers.n; i += PROBED)
		err = add_probe(scratch, &headers, i, targets);
	list_free(&headers);
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

static bool ends_with(const char *text, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - text) > len && !strncmp(end - len, word, len) &&
	       !isalnum((unsigned char)end[-len - 1]) && end[-len - 1] != '_';
}

/*
 * "fs/file.c:190:22: error: 'journal_t' {aka 'struct journal_s'} has no member
 * named 'j_list_lock'; did you mean ...": whose is it?
 */
static const struct field *field_of(const char *line,
				    const struct field *fields, size_t count)
{
	const char *what = strstr(line, MISSING), *end, *name;
	size_t i;

	if (!what)
		return NULL;
	end = what[-1] == '}' ? what - 2 : what - 1; /* the closing quote */
	name = what + strlen(MISSING);
	for (i = 0; i < count; i++)
		if (ends_with(line, end, fields[i].owner) &&
		    word_at(line, name, fields[i].name))
			return &fields[i];
	return NULL;
}

static void print_place(const char *line, const struct field *field,
			const char *macro)
{
	unsigned int number, col;
	char path[1024];

	if (sscanf(line, "%1000[^:]:%u:%u:", path, &number, &col) == 3)
		printf("%s.%s\t%s\t%u\t%u\t%.*s\n", field->owner, field->name,
		       tidy(path), number, col, (int)strcspn(macro, "'"),
		       macro);
}

static void print_accesses(char *log, const struct field *fields, size_t count)
{
	const struct field *field = NULL, *found;
	const char *note;
	char *line;

	for (line = strtok(log, "\n"); line; line = strtok(NULL, "\n")) {
		found = field_of(line, fields, count);
		note = strstr(line, EXPANSION);
		if (found)
			print_place(line, found, "");
		else if (note && field)
			print_place(line, field, note + strlen(EXPANSION));
		/* a macro's own place may be told in between */
		if (found || !strstr(line, ": note: "))
			field = found;
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

static void compile(struct scratch *scratch, const struct list *targets,
		    const struct field *fields, size_t count)
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
		print_accesses(make.log, fields, count);
	}
	free(make.log);
}

/* "struct.field=header" of each, in place; of a path, where it begins. */
static int take_fields(char **args, struct field *fields, size_t count)
{
	char *header;
	size_t i;

	for (i = 0; i < count; i++) {
		fields[i].owner = args[i];
		fields[i].name = strchr(args[i], '.');
		header = strchr(args[i], '=');
		if (!fields[i].name || !header || header < fields[i].name)
			return -EINVAL;
		*fields[i].name++ = '\0';
		*header++ = '\0';
		fields[i].name[strcspn(fields[i].name, ".")] = '\0';
		fields[i].header = header;
	}
	return 0;
}

static int run(struct scratch *scratch, struct kbuild *kbuild,
	       const struct field *fields, size_t count)
{
	struct list targets = { 0 };
	int err = 0;
	size_t i;

	for (i = 0; i < count; i++)
		if (mark(scratch, &fields[i]) <= 0)
			fprintf(stderr,
				"accesses: no struct %s with %s in %s\n",
				fields[i].owner, fields[i].name,
				fields[i].header);
	err = take_files(scratch, kbuild, &targets);
	if (!err)
		compile(scratch, &targets, fields, count);
	fprintf(stderr, "accesses: %zu files compiled\n", targets.n);
	list_free(&targets);
	return err;
}

int main(int argc, char **argv)
{
	size_t count = argc > 2 ? argc - 2 : 0;
	struct scratch *scratch;
	struct config *config;
	struct kbuild *kbuild;
	struct field *fields;
	int err;

	fields = calloc(count ?: 1, sizeof(*fields));
	if (!fields)
		return 1;
	if (!count || take_fields(argv + 2, fields, count)) {
		fputs("usage: accesses TREE STRUCT.FIELD=HEADER... <FILES\n",
		      stderr);
		free(fields);
		return 2;
	}
	if (config_load(argv[1], &config) ||
	    kbuild_new(argv[1], config, &kbuild) ||
	    scratch_new(argv[1], &scratch))
		return 1;
	err = run(scratch, kbuild, fields, count);
	scratch_free(scratch);
	kbuild_free(kbuild);
	config_free(config);
	free(fields);
	return err ? 1 : 0;
}
