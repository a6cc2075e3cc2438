/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Templates of variants, one for each shape that a lock function can have.
 */
#ifndef SOURCE_VARIANT_TEXT_H
#define SOURCE_VARIANT_TEXT_H

extern const char variant_acquire[];
extern const char variant_acquire_slow[];
extern const char variant_acquire_macro[];
extern const char variant_acquire_slow_macro[];
extern const char variant_killable[];
extern const char variant_killable_macro[];
extern const char variant_try[];
extern const char variant_try_macro[];
extern const char variant_release[];
extern const char variant_lockref[];
extern const char variant_downgrade[];
extern const char variant_atomic_dec[];
extern const char variant_atomic_dec_irqsave[];
extern const char variant_refcount_dec[];
extern const char variant_refcount_dec_irqsave[];
extern const char variant_kref_put[];
extern const char variant_seq_or_lock[];
extern const char variant_seq_done[];
extern const char variant_seq_or_lock_irqsave[];
extern const char variant_seq_done_irqrestore[];

#endif
