/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers in as few bytes as they need: see the UAPI header. Any context. */
#ifndef LP_VARINT_H
#define LP_VARINT_H

#include <linux/types.h>

#define LP_VARINT_MAX 10 /* bytes of a u64 */

/* Both return where the next one goes. */
static inline u8 *lp_varint_put(u8 *to, u64 number)
{
	while (number >= 0x80) {
		*to++ = number | 0x80;
		number >>= 7;
	}
	*to++ = number;
	return to;
}

static inline u8 *lp_varint_put_step(u8 *to, u64 before, u64 number)
{
	s64 step = number - before;

	return lp_varint_put(to, (u64)step << 1 ^ (u64)(step >> 63));
}

#endif
