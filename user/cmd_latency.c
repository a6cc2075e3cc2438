// SPDX-License-Identifier: GPL-2.0
/*
 * `lockprobe-user latency`: the SLEEPS of a capture, or of a session that is
 * started for them, in; tasks ranked by their time off the CPU out, each with
 * the call trace and the lock that cost most.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "base/error.h"
#include "base/format.h"
#include "base/json.h"
#include "capture/load.h"
#include "base/option.h"
#include "report/report.h"
#include "capture/store.h"

#define DEFAULT_TOP 10
#define DEFAULT_DEPTH 12

static const char help[] =
	"usage: lockprobe-user latency [-i FILE | -d SEC] [OPTION]...\n"
	"Show where tasks sleep: time off the CPU of each task, ranked, with the kernel\n"
	"and user call trace that cost most and the lock that was waited for there; then\n"
	"the locks that were slept on, ranked. The user part needs frame pointers in the\n"
	"program, and the program to live when its first sleep is drained.\n"
	"\n"
	"  -i, --input FILE     a capture made by 'collect --sleeps'\n"
	"  -d, --duration SEC   record for so long now, and show that\n"
	"  -n, --top N          tasks to show, 0: all (default 10)\n"
	"      --depth N        frames of a call trace (default 12)\n"
	"      --task NAME|PID  only these tasks\n"
	"      --linux DIR      kernel source: settles ambiguous locks\n"
	"      --json           JSON Lines\n"
	"\n"
	"Tasks that ended during the capture are shown, too, and so are sleeps that went\n"
	"on when it ended; one that began before it is not. Times are counted, not\n"
	"estimated; what the module's tables could not hold is counted as lost.\n"
	"\n"
	"Example:\n"
	"  lockprobe-user latency -d 5\n";

/* What one task slept, and what it slept for most. */
struct sleeper {
	uint32_t task, stack, lock, waker; /* of its worst trace; MAP_NONE */
	uint64_t total, max, count, worst;
	bool goes_on; /* the sleep of its worst trace, when the capture ended */
};

/* One (task, stack, lock). */
struct sleep {
	uint32_t task, stack, lock, waker;
	uint64_t total, max, count;
	bool goes_on;
};

/* What all tasks together slept for one lock. */
struct slept_on {
	uint32_t ident, tasks, last_task;
	uint64_t total, max, count;
};

struct latency {
	struct load load;
	const char *path, *task, *linux_dir;
	uint32_t top, depth;
	bool json;
	struct map by_key;
	struct sleep *sleeps;
	uint32_t nr, room;
	struct sleeper *sleepers;
	uint32_t nr_sleepers, sleeper_room;
	struct map by_ident;
	struct slept_on *locks;
	uint32_t nr_locks, lock_room;
};

static struct sleep *sleep_of(struct latency *l, uint32_t task, uint32_t stack,
			      uint32_t lock)
{
	uint64_t key = ((uint64_t)task << 32 | stack) ^
		       (uint64_t)lock * 0x9e3779b97f4a7c15ull;
	uint32_t at;

	for (;; key++) {
		at = map_get(&l->by_key, key);
		if (at == MAP_NONE)
			break;
		if (l->sleeps[at].task == task &&
		    l->sleeps[at].stack == stack && l->sleeps[at].lock == lock)
			return &l->sleeps[at];
	}
	if (array_grow((void **)&l->sleeps, &l->room, l->nr,
		       sizeof(*l->sleeps)) ||
	    map_set(&l->by_key, key, l->nr))
		return NULL;
	l->sleeps[l->nr] = (struct sleep){
		.task = task, .stack = stack, .lock = lock, .waker = MAP_NONE
	};
	return &l->sleeps[l->nr++];
}

static int take_sleeps(void *ctx, uint64_t time, uint32_t nr,
		       const struct lockprobe_sleep *sleeps)
{
	struct latency *l = ctx;
	const struct capture *c = &l->load.capture;
	struct sleep *sleep;
	uint32_t i;

	(void)time;
	for (i = 0; i < nr; i++) {
		sleep = sleep_of(l, capture_task(c, sleeps[i].task),
				 stacks_find(&c->stacks, sleeps[i].stack),
				 sleeps[i].lock ?
					 capture_lock(c, sleeps[i].lock) :
					 MAP_NONE);
		if (!sleep)
			return -ENOMEM;
		sleep->count += sleeps[i].count;
		sleep->total += sleeps[i].total;
		sleep->goes_on |= !!(sleeps[i].state & LOCKPROBE_SLEEP_GOES_ON);
		if (sleeps[i].waker)
			sleep->waker = capture_task(c, sleeps[i].waker);
		if (sleeps[i].max > sleep->max)
			sleep->max = sleeps[i].max;
	}
	return 0;
}

static const struct record_sink sink = { .sleeps = take_sleeps };

static int by_task(const void *pa, const void *pb)
{
	const struct sleep *a = pa, *b = pb;

	if (a->task != b->task)
		return a->task < b->task ? -1 : 1;
	return a->total > b->total ? -1 : a->total < b->total;
}

static int by_total(const void *pa, const void *pb)
{
	const struct sleeper *a = pa, *b = pb;

	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	return a->task < b->task ? -1 : 1;
}

/* The sleeps of a task lie side by side, the worst first. */
static int rank(struct latency *l)
{
	struct sleeper *s = NULL;
	uint32_t i;

	if (l->nr)
		qsort(l->sleeps, l->nr, sizeof(*l->sleeps), by_task);
	for (i = 0; i < l->nr; i++) {
		const struct sleep *one = &l->sleeps[i];

		if (!s || s->task != one->task) {
			if (array_grow((void **)&l->sleepers, &l->sleeper_room,
				       l->nr_sleepers, sizeof(*l->sleepers)))
				return -ENOMEM;
			s = &l->sleepers[l->nr_sleepers++];
			*s = (struct sleeper){
				.task = one->task,
				.stack = one->stack,
				.lock = one->lock,
				.waker = one->waker,
				.worst = one->total,
				.goes_on = one->goes_on,
			};
		}
		s->total += one->total;
		s->count += one->count;
		if (one->max > s->max)
			s->max = one->max;
	}
	if (l->nr_sleepers)
		qsort(l->sleepers, l->nr_sleepers, sizeof(*l->sleepers),
		      by_total);
	return 0;
}

static const char *comm_of(const struct latency *l, uint32_t task)
{
	const struct capture *c = &l->load.capture;

	return task == MAP_NONE ? "" :
				  names_get(&c->names, c->tasks[task].comm);
}

static uint32_t pid_of(const struct latency *l, uint32_t task)
{
	return task == MAP_NONE ? 0 : l->load.capture.tasks[task].pid;
}

static const char *lock_name(const struct latency *l, uint32_t lock)
{
	const struct capture *c = &l->load.capture;

	if (lock == MAP_NONE)
		return NULL;
	return names_get(&c->names, c->idents[c->locks[lock].ident].label);
}

static bool wanted(const struct latency *l, uint32_t task)
{
	char *end;
	unsigned long pid;

	if (!l->task)
		return true;
	pid = strtoul(l->task, &end, 10);
	return (!*end && pid == pid_of(l, task)) ||
	       !strcmp(l->task, comm_of(l, task));
}

static void print_trace(struct latency *l, const struct sleeper *s)
{
	struct stacks *stacks = &l->load.capture.stacks;
	uint32_t node, depth;

	if (s->stack == MAP_NONE)
		return;
	node = stacks_sleeper(stacks, s->stack);
	for (depth = 0; stacks_is_frame(stacks, node) && depth < l->depth;
	     depth++) {
		printf("%44s", "");
		format_put_clean(
			stdout,
			names_get(&l->load.capture.names,
				  stacks_function(stacks, s->stack, node)));
		putchar('\n');
		node = stacks->nodes[node].parent;
	}
}

static void print_sleeper(struct latency *l, const struct sleeper *s)
{
	char total[FORMAT_BYTES], count[FORMAT_BYTES], max[FORMAT_BYTES],
		share[FORMAT_BYTES];
	const char *lock = lock_name(l, s->lock);

	printf("%10s %8s %10s %7d  ", format_ns(total, s->total),
	       format_short(count, s->count), format_ns(max, s->max),
	       (int)pid_of(l, s->task));
	format_put_clean(stdout, comm_of(l, s->task));
	printf("\n%36s %6s ", "", format_share(share, s->worst, s->total));
	if (lock) {
		fputs("on ", stdout);
		format_put_clean(stdout, lock);
	} else {
		fputs("in", stdout);
	}
	if (s->waker != MAP_NONE) {
		fputs(", woken by ", stdout);
		format_put_clean(stdout, comm_of(l, s->waker));
	}
	if (s->goes_on)
		fputs(", still asleep at the end", stdout);
	putchar('\n');
	print_trace(l, s);
}

static void print_json(struct latency *l, const struct sleeper *s)
{
	struct stacks *stacks = &l->load.capture.stacks;
	struct json_object *o = json_object_new_object();
	struct json_object *trace = json_object_new_array();
	uint32_t node = s->stack == MAP_NONE ? STACKS_ROOT :
					       stacks_sleeper(stacks, s->stack);

	json_put_text(o, "type", "sleeper");
	json_put_text(o, "comm", comm_of(l, s->task));
	json_put_number(o, "pid", pid_of(l, s->task));
	json_put_number(o, "sleep_ns", s->total);
	json_put_number(o, "sleeps", s->count);
	json_put_number(o, "max_ns", s->max);
	json_put_number(o, "worst_trace_ns", s->worst);
	json_object_object_add(o, "asleep",
			       json_object_new_boolean(s->goes_on));
	json_put_text(o, "lock", lock_name(l, s->lock));
	if (s->waker != MAP_NONE)
		json_put_text(o, "waker", comm_of(l, s->waker));
	for (; stacks_is_frame(stacks, node); node = stacks->nodes[node].parent)
		json_object_array_add(
			trace,
			json_object_new_string(names_get(
				&l->load.capture.names,
				stacks_function(stacks, s->stack, node))));
	json_object_object_add(o, "trace", trace);
	json_put_line(stdout, o);
}

static struct slept_on *slept_on(struct latency *l, uint32_t ident)
{
	uint32_t at = map_get(&l->by_ident, ident);

	if (at != MAP_NONE)
		return &l->locks[at];
	if (array_grow((void **)&l->locks, &l->lock_room, l->nr_locks,
		       sizeof(*l->locks)) ||
	    map_set(&l->by_ident, ident, l->nr_locks))
		return NULL;
	l->locks[l->nr_locks] =
		(struct slept_on){ .ident = ident, .last_task = MAP_NONE - 1 };
	return &l->locks[l->nr_locks++];
}

static int by_lock_total(const void *pa, const void *pb)
{
	const struct slept_on *a = pa, *b = pb;

	if (a->total != b->total)
		return a->total > b->total ? -1 : 1;
	return a->ident < b->ident ? -1 : 1;
}

/* The sleeps of the tasks that are wanted, by lock; they are in task order. */
static int rank_locks(struct latency *l)
{
	const struct capture *c = &l->load.capture;
	struct slept_on *on;
	uint32_t i;

	for (i = 0; i < l->nr; i++) {
		const struct sleep *one = &l->sleeps[i];

		if (one->lock == MAP_NONE || !wanted(l, one->task))
			continue;
		on = slept_on(l, c->locks[one->lock].ident);
		if (!on)
			return -ENOMEM;
		on->tasks += on->last_task != one->task;
		on->last_task = one->task;
		on->total += one->total;
		on->count += one->count;
		if (one->max > on->max)
			on->max = one->max;
	}
	if (l->nr_locks)
		qsort(l->locks, l->nr_locks, sizeof(*l->locks), by_lock_total);
	return 0;
}

static void print_lock(struct latency *l, const struct slept_on *on)
{
	const struct capture *c = &l->load.capture;
	const char *name = names_get(&c->names, c->idents[on->ident].label);
	char total[FORMAT_BYTES], count[FORMAT_BYTES], max[FORMAT_BYTES];
	struct json_object *o;

	if (!l->json) {
		printf("%10s %8s %10s %7u  ", format_ns(total, on->total),
		       format_short(count, on->count), format_ns(max, on->max),
		       on->tasks);
		format_put_clean(stdout, name);
		putchar('\n');
		return;
	}
	o = json_object_new_object();
	json_put_text(o, "type", "lock");
	json_put_text(o, "lock", name);
	json_put_number(o, "sleep_ns", on->total);
	json_put_number(o, "sleeps", on->count);
	json_put_number(o, "max_ns", on->max);
	json_put_number(o, "tasks", on->tasks);
	json_put_line(stdout, o);
}

static void print_locks(struct latency *l)
{
	uint32_t i;

	if (l->nr_locks && !l->json)
		printf("\n%10s %8s %10s %7s  lock that was slept on\n",
		       "off CPU", "sleeps", "longest", "tasks");
	for (i = 0; i < l->nr_locks; i++)
		if (l->json || !l->top || i < l->top)
			print_lock(l, &l->locks[i]);
}

static int print(struct latency *l)
{
	uint32_t i, shown = 0;

	if (!l->json) {
		report_head(stdout, &l->load, l->path);
		printf("\n%10s %8s %10s %7s  task, and where it slept most\n",
		       "off CPU", "sleeps", "longest", "pid");
	}
	for (i = 0; i < l->nr_sleepers; i++) {
		if (!wanted(l, l->sleepers[i].task))
			continue;
		if (l->top && shown == l->top && !l->json)
			break;
		shown++;
		if (l->json)
			print_json(l, &l->sleepers[i]);
		else
			print_sleeper(l, &l->sleepers[i]);
	}
	print_locks(l);
	if (shown)
		return EXIT_DONE;
	if (l->nr_sleepers) {
		notice("%s: of the %u tasks that slept, none is '%s'", l->path,
		       l->nr_sleepers, l->task);
		return EXIT_NOTHING;
	}
	notice("%s: no sleep in it; 'lockprobe-user collect --sleeps' records them",
	       l->path);
	return EXIT_NOTHING;
}

static int show(struct latency *l)
{
	struct load_options options = { .by = AGGR_LOCK,
					.linux_dir = l->linux_dir };
	int err = load_open(&l->load, l->path, &options);

	if (err)
		return err;
	err = store_read(l->load.store, 1u << LOCKPROBE_CMD_BATCH, &sink, l);
	if (!err)
		err = rank(l);
	if (!err)
		err = rank_locks(l);
	if (!err)
		err = print(l);
	map_free(&l->by_key);
	map_free(&l->by_ident);
	free(l->locks);
	free(l->sleeps);
	free(l->sleepers);
	load_close(&l->load);
	return err;
}

/* Live: a capture of sleeps alone, made by collect, shown and forgotten. */
static int show_live(struct latency *l, char *duration)
{
	char path[] = "/tmp/lockprobe-latency.XXXXXX";
	char *collect[] = { "collect", "--sleeps", "-d", duration,
			    "-o",      path,	   NULL };
	int fd = mkstemp(path), err;

	if (fd < 0)
		return error_errno(-errno, "cannot write %s", path);
	close(fd);
	optind = 0; /* getopt starts anew */
	err = cmd_collect(6, collect);
	l->path = path;
	if (!err)
		err = show(l);
	unlink(path);
	return err;
}

int cmd_latency(int argc, char **argv)
{
	static const struct option options[] = {
		{ "input", required_argument, NULL, 'i' },
		{ "duration", required_argument, NULL, 'd' },
		{ "top", required_argument, NULL, 'n' },
		{ "depth", required_argument, NULL, 'D' },
		{ "task", required_argument, NULL, 't' },
		{ "linux", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct latency l = {
		.path = LOAD_DEFAULT_FILE,
		.top = DEFAULT_TOP,
		.depth = DEFAULT_DEPTH,
	};
	char *duration = NULL;
	int option, err = 0;

	while ((option = getopt_long(argc, argv, "i:d:n:h", options, NULL)) !=
	       -1) {
		if (option == 'i')
			l.path = optarg;
		else if (option == 'd')
			duration = optarg;
		else if (option == 'n')
			err = option_u32("--top", optarg, 0, UINT32_MAX,
					 &l.top);
		else if (option == 'D')
			err = option_u32("--depth", optarg, 0, UINT32_MAX,
					 &l.depth);
		else if (option == 't')
			l.task = optarg;
		else if (option == 'l')
			l.linux_dir = optarg;
		else if (option == 'j')
			l.json = true;
		else if (option == 'h')
			return fputs(help, stdout) < 0;
		else
			err = -EINVAL;
		if (err) {
			error("see 'lockprobe-user latency --help'");
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		error("latency takes no argument '%s'", argv[optind]);
		return EXIT_USAGE;
	}
	return duration ? show_live(&l, duration) : show(&l);
}
