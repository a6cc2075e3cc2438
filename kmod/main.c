// SPDX-License-Identifier: GPL-2.0
/*
 * lockprobe.ko: samples cache misses and lock contention, and names the lock
 * of each as struct.field. Load and unload; everything else begins in
 * netlink.c, with a reader's request. Process context.
 */
#include <linux/module.h>
#include "btf.h"
#include "contend.h"
#include "netlink.h"
#include "place.h"
#include "session.h"
#include "slab.h"
#include "stack.h"
#include "compat/compat.h"

static int __init lockprobe_init(void)
{
	int ret = lp_compat_init();

	if (ret)
		return ret;
	ret = lp_compat_unwind_init();
	if (ret)
		return ret;
	ret = lp_compat_module_init();
	if (ret)
		goto exit_unwind;
	ret = lp_btf_init();
	if (ret)
		goto exit_module;
	ret = lp_slab_init();
	if (ret)
		goto exit_btf;
	ret = lp_place_init();
	if (ret)
		goto exit_btf;
	ret = lp_stack_init();
	if (ret)
		goto exit_place;
	ret = lp_contend_init();
	if (ret)
		goto exit_place;
	ret = lp_session_init();
	if (ret)
		goto exit_place;
	ret = lp_netlink_init();
	if (ret)
		goto exit_session;
	return 0;

exit_session:
	lp_session_exit();
exit_place:
	lp_place_exit();
exit_btf:
	lp_btf_exit();
exit_module:
	lp_compat_module_exit();
exit_unwind:
	lp_compat_unwind_exit();
	return ret;
}

static void __exit lockprobe_exit(void)
{
	lp_netlink_exit();
	lp_session_exit();
	lp_place_exit();
	lp_btf_exit();
	lp_compat_module_exit();
	lp_compat_unwind_exit();
}

module_init(lockprobe_init);
module_exit(lockprobe_exit);
MODULE_DESCRIPTION("Name the locks that cache misses and contention are about");
MODULE_AUTHOR("The lockprobe authors");
MODULE_VERSION("0.1.0");
MODULE_LICENSE("GPL");
