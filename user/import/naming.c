// SPDX-License-Identifier: GPL-2.0
/*
 * Names for the frames of a foreign profile: files of symbols and the build id
 * of a kernel in, symbol records of a capture out.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <uthash.h>

#include "lock/elfsym.h"
#include "base/error.h"
#include "import/locktext.h"
#include "import/naming.h"
#include "import/profile.h"
#include "lock/ksyms.h"
#include "lock/lock_code.h"
#include "capture/store.h"

#define X86_TEXT 0xffffffff81000000ull /* where vmlinux is linked to */
#define X86_TEXT_SPAN 0x8000000ull

static int read_list(struct ksyms *ks, const char *path)
{
	FILE *in = fopen(path, "re");
	int err;

	if (!in)
		return -errno;
	err = ksyms_read(ks, in);
	fclose(in);
	return err;
}

static int complain(int err, const char *path)
{
	if (err == -EBADMSG)
		error("%s: not a list of kernel symbols ('ADDRESS NAME' or "
		      "'ADDRESS TYPE NAME' a line)",
		      path);
	else if (err == -EACCES)
		error("%s: all its addresses are 0; read it as root, or with "
		      "kernel.kptr_restrict=0",
		      path);
	else
		error_errno(err, "%s", path);
	return err;
}

static bool same_id(const struct perfdata_info *info, const uint8_t *id,
		    int size)
{
	return size > 0 && info->build_id_size &&
	       (uint32_t)size >= info->build_id_size &&
	       !memcmp(id, info->build_id, info->build_id_size);
}

static int load_vmlinux(struct ksyms *ks, const char *path,
			const struct perfdata_info *info)
{
	uint8_t id[20];
	int size, err = elfsym_read(ks, path);

	if (err == -EBADMSG)
		error("%s: not an ELF file; a vmlinux is wanted, not the "
		      "compressed vmlinuz",
		      path);
	else if (err == -ENODATA)
		error("%s: it has no symbol table; take the -dbg package's",
		      path);
	else if (err)
		error_errno(err, "%s", path);
	if (err)
		return err;
	size = elfsym_build_id(path, id, sizeof(id));
	if (size > 0 && info->build_id_size && !same_id(info, id, size))
		warning("%s: its build id is not that of the kernel in the "
			"profile; names may be wrong",
			path);
	return 0;
}

static void id_text(const struct perfdata_info *info, char hex[41])
{
	uint32_t i;

	for (i = 0; i < info->build_id_size; i++)
		sprintf(hex + 2 * i, "%02x", info->build_id[i]);
}

/* Files that debuggers and perf keep by build id, or by release. */
static bool find_vmlinux(const struct perfdata_info *info, char *path,
			 size_t size)
{
	static const char *const by_release[] = {
		"/usr/lib/debug/boot/vmlinux-%s",
		"/usr/lib/debug/lib/modules/%s/vmlinux",
		"/boot/vmlinux-%s",
		"/lib/modules/%s/build/vmlinux",
	};
	const char *home = getenv("HOME");
	uint8_t id[20];
	char hex[41] = "";
	size_t i;

	if (!info->build_id_size)
		return false;
	id_text(info, hex);
	snprintf(path, size, "/usr/lib/debug/.build-id/%.2s/%s.debug", hex,
		 hex + 2);
	if (!access(path, R_OK))
		return true;
	snprintf(path, size, "%s/.debug/.build-id/%.2s/%s/vmlinux",
		 home ? home : "", hex, hex + 2);
	if (!access(path, R_OK))
		return true;
	for (i = 0; info->release && i < 4; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(path, size, by_release[i], info->release);
#pragma GCC diagnostic pop
		if (same_id(info, id, elfsym_build_id(path, id, sizeof(id))))
			return true;
	}
	return false;
}

/* perf's own cache, or the running kernel if it is the same. */
static bool find_kallsyms(const struct perfdata_info *info, char *path,
			  size_t size)
{
	const char *home = getenv("HOME");
	uint8_t id[20];
	char hex[41] = "";

	if (!info->build_id_size)
		return false;
	id_text(info, hex);
	snprintf(path, size, "%s/.debug/[kernel.kallsyms]/%s/kallsyms",
		 home ? home : "", hex);
	if (!access(path, R_OK))
		return true;
	snprintf(path, size, "/proc/kallsyms");
	return same_id(info, id,
		       elfsym_running_build_id("/sys/kernel/notes", id,
					       sizeof(id)));
}

/*
 * A profile without a build id: the running kernel's symbols will do if it is
 * the same release on the same host, with its text where the profile has it.
 */
static bool find_running(const struct perfdata_info *info, char *path,
			 size_t size)
{
	struct utsname uts;
	struct ksyms *ks;
	struct ksym sym;
	bool same;

	if (info->build_id_size || !info->text || !info->release ||
	    !info->hostname || uname(&uts) ||
	    strcmp(uts.release, info->release) ||
	    strcmp(uts.nodename, info->hostname))
		return false;
	snprintf(path, size, "/proc/kallsyms");
	if (ksyms_load(&ks, path))
		return false;
	same = ksyms_find(ks, info->text_symbol, &sym) &&
	       sym.addr == info->text;
	ksyms_free(ks);
	return same;
}

static int find_any(struct ksyms *ks, const struct perfdata_info *info,
		    char *from, size_t size)
{
	int err;

	if (find_kallsyms(info, from, size) || find_running(info, from, size)) {
		err = read_list(ks, from);
		if (!err)
			return 0;
		complain(err, from);
	}
	if (find_vmlinux(info, from, size) && !elfsym_read(ks, from))
		return 0;
	*from = '\0';
	return 0;
}

/* How far this boot's text is from where the table has it. */
static int64_t slide_of(struct ksyms *ks, const struct perfdata_info *info)
{
	struct ksym sym;

	if (!info->text || !ksyms_count(ks))
		return 0;
	if (ksyms_find(ks, info->text_symbol, &sym))
		return info->text - sym.addr;
	ksyms_at(ks, 0, &sym);
	/* no such symbol: a table at link addresses begins near the link base */
	if (sym.addr >= X86_TEXT && sym.addr < X86_TEXT + X86_TEXT_SPAN &&
	    (info->text < X86_TEXT || info->text > sym.addr))
		return info->text - X86_TEXT;
	return 0;
}

int naming_load(struct ksyms *ks, const struct naming_options *options,
		const struct perfdata_info *info, char *from, size_t size)
{
	const char *list = options->kallsyms ? options->kallsyms :
					       options->symbols;
	int64_t slide;
	int err;

	*from = '\0';
	if (options->vmlinux) {
		snprintf(from, size, "%s", options->vmlinux);
		err = load_vmlinux(ks, options->vmlinux, info);
	} else if (list) {
		snprintf(from, size, "%s", list);
		err = read_list(ks, list);
		if (err)
			complain(err, list);
	} else {
		err = find_any(ks, info, from, size);
	}
	if (err)
		return err;
	slide = slide_of(ks, info);
	if (slide)
		notice("the profile's kernel ran %s0x%llx bytes from where %s "
		       "has it; its symbols are moved",
		       slide < 0 ? "-" : "+",
		       (unsigned long long)(slide < 0 ? -slide : slide), from);
	ksyms_slide(ks, slide);
	return 0;
}

void naming_bound(struct ksyms *ks, const struct profile *profile)
{
	uint32_t nr = profile_nr_stacks(profile), i, j;
	struct profile_stack stack;
	struct ksym in, out, sym;
	size_t n;

	if (!ksyms_partial(ks))
		return;
	for (n = 0; n < ksyms_count(ks); n++) {
		ksyms_at(ks, n, &sym);
		if (!sym.size && lock_code_is(sym.name))
			ksyms_bound(ks, sym.addr + LOCKTEXT_NAME_REACH);
	}
	for (i = 0; i < nr; i++) {
		profile_stack_at(profile, i, &stack);
		for (j = 0; j + 1 < stack.nr; j++) {
			uint64_t inner = stack.frames[j] - !!j;
			uint64_t outer = stack.frames[j + 1] - 1;

			if (ksyms_lookup(ks, inner, &in) && !in.size &&
			    ksyms_lookup(ks, outer, &out) &&
			    in.addr == out.addr)
				ksyms_bound(ks, inner > outer ? inner : outer);
		}
	}
}

struct seen {
	UT_hash_handle hh;
	uint64_t addr;
};

/* True when @addr is new to *@seen; a failed allocation counts as new. */
static bool first_time(struct seen **seen, uint64_t addr)
{
	struct seen *entry;

	HASH_FIND(hh, *seen, &addr, sizeof(addr), entry);
	if (entry)
		return false;
	entry = malloc(sizeof(*entry));
	if (entry) {
		entry->addr = addr;
		HASH_ADD(hh, *seen, addr, sizeof(addr), entry);
	}
	return true;
}

static void forget(struct seen **seen)
{
	struct seen *entry, *next;

	HASH_ITER(hh, *seen, entry, next) {
		HASH_DEL(*seen, entry);
		free(entry);
	}
}

static uint32_t clip(uint64_t size)
{
	return size > UINT32_MAX ? UINT32_MAX : size;
}

/* Ranges of lock code that no symbol covers. */
static int write_ranges(struct ksyms *ks, const struct locktext *lt,
			struct store_writer *w)
{
	size_t i;
	int err = 0;

	for (i = 0; i < locktext_nr_ranges(lt) && !err; i++) {
		const struct locktext_range *range = locktext_range(lt, i);
		struct record_symbol symbol = {
			.addr = range->start,
			.size = clip(range->end - range->start),
			.name = "[lock code]",
		};

		if (range->why == LOCKTEXT_SECTION && ksyms_count(ks))
			continue;
		err = store_put_symbol(w, &symbol);
	}
	return err;
}

static bool in_range(const struct locktext *lt, uint64_t addr)
{
	return locktext_has(lt, addr) && !locktext_named(lt, addr);
}

int naming_write(struct ksyms *ks, const struct locktext *lt,
		 const struct profile *profile, struct store_writer *w,
		 size_t *named, size_t *frames)
{
	uint32_t nr = profile_nr_stacks(profile), i, j;
	struct seen *addrs = NULL, *symbols = NULL;
	int err = write_ranges(ks, lt, w);
	struct profile_stack stack;
	struct ksym sym;

	*named = *frames = 0;
	for (i = 0; i < nr && !err; i++) {
		profile_stack_at(profile, i, &stack);
		for (j = 0; j < stack.nr && !err; j++) {
			uint64_t addr = stack.frames[j] - !!j;

			if (addr < KERNEL_ADDRESS_MIN ||
			    !first_time(&addrs, addr))
				continue;
			++*frames;
			if (!ksyms_lookup(ks, addr, &sym) ||
			    (!sym.size && in_range(lt, addr)))
				continue;
			++*named;
			if (!first_time(&symbols, sym.addr))
				continue;
			err = store_put_symbol(
				w, &(struct record_symbol){
					   sym.addr, clip(sym.reach), sym.name,
					   sym.module, 0 });
		}
	}
	forget(&addrs);
	forget(&symbols);
	return err;
}
