# SPDX-License-Identifier: GPL-2.0
# lockprobe: `make` builds the tool, `make kmod` the module for the running
# kernel (or KDIR=<headers>); `make demo` and `make check` are the README's two.

BUILD ?= build
KDIR ?= /lib/modules/$(shell uname -r)/build
CC ?= cc
CFLAGS ?= -O2 -g
SANITIZE ?=
KERNELS ?= 6.1
export BUILD KERNELS

USER_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
	-Wstrict-prototypes -Wmissing-prototypes -Iinclude/uapi -Iuser \
	-isystem /usr/include/libnl3 -pthread $(CFLAGS) $(SANITIZE)
USER_LIBS := -lnl-genl-3 -lnl-3 -lbpf -lpfm -ldw -lelf -lgit2 -ljson-c -lzstd -lz -lm

USER_SRC := $(sort $(wildcard user/*.c user/*/*.c user/source/*/*.c))
USER_OBJ := $(USER_SRC:%.c=$(BUILD)/%.o)
TOOL := $(BUILD)/lockprobe-user

# A header that is missing is named with its package before the compiler runs.
HEADERS := $(BUILD)/.headers

UNIT_SRC := $(sort $(wildcard tests/unit/test_*.c))
UNIT := $(UNIT_SRC:%.c=$(BUILD)/%)
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ := $(FUZZ_SRC:%.c=$(BUILD)/%)
# Makes the captures that tests of the command line and benchmarks read.
GEN := $(BUILD)/tests/capture/gen
# Asks the compiler where a struct's field is used.
ACCESSES := $(BUILD)/tests/oracle/accesses
BENCH_SRC := $(sort $(wildcard tests/bench/*.c))
BENCH := $(BENCH_SRC:%.c=$(BUILD)/%)
LOAD_SRC := $(filter-out tests/workloads/driver.c,\
	$(sort $(wildcard tests/workloads/*.c)))
LOAD := $(LOAD_SRC:tests/workloads/%.c=$(BUILD)/workloads/%)

# V=1 shows the commands themselves.
Q := $(if $(filter 1,$(V)),,@)
say = $(if $(and $(Q),$(if $(findstring s,$(firstword -$(MAKEFLAGS))),,yes)),@printf '  %-4s %s\n' $(1) $@)

all: user

user: $(TOOL)

$(TOOL): $(USER_OBJ)
	$(call say,LD)
	$(Q)$(CC) $(USER_CFLAGS) $(LDFLAGS) -o $@ $^ $(USER_LIBS)

$(BUILD)/user/%.o: user/%.c | $(HEADERS)
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

# these are taken in by .incbin, which -MMD does not see
$(BUILD)/user/livepatch/policy_text.o: $(wildcard user/livepatch/policy/*)
$(BUILD)/user/report/report_html.o: user/html/report.html

$(HEADERS): tests/setup
	@mkdir -p $(@D)
	@CC="$(CC)" tests/setup headers
	@touch $@

# The module, for as many kernels from one tree as are asked for: each gets a
# directory of links, so that kbuild leaves its objects there and not here.
kmod:
	@tests/lab/kmod $(KDIR)

# Unit tests: the harness comes from the kernel's own source, by -isystem.
# Every test is linked with all of the tool but its main().
HARNESS = $(shell tests/lab/kernel selftests)

$(BUILD)/tests/unit/%: tests/unit/%.c $(filter-out $(BUILD)/user/main.o,$(USER_OBJ))
	@mkdir -p $(@D)
	$(call say,TEST)
	$(Q)$(CC) $(USER_CFLAGS) -Wno-missing-prototypes -isystem $(HARNESS) $(LDFLAGS) -MMD -MP -o $@ \
		$< $(filter %.o,$^) $(USER_LIBS)

unit: $(UNIT)

workloads: $(LOAD)

$(BUILD)/workloads/%: tests/workloads/%.c tests/workloads/driver.c \
		tests/workloads/driver.h
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -pthread \
		-fno-omit-frame-pointer -static -o $@ $(filter %.c,$^)

# Programs for the lab's guests.
$(BUILD)/lab/malform: tests/lab/netlink/malform.c tests/lab/netlink/spec \
		include/netlink/lockprobe.yaml include/uapi/linux/lockprobe.h
	@mkdir -p $(@D)
	tests/lab/netlink/spec table >$(@D)/table.h
	$(call say,LD)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -static \
		-Iinclude/uapi -I$(@D) -o $@ $<

$(BUILD)/lab/%: tests/lab/netlink/%.c tests/lab/netlink/client.c \
		tests/lab/netlink/client.h include/uapi/linux/lockprobe.h
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -static \
		-Iinclude/uapi -o $@ $(filter %.c,$^)

# libFuzzer targets: `make fuzz` builds them and runs each FUZZ_TIME seconds.
FUZZ_TIME ?= 60
FUZZ_CC ?= clang
FUZZ_FLAGS := -g -O1 -fsanitize=address,undefined

fuzz:
	$(MAKE) BUILD=$(BUILD)/fuzz CC=$(FUZZ_CC) CFLAGS= \
		SANITIZE='$(FUZZ_FLAGS) -fsanitize=fuzzer-no-link' fuzzers
	@tests/run fuzz $(FUZZ_TIME)

fuzzers: $(FUZZ)

$(BUILD)/tests/fuzz/%: tests/fuzz/%.c $(filter-out $(BUILD)/user/main.o,$(USER_OBJ))
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(USER_CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -MMD -MP -o $@ \
		$< $(filter %.o,$^) $(USER_LIBS)

bench: user $(BENCH) $(GEN)
	@tests/run bench

$(GEN): tests/capture/gen.c $(filter-out $(BUILD)/user/main.o,$(USER_OBJ))
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(USER_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ \
		$< $(filter %.o,$^) $(USER_LIBS)

$(BUILD)/tests/bench/%: tests/bench/%.c $(filter-out $(BUILD)/user/main.o,$(USER_OBJ))
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(USER_CFLAGS) $(LDFLAGS) -MMD -MP -o $@ \
		$< $(filter %.o,$^) $(USER_LIBS)

# The unit tests, and every command on what its tests give it, under the
# address and undefined behaviour sanitizers: minutes.
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer

check-asan:
	$(MAKE) BUILD=$(BUILD)/asan CFLAGS='-O1 -g' SANITIZE='$(ASAN)' sanitized
	@BUILD=$(BUILD)/asan SANITIZE='$(ASAN)' tests/run asan

sanitized: user unit $(GEN) $(ACCESSES)

check-unit: user unit
	@tests/run unit

check-cli: user $(GEN) $(ACCESSES)
	@tests/run cli

# The site finder against the compiler, field by field: minutes to an hour.
$(ACCESSES): tests/oracle/accesses.c $(filter-out $(BUILD)/user/main.o,$(USER_OBJ))
	@mkdir -p $(@D)
	$(call say,LD)
	$(Q)$(CC) $(USER_CFLAGS) $(LDFLAGS) -o $@ $< $(filter %.o,$^) $(USER_LIBS)

check-oracle: user $(ACCESSES)
	@LP_TOOL=$(TOOL) LP_ACCESSES=$(ACCESSES) tests/oracle/oracle.sh \
		"$$(tests/lab/kernel tree)" $$(sed "s/#.*//" tests/oracle/fields)

# Patches for fields of all families on a whole tree, compiled: an hour.
check-targets: user
	@LP_TOOL=$(TOOL) tests/oracle/targets.sh \
		"$$(tests/lab/kernel tree)" tests/oracle/targets

check-lint:
	@tests/run lint

check-lab:
	@tests/run lab

check:
	@tests/setup
	@$(MAKE) --no-print-directory user unit $(GEN) $(ACCESSES)
	@tests/run unit cli lint lab

# The lab on a kernel with every checker on, built once and kept in the cache.
check-debug:
	@tests/setup
	@tests/lab/debug-kernel
	@$(MAKE) --no-print-directory user
	@KERNELS=debug LP_LONG=1 tests/run lab

# Generated livepatches, live under load; fetches 0.9 GB of debug symbols once
# for each of KERNELS (6.1, 6.12).
check-livepatch:
	@tests/setup
	@$(MAKE) --no-print-directory user
	@for series in $(KERNELS); do \
		LP_SYMBOLS=1 tests/lab/run $$series livepatch numa || exit 1; \
	done

# WORKLOAD=dup|signal|mmap|..., KERNEL=6.1|6.12|...
demo:
	@tests/demo

# The same, and on: the patch becomes a livepatch, goes live under load, counts,
# and is taken back. LOCK=struct.field skips the sampling; POLICY=lockstat|numa..
demo-livepatch:
	@tests/setup
	@tests/lab/demo-livepatch

clean:
	rm -rf $(BUILD)

include user/install.mk

-include $(USER_OBJ:.o=.d) $(UNIT:=.d) $(FUZZ:=.d) $(BENCH:=.d) $(GEN).d

.PHONY: all user kmod unit workloads fuzz fuzzers bench clean \
	check check-asan sanitized check-unit check-cli check-oracle check-targets check-lint check-lab \
	check-debug check-livepatch demo \
	demo-livepatch
.DELETE_ON_ERROR:
