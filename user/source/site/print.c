// SPDX-License-Identifier: GPL-2.0
/*
 * Sites in, text on a stream out. The columns of the TSV are a contract.
 */
#include <json-c/json.h>
#include <string.h>
#include <unistd.h>

#include "source/site/print.h"

void sites_print_tsv(const struct site_set *set, FILE *out)
{
	const struct site *site;
	uint32_t i;

	fputs("file\tline\tcol\tfunction\tapi\targument\tpath\tclass\n", out);
	for (i = 0; i < set->count; i++) {
		site = &set->sites[i];
		fprintf(out, "%s\t%u\t%u\t%s\t%s\t%s\t%s\t%s\n", site->file,
			site->line, site->col, site->function, site->api,
			site->argument, site->path,
			site_class_name(site->class));
	}
}

static void add(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key,
			       text ? json_object_new_string(text) : NULL);
}

static void add_number(struct json_object *object, const char *key,
		       uint32_t number)
{
	json_object_object_add(object, key, json_object_new_int64(number));
}

static void add_span(struct json_object *object, const char *key,
		     struct span span)
{
	struct json_object *pair = json_object_new_array();

	json_object_array_add(pair, json_object_new_int64(span.start));
	json_object_array_add(pair, json_object_new_int64(span.end));
	json_object_object_add(object, key, pair);
}

static void add_row(struct json_object *object, const struct lock_api *row)
{
	char flavour[256];

	if (!row)
		return;
	add(object, "family", lock_family_name(row->family));
	add(object, "verb", lock_verb_name(row->verb));
	add(object, "flavour",
	    lock_flavour_text(row->flavour, flavour, sizeof(flavour)));
	add(object, "pairs_with", row->pairs);
}

static struct json_object *site_json(const struct site *site)
{
	struct json_object *object = json_object_new_object(), *helper;

	add(object, "file", site->file);
	add_number(object, "line", site->line);
	add_number(object, "col", site->col);
	add(object, "function", site->function);
	add(object, "api", site->api);
	add(object, "argument", site->argument);
	add(object, "path", site->path);
	add(object, "class", site_class_name(site->class));
	add(object, "class_if_built", site_class_name(site->within));
	add_span(object, "api_bytes", site->name);
	add_span(object, "arguments_bytes", site->args);
	add_span(object, "lock_bytes", site->lock);
	add_span(object, "call_bytes", site->call);
	add_row(object, site->row);
	add(object, "condition", site->condition);
	json_object_object_add(object, "in_macro",
			       json_object_new_boolean(site->in_macro));
	json_object_object_add(object, "alias",
			       json_object_new_boolean(site->alias));
	if (site->goes)
		add(object, "goes", site->goes);
	if (site->helper) {
		helper = json_object_new_object();
		add(helper, "name", site->helper->name);
		add(helper, "file", site->helper->file);
		add_number(helper, "line", site->helper->line);
		add(helper, "via", site->helper->via);
		json_object_object_add(object, "helper", helper);
	}
	return object;
}

static struct json_object *counts_json(const struct site_set *set)
{
	struct json_object *counts = json_object_new_object();
	uint32_t i, n[WHY_UNEXPLAINED + 1] = { 0 };

	for (i = 0; i < set->occurrence_count; i++)
		n[set->occurrences[i].why]++;
	for (i = 0; i <= WHY_UNEXPLAINED; i++)
		add_number(counts, why_name(i), n[i]);
	return counts;
}

static struct json_object *occurrence_json(const struct occurrence *o)
{
	struct json_object *object = json_object_new_object();

	add(object, "file", o->file);
	add_number(object, "line", o->line);
	add_number(object, "col", o->col);
	add_number(object, "offset", o->offset);
	add(object, "why", why_name(o->why));
	add(object, "detail", o->detail);
	return object;
}

void sites_print_json(struct tree *tree, const struct site_set *set, FILE *out)
{
	struct json_object *top = json_object_new_object(), *list;
	uint32_t i;

	add(top, "lock", set->lock);
	add(top, "linux", tree_version(tree));
	add(top, "file", set->file);
	add_number(top, "line", set->line);
	add(top, "family", lock_family_name(set->family));
	list = json_object_new_array();
	for (i = 0; i < set->count; i++)
		json_object_array_add(list, site_json(&set->sites[i]));
	json_object_object_add(top, "sites", list);
	list = json_object_new_array();
	for (i = 0; i < set->occurrence_count; i++)
		json_object_array_add(list,
				      occurrence_json(&set->occurrences[i]));
	json_object_object_add(top, "occurrences", list);
	json_object_object_add(top, "explained", counts_json(set));
	fputs(json_object_to_json_string_ext(
		      top,
		      JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
	      out);
	fputc('\n', out);
	json_object_put(top);
}

/* The source line of a byte, without its indent. */
static void print_line(struct tree *tree, const struct site *site, FILE *out)
{
	const char *start, *end;
	struct text text;

	if (tree_text(tree, site->id, &text))
		return;
	start = text.data + site->call.start;
	end = memchr(start, '\n', text.data + text.size - start);
	if (!end)
		end = text.data + text.size;
	while (start > text.data && start[-1] != '\n')
		start--;
	while (start < end && (*start == ' ' || *start == '\t'))
		start++;
	fprintf(out, "%.*s", end - start > 100 ? 100 : (int)(end - start),
		start);
}

void sites_print_text(struct tree *tree, const struct site_set *set, FILE *out)
{
	bool colour = isatty(fileno(out));
	const char *file = "", *function = "";
	const struct site *site;
	uint32_t i;

	fprintf(out, "%s, a %s lock declared in %s:%u\n", set->lock,
		lock_family_name(set->family), set->file, set->line);
	for (i = 0; i < set->count; i++) {
		site = &set->sites[i];
		if (strcmp(site->file, file)) {
			fprintf(out, "\n%s%s%s\n", colour ? "\033[1m" : "",
				site->file, colour ? "\033[0m" : "");
			function = "";
		}
		if (strcmp(site->function, function))
			fprintf(out, "  %s%s\n", site->function,
				site->in_macro ? " (macro)" : "()");
		file = site->file;
		function = site->function;
		fprintf(out, "    %5u  %-12s  ", site->line,
			site_class_name(site->class));
		print_line(tree, site, out);
		if (site->goes)
			fprintf(out, "  -> %s", site->goes);
		if (site->class == SITE_OTHER_CONFIG && *site->condition)
			fprintf(out, "  [%.60s]", site->condition);
		fputc('\n', out);
	}
}

void sites_print_occurrences(const struct site_set *set, FILE *out)
{
	const struct occurrence *o;
	uint32_t i;

	fputs("file\tline\tcol\twhy\tdetail\n", out);
	for (i = 0; i < set->occurrence_count; i++) {
		o = &set->occurrences[i];
		fprintf(out, "%s\t%u\t%u\t%s\t%s\n", o->file, o->line, o->col,
			why_name(o->why), o->detail);
	}
}

static uint32_t count_files(const struct site_set *set, enum site_class class)
{
	const char *last = NULL;
	uint32_t i, n = 0;

	for (i = 0; i < set->count; i++) {
		if (set->sites[i].class != class || set->sites[i].file == last)
			continue;
		last = set->sites[i].file;
		n++;
	}
	return n;
}

void sites_print_totals(struct tree *tree, const struct site_set *set,
			FILE *out)
{
	uint32_t n[SITE_OTHER_CONFIG + 1] = { 0 };
	uint32_t why[WHY_UNEXPLAINED + 1] = { 0 }, i;
	const struct occurrence *o;

	for (i = 0; i < set->count; i++)
		n[set->sites[i].class]++;
	for (i = 0; i < set->occurrence_count; i++)
		why[set->occurrences[i].why]++;
	fprintf(out, "%s:", set->lock);
	for (i = 0; i <= SITE_OTHER_CONFIG; i++)
		if (n[i])
			fprintf(out, " %u %s in %u files;", n[i],
				site_class_name(i), count_files(set, i));
	fprintf(out, "\n%u occurrences of the name in %u files of linux %s:",
		set->occurrence_count, tree_count(tree), tree_version(tree));
	for (i = 0; i <= WHY_UNEXPLAINED; i++)
		if (why[i])
			fprintf(out, " %u %s;", why[i], why_name(i));
	fprintf(out, " %u unexplained\n", set->unexplained);
	for (i = 0; i < set->occurrence_count; i++) {
		o = &set->occurrences[i];
		if (o->why == WHY_UNEXPLAINED)
			fprintf(out, "unexplained: %s:%u:%u: %s\n", o->file,
				o->line, o->col, o->detail);
	}
	if (tree_unreadable(tree))
		fprintf(out, "%u files or directories could not be read\n",
			tree_unreadable(tree));
}
