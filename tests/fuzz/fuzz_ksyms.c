// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer: any bytes as a list of kernel symbols, and then as addresses to
 * look up in it.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lock/ksyms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ksyms *ks;
	struct ksym sym;
	uint64_t addr;
	FILE *in;
	size_t i;

	if (!size || ksyms_new(&ks))
		return 0;
	in = fmemopen((void *)data, size, "r");
	if (in) {
		ksyms_read(ks, in);
		fclose(in);
	}
	for (i = 0; i + sizeof(addr) <= size; i += sizeof(addr)) {
		memcpy(&addr, data + i, sizeof(addr));
		ksyms_lookup(ks, addr, &sym);
		ksyms_bound(ks, addr | KERNEL_ADDRESS_MIN);
		ksyms_above(ks, addr, &sym);
	}
	ksyms_free(ks);
	return 0;
}
