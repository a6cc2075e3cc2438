/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The generic netlink family: requests come in here, and the stream goes out.
 * Process context. The wire format is include/uapi/linux/lockprobe.h.
 */
#ifndef LP_NETLINK_H
#define LP_NETLINK_H

#include <linux/skbuff.h>

struct lp_stats;

int lp_netlink_init(void);
void lp_netlink_exit(void);

/* Begin a message of the stream; NULL: no room. */
void *lp_netlink_put(struct sk_buff *skb, u32 portid, u8 cmd);
/* STATS nest; 0 or -EMSGSIZE. */
int lp_netlink_put_stats(struct sk_buff *skb, const struct lp_stats *stats);

#endif
