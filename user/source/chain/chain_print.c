// SPDX-License-Identifier: GPL-2.0
/*
 * A chain comes in; text for people, JSON for programs or a Graphviz graph
 * goes out.
 */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "source/chain/chain.h"

static const char *kind_name(const struct chain_step *step)
{
	switch (step->symbol->kind) {
	case SYMBOL_MACRO:
		return "macro";
	case SYMBOL_INLINE:
		return "inline";
	case SYMBOL_FUNCTION:
		return "function";
	default:
		return "declared";
	}
}

static int put_option(void *arg, const char *name, const char *value)
{
	fprintf(arg, " %s=%s", name, value);
	return 0;
}

static int put_path(const struct chain *chain, FILE *out)
{
	size_t i;

	for (i = 0; i < chain->n; i++)
		fprintf(out, "%s%s", i ? " -> " : "", chain->steps[i].name);
	fputc('\n', out);
	return 0;
}

int chain_print_text(const struct chains *chains, const struct chain *chain,
		     FILE *out)
{
	const struct chain_step *step;
	size_t i, k, wide = 0;

	put_path(chain, out);
	fputc('\n', out);
	for (i = 0; i < chain->n; i++)
		if (strlen(chain->steps[i].name) > wide)
			wide = strlen(chain->steps[i].name);
	for (i = 0; i < chain->n; i++) {
		step = &chain->steps[i];
		fprintf(out, "%-*s  %-8s  %s:%u%s\n", (int)wide, step->name,
			kind_name(step), step->symbol->file, step->symbol->line,
			step->indirect ? "  (through pv_ops)" : "");
		for (k = 0; k < step->n_effects; k++)
			fprintf(out, "    %-11s  %s%s\n",
				chain_effect_name(step->effects[k].kind),
				step->effects[k].name,
				step->effects[k].active ?
					"" :
					"  (nothing in this configuration)");
	}
	fprintf(out, "\nreturns: %s\nconfig: ", chain->returns);
	chains_options(chains, put_option, out);
	fputc('\n', out);
	return ferror(out) ? -EIO : 0;
}

static int put_json_option(void *arg, const char *name, const char *value)
{
	json_object_object_add(arg, name, json_object_new_string(value));
	return 0;
}

static json_object *effects_json(const struct chain_step *step)
{
	json_object *list = json_object_new_array(), *one;
	const struct chain_effect *effect;
	size_t i;

	for (i = 0; i < step->n_effects; i++) {
		effect = &step->effects[i];
		one = json_object_new_object();
		json_object_object_add(one, "kind",
				       json_object_new_string(chain_effect_name(
					       effect->kind)));
		json_object_object_add(one, "name",
				       json_object_new_string(effect->name));
		json_object_object_add(one, "active",
				       json_object_new_boolean(effect->active));
		json_object_array_add(list, one);
	}
	return list;
}

static json_object *step_json(const struct chain_step *step)
{
	json_object *one = json_object_new_object();

	json_object_object_add(one, "name", json_object_new_string(step->name));
	json_object_object_add(one, "kind",
			       json_object_new_string(kind_name(step)));
	json_object_object_add(one, "file",
			       json_object_new_string(step->symbol->file));
	json_object_object_add(one, "line",
			       json_object_new_int64(step->symbol->line));
	json_object_object_add(one, "indirect",
			       json_object_new_boolean(step->indirect));
	json_object_object_add(one, "effects", effects_json(step));
	return one;
}

int chain_print_json(const struct chains *chains, const struct chain *chain,
		     FILE *out)
{
	json_object *root = json_object_new_object();
	json_object *steps = json_object_new_array();
	json_object *options = json_object_new_object();
	size_t i;

	json_object_object_add(root, "api", json_object_new_string(chain->api));
	json_object_object_add(
		root, "primitive",
		json_object_new_string(chain->steps[chain->n - 1].name));
	json_object_object_add(root, "returns",
			       json_object_new_string(chain->returns));
	for (i = 0; i < chain->n; i++)
		json_object_array_add(steps, step_json(&chain->steps[i]));
	json_object_object_add(root, "chain", steps);
	chains_options(chains, put_json_option, options);
	json_object_object_add(root, "config", options);
	fprintf(out, "%s\n",
		json_object_to_json_string_ext(
			root, JSON_C_TO_STRING_PRETTY |
				      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(root);
	return ferror(out) ? -EIO : 0;
}

int chain_print_dot(const struct chain *chain, FILE *out)
{
	const struct chain_step *step;
	size_t i, k;

	fprintf(out,
		"digraph \"%s\" {\n\trankdir=TB;\n"
		"\tnode [shape=box, fontname=\"monospace\"];\n",
		chain->api);
	for (i = 0; i < chain->n; i++) {
		step = &chain->steps[i];
		fprintf(out, "\t\"%s\" [label=\"%s\\n%s %s:%u\"%s];\n",
			step->name, step->name, kind_name(step),
			step->symbol->file, step->symbol->line,
			step->symbol->kind == SYMBOL_MACRO ? ", style=rounded" :
							     "");
		if (i)
			fprintf(out, "\t\"%s\" -> \"%s\"%s;\n",
				chain->steps[i - 1].name, step->name,
				chain->steps[i - 1].indirect ?
					" [label=\"pv_ops\"]" :
					"");
		for (k = 0; k < step->n_effects; k++)
			fprintf(out,
				"\t\"%s\" -> \"%s\" [style=dashed, label=\"%s\"%s];\n",
				step->name, step->effects[k].name,
				chain_effect_name(step->effects[k].kind),
				step->effects[k].active ? "" : ", color=gray");
	}
	fputs("}\n", out);
	return ferror(out) ? -EIO : 0;
}
