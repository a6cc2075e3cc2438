/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The text of `perf script`, one block a sample: who, where, when and which
 * event on the first line, then one frame a line, innermost first, or a single
 * one on the first line itself. Samples come out as perfdata's do; the names
 * in the text become symbols. Lines that fit nowhere are counted as damaged.
 */
#ifndef PERFSCRIPT_H
#define PERFSCRIPT_H

#include "import/perfdata.h"

struct ksyms;
struct perfscript;

/* @data is borrowed until perfscript_close(). -EBADMSG: no such text. */
int perfscript_open(struct perfscript **out, const void *data, size_t size);
void perfscript_close(struct perfscript *ps);

int perfscript_read(struct perfscript *ps, const struct perfdata_sink *sink,
		    void *ctx);

/* Add the kernel symbols that the text names. 0 or -ENOMEM. */
int perfscript_symbols(struct perfscript *ps, struct ksyms *ks);

const struct perfdata_info *perfscript_info(const struct perfscript *ps);
const struct perfdata_event *perfscript_event(const struct perfscript *ps,
					      uint32_t i);

#endif
