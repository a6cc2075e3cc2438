// SPDX-License-Identifier: GPL-2.0
/*
 * In: /sys/kernel/slab. Out: which names lead to which cache. Process context;
 * read while there is no session, asked by the drain thread.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "alias.h"
#include "compat/compat.h"

#define DIRECTORY "/sys/kernel/slab"
#define LINKS_MAX 2048
#define NAME_BYTES 64

struct link {
	char name[NAME_BYTES];
	char target[NAME_BYTES];
};

struct listing {
	struct dir_context context;
	struct link *links;
	u32 nr;
};

static struct link *links;
static u32 nr_links;

static LP_COMPAT_FILLDIR take_name(struct dir_context *context,
				   const char *name, int len, loff_t at,
				   u64 inode, unsigned int type)
{
	struct listing *l = container_of(context, struct listing, context);

	if (type == DT_LNK && len < NAME_BYTES && l->nr < LINKS_MAX) {
		memcpy(l->links[l->nr].name, name, len);
		l->links[l->nr++].name[len] = '\0';
	}
	return LP_COMPAT_FILLDIR_ON;
}

static int list_links(struct listing *l)
{
	struct file *dir = filp_open(DIRECTORY, O_RDONLY | O_DIRECTORY, 0);
	int ret;

	if (IS_ERR(dir))
		return PTR_ERR(dir);
	ret = iterate_dir(dir, &l->context);
	fput(dir);
	return ret;
}

/* Where a link leads: the last part of its target. */
static void read_target(struct link *link)
{
	DEFINE_DELAYED_CALL(done);
	char path[sizeof(DIRECTORY) + NAME_BYTES];
	const char *target;
	struct path at;

	snprintf(path, sizeof(path), DIRECTORY "/%s", link->name);
	if (kern_path(path, 0, &at))
		return;
	if (d_is_symlink(at.dentry)) {
		target = vfs_get_link(at.dentry, &done);
		if (!IS_ERR(target))
			strscpy(link->target, kbasename(target), NAME_BYTES);
		do_delayed_call(&done);
	}
	path_put(&at);
}

int lp_alias_read(void)
{
	struct listing l = { .context.actor = take_name };
	u32 i;

	lp_alias_free();
	l.links = kvcalloc(LINKS_MAX, sizeof(*l.links), GFP_KERNEL);
	if (!l.links)
		return -ENOMEM;
	if (list_links(&l)) {
		kvfree(l.links);
		return 0;
	}
	for (i = 0; i < l.nr; i++)
		read_target(&l.links[i]);
	links = l.links;
	nr_links = l.nr;
	return 0;
}

void lp_alias_free(void)
{
	kvfree(links);
	links = NULL;
	nr_links = 0;
}

u32 lp_alias_find(const char *unique, const char *name, const char **to)
{
	u32 i, n = 0;

	if (!*unique)
		return 0;
	for (i = 0; i < nr_links && n < LP_ALIASES; i++)
		if (!strcmp(links[i].target, unique) &&
		    strcmp(links[i].name, name))
			to[n++] = links[i].name;
	return n;
}
