// SPDX-License-Identifier: GPL-2.0
/*
 * The templates that variants are made from; constant text. Blanks:
 *
 *	$P the prefix of the patch's names	$A the stock function
 *	$T the lock's type			$H flags for the hooks
 *	$t the trylock that is tried first	$b "is it held?"
 *	$a the address the hooks are told	$S might_sleep(), if it may
 *	$D $E more parameters: declared, passed
 *	$d $e the same of a macro		$L $U lock and unlock
 */
#include "source/variant/variant_text.h"

const char variant_acquire[] = "static __always_inline void $P$A($T *lock$D)\n"
			       "{\n"
			       "\tu64 wait = 0;\n"
			       "\n"
			       "$S"
			       "\tif (!$Pfast($t)) {\n"
			       "\t\tif ($Pbusy($b))\n"
			       "\t\t\twait = $Pcontended($a, $H);\n"
			       "\t\t$A(lock$E);\n"
			       "\t}\n"
			       "\t$Pacquired($a, $H, wait);\n"
			       "}\n";

/* There is no trylock: only the lock word can tell whether one will wait. */
const char variant_acquire_slow[] =
	"static __always_inline void $P$A($T *lock$D)\n"
	"{\n"
	"\tu64 wait = 0;\n"
	"\n"
	"$S"
	"\tif ($b)\n"
	"\t\twait = $Pcontended($a, $H);\n"
	"\t$A(lock$E);\n"
	"\t$Pacquired($a, $H, wait);\n"
	"}\n";

/* The flags come back through the caller's variable: it must be a macro. */
const char variant_acquire_macro[] = "#define $P$A(lock_$d)\n"
				     "do {\n"
				     "\t$T *lp_lock = (lock_);\n"
				     "\tu64 lp_wait = 0;\n"
				     "\n"
				     "$S"
				     "\tif (!$Pfast($t)) {\n"
				     "\t\tif ($Pbusy($b))\n"
				     "\t\t\tlp_wait = $Pcontended($a, $H);\n"
				     "\t\t$A(lp_lock$e);\n"
				     "\t}\n"
				     "\t$Pacquired($a, $H, lp_wait);\n"
				     "} while (0)\n";

const char variant_acquire_slow_macro[] = "#define $P$A(lock_$d)\n"
					  "do {\n"
					  "\t$T *lp_lock = (lock_);\n"
					  "\tu64 lp_wait = 0;\n"
					  "\n"
					  "\tif ($b)\n"
					  "\t\tlp_wait = $Pcontended($a, $H);\n"
					  "\t$A(lp_lock$e);\n"
					  "\t$Pacquired($a, $H, lp_wait);\n"
					  "} while (0)\n";

const char variant_killable[] =
	"static __always_inline int __must_check $P$A($T *lock$D)\n"
	"{\n"
	"\tu64 wait = 0;\n"
	"\tint err;\n"
	"\n"
	"$S"
	"\tif (!$Pfast($t)) {\n"
	"\t\tif ($Pbusy($b))\n"
	"\t\t\twait = $Pcontended($a, $H);\n"
	"\t\terr = $A(lock$E);\n"
	"\t\tif (err) {\n"
	"\t\t\tif (wait)\n"
	"\t\t\t\t$Pabandoned($a, $H, wait);\n"
	"\t\t\treturn err;\n"
	"\t\t}\n"
	"\t}\n"
	"\t$Pacquired($a, $H, wait);\n"
	"\treturn 0;\n"
	"}\n";

const char variant_killable_macro[] = "#define $P$A(lock_$d)\n"
				      "({\n"
				      "\t$T *lp_lock = (lock_);\n"
				      "\tu64 lp_wait = 0;\n"
				      "\tint lp_err = 0;\n"
				      "\n"
				      "$S"
				      "\tif (!$Pfast($t)) {\n"
				      "\t\tif ($Pbusy($b))\n"
				      "\t\t\tlp_wait = $Pcontended($a, $H);\n"
				      "\t\tlp_err = $A(lp_lock$e);\n"
				      "\t}\n"
				      "\tif (!lp_err)\n"
				      "\t\t$Pacquired($a, $H, lp_wait);\n"
				      "\telse if (lp_wait)\n"
				      "\t\t$Pabandoned($a, $H, lp_wait);\n"
				      "\tlp_err;\n"
				      "})\n";

const char variant_try[] = "static __always_inline int $P$A($T *lock$D)\n"
			   "{\n"
			   "\tif (!$A(lock$E))\n"
			   "\t\treturn 0;\n"
			   "\t$Pacquired($a, $H, 0);\n"
			   "\treturn 1;\n"
			   "}\n";

const char variant_try_macro[] = "#define $P$A(lock_$d)\n"
				 "({\n"
				 "\t$T *lp_lock = (lock_);\n"
				 "\n"
				 "\t$A(lp_lock$e) ?\n"
				 "\t\t({ $Pacquired($a, $H, 0); 1; }) : 0;\n"
				 "})\n";

const char variant_release[] = "static __always_inline void $P$A($T *lock$D)\n"
			       "{\n"
			       "\t$Prelease($a, $H);\n"
			       "\t$A(lock$E);\n"
			       "}\n";

/* Without the count to change it comes back with the lock, and says 0. */
const char variant_lockref[] = "static __always_inline int $P$A($T *lock)\n"
			       "{\n"
			       "\tint done = $A(lock);\n"
			       "\n"
			       "\tif (!done)\n"
			       "\t\t$Pacquired($a, $H, 0);\n"
			       "\treturn done;\n"
			       "}\n";

const char variant_downgrade[] = "static __always_inline void $P$A($T *lock)\n"
				 "{\n"
				 "\t$Prelease($a, $H);\n"
				 "\t$A(lock);\n"
				 "\t$Pacquired($a, LP_READ | $H, 0);\n"
				 "}\n";

/* As lib/dec_and_lock.c and lib/refcount.c do it. */
const char variant_atomic_dec[] =
	"static __always_inline int $P$A(atomic_t *count, $T *lock)\n"
	"{\n"
	"\tif (atomic_add_unless(count, -1, 1))\n"
	"\t\treturn 0;\n"
	"\t$P$L(lock);\n"
	"\tif (atomic_dec_and_test(count))\n"
	"\t\treturn 1;\n"
	"\t$P$U(lock);\n"
	"\treturn 0;\n"
	"}\n";

const char variant_atomic_dec_irqsave[] =
	"#define $P$A(count_, lock_, flags_)\n"
	"({\n"
	"\tatomic_t *lp_count = (count_);\n"
	"\t$T *lp_held = (lock_);\n"
	"\tint lp_zero = 0;\n"
	"\n"
	"\tif (!atomic_add_unless(lp_count, -1, 1)) {\n"
	"\t\t$P$L(lp_held, flags_);\n"
	"\t\tlp_zero = atomic_dec_and_test(lp_count);\n"
	"\t\tif (!lp_zero)\n"
	"\t\t\t$P$U(lp_held, flags_);\n"
	"\t}\n"
	"\tlp_zero;\n"
	"})\n";

const char variant_refcount_dec[] =
	"static __always_inline bool __must_check $P$A(refcount_t *count,\n"
	"\t\t\t\t\t\t  $T *lock)\n"
	"{\n"
	"\tif (refcount_dec_not_one(count))\n"
	"\t\treturn false;\n"
	"\t$P$L(lock);\n"
	"\tif (refcount_dec_and_test(count))\n"
	"\t\treturn true;\n"
	"\t$P$U(lock);\n"
	"\treturn false;\n"
	"}\n";

const char variant_refcount_dec_irqsave[] =
	"static __always_inline bool __must_check $P$A(refcount_t *count,\n"
	"\t\t\t\t\t\t  $T *lock,\n"
	"\t\t\t\t\t\t  unsigned long *flags)\n"
	"{\n"
	"\tif (refcount_dec_not_one(count))\n"
	"\t\treturn false;\n"
	"\t$P$L(lock, *flags);\n"
	"\tif (refcount_dec_and_test(count))\n"
	"\t\treturn true;\n"
	"\t$P$U(lock, *flags);\n"
	"\treturn false;\n"
	"}\n";

/* As include/linux/kref.h does it: released with the lock held. */
const char variant_kref_put[] =
	"static __always_inline int $P$A(struct kref *kref,\n"
	"\t\t\t\t void (*release)(struct kref *kref),\n"
	"\t\t\t\t $T *lock)\n"
	"{\n"
	"\tif (refcount_dec_not_one(&kref->refcount))\n"
	"\t\treturn 0;\n"
	"\t$P$L(lock);\n"
	"\tif (!refcount_dec_and_test(&kref->refcount)) {\n"
	"\t\t$P$U(lock);\n"
	"\t\treturn 0;\n"
	"\t}\n"
	"\trelease(kref);\n"
	"\treturn 1;\n"
	"}\n";

const char variant_seq_or_lock[] =
	"static __always_inline void $P$A(seqlock_t *lock, int *seq)\n"
	"{\n"
	"\tif (!(*seq & 1))\n"
	"\t\t*seq = read_seqbegin(lock);\n"
	"\telse\n"
	"\t\t$Pread_seqlock_excl(lock);\n"
	"}\n";

const char variant_seq_or_lock_irqsave[] =
	"static __always_inline unsigned long $P$A(seqlock_t *lock, int *seq)\n"
	"{\n"
	"\tunsigned long flags = 0;\n"
	"\n"
	"\tif (!(*seq & 1))\n"
	"\t\t*seq = read_seqbegin(lock);\n"
	"\telse\n"
	"\t\t$Pread_seqlock_excl_irqsave(lock, flags);\n"
	"\treturn flags;\n"
	"}\n";

const char variant_seq_done_irqrestore[] =
	"static __always_inline void $P$A(seqlock_t *lock, int seq,\n"
	"\t\t\t\t   unsigned long flags)\n"
	"{\n"
	"\tif (seq & 1)\n"
	"\t\t$Pread_sequnlock_excl_irqrestore(lock, flags);\n"
	"}\n";

const char variant_seq_done[] =
	"static __always_inline void $P$A(seqlock_t *lock, int seq)\n"
	"{\n"
	"\tif (seq & 1)\n"
	"\t\t$Pread_sequnlock_excl(lock);\n"
	"}\n";
