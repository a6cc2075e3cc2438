// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: any bytes as perf.data or as perf script's text, through both
 * passes of the importer, lock code by shape included. Nothing may crash, read
 * outside of the input, or take more than memory in proportion to it.
 */
#include <stdlib.h>
#include <string.h>

#include "import/convert.h"
#include "import/locktext.h"
#include "import/perfscript.h"
#include "import/profile.h"
#include "lock/ksyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void learn(const struct convert_source *source)
{
	struct converted done = { 0 };
	struct profile *profile = NULL;
	struct locktext *lt = NULL;
	struct ksyms *ks = NULL;

	if (!profile_new(&profile) && !ksyms_new(&ks) &&
	    !convert_count(source, NULL, &done) &&
	    !convert_learn(source, profile, ks, &done)) {
		if (source->perfscript)
			perfscript_symbols(source->perfscript, ks);
		if (!locktext_new(&lt, ks))
			locktext_learn(lt, profile);
		if (convert_event(source, done.event))
			convert_info(source);
	}
	locktext_free(lt);
	ksyms_free(ks);
	profile_free(profile);
	free(done.events);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct convert_source source = { 0 };

	if (!perfdata_open(&source.perfdata, data, size))
		learn(&source);
	perfdata_close(source.perfdata);
	source.perfdata = NULL;
	if (!perfscript_open(&source.perfscript, data, size)) {
		learn(&source);
		perfscript_close(source.perfscript);
	}
	return 0;
}
