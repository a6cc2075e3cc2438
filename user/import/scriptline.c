// SPDX-License-Identifier: GPL-2.0
/*
 * One line of `perf script`'s text in, its fields out. A task's name may hold
 * spaces, brackets and colons, so the first line of a sample is read from the
 * time or the event on, towards both ends.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/scriptline.h"

#define PERIOD_WIDTH 10 /* perf pads it to as much, a thread's id to less */
#define ADDRESS_DIGITS 5 /* of a frame among other numbers */

static const struct script_head no_head = {
	.period = 1,
	.pid = UINT32_MAX,
	.tid = UINT32_MAX,
	.cpu = UINT32_MAX,
	.rest = "",
};

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t");
}

static const char *skip_word(const char *at)
{
	return at + strcspn(at, " \t");
}

/* Back from @end over the word before it; *@end is where that word ends. */
static const char *word_before(const char *line, const char **end)
{
	const char *at;

	while (*end > line && isspace((unsigned char)(*end)[-1]))
		--*end;
	at = *end;
	while (at > line && !isspace((unsigned char)at[-1]))
		at--;
	return at;
}

/* Whether @word is "SECONDS.FRACTION:"; its value in ns. */
static bool parse_time(const char *word, uint64_t *time)
{
	uint64_t seconds, fraction = 0;
	int digits = 0;
	char *end;

	if (!isdigit((unsigned char)*word))
		return false;
	seconds = strtoull(word, &end, 10);
	if (*end != '.')
		return false;
	for (end++; isdigit((unsigned char)*end) && digits < 9; end++, digits++)
		fraction = fraction * 10 + (*end - '0');
	if (*end != ':' || !digits)
		return false;
	for (; digits < 9; digits++)
		fraction *= 10;
	*time = seconds * 1000000000ull + fraction;
	return true;
}

/* "[003]" */
static bool parse_cpu(const char *word, uint32_t *cpu)
{
	char *end;

	if (*word != '[' || !isdigit((unsigned char)word[1]))
		return false;
	*cpu = strtoul(word + 1, &end, 10);
	return *end == ']';
}

/* Digits up to @end. */
static bool is_number(const char *word, const char *end)
{
	return word < end && strspn(word, "0123456789") >= (size_t)(end - word);
}

/* "123" or "100/123"; -1 is perf's word for none. */
static bool parse_task(const char *word, const char *stop, uint32_t *pid,
		       uint32_t *tid)
{
	char *end;

	if (!isdigit((unsigned char)*word) &&
	    !(*word == '-' && isdigit((unsigned char)word[1])))
		return false;
	*pid = *tid = strtoul(word, &end, 10);
	if (*end == '/' && isdigit((unsigned char)end[1]))
		*tid = strtoul(end + 1, &end, 10);
	return end == stop;
}

/* -F misc: in which mode the sample was taken, "U", "K", "H" and alike. */
static bool is_misc(const char *word, const char *end)
{
	return end - word <= 3 &&
	       strspn(word, "KUHGgMESDPA") >= (size_t)(end - word);
}

static void set_comm(struct script_head *head, const char *line,
		     const char *end)
{
	int len;

	line = skip_space(line);
	len = end > line ? (int)(end - line) : 0;
	while (len && isspace((unsigned char)line[len - 1]))
		len--;
	snprintf(head->comm, sizeof(head->comm), "%.*s", len, line);
	if (head->comm[0] == ':' && isdigit((unsigned char)head->comm[1]))
		head->comm[0] = '\0'; /* perf's word for a name not known */
}

/* COMM PID[/TID] [CPU] MISC, up to @end. */
static void parse_who(const char *line, const char *end,
		      struct script_head *head)
{
	const char *at = end, *word = word_before(line, &at), *misc = end;

	if (word < at && is_misc(word, at)) {
		misc = word;
		word = word_before(line, &misc);
		if (word < misc &&
		    (parse_cpu(word, &head->cpu) ||
		     parse_task(word, misc, &head->pid, &head->tid))) {
			at = misc;
		} else { /* it was a name */
			at = end;
			word = word_before(line, &at);
		}
	}
	if (parse_cpu(word, &head->cpu)) {
		end = at = word;
		word = word_before(line, &at);
	}
	if (word < at && parse_task(word, at, &head->pid, &head->tid))
		end = word;
	set_comm(head, line, end);
}

/* A word that ends in a colon, as events do; how long it is without. */
static size_t event_length(const char *word)
{
	size_t len = strcspn(word, " \t");

	if (len < 2 || word[len - 1] != ':' ||
	    !strncmp(word, "PERF_RECORD", 11))
		return 0;
	while (len && word[len - 1] == ':')
		len--;
	return len;
}

static bool set_event(struct script_head *head, const char *word)
{
	size_t len = event_length(word);

	if (!len)
		return false;
	snprintf(head->event, sizeof(head->event), "%.*s", (int)len, word);
	head->rest = skip_space(skip_word(word));
	return true;
}

/* "[PERIOD] EVENT: ..." behind the time; both may be missing. */
static bool parse_event(const char *at, struct script_head *head)
{
	const char *word = skip_space(at), *end = skip_word(word);

	head->rest = word;
	if (is_number(word, end) && event_length(skip_space(end))) {
		head->period = strtoull(word, NULL, 10);
		word = skip_space(end);
	}
	return set_event(head, word) || strncmp(word, "PERF_RECORD", 11) != 0;
}

/*
 * Without a time, one number before the event is a thread's id or a period:
 * they have not the same width.
 */
static const char *take_period(const char *line, const char *event,
			       struct script_head *head)
{
	const char *end = event, *word = word_before(line, &end);
	const char *before = word, *other, *pad = word;

	if (!is_number(word, end))
		return event;
	other = word_before(line, &before);
	while (pad > line && pad[-1] == ' ')
		pad--;
	if (!(other < before && (is_number(other, before) || *other == '[')) &&
	    end - pad <= PERIOD_WIDTH && pad > line)
		return event;
	if (pad == line && end - pad < PERIOD_WIDTH)
		return event;
	head->period = strtoull(word, NULL, 10);
	return word;
}

/*
 * The event of a line without a time: what stands before it is a number or a
 * CPU, or it is the first word that could be one, as a name's words may be.
 */
static const char *find_event(const char *line)
{
	const char *at, *last = NULL, *first = NULL;

	for (at = skip_space(line); *at; at = skip_space(skip_word(at))) {
		if (event_length(at)) {
			if (!last || isdigit((unsigned char)*last) ||
			    *last == '[')
				return at;
			if (!first)
				first = at;
		}
		last = at;
	}
	return first;
}

bool scriptline_head(const char *line, struct script_head *head)
{
	const char *at;

	*head = no_head;
	for (at = skip_space(line); *at; at = skip_space(skip_word(at))) {
		if (!parse_time(at, &head->time))
			continue;
		parse_who(line, at, head);
		return parse_event(skip_word(at), head);
	}
	at = find_event(line);
	if (!at || !set_event(head, at))
		return false;
	parse_who(line, take_period(line, at, head), head);
	return true;
}

void scriptline_weak_head(const char *line, struct script_head *head)
{
	*head = no_head;
	parse_who(line, line + strlen(line), head);
}

bool scriptline_frame(const char *line, struct script_frame *frame)
{
	const char *at = skip_space(line), *object, *plus;
	char *end;
	int len;

	if (!isxdigit((unsigned char)*at))
		return false;
	*frame = (struct script_frame){ 0 };
	errno = 0;
	frame->addr = strtoull(at, &end, 16);
	if (errno || (*end && !isspace((unsigned char)*end)))
		return false;
	at = skip_space(end);
	object = strrchr(at, '(');
	len = object ? (int)(object - at) : (int)strlen(at);
	while (len && isspace((unsigned char)at[len - 1]))
		len--;
	if (object)
		snprintf(frame->object, sizeof(frame->object), "%.*s",
			 (int)strcspn(object + 1, ")"), object + 1);
	frame->inlined = !strcmp(frame->object, "inlined");
	plus = memrchr(at, '+', len);
	if (plus && !strncmp(plus, "+0x", 3)) {
		frame->offset = strtoull(plus + 3, NULL, 16);
		frame->measured = true;
		len = plus - at;
	}
	if (strncmp(at, "[unknown]", 9))
		snprintf(frame->name, sizeof(frame->name), "%.*s", len, at);
	return true;
}

/* A word of hex digits alone. */
static bool is_hex(const char *word, size_t *digits)
{
	*digits = strspn(word, "0123456789abcdef");
	return *digits &&
	       (!word[*digits] || isspace((unsigned char)word[*digits]));
}

bool scriptline_rest(const char *rest, struct script_frame *frame,
		     uint64_t *addr)
{
	const char *at, *last = NULL, *first = NULL;
	size_t digits;

	*addr = 0;
	/* a frame's object, which comes last, may have words like hex */
	for (at = rest; *at && *at != '('; at = skip_space(skip_word(at))) {
		if (!is_hex(at, &digits))
			continue;
		if (!first)
			first = at;
		if (!last || digits >= ADDRESS_DIGITS)
			last = at;
	}
	if (first && is_hex(first, &digits) && digits >= ADDRESS_DIGITS)
		*addr = strtoull(first, NULL, 16);
	return last && scriptline_frame(last, frame);
}
