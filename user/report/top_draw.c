// SPDX-License-Identifier: GPL-2.0
/*
 * The face of `top`: counted rows in; a screen of exactly the terminal's size,
 * or plain lines, out. Lines are cut at the right edge, never wrapped.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/format.h"
#include "capture/note.h"
#include "report/report.h"
#include "report/top.h"
#include "report/tree.h"
#include "base/tty.h"

#define WIDE 100 /* columns from which there is room for more of them */
#define HEAD_LINES 4
#define BOLD "\033[1m"
#define REVERSE "\033[7m"
#define PLAIN "\033[0m"

struct page {
	FILE *out;
	unsigned int width, height, used; /* width 0: plain lines, no end */
};

/* Cut to the width, by characters: names may be UTF-8. */
static void put_cut(struct page *page, const char *text)
{
	unsigned int columns = 0;

	for (; *text; text++) {
		columns += ((unsigned char)*text & 0xc0) != 0x80;
		if (page->width && columns > page->width)
			break;
		putc((unsigned char)*text < ' ' || *text == 127 ? '?' : *text,
		     page->out);
	}
}

__attribute__((format(printf, 3, 4))) static void
put_line(struct page *page, const char *look, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (page->width && page->used == page->height)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!page->width) {
		put_cut(page, text);
		putc('\n', page->out);
		return;
	}
	fputs(page->used++ ? "\r\n" : "\033[H", page->out);
	fputs(look, page->out);
	put_cut(page, text);
	fputs(*look ? PLAIN "\033[K" : "\033[K", page->out);
}

static const char *by_name(enum aggr_by by)
{
	static const char *const names[] = { "lock", "caller", "task",
					     "instance" };

	return names[by];
}

static const char *note_or(const struct top *top, const char *key)
{
	const char *value = capture_note(&top->load.capture, key);

	return value && *value ? value : "?";
}

static void put_head(struct page *page, const struct top *top)
{
	const struct aggr *aggr = &top->aggrs[top->by];
	char samples[FORMAT_BYTES], share[FORMAT_BYTES], lost[FORMAT_BYTES],
		skipped[FORMAT_BYTES];

	put_line(page, BOLD, "lockprobe top%s%s: Linux %s, %s (%s), %s",
		 top->paused ? " PAUSED" : "", top->finished ? " (ended)" : "",
		 note_or(top, NOTE_RELEASE), note_or(top, NOTE_EVENT),
		 note_or(top, NOTE_RUNG), top->path ? top->path : "live");
	put_line(
		page, "", "%s samples, %s in lock code, %s lost%s%s%s",
		format_count(samples, aggr->all.samples),
		format_share(share, aggr->in_code.weight, aggr->all.weight),
		top->cut ? "not known how many" : format_count(lost, top->lost),
		top->skipped ? ", not counted in pauses: " : "",
		top->skipped ? format_count(skipped, top->skipped) : "",
		top->genl && genl_overruns(top->genl) ? ", the socket overran" :
							"");
}

static void put_titles(struct page *page, const struct top *top)
{
	static const char *const tags[] = { "locks ", "", "    pid ",
					    "address            " };
	bool wide = page->width >= WIDE;
	bool kind = wide && (top->by == AGGR_LOCK || top->by == AGGR_INSTANCE);

	put_line(page, REVERSE, "%7s %7s %7s %9s%s  %s%s%s",
		 report_unit(&top->load), "samples", "waits", "waited",
		 wide ? "   longest" : "", tags[top->by],
		 kind ? "kind         " : "",
		 top->by == AGGR_INSTANCE ? "lock" : by_name(top->by));
}

static const char *row_tag(char *out, size_t size, const struct aggr *aggr,
			   uint32_t row, uint8_t *kind)
{
	const struct capture *c = aggr->capture;
	uint32_t key = aggr->rows[row].key;
	char number[FORMAT_BYTES];

	*out = '\0';
	*kind = 0;
	switch (aggr->by) {
	case AGGR_LOCK:
		*kind = c->idents[key].kind;
		snprintf(out, size, "%5s ",
			 aggr->rows[row].instances ?
				 format_short(number,
					      aggr->rows[row].instances) :
				 "-");
		break;
	case AGGR_TASK:
		snprintf(out, size, "%7u ",
			 key < c->nr_tasks ? c->tasks[key].pid : 0);
		break;
	case AGGR_INSTANCE:
		if (key & 0x80000000u) {
			snprintf(out, size, "%-18s ", "-");
			break;
		}
		*kind = c->locks[key].kind;
		snprintf(out, size, "0x%016llx ",
			 (unsigned long long)c->locks[key].addr);
		break;
	case AGGR_CALLER:
		break;
	}
	return out;
}

static void put_row(struct page *page, const struct top *top, uint32_t row,
		    const char *look)
{
	const struct aggr *aggr = &top->aggrs[top->by];
	const struct tally *t = &aggr->rows[row].tally;
	char share[FORMAT_BYTES], samples[FORMAT_BYTES], waits[FORMAT_BYTES],
		total[FORMAT_BYTES], max[FORMAT_BYTES], longest[16] = "",
							tag[32], word[32] = "";
	uint8_t kind;

	if (page->width >= WIDE)
		snprintf(longest, sizeof(longest), " %9.14s",
			 t->waits ? format_ns(max, t->wait_max) : "-");
	row_tag(tag, sizeof(tag), aggr, row, &kind);
	if (page->width >= WIDE &&
	    (aggr->by == AGGR_LOCK || aggr->by == AGGR_INSTANCE))
		snprintf(word, sizeof(word), "%-12s ", lock_kind_name(kind));
	put_line(page, look, "%7s %7s %7s %9s%s  %s%s%s",
		 format_share(share, t->weight, aggr->all.weight),
		 format_short(samples, t->samples),
		 format_short(waits, t->waits),
		 t->waits ? format_ns(total, t->wait_ns) : "-", longest, tag,
		 word, aggr_name(aggr, row));
}

/* Which lines of @nr are shown in @room, so that the selected one is. */
static void scroll(struct top *top, uint32_t nr, uint32_t room)
{
	top->nr_lines = nr;
	if (top->at >= nr)
		top->at = nr ? nr - 1 : 0;
	if (top->at < top->first)
		top->first = top->at;
	if (room && top->at >= top->first + room)
		top->first = top->at - room + 1;
	if (room >= nr)
		top->first = 0;
}

static uint32_t find_key(const struct aggr *aggr, uint32_t key)
{
	uint32_t row = map_get(&aggr->rows_by_key, key);

	return row == MAP_NONE ? 0 : row;
}

static void put_rows(struct page *page, struct top *top)
{
	const struct aggr *aggr = &top->aggrs[top->by];
	uint32_t nr = aggr->nr_rows, room, row, shown;

	if (top->max_rows && nr > top->max_rows)
		nr = top->max_rows;
	put_titles(page, top);
	room = page->height - page->used - 1;
	scroll(top, nr, room);
	if (nr)
		top->key = aggr->rows[top->at].key;
	for (row = top->first, shown = 0; row < nr && shown < room;
	     row++, shown++)
		put_row(page, top, row,
			row == top->at		 ? REVERSE :
			page->used == HEAD_LINES ? BOLD :
						   "");
	if (!nr)
		put_line(page, "", "        no sample or wait on a lock yet");
}

struct branches {
	struct page *page;
	struct top *top;
	const struct tree *tree;
	const struct aggr *aggr;
	uint32_t nr, room;
};

/* All below @parent in the order shown; put only what is in view. */
static void put_branches(struct branches *b, uint32_t parent, uint32_t depth,
			 bool show)
{
	uint32_t node = b->tree->nodes[parent].child, line;
	const struct tree_node *n;
	char share[FORMAT_BYTES], all[FORMAT_BYTES], wait[FORMAT_BYTES];

	for (; node; node = b->tree->nodes[node].sibling) {
		n = &b->tree->nodes[node];
		line = b->nr++;
		if (show && line >= b->top->first &&
		    line < b->top->first + b->room)
			put_line(b->page, line == b->top->at ? REVERSE : "",
				 "%7s %7s %9s  %*s%s",
				 format_share(share, n->tally.weight,
					      b->aggr->all.weight),
				 format_short(all, n->tally.samples),
				 n->tally.waits ?
					 format_ns(wait, n->tally.wait_ns) :
					 "-",
				 depth < 30 ? 2 * (int)depth : 60, "",
				 names_get(&b->aggr->capture->names,
					   n->function));
		put_branches(b, node, depth + 1, show);
	}
}

static int put_callers(struct page *page, struct top *top)
{
	const struct aggr *aggr = &top->aggrs[top->by];
	struct branches b = { .page = page, .top = top, .aggr = aggr };
	struct tree_thin thin = tree_thin(aggr, SPLIT_STACK);
	uint32_t row = find_key(aggr, top->key);
	struct tree tree;
	int err;

	if (!aggr->nr_rows) {
		put_line(page, "", "nothing counted yet");
		return 0;
	}
	put_line(page, REVERSE, "%7s %7s %9s  callers of %s",
		 report_unit(&top->load), "samples", "waited",
		 aggr_name(aggr, row));
	err = tree_callers(&tree, aggr, row, &thin, top->by_wait);
	if (err)
		goto out;
	b.tree = &tree;
	b.room = page->height - page->used - 1;
	put_branches(&b, 0, 0, false);
	scroll(top, b.nr, b.room);
	b.nr = 0;
	put_branches(&b, 0, 0, true);
out:
	tree_free(&tree);
	return err;
}

static void put_help(struct page *page)
{
	static const char *const lines[] = {
		"s              order by misses, or by time waited",
		"l c t i        rows by lock, caller, task, instance",
		"up, down       select a row (k and j, too; page keys, home, end)",
		"enter, right   the callers of the selected row (d, too)",
		"left, escape   back to the rows",
		"space          pause: nothing is counted until the next space",
		"z              count from zero",
		"?              this page, and back",
		"q, Ctrl-C      end",
		"",
		"Shares and samples are estimates; waits and times are counted.",
		"A name with '?' is likely, a|b is one of several.",
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		put_line(page, "", "  %s", lines[i]);
}

static void put_foot(struct page *page, const struct top *top)
{
	while (page->used + 1 < page->height)
		put_line(page, "", "%s", "");
	put_line(
		page, BOLD, "%s",
		top->drill ?
			"left back  up/down scroll  s sort  space pause  ? help  q quit" :
			"s sort  l/c/t/i rows  enter callers  space pause  z zero  ? help  q quit");
}

static int put_page(struct page *page, struct top *top)
{
	int err = 0;

	put_head(page, top);
	put_line(page, "", "by %s, ordered by %s", by_name(top->by),
		 top->by_wait ? "time waited" : report_unit(&top->load));
	if (page->height <= HEAD_LINES + 1)
		return 0; /* no room for a row: the head is all */
	if (top->help)
		put_help(page);
	else if (top->drill)
		err = put_callers(page, top);
	else
		put_rows(page, top);
	put_foot(page, top);
	return err;
}

int top_draw(struct top *top)
{
	struct page page = { 0 };
	char *text = NULL;
	size_t size = 0;
	int err = aggr_sort(&top->aggrs[top->by], top->by_wait);

	if (err)
		return err;
	tty_size(&page.width, &page.height);
	page.out = open_memstream(&text, &size);
	if (!page.out)
		return -ENOMEM;
	err = put_page(&page, top);
	fputs("\033[J", page.out);
	if (fclose(page.out) && !err)
		err = -ENOMEM;
	if (!err)
		tty_write(text, size);
	free(text);
	top->drawn++;
	return err;
}

int top_print(struct top *top)
{
	struct page page = { .out = stdout };
	const struct aggr *aggr = &top->aggrs[top->by];
	uint32_t row, nr;
	int err = aggr_sort(&top->aggrs[top->by], top->by_wait);

	if (err)
		return err;
	if (top->drawn++)
		putchar('\n');
	put_head(&page, top);
	put_titles(&page, top);
	nr = top->max_rows && aggr->nr_rows > top->max_rows ? top->max_rows :
							      aggr->nr_rows;
	for (row = 0; row < nr; row++)
		put_row(&page, top, row, "");
	if (nr < aggr->nr_rows)
		printf("%32s(%u more rows)\n", "", aggr->nr_rows - nr);
	return fflush(stdout) ? -errno : 0;
}
