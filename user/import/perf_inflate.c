// SPDX-License-Identifier: GPL-2.0
/*
 * The zstd stream of `perf record -z`: compressed payloads in, plain bytes out
 * of one buffer that grows as needed, up to a bound that a hostile file cannot
 * pass.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "import/perf_inflate.h"

#define STEP_BYTES (256u << 10)

struct perf_inflate {
	ZSTD_DStream *stream;
	char *buffer;
	size_t start, end, room, max;
};

int perf_inflate_new(struct perf_inflate **out, size_t max)
{
	struct perf_inflate *in = calloc(1, sizeof(*in));

	if (!in)
		return -ENOMEM;
	in->max = max;
	in->stream = ZSTD_createDStream();
	if (!in->stream || ZSTD_isError(ZSTD_initDStream(in->stream))) {
		perf_inflate_free(in);
		return -ENOMEM;
	}
	*out = in;
	return 0;
}

void perf_inflate_free(struct perf_inflate *in)
{
	if (!in)
		return;
	ZSTD_freeDStream(in->stream);
	free(in->buffer);
	free(in);
}

/* Room for a step behind what is there. */
static int make_room(struct perf_inflate *in)
{
	char *buffer;

	if (in->start) {
		memmove(in->buffer, in->buffer + in->start,
			in->end - in->start);
		in->end -= in->start;
		in->start = 0;
	}
	if (in->room - in->end >= STEP_BYTES)
		return 0;
	if (in->end > in->max)
		return -E2BIG;
	buffer = realloc(in->buffer, in->end + 2 * STEP_BYTES);
	if (!buffer)
		return -ENOMEM;
	in->buffer = buffer;
	in->room = in->end + 2 * STEP_BYTES;
	return 0;
}

int perf_inflate_put(struct perf_inflate *in, const void *data, size_t size)
{
	ZSTD_inBuffer input = { data, size, 0 };
	ZSTD_outBuffer output;
	size_t ret;
	int err;

	do {
		err = make_room(in);
		if (err)
			return err;
		output = (ZSTD_outBuffer){ in->buffer, in->room, in->end };
		ret = ZSTD_decompressStream(in->stream, &output, &input);
		if (ZSTD_isError(ret))
			return -EBADMSG;
		in->end = output.pos;
	} while (input.pos < input.size || output.pos == output.size);
	return 0;
}

size_t perf_inflate_bytes(const struct perf_inflate *in, const void **data)
{
	*data = in->buffer + in->start;
	return in->end - in->start;
}

void perf_inflate_eat(struct perf_inflate *in, size_t size)
{
	in->start += size;
}
