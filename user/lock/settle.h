/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The source's say in what locks are: before anything is counted, each lock
 * whose identity is open, and each call site of a lock without a record, is
 * settled by the types at its call sites.
 */
#ifndef SETTLE_H
#define SETTLE_H

#include "capture/capture.h"

struct store;

/*
 * One pass over @store, whose definitions are in @capture already; changes the
 * identities in it. 0 or -errno, which has been said.
 */
int settle(struct capture *capture, struct store *store, const char *linux_dir);

#endif
