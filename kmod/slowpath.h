/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Waits on kernels without the contention trace points (before 5.19): return
 * probes on the slow paths of the locks. Process context.
 */
#ifndef LP_SLOWPATH_H
#define LP_SLOWPATH_H

#include <linux/types.h>

struct lp_session;

int lp_slowpath_init(void);
bool lp_slowpath_ready(void);
/* One session at a time. 0 also if only some of the paths can be probed. */
int lp_slowpath_attach(struct lp_session *session);
void lp_slowpath_detach(struct lp_session *session);

#endif
