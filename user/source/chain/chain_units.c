// SPDX-License-Identifier: GPL-2.0
/*
 * A tree comes in; its lock headers are preprocessed in a scratch copy, and,
 * as names turn out to be defined in a .c file, that file too. Process
 * context; runs the tree's make.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "source/chain/chain_inside.h"
#include "source/text/slurp.h"

#define DIRECTORY "kernel/locking/"
#define PROBE "lockprobe_chain"

/* Files of one make: the probe, and those that were guessed. */
#define MOST_AT_ONCE 6

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* Where locks and their wrappers are declared; old trees lack some. */
static const char *const headers[] = {
	"linux/spinlock.h",    "linux/rwlock.h",       "linux/mutex.h",
	"linux/rwsem.h",       "linux/percpu-rwsem.h", "linux/seqlock.h",
	"linux/rtmutex.h",     "linux/ww_mutex.h",     "linux/local_lock.h",
	"linux/semaphore.h",   "linux/bit_spinlock.h", "linux/lockref.h",
	"linux/rwbase_rt.h",   "linux/fs.h",	       "linux/mm.h",
	"linux/mmap_lock.h",   "linux/sched/signal.h", "linux/sched/task.h",
	"linux/xarray.h",      "linux/pagemap.h",      "linux/wait.h",
	"linux/buffer_head.h", "linux/netdevice.h",    "net/sock.h",
	"linux/device.h",      "linux/console.h",      "linux/cpu.h",
};

/* Where the primitives live, in the order in which they are looked for. */
static const char *const places[] = {
	"kernel/locking", "kernel",	     "lib",	     "mm", "fs",
	"net/core",	  "arch/x86/kernel", "kernel/sched",
};

/* Keep the unit that "kernel/locking/mutex.c" was preprocessed to. */
static int keep(struct chains *chains, const char *source)
{
	char target[PATH_MAX], *text;
	struct preproc **units, *unit;
	char **sources;
	size_t len;
	int err;

	snprintf(target, sizeof(target), "%.*si", (int)strlen(source) - 1,
		 source);
	err = slurp(scratch_dir(chains->scratch), target, &text, &len);
	if (err)
		return err;
	err = preproc_new(text, len, &unit);
	if (err)
		return err;
	units = reallocarray(chains->units, chains->n + 1, sizeof(*units));
	if (units)
		chains->units = units;
	sources =
		reallocarray(chains->sources, chains->n + 1, sizeof(*sources));
	if (sources)
		chains->sources = sources;
	if (!units || !sources || !(sources[chains->n] = strdup(source))) {
		preproc_free(unit);
		return -ENOMEM;
	}
	units[chains->n++] = unit;
	return 0;
}

/* Preprocess @n sources with one make, and keep what became of them. */
static int load(struct chains *chains, char sources[][PATH_MAX], size_t n)
{
	char targets[MOST_AT_ONCE][PATH_MAX];
	const char *names[MOST_AT_ONCE + 1] = { NULL };
	struct scratch_make make = { .targets = names,
				     .kcflags = "-fdirectives-only" };
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		snprintf(targets[i], sizeof(targets[i]), "%.*si",
			 (int)strlen(sources[i]) - 1, sources[i]);
		names[i] = targets[i];
	}
	err = scratch_make(chains->scratch, &make);
	if (err)
		error("the tree's make cannot preprocess %s:\n%.*s", sources[0],
		      (int)make.log_len, make.log ?: "");
	free(make.log);
	for (i = 0; !err && i < n; i++)
		err = keep(chains, sources[i]);
	return err;
}

/* Until 5.18 or so a single target is only made when a Makefile lists it. */
static int list_probe(struct chains *chains)
{
	static const char line[] = "\nobj-y += " PROBE ".o\n";
	char *text, *grown;
	size_t len;
	int err;

	err = slurp(chains->tree, DIRECTORY "Makefile", &text, &len);
	if (err)
		return error_errno(err, "%s/" DIRECTORY "Makefile",
				   chains->tree);
	grown = realloc(text, len + sizeof(line));
	if (!grown) {
		free(text);
		return -ENOMEM;
	}
	memcpy(grown + len, line, sizeof(line));
	err = scratch_write(chains->scratch, DIRECTORY "Makefile", grown,
			    len + sizeof(line) - 1);
	free(grown);
	return err;
}

static bool is_source(const char *name)
{
	size_t n = strlen(name);

	return n > 2 && !strcmp(name + n - 2, ".c") && strcmp(name, PROBE ".c");
}

static bool is_loaded(const struct chains *chains, const char *source)
{
	size_t i;

	for (i = 0; i < chains->n; i++)
		if (!strcmp(chains->sources[i], source))
			return true;
	return false;
}

/* Does @text define the function @name: "name(...) ... {" at file scope? */
static bool defines(const char *text, const char *name, size_t len)
{
	const char *p = text, *q, *next;
	int depth;

	while ((p = strstr(p, name))) {
		q = next = p + len;
		if ((p > text &&
		     (isalnum((unsigned char)p[-1]) || p[-1] == '_')) ||
		    *q != '(') {
			p = q;
			continue;
		}
		for (depth = 0; *q; q++) {
			depth += *q == '(';
			depth -= *q == ')';
			if (!depth)
				break;
		}
		/* nothing but annotations may stand before the brace */
		while (*q && *q != '{' && *q != ';' && *q != '=')
			q++;
		while (p > text && p[-1] != '\n')
			p--;
		if (*q == '{' && !isspace((unsigned char)*p) && *p != '#' &&
		    *p != '*' && *p != '/')
			return true;
		p = next;
	}
	return false;
}

/*
 * native_f is f itself, under the name that "#define f native_f" gives it in
 * its own file, so that pv_ops can have another f.
 */
static const char *renamed(const char *name, size_t *len)
{
	static const size_t head = sizeof("native_") - 1;

	if (*len <= head || memcmp(name, "native_", head))
		return NULL;
	*len -= head;
	return name + head;
}

/* Does this file define @name, by that name or by its other one? */
static bool defines_either(const char *text, const char *name, size_t len)
{
	const char *other;

	if (defines(text, name, len))
		return true;
	if (!strstr(text, name))
		return false;
	other = renamed(name, &len);
	return other && defines(text, other, len);
}

/* The object's source in @chains->tree, if it is compiled at all. */
static bool built_source(struct chains *chains, const char *path, bool module,
			 char *source)
{
	enum kbuild_state built = kbuild_file(chains->kbuild, path);

	if (built == KBUILD_NO || (built == KBUILD_MODULE && !module) ||
	    kbuild_object(chains->kbuild, path, source, PATH_MAX) <= 0)
		return false;
	source[strlen(source) - 1] = 'c';
	return true;
}

/* Is there a definition in the first column whose name has @stem in it? */
static bool defines_like(const char *text, const char *stem, size_t len)
{
	const char *p = text, *line, *q;

	for (; (p = memmem(p, strlen(p), stem, len)); p += len) {
		for (line = p; line > text && line[-1] != '\n';)
			line--;
		q = p + len + strspn(p + len, WORD);
		if (*q == '(' && isalpha((unsigned char)*line) &&
		    !memchr(line, '(', p - line))
			return true;
	}
	return false;
}

/* "_raw_spin_lock_irqsave_nested": the "spin_lock" in the middle. */
static size_t stem_of(const char **api)
{
	static const char *const tails[] = { "_irqsave",      "_irqrestore",
					     "_irq",	      "_bh",
					     "_nested",	      "_killable",
					     "_interruptible" };
	size_t len, n, i;

	*api += strspn(*api, "_");
	if (!strncmp(*api, "raw_", 4))
		*api += 4;
	len = strlen(*api);
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		n = strlen(tails[i]);
		if (len > n && !memcmp(*api + len - n, tails[i], n)) {
			len -= n;
			i = -1;
		}
	}
	return len;
}

static size_t guess(struct chains *chains, const char *api,
		    char sources[][PATH_MAX])
{
	size_t n = 0, stem = stem_of(&api), len;
	char path[PATH_MAX], *text;
	struct dirent *entry;
	DIR *dir;

	snprintf(path, sizeof(path), "%.2000s/" DIRECTORY, chains->tree);
	dir = opendir(path);
	while (dir && n < MOST_AT_ONCE - 1 && (entry = readdir(dir))) {
		if (!is_source(entry->d_name))
			continue;
		snprintf(path, sizeof(path), DIRECTORY "%s", entry->d_name);
		if (slurp(chains->tree, path, &text, &len))
			continue;
		n += defines_like(text, api, stem) &&
		     built_source(chains, path, false, sources[n]);
		free(text);
	}
	if (dir)
		closedir(dir);
	return n;
}

static int write_probe(struct chains *chains)
{
	char text[4096];
	size_t i, at = 0;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		at += snprintf(text + at, sizeof(text) - at,
			       "#if __has_include(<%s>)\n#include <%s>\n"
			       "#endif\n",
			       headers[i], headers[i]);
	return scratch_write(chains->scratch, DIRECTORY PROBE ".c", text, at);
}

/*
 * A make costs seconds, the file that it preprocesses does not: so the files
 * that the chain will lead to, by their functions' names, go with the headers.
 */
int chains_probe(struct chains *chains, const char *api)
{
	char sources[MOST_AT_ONCE][PATH_MAX] = { DIRECTORY PROBE ".c" };
	int err;

	err = list_probe(chains);
	if (!err)
		err = write_probe(chains);
	if (err)
		return err;
	return load(chains, sources, 1 + guess(chains, api, sources + 1));
}

/* Load the built .c file of @place that defines @name. */
static int load_from(struct chains *chains, const char *place, const char *name,
		     size_t len)
{
	char path[PATH_MAX], source[1][PATH_MAX], plain[256], *text;
	struct dirent *entry;
	size_t text_len;
	int err = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "%.2000s/%s", chains->tree, place);
	snprintf(plain, sizeof(plain), "%.*s", (int)len, name);
	dir = opendir(path);
	while (dir && err == -ENOENT && (entry = readdir(dir))) {
		if (!is_source(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "%s/%s", place, entry->d_name);
		if (slurp(chains->tree, path, &text, &text_len))
			continue;
		if (defines_either(text, plain, len) &&
		    built_source(chains, path, true, source[0]))
			err = is_loaded(chains, source[0]) ?
				      -ENOENT :
				      load(chains, source, 1);
		free(text);
	}
	if (dir)
		closedir(dir);
	return err;
}

static const struct symbol *find_defined(struct chains *chains,
					 const char *name, size_t len)
{
	const struct symbol *symbol;
	size_t i;

	for (i = 0; i < chains->n; i++) {
		symbol = preproc_function(chains->units[i], name, len);
		if (symbol && symbol->body)
			return symbol;
	}
	name = renamed(name, &len);
	for (i = 1; name && i < chains->n; i++) {
		symbol = preproc_function(chains->units[i], name, len);
		if (symbol && symbol->kind == SYMBOL_FUNCTION)
			return symbol;
	}
	return NULL;
}

const struct symbol *chains_lookup(struct chains *chains,
				   const struct symbol *from, const char *name,
				   size_t len)
{
	const struct symbol *symbol, *found;
	const struct preproc *unit = from ? from->unit : chains->units[0];
	size_t i;

	symbol = preproc_find(unit, name, len);
	/* "#define f f": the function of that name is meant */
	if (symbol && symbol->kind == SYMBOL_MACRO && symbol->body_len == len &&
	    !memcmp(symbol->body, name, len))
		symbol = preproc_function(unit, name, len);
	if (symbol && symbol->body)
		return symbol;
	if (from && !symbol)
		return NULL;
	found = find_defined(chains, name, len);
	for (i = 0; !found && i < sizeof(places) / sizeof(places[0]); i++)
		if (!load_from(chains, places[i], name, len))
			found = find_defined(chains, name, len);
	return found ?: symbol;
}

struct suggestion {
	const char *api;
	size_t best[5];
	const struct symbol *names[5];
};

/* How many edits make @a of @b; names longer than 63 are cut. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[64], i, k, diagonal, above;

	a_len = a_len > 63 ? 63 : a_len;
	b_len = b_len > 63 ? 63 : b_len;
	for (k = 0; k <= b_len; k++)
		row[k] = k;
	for (i = 1; i <= a_len; i++) {
		diagonal = row[0];
		row[0] = i;
		for (k = 1; k <= b_len; k++) {
			above = row[k];
			row[k] = diagonal + (a[i - 1] != b[k - 1]);
			if (above + 1 < row[k])
				row[k] = above + 1;
			if (row[k - 1] + 1 < row[k])
				row[k] = row[k - 1] + 1;
			diagonal = above;
		}
	}
	return row[b_len];
}

static void consider(void *arg, const struct symbol *symbol)
{
	struct suggestion *s = arg;
	size_t d, i, k;

	d = distance(s->api, strlen(s->api), symbol->name, symbol->name_len);
	for (i = 0; i < 5; i++) {
		if (s->names[i] &&
		    (s->best[i] < d || (s->best[i] == d &&
					strncmp(s->names[i]->name, symbol->name,
						symbol->name_len) <= 0)))
			continue;
		for (k = 4; k > i; k--) {
			s->names[k] = s->names[k - 1];
			s->best[k] = s->best[k - 1];
		}
		s->names[i] = symbol;
		s->best[i] = d;
		break;
	}
}

void chains_suggest(const struct chains *chains, const char *api)
{
	struct suggestion s = { .api = api };
	char list[512];
	size_t at = 0, i;

	preproc_each(chains->units[0], consider, &s);
	for (i = 0; i < 5 && s.names[i] && at < sizeof(list); i++)
		if (s.best[i] <= 1 + strlen(api) / 3)
			at += snprintf(list + at, sizeof(list) - at, "%s%.*s",
				       at ? ", " : "",
				       (int)s.names[i]->name_len,
				       s.names[i]->name);
	error("no function or macro '%s' in the lock headers of %s%s%s", api,
	      chains->tree, at ? "; near: " : "", at ? list : "");
}
