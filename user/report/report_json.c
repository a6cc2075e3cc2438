// SPDX-License-Identifier: GPL-2.0
/*
 * The report for programs: sorted rows in, JSON Lines out. The first line is
 * the head, the second the totals, then one line a row; "version" changes when
 * a field's meaning does, not when one is added.
 */
#include <errno.h>

#include "base/format.h"
#include "base/json.h"
#include "capture/note.h"
#include "report/report.h"
#include "report/tree.h"

#define ADDRESSES_MAX 16 /* of a lock row's instances that are listed */

static const char *const sort_names[] = { "lock", "caller", "task",
					  "instance" };

static void put_tally(struct json_object *o, const struct aggr *aggr,
		      const struct tally *tally)
{
	const struct tally *all = &aggr->all;

	json_put_number(o, "samples", tally->samples);
	json_put_number(o, "events_estimated", tally->weight);
	json_put_real(o, "share",
		      all->weight ? (double)tally->weight / all->weight : 0);
	json_put_number(o, "waits", tally->waits);
	json_put_number(o, "wait_ns", tally->wait_ns);
	json_put_number(o, "wait_max_ns", tally->wait_max);
}

static int put_head(FILE *out, const struct load *load, const char *path)
{
	struct json_object *o = json_object_new_object();
	struct json_object *notes = json_object_new_object();
	const struct capture *c = &load->capture;
	uint64_t lost = report_lost(load);
	uint32_t i;

	json_put_text(o, "type", "head");
	json_put_text(o, "format", "lockprobe-report");
	json_put_number(o, "version", REPORT_JSON_VERSION);
	json_put_text(o, "capture", path);
	json_put_text(o, "sort", sort_names[load->aggr.by]);
	json_put_text(o, "unit", report_unit(load));
	json_put_number(o, "duration_ns", report_duration(load));
	if (lost != UINT64_MAX)
		json_put_number(o, "lost", lost);
	if (load->aggr.filter.step) {
		json_put_number(o, "timeline_buckets", LOAD_BUCKETS);
		json_put_number(o, "timeline_step_ns", load->aggr.filter.step);
	}
	json_put_flag(o, "complete", c->ended);
	for (i = 0; i < c->nr_notes; i++)
		json_put_text(notes, names_get(&c->names, c->notes[i].key),
			      names_get(&c->names, c->notes[i].value));
	json_object_object_add(o, "notes", notes);
	return json_put_line(out, o);
}

static int put_totals(FILE *out, const struct load *load)
{
	static const char *const names[WIRE_NR_STATS] = {
		"produced",	   "delivered",	     "lost",
		"filtered",	   "throttled",	     "time_enabled_ns",
		"time_running_ns", "handler_ns",     "worker_ns",
		"contended",	   "contended_lost", "slept_lost",
		"memory_bytes",
	};
	struct json_object *o = json_object_new_object();
	struct json_object *stats = json_object_new_object();
	struct json_object *part;
	const struct aggr *aggr = &load->aggr;
	int i;

	json_put_text(o, "type", "totals");
	put_tally(o, aggr, &aggr->all);
	part = json_object_new_object();
	put_tally(part, aggr, &aggr->in_code);
	json_object_object_add(o, "in_lock_code", part);
	part = json_object_new_object();
	put_tally(part, aggr, &aggr->on_line);
	json_object_object_add(o, "on_lock_line", part);
	json_put_number(o, "user_samples", aggr->user);
	json_put_number(o, "idle_samples", aggr->idle);
	json_put_number(o, "nmi_samples", aggr->nmi);
	json_put_number(o, "cut_stacks", aggr->cut);
	part = json_object_new_object();
	json_put_number(part, "contention", aggr->told_by[0]);
	json_put_number(part, "address", aggr->told_by[1]);
	json_put_number(part, "register", aggr->told_by[2]);
	json_object_object_add(o, "lock_told_by", part);
	json_put_number(o, "rows", aggr->nr_rows);
	for (i = 0; i < WIRE_NR_STATS; i++)
		if (load->capture.stats[i] != WIRE_STAT_ABSENT)
			json_put_number(stats, names[i],
					load->capture.stats[i]);
	json_object_object_add(o, "session", stats);
	return json_put_line(out, o);
}

static void put_evidence(struct json_object *o, uint32_t evidence)
{
	static const char *const names[] = { "symbol", "cache", "size",
					     "offset", "kind",	"caller",
					     "source" };
	struct json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (evidence & 1u << i)
			json_object_array_add(list,
					      json_object_new_string(names[i]));
	json_object_object_add(o, "evidence", list);
}

static void put_ident(struct json_object *o, const struct capture *c,
		      uint32_t ident)
{
	const struct capture_ident *id = &c->idents[ident];

	if (id->path) {
		json_put_text(o, "struct", names_get(&c->names, id->strct));
		json_put_text(o, "path", names_get(&c->names, id->path));
	}
	json_put_text(o, "kind", lock_kind_name(id->kind));
	json_put_text(o, "confidence", lock_confidence_name(id->confidence));
	json_put_number(o, "alternatives", id->alternatives);
	put_evidence(o, id->evidence);
}

static void put_place(struct json_object *o, const struct record_lock *lock)
{
	char text[FORMAT_BYTES];

	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)lock->addr);
	json_put_text(o, "address", text);
	json_put_text(o, "place", lock_place_name(lock->place));
	json_put_text(o, "symbol", lock->symbol);
	if (lock->symbol)
		json_put_number(o, "symbol_offset", lock->symbol_offset);
	json_put_text(o, "module", lock->module);
	json_put_text(o, "cache", lock->cache);
	if (lock->object_size)
		json_put_number(o, "object_size", lock->object_size);
	if (lock->offset != UINT32_MAX)
		json_put_number(o, "offset", lock->offset);
	if (lock->cpu >= 0)
		json_put_number(o, "cpu", lock->cpu);
}

static void put_candidates(struct json_object *o,
			   const struct record_lock *lock)
{
	struct json_object *list = json_object_new_array(), *candidate;
	uint32_t i;

	for (i = 0; i < lock->nr_candidates; i++) {
		candidate = json_object_new_object();
		json_put_text(candidate, "struct", lock->candidates[i].strct);
		json_put_text(candidate, "path", lock->candidates[i].path);
		put_evidence(candidate, lock->candidates[i].evidence);
		json_object_array_add(list, candidate);
	}
	json_object_object_add(o, "candidates", list);
}

/* A lock row's instances: where they are, the first one's candidates, too. */
static void put_instances(struct json_object *o, const struct aggr *aggr,
			  uint32_t ident)
{
	struct json_object *list = json_object_new_array(), *instance;
	const struct capture *c = aggr->capture;
	struct record_lock lock;
	uint32_t i, nr = 0;

	for (i = 0; i < c->nr_locks && i < aggr->lock_room; i++) {
		if (c->locks[i].ident != ident ||
		    (!aggr->locks[i].samples && !aggr->locks[i].waits))
			continue;
		if (nr++ == ADDRESSES_MAX)
			break;
		capture_lock_record(c, i, &lock);
		if (nr == 1)
			put_candidates(o, &lock);
		instance = json_object_new_object();
		put_place(instance, &lock);
		put_tally(instance, aggr, &aggr->locks[i]);
		json_object_array_add(list, instance);
	}
	json_object_object_add(o, "addresses", list);
}

/* An imported profile may not tell them. */
static void put_ids(struct json_object *o, const struct capture_task *task)
{
	if (task->pid == UINT32_MAX)
		return;
	json_put_number(o, "pid", task->pid);
	json_put_number(o, "tgid", task->tgid);
}

static void put_key(struct json_object *o, const struct aggr *aggr,
		    uint32_t row)
{
	const struct capture *c = aggr->capture;
	uint32_t key = aggr->rows[row].key;
	struct record_lock lock;

	switch (aggr->by) {
	case AGGR_LOCK:
		put_ident(o, c, key);
		json_put_number(o, "instances", aggr->rows[row].instances);
		put_instances(o, aggr, key);
		break;
	case AGGR_INSTANCE:
		if (key & 0x80000000u) {
			put_ident(o, c, key & 0x7fffffffu);
			break;
		}
		put_ident(o, c, c->locks[key].ident);
		capture_lock_record(c, key, &lock);
		put_place(o, &lock);
		put_candidates(o, &lock);
		break;
	case AGGR_TASK:
		if (key < c->nr_tasks)
			put_ids(o, &c->tasks[key]);
		break;
	case AGGR_CALLER:
		break;
	}
}

static struct json_object *branches(const struct aggr *aggr,
				    const struct tree *tree, uint32_t parent,
				    const struct tree_thin *thin,
				    uint32_t *left_out)
{
	struct json_object *list = json_object_new_array(), *o;
	uint32_t node = tree->nodes[parent].child;
	const struct tally *tally;

	for (; node; node = tree->nodes[node].sibling) {
		tally = &tree->nodes[node].tally;
		if (tree_is_thin(thin, tally)) {
			(*left_out)++;
			continue;
		}
		o = json_object_new_object();
		json_put_text(o, "function",
			      names_get(&aggr->capture->names,
					tree->nodes[node].function));
		put_tally(o, aggr, tally);
		if (tree->nodes[node].child)
			json_object_object_add(o, "callers",
					       branches(aggr, tree, node, thin,
							left_out));
		json_object_array_add(list, o);
	}
	return list;
}

/*
 * Of a heavy row even thin branches are of interest, of a light one only its
 * main ones: what is kept over all rows is bounded that way, too.
 */
static uint64_t too_thin(uint64_t row, uint64_t all, double part)
{
	double of_row = row ? part * all / row / 4 : 0;

	if (of_row < part)
		of_row = part;
	if (of_row > 50 * part)
		of_row = 50 * part;
	return of_row * row;
}

static int put_callers(struct json_object *o, const struct aggr *aggr,
		       uint32_t row, const struct report_options *options)
{
	const struct tally *row_all = &aggr->rows[row].tally;
	struct tree_thin thin = tree_thin(aggr, SPLIT_STACK);
	uint64_t weight =
		too_thin(row_all->weight, aggr->all.weight, options->json_thin);
	uint64_t wait_ns = too_thin(row_all->wait_ns, aggr->all.wait_ns,
				    options->json_thin);
	uint32_t left_out = 0;
	struct tree tree;
	int err;

	if (thin.weight < weight)
		thin.weight = weight;
	if (thin.wait_ns < wait_ns)
		thin.wait_ns = wait_ns;
	err = tree_callers(&tree, aggr, row, &thin, options->by_wait);
	if (!err)
		json_object_object_add(o, "callers",
				       branches(aggr, &tree, 0, &thin,
						&left_out));
	if (left_out)
		json_put_number(o, "callers_left_out", left_out);
	tree_free(&tree);
	return err;
}

/* Cells @by of a row; at most @max, the heaviest, 0: all but thin ones. */
static struct json_object *split(const struct aggr *aggr, uint32_t row,
				 enum aggr_split by, uint32_t max)
{
	struct json_object *list = json_object_new_array(), *o;
	struct tree_thin thin = tree_thin(aggr, by);
	const struct capture *c = aggr->capture;
	const struct cell *cells;
	uint32_t nr, i;

	cells = aggr_row_cells(aggr, row, by, &nr);
	for (i = 0; i < nr && (!max || i < max); i++) {
		if (cells[i].column == CELLS_REST ||
		    tree_is_thin(&thin, &cells[i].tally))
			continue;
		o = json_object_new_object();
		if (by == SPLIT_TIME) {
			json_put_number(o, "bucket", cells[i].column);
		} else if (by == SPLIT_CPU) {
			json_put_number(o, "cpu", cells[i].column);
		} else if (by == SPLIT_IDENT) {
			json_put_text(
				o, "lock",
				names_get(&c->names,
					  c->idents[cells[i].column].label));
		} else if (cells[i].column < c->nr_tasks) {
			const struct capture_task *t =
				&c->tasks[cells[i].column];

			json_put_text(o, "comm", names_get(&c->names, t->comm));
			put_ids(o, t);
		}
		put_tally(o, aggr, &cells[i].tally);
		json_object_array_add(list, o);
	}
	return list;
}

static void put_hist(struct json_object *o, const struct aggr_row *row)
{
	struct json_object *list = json_object_new_array();
	int i;

	for (i = 0; i < LOCKPROBE_HIST_BUCKETS; i++)
		json_object_array_add(list,
				      json_object_new_uint64(row->hist[i]));
	json_object_object_add(o, "wait_hist_log2_ns", list);
}

static int put_row(FILE *out, const struct load *load, uint32_t row,
		   const struct report_options *options)
{
	struct json_object *o = json_object_new_object();
	const struct aggr *aggr = &load->aggr;
	const struct aggr_row *r = &aggr->rows[row];
	int err;

	json_put_text(o, "type", sort_names[aggr->by]);
	json_put_number(o, "rank", row + 1);
	json_put_text(o, "name", aggr_name(aggr, row));
	put_tally(o, aggr, &r->tally);
	json_put_real(o, "share_error",
		      format_error(r->tally.weight, aggr->all.weight,
				   aggr->all.samples));
	json_put_number(o, "samples_outside_lock_code", r->off_code);
	put_key(o, aggr, row);
	put_hist(o, r);
	if (aggr->by != AGGR_LOCK)
		json_object_object_add(o, "locks",
				       split(aggr, row, SPLIT_IDENT, 0));
	json_object_object_add(
		o, "tasks", split(aggr, row, SPLIT_TASK, options->json_tasks));
	json_object_object_add(o, "cpus", split(aggr, row, SPLIT_CPU, 0));
	if (aggr->filter.step)
		json_object_object_add(o, "timeline",
				       split(aggr, row, SPLIT_TIME, 0));
	err = put_callers(o, aggr, row, options);
	if (err) {
		json_object_put(o);
		return err;
	}
	return json_put_line(out, o);
}

int report_json(FILE *out, const struct load *load,
		const struct report_options *options)
{
	uint32_t row;
	int err;

	err = put_head(out, load, options->path);
	if (!err)
		err = put_totals(out, load);
	for (row = 0; row < load->aggr.nr_rows && !err; row++)
		if (!options->json_rows || row < options->json_rows)
			err = put_row(out, load, row, options);
	return err;
}
