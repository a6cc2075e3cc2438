/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which bytes of a block belong to identifiers: 32 of them at once.
 */
#ifndef SOURCE_WORDMASK_H
#define SOURCE_WORDMASK_H

#ifdef __x86_64__
#include <immintrin.h>

/* Which of 32 bytes are no word bytes (finder.h)? 0xff where so. */
__attribute__((target("avx2"))) static inline __m256i not_word(__m256i v)
{
	/* a bit for each kind of high nibble, and which low nibbles fit it */
	const __m256i high = _mm256_setr_epi8(0, 0, 1, 2, 4, 8, 4, 16, 32, 32,
					      32, 32, 32, 32, 32, 32, 0, 0, 1,
					      2, 4, 8, 4, 16, 32, 32, 32, 32,
					      32, 32, 32, 32);
	const __m256i low = _mm256_setr_epi8(58, 62, 62, 62, 63, 62, 62, 62, 62,
					     62, 60, 36, 36, 36, 36, 44, 58, 62,
					     62, 62, 63, 62, 62, 62, 62, 62, 60,
					     36, 36, 36, 36, 44);
	const __m256i nibble = _mm256_set1_epi8(15);
	__m256i a, b;

	a = _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble));
	b = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4),
						       nibble));
	return _mm256_cmpeq_epi8(_mm256_and_si256(a, b),
				 _mm256_setzero_si256());
}
#endif

#endif
