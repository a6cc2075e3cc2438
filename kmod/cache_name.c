// SPDX-License-Identifier: GPL-2.0
/*
 * In: names of slab caches and of structs. Out: whether they go together: a
 * cache is taken for that of struct x when its name, without the usual endings,
 * is x's without the usual endings (files_cache, files_struct). Process
 * context, the drain thread.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "btf.h"
#include "cache_name.h"

/* Length of @name without one of the endings that say nothing. */
static size_t stem(const char *name, const char *const *endings)
{
	size_t len = strlen(name);

	for (; *endings; endings++) {
		size_t end = strlen(*endings);

		if (len > end && !strcmp(name + len - end, *endings))
			return len - end;
	}
	return len;
}

/* Caches whose names say what they hold in other words. */
static const struct {
	const char *cache;
	const char *strct;
} odd_names[] = {
	{ "filp", "file" },
	{ "sock_inode_cache", "socket_alloc" },
	{ "bdev_cache", "bdev_inode" },
	{ "mnt_cache", "mount" },
	{ "uid_cache", "user_struct" },
	{ "net_namespace", "net" },
	{ "blkdev_ioc", "io_context" },
	{ "posix_timers_cache", "k_itimer" },
	{ "eventpoll_epi", "epitem" },
	{ "skbuff_head_cache", "sk_buff" },
	{ "ip6_dst_cache", "rt6_info" },
	{ "ip_dst_cache", "rtable" },
	{ "eventpoll_pwq", "eppoll_entry" },
};

/* Length of a cache's name without the ending that says no more. */
static size_t cache_stem(const char *cache)
{
	static const char *const endings[] = { "_cachep", "_cache",  "_slab",
					       "_pool",	  "_struct", "_info",
					       "_jar",	  "s",	     NULL };
	size_t dash = strcspn(cache, "-(:");

	return dash < strlen(cache) ? dash : stem(cache, endings);
}

bool lp_cache_bears_name(const char *cache, const char *strct)
{
	static const char *const struct_ends[] = { "_struct", "_info", "_t",
						   "_sock", NULL };
	size_t a = cache_stem(cache), b = stem(strct, struct_ends), i;

	if (!strcmp(cache, strct))
		return true;
	for (i = 0; i < ARRAY_SIZE(odd_names); i++)
		if (!strcmp(cache, odd_names[i].cache))
			return !strcmp(strct, odd_names[i].strct);
	if (a == b && !strncasecmp(cache, strct, a))
		return true;
	return a == strlen(strct) && !strncmp(cache, strct, a);
}

u32 lp_cache_initials(const char *cache)
{
	u32 letters = *cache ? lp_cache_letter(*cache) : 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(odd_names); i++)
		if (!strcmp(cache, odd_names[i].cache))
			letters |= lp_cache_letter(*odd_names[i].strct);
	return letters;
}

bool lp_cache_is_known(const char *cache)
{
	static const char *const endings[] = { "", "_struct", "_info", "_sock",
					       "_cache" };
	struct lp_btf *btf;
	char name[96];
	size_t i, end;

	for (i = 0; i < ARRAY_SIZE(odd_names); i++)
		if (!strcmp(cache, odd_names[i].cache))
			cache = odd_names[i].strct;
	for (i = 0; i < ARRAY_SIZE(endings); i++) {
		end = cache_stem(cache);
		snprintf(name, sizeof(name), "%.*s%s", (int)end, cache,
			 endings[i]);
		list_for_each_entry(btf, lp_btf_all(), node)
			if (lp_btf_find(btf, name, BTF_KIND_STRUCT))
				return true;
		for (end = 0; name[end]; end++)
			name[end] = tolower(name[end]);
		list_for_each_entry(btf, lp_btf_all(), node)
			if (lp_btf_find(btf, name, BTF_KIND_STRUCT))
				return true;
	}
	return false;
}
