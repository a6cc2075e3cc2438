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

#include "error.h"
#include "source/chain_inside.h"
#include "source/slurp.h"

#define DIRECTORY "kernel/locking/"
#define PROBE "lockprobe_chain"

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

/* Preprocess @source ("kernel/locking/mutex.c") and keep its unit. */
static int load(struct chains *chains, const char *source)
{
	char target[PATH_MAX], *text;
	const char *targets[] = { target, NULL };
	struct scratch_make make = { .targets = targets,
				     .kcflags = "-fdirectives-only" };
	struct preproc **units, *unit;
	char **sources;
	size_t len;
	int err;

	snprintf(target, sizeof(target), "%.*si", (int)strlen(source) - 1,
		 source);
	err = scratch_make(chains->scratch, &make);
	if (err) {
		error("the tree's make cannot preprocess %s:\n%.*s", source,
		      (int)make.log_len, make.log ?: "");
		free(make.log);
		return err;
	}
	free(make.log);
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

int chains_probe(struct chains *chains)
{
	char text[4096];
	size_t i, at = 0;
	int err;

	err = list_probe(chains);
	if (err)
		return err;
	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		at += snprintf(text + at, sizeof(text) - at,
			       "#if __has_include(<%s>)\n#include <%s>\n"
			       "#endif\n",
			       headers[i], headers[i]);
	err = scratch_write(chains->scratch, DIRECTORY PROBE ".c", text, at);
	return err ?: load(chains, DIRECTORY PROBE ".c");
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

/* Load the built .c file of @place that defines @name. */
static int load_from(struct chains *chains, const char *place, const char *name,
		     size_t len)
{
	char path[PATH_MAX], object[PATH_MAX], plain[256], *text;
	struct dirent *entry;
	size_t text_len, n;
	int err = -ENOENT;
	DIR *dir;

	snprintf(path, sizeof(path), "%.2000s/%s", chains->tree, place);
	snprintf(plain, sizeof(plain), "%.*s", (int)len, name);
	dir = opendir(path);
	while (dir && err == -ENOENT && (entry = readdir(dir))) {
		n = strlen(entry->d_name);
		if (n < 3 || strcmp(entry->d_name + n - 2, ".c"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", place, entry->d_name);
		if (slurp(chains->tree, path, &text, &text_len))
			continue;
		if (defines_either(text, plain, len) &&
		    kbuild_file(chains->kbuild, path) != KBUILD_NO &&
		    kbuild_object(chains->kbuild, path, object,
				  sizeof(object)) > 0) {
			object[strlen(object) - 1] = 'c';
			err = load(chains, object);
		}
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
