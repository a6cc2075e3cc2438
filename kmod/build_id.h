/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The build id of the kernel we run in.
 */
#ifndef LP_BUILD_ID_H
#define LP_BUILD_ID_H

#include <linux/types.h>

/* Process context, once. */
void lp_build_id_init(void);
/* NULL: not known. It lasts. */
const void *lp_build_id(u32 *bytes);

#endif
