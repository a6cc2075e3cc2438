# SPDX-License-Identifier: GPL-2.0
# lockprobe: `make` builds the tool, `make kmod` the module for the running
# kernel (or KDIR=<headers>); `make demo` and `make check` are the README's two.

BUILD ?= build
KDIR ?= /lib/modules/$(shell uname -r)/build
CC ?= cc
CFLAGS ?= -O2 -g
SANITIZE ?=

USER_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
	-Wstrict-prototypes -Wmissing-prototypes -Iinclude/uapi -Iuser \
	-isystem /usr/include/libnl3 -pthread $(CFLAGS) $(SANITIZE)
USER_LIBS := -lnl-genl-3 -lnl-3 -lbpf -lpfm -ldw -lelf -lgit2 -ljson-c -lzstd -lm

USER_SRC := $(sort $(wildcard user/*.c user/*/*.c))
USER_OBJ := $(USER_SRC:%.c=$(BUILD)/%.o)
TOOL := $(BUILD)/lockprobe-user

all: user

user: $(TOOL)

$(TOOL): $(USER_OBJ)
	$(CC) $(USER_CFLAGS) $(LDFLAGS) -o $@ $^ $(USER_LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(USER_CFLAGS) -MMD -MP -c -o $@ $<

# policy_text.c takes these in by .incbin, which -MMD does not see
$(BUILD)/user/livepatch/policy_text.o: $(wildcard user/livepatch/policy/*)

-include $(USER_OBJ:.o=.d)

clean:
	rm -rf $(BUILD)

.PHONY: all user clean
.DELETE_ON_ERROR:
