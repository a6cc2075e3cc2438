#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The netlink spec and the UAPI header say the same, each way: every number,
# every attribute's type, every struct's layout; and the module's policy takes
# exactly what the spec lets requests hold, as that type.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
header=$top/include/uapi/linux/lockprobe.h
spec=$top/tests/lab/netlink/spec
: "${CC:=cc}"

# Names of the header: macros with a value, enumerators, members of structs.
macros()
{
	"$CC" -E -dM -I"$top/include/uapi" "$header" |
		sed -nE 's/^#define (_*LOCKPROBE_\w+) .+$/\1/p'
}

enumerators()
{
	"$CC" -E -P -I"$top/include/uapi" "$header" |
		sed -n '/^enum lockprobe/,/};/p' | grep -oE '\b_*LOCKPROBE_\w+'
}

members()
{
	"$CC" -E -P -I"$top/include/uapi" "$header" |
		awk '/^struct lockprobe/ { name = $2; print name; next }
		/^}/ { name = "" }
		name != "" && /;/ {
			sub(/\[[^]]*\]/, "")
			gsub(/[;*]/, "")
			print name "." $NF
		}'
}

# Their values, by the compiler.
values()
{
	local name

	echo '#include <stddef.h>'
	echo '#include <stdio.h>'
	echo '#include <linux/lockprobe.h>'
	echo 'static void tell(const char *n, unsigned long long v) { printf("%s %llu\n", n, v); }'
	echo 'static void tells(const char *n, const char *v) { printf("%s \"", n);'
	echo 'for (; *v; v++) if (*v == 10) printf("\\n"); else putchar(*v);'
	echo 'puts("\""); }'
	echo 'int main(void) {'
	for name in $(macros) $(enumerators); do
		printf '_Generic((%s), char *: tells, default: tell)("%s", %s);\n' \
			"$name" "$name" "$name"
	done
	for name in $(members); do
		case $name in
		*.*) printf 'printf("%s %%zu %%zu\\n", offsetof(struct %s, %s), sizeof(((struct %s *)0)->%s));\n' \
			"$name" "${name%.*}" "${name#*.}" "${name%.*}" "${name#*.}" ;;
		*) printf 'printf("%s 0 %%zu\\n", sizeof(struct %s));\n' "$name" "$name" ;;
		esac
	done
	echo 'return 0; }'
}

values >"$scratch/values.c"
check "what the header names compiles" \
	"$CC" -I"$top/include/uapi" -o "$scratch/values" "$scratch/values.c"
"$scratch/values" | sort >"$scratch/header.names"
"$spec" names | sort >"$scratch/spec.names"
check "the header has names" [ "$(wc -l <"$scratch/header.names")" -gt 100 ]
same "all that the header says is in the spec, with its number" '' \
	"$(comm -23 "$scratch/header.names" "$scratch/spec.names")"
# the header gives the number of entries only where it is used
same "all that the spec says is in the header, with its number" '' \
	"$(comm -13 "$scratch/header.names" "$scratch/spec.names" |
		grep -v '^__LOCKPROBE_[A-Z]*_MAX ')"

sed -nE 's/^\t(LOCKPROBE_A_\w+), \/\* (nest|string|binary|u8|u16|u32|u64)\b.*/\1 \2/p' \
	"$header" | sort >"$scratch/header.types"
"$spec" types | sort >"$scratch/spec.types"
same "every type that the header states is the spec's" '' \
	"$(comm -23 "$scratch/header.types" "$scratch/spec.types")"
same "and it states all but the padding's" 'LOCKPROBE_A_PAD pad' \
	"$(join -v 2 "$scratch/header.types" "$scratch/spec.types")"

# NLA_NUL_STRING is a string, NLA_NESTED a nest.
tr -d '\n' <"$top/kmod/netlink.c" | grep -oE '\[LOCKPROBE_A_\w+\] = \{ \.type = NLA_\w+' |
	sed -E 's/^\[(\w+)\] = \{ \.type = NLA_/\1 /;s/NUL_STRING/string/;s/NESTED/nest/' |
	awk '{ print $1, tolower($2) }' | sort >"$scratch/policy"
same "the module's policy is what the spec lets requests hold" \
	"$("$spec" request | sort)" "$(cat "$scratch/policy")"
finish
