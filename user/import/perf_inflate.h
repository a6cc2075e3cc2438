/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The zstd stream of `perf record -z`: payloads of compressed records in, in
 * the order of the file, and the bytes of plain records out, which may begin
 * in one payload and end in the next. Errors are -errno; -EBADMSG: no zstd.
 */
#ifndef PERF_INFLATE_H
#define PERF_INFLATE_H

#include <stddef.h>

struct perf_inflate;

/* @max: most bytes kept at once; more than that from one payload is -E2BIG. */
int perf_inflate_new(struct perf_inflate **out, size_t max);
void perf_inflate_free(struct perf_inflate *in);

int perf_inflate_put(struct perf_inflate *in, const void *data, size_t size);

/*
 * The bytes that are there, at *@data until the next put; perf_inflate_eat()
 * takes @size from their front.
 */
size_t perf_inflate_bytes(const struct perf_inflate *in, const void **data);
void perf_inflate_eat(struct perf_inflate *in, size_t size);

#endif
