#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The variants that generate writes, run: a lock that is found taken leaves
# interrupts to its caller as he had them while the policy waits, and as the
# stock lock leaves them when it is held. The kernel is tests/fixtures/irqs.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/cases.sh"
fixtures=$(cd "$(dirname "$0")/../fixtures" && pwd)

tree=$scratch/tree
unpack "$fixtures/generate/base" "$tree"
unpack "$fixtures/irqs/tree" "$tree"
while read -r field type stock; do
	run 0 generate --linux "$tree" --lock "box.$field" --policy backoff \
		-o "$scratch/$field.patch"
	name=lockprobe_box_$field.h
	awk -v name="$name" '
	/^diff / { on = 0 }
	/^\+\+\+ / { on = index($0, name); next }
	on && /^\+/ { print substr($0, 2) }' "$scratch/$field.patch" \
		>"$scratch/$name"
	check "$field: the header is compiled" gcc -std=gnu11 -Wall -Wextra -Werror -Wno-unused-parameter \
		-I"$fixtures/irqs/include" -I"$scratch" -DPOLICY="<$name>" \
		-DPREFIX="lp_box_$field" -DTYPE="$type" -DSTOCK="$stock" \
		-o "$scratch/$field" "$fixtures/irqs/irqs.c"
	check "$field: interrupts are the caller's, then the lock's" "$scratch/$field"
done <<END
spin spinlock_t spin
raw raw_spinlock_t raw_spin
rw rwlock_t write
END
finish
