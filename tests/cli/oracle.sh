#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A few files of one field against the compiler; `make check-oracle` is the
# same for all of its fields.
. "$(dirname "$0")/lib.sh"

accesses=$(dirname "$LP_TOOL")/tests/oracle/accesses
here=$(cd "$(dirname "$0")/../oracle" && pwd)
if [ ! -e "${LP_TREE:-}/include/generated/autoconf.h" ]; then
	skip "sites against the compiler" "LP_TREE is no configured tree"
elif [ ! -x "$accesses" ]; then
	skip "sites against the compiler" "tests/oracle/accesses is not built"
else
	check "files_struct.file_lock is what the compiler says" \
		env LP_TOOL="$LP_TOOL" LP_ACCESSES="$accesses" \
		"$here/oracle.sh" "$LP_TREE" files_struct.file_lock@6
	sed 's/^/# /' "$scratch/check"
fi
finish
