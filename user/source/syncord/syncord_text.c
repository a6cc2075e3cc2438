// SPDX-License-Identifier: GPL-2.0
/*
 * Names and a policy go in, kernel text comes out. Three things the text takes
 * care of: a program that is not there is not run (id 0 has none), a failed
 * look-up leaves nothing behind, and every reference is dropped.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/syncord/syncord_text.h"

const char syncord_hook_text[] =
	"{\n"
	"\tstruct bpf_prog *prog = READ_ONCE(%s[policy_id]);\n"
	"\n"
	"\tif (prog)\n"
	"\t\t%srun(prog, %s, %s, 0);\n"
	"}";

const char syncord_hook_value_text[] =
	"{\n"
	"\tstruct bpf_prog *prog = READ_ONCE(%s[policy_id]);\n"
	"\n"
	"\tif (!prog)\n"
	"\t\treturn %s;\n"
	"\treturn %srun(prog, %s, %s, %s);\n"
	"}";

const char syncord_trylock_text[] =
	"int %1$squeued_spin_trylock(struct qspinlock *lock, int policy_id);\n"
	"\n"
	"/* A trylock that tells the policy: the release will, too. */\n"
	"int %1$squeued_spin_trylock(struct qspinlock *lock, int policy_id)\n"
	"{\n"
	"\tsyncord_lock_to_acquire(lock, policy_id);\n"
	"\tif (unlikely(syncord_bypass_acquire(lock, policy_id)))\n"
	"\t\treturn 1;\n"
	"\tif (!queued_spin_trylock(lock))\n"
	"\t\treturn 0;\n"
	"\tsyncord_lock_acquired(lock, policy_id);\n"
	"\treturn 1;\n"
	"}\n"
	"\n";

unsigned int syncord_shadow_id(const struct naming *naming)
{
	const char *p;
	unsigned int id = 2166136261U;

	for (p = naming->full; *p; p++)
		id = (id ^ (unsigned char)*p) * 16777619U;
	return id | 1;
}

static bool has_own(const struct syncord_policy *policy)
{
	return strchr(policy->words, 'l') || policy->per_cpu || policy->counts;
}

static bool has_mine(const struct syncord_policy *policy)
{
	return strchr(policy->words, 't') || policy->counts;
}

/* Words live in shadow variables: "own" of the lock, "mine" of the task. */
static void find_words(const struct naming *naming,
		       const struct syncord_policy *policy, FILE *out)
{
	bool lock = has_own(policy), task = has_mine(policy);

	if (lock)
		fprintf(out,
			"\tunsigned long *own = klp_shadow_get_or_alloc(lock, 0x%xU,\n"
			"\t\t64 + nr_cpu_ids * 64UL, GFP_ATOMIC, NULL, NULL);\n",
			syncord_shadow_id(naming));
	if (task)
		fprintf(out,
			"\tunsigned long *mine = klp_shadow_get_or_alloc(current, 0x%xU,\n"
			"\t\t64, GFP_ATOMIC, %s%s);\n",
			syncord_shadow_id(naming),
			policy->counts ? naming->prefix : "NULL, NULL",
			policy->counts ? "count, own" : "");
	fprintf(out, "\n\tif (%s%s%s)\n\t\treturn fallback;\n",
		lock ? "!own" : "", lock && task ? " || " : "",
		task ? "!mine" : "");
}

static void write_words(const struct naming *naming,
			const struct syncord_policy *policy, FILE *out)
{
	int i;

	if (!has_own(policy) && !has_mine(policy))
		return;
	fputs("\t/* arg1 and so on, whatever the policy's header calls them */\n"
	      "\tunsigned long **word = (unsigned long **)(&args.per_cpu_data + 1);\n",
	      out);
	find_words(naming, policy, out);
	if (policy->per_cpu)
		fputs("\targs.per_cpu_data = (void *)(own + 8 * (1 + smp_processor_id()));\n",
		      out);
	for (i = 0; i < SYNCORD_WORDS; i++)
		if (policy->words[i] == 'l' || policy->words[i] == 't')
			fprintf(out, "\tword[%d] = &%s[%d];\n", i,
				policy->words[i] == 'l' ? "own" : "mine", i);
	if (policy->counts)
		fprintf(out, "\tword[6] = (void *)own[%d];\n", SYNCORD_WORDS);
}

static const char count_text[] =
	"/* A task that is new to these locks: arg7 says how many there are. */\n"
	"static int %scount(void *obj, void *words, void *own)\n"
	"{\n"
	"\tif (!own)\n"
	"\t\treturn -ENOMEM;\n"
	"\t((unsigned long *)own)[%d]++;\n"
	"\treturn 0;\n"
	"}\n\n";

static bool serves(const struct syncord_policy *policy, const char *part)
{
	size_t i;

	for (i = 0; i < policy->nr; i++)
		if (strstr(policy->programs[i].hook->function, part))
			return true;
	return false;
}

char *syncord_runner(const struct naming *naming,
		     const struct syncord_policy *policy)
{
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (policy->counts)
		fprintf(out, count_text, naming->prefix, SYNCORD_WORDS);
	fprintf(out,
		"/* Run a program of policy %s on %s. */\n"
		"static int %srun(struct bpf_prog *prog, void *lock,\n"
		"\t\t\t int node, int next, int fallback)\n"
		"{\n"
		"\tstruct lock_policy_args args = {\n"
		"\t\t.lock = lock,\n"
		"\t\t.lock_ptr = (unsigned long)lock,\n",
		policy->name, naming->lock, naming->prefix);
	if (serves(policy, "reorder"))
		fputs("\t\t.numa_node = node,\n\t\t.next_numa_node = next,\n",
		      out);
	fputs("\t};\n", out);
	write_words(naming, policy, out);
	fputs("\n\treturn BPF_PROG_RUN(prog, &args);\n}\n\n", out);
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}

static const char head_text[] =
	"\n"
	"/*\n"
	" * lockprobe: policy %s for %s.\n"
	" *\n"
	" * The id is settled before any patched code runs and kept until none does\n"
	" * any more, so that a lock and its release always agree on it.\n"
	" */\n"
	"#define LP_MAX_POLICY 5 /* the size of the kernel's arrays */\n"
	"\n"
	"int %spolicy; /* 1 to LP_MAX_POLICY - 1; 0: no programs */\n"
	"\n"
	"extern int num_policy;\n";

static const char body_text[] =
	"static bool $Pslot_free(int id)\n"
	"{\n"
	"\tint i;\n"
	"\n"
	"\tfor (i = 0; i < ARRAY_SIZE($Pprograms); i++)\n"
	"\t\tif ($Pprograms[i].array[id])\n"
	"\t\t\treturn false;\n"
	"\treturn true;\n"
	"}\n"
	"\n"
	"static void $Pdrop(int id, int nr)\n"
	"{\n"
	"\tstruct bpf_prog *prog;\n"
	"\n"
	"\twhile (nr--) {\n"
	"\t\tprog = $Pprograms[nr].array[id];\n"
	"\t\tWRITE_ONCE($Pprograms[nr].array[id], NULL);\n"
	"\t\tsynchronize_rcu(); /* lock hooks run with preemption off */\n"
	"\t\tbpf_prog_put(prog);\n"
	"\t}\n"
	"}\n"
	"\n"
	"static int __maybe_unused $Penable(void)\n"
	"{\n"
	"\tstruct bpf_prog *prog;\n"
	"\tint id, i;\n"
	"\n"
	"\tfor (id = 1; id < LP_MAX_POLICY && !$Pslot_free(id); id++)\n"
	"\t\t;\n"
	"\tif (id == LP_MAX_POLICY) {\n"
	"\t\tpr_err(\"lockprobe: all policy ids are in use\\n\");\n"
	"\t\treturn -EBUSY;\n"
	"\t}\n"
	"\tfor (i = 0; i < ARRAY_SIZE($Pprograms); i++) {\n"
	"\t\tprog = bpf_prog_get_type_path($Pprograms[i].pin,\n"
	"\t\t\t\t\t      BPF_PROG_TYPE_LOCK_POLICY);\n"
	"\t\tif (IS_ERR(prog)) {\n"
	"\t\t\tpr_err(\"lockprobe: %s: no lock policy is pinned there (%ld)\\n\",\n"
	"\t\t\t       $Pprograms[i].pin, PTR_ERR(prog));\n"
	"\t\t\t$Pdrop(id, i);\n"
	"\t\t\treturn PTR_ERR(prog);\n"
	"\t\t}\n"
	"\t\tWRITE_ONCE($Pprograms[i].array[id], prog);\n"
	"\t}\n"
	"\tif (num_policy < id)\n"
	"\t\tnum_policy = id;\n"
	"\t$Ppolicy = id;\n"
	"\treturn 0;\n"
	"}\n"
	"\n"
	"static void __maybe_unused $Pdisable(void)\n"
	"{\n"
	"\tint id = $Ppolicy;\n"
	"\n"
	"\t$Ppolicy = 0;\n"
	"\t$Pdrop(id, ARRAY_SIZE($Pprograms));\n"
	"\tif (num_policy == id)\n"
	"\t\tnum_policy--;\n"
	"$S"
	"}\n"
	"\n"
	"/* kpatch-build brings this header along; sparse has no __has_include */\n"
	"#ifdef __has_include\n"
	"#if __has_include(\"kpatch-macros.h\")\n"
	"#include \"kpatch-macros.h\"\n"
	"\n"
	"static int $Ppre_patch(patch_object *obj)\n"
	"{\n"
	"\treturn $Penable();\n"
	"}\n"
	"\n"
	"static void $Ppost_unpatch(patch_object *obj)\n"
	"{\n"
	"\t$Pdisable();\n"
	"}\n"
	"\n"
	"KPATCH_PRE_PATCH_CALLBACK($Ppre_patch);\n"
	"KPATCH_POST_UNPATCH_CALLBACK($Ppost_unpatch);\n"
	"#endif\n"
	"#endif\n";

static void write_programs(const struct naming *naming,
			   const struct syncord_policy *policy, FILE *out)
{
	size_t i;

	for (i = 0; i < policy->nr; i++)
		fprintf(out, "extern void *%s[LP_MAX_POLICY];\n",
			policy->programs[i].array);
	fprintf(out,
		"\nstatic const struct {\n\tconst char *pin;\n\tvoid **array;\n"
		"} %sprograms[] = {\n",
		naming->prefix);
	for (i = 0; i < policy->nr; i++)
		fprintf(out, "\t{ \"/sys/fs/bpf/%s\", %s },\n",
			policy->programs[i].pin, policy->programs[i].array);
	fputs("};\n\n", out);
}

char *syncord_callbacks(const struct naming *naming,
			const struct syncord_policy *policy)
{
	bool words = has_own(policy) || has_mine(policy);
	const char *p;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	if (words)
		fputs("\n#include <linux/livepatch.h>\n", out);
	fprintf(out, head_text, policy->name, naming->lock, naming->prefix);
	write_programs(naming, policy, out);
	for (p = body_text; *p; p++) {
		if (*p != '$')
			fputc(*p, out);
		else if (*++p == 'P')
			fputs(naming->prefix, out);
		else if (words)
			fprintf(out, "\tklp_shadow_free_all(0x%xU, NULL);\n",
				syncord_shadow_id(naming));
	}
	if (fclose(out)) {
		free(text);
		return NULL;
	}
	return text;
}
