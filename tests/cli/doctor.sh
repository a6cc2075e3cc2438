#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# doctor: one line a check on this machine; on made roots, each thing that can
# be amiss is found, and nothing else.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"

# This machine, whatever it is: bad findings are exit code 1.
code=0
"$LP_TOOL" doctor >"$out" 2>"$err" || code=$?
check "exit code says whether anything is bad" test "$code" = \
	"$(grep -q '^bad ' "$out" && echo 1 || echo 0)"
check "every line is a finding, a remedy or the sum" \
	sh -c "! grep -vE '^((ok  |warn|bad )  [a-z-]+ +.+| +-> .+|)\$|^[0-9]+ ok, [0-9]+ warn, [0-9]+ bad\$' $out"
check "whatever is amiss has a remedy" awk '
	/^(warn|bad)/ { if (open) exit 1; open = 1; next }
	/^ +->/ { open = 0 }
	/^ok/ { if (open) exit 1 }
	END { exit open }' "$out"
"$LP_TOOL" doctor --json >"$scratch/json" || :
check "JSON Lines, a verdict last" python3 - "$scratch/json" <<'PY'
import json
import sys
lines = [json.loads(line) for line in open(sys.argv[1])]
checks, verdict = lines[:-1], lines[-1]
assert all(c['type'] == 'check' and c['found'] for c in checks)
assert all(c['level'] in ('ok', 'warn', 'bad') for c in checks)
assert len({c['check'] for c in checks}) == len(checks)
for level in ('ok', 'warn', 'bad'):
    assert verdict[level] == sum(c['level'] == level for c in checks)
PY

# A made root where all is well.
root=$scratch/root
release=6.1.0-56-amd64
make_root()
{
	rm -rf "$root"
	mkdir -p "$root/proc/sys/kernel" "$root/sys/kernel/btf" "$root/boot" \
		"$root/sys/kernel/security" "$root/usr/src" \
		"$root/lib/modules/$release/build" \
		"$root/lib/modules/$release/updates/dkms" \
		"$root/usr/lib/kpatch" "$root/var/lib/dkms/lockprobe/0.1.0/$release" \
		"$root/sys/module/lockprobe" "$root/sys/firmware/efi/efivars"
	echo $release >"$root/proc/sys/kernel/osrelease"
	echo "Linux version $release (kernel@debian) (gcc-12 (Debian 12.2.0-14)" \
		"12.2.0) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-01-01)" \
		>"$root/proc/version"
	echo 1 >"$root/proc/sys/kernel/perf_event_paranoid"
	echo 0 >"$root/proc/sys/kernel/kptr_restrict"
	echo '[none] integrity confidentiality' \
		>"$root/sys/kernel/security/lockdown"
	for option in PERF_EVENTS MODULES KALLSYMS STACKTRACE TRACEPOINTS KPROBES \
		KALLSYMS_ALL LIVEPATCH DYNAMIC_FTRACE FUNCTION_TRACER \
		PARAVIRT_SPINLOCKS DEBUG_INFO_BTF; do
		echo "CONFIG_$option=y"
	done >"$root/boot/config-$release"
	: >"$root/sys/kernel/btf/vmlinux"
	: >"$root/lib/modules/$release/build/Makefile"
	: >"$root/usr/src/linux-source-6.1.tar.xz"
	: >"$root/usr/lib/kpatch/create-diff-object"
	echo 0.1.0 >"$root/sys/module/lockprobe/version"
}

make_root
run 0 doctor --root "$root"
lacks "a made root has nothing bad" out '^bad'
has "the module's version" out '^ok +module +lockprobe.ko 0.1.0 is loaded'
has "DKMS" out '^ok +dkms +lockprobe 0.1.0 is built for'

# finds WHAT LEVEL CHECK COMMAND...: after COMMAND, CHECK is at LEVEL.
finds()
{
	local what=$1 level=$2 finding=$3

	shift 3
	make_root
	"$@"
	"$LP_TOOL" doctor --root "$root" --linux "$scratch/tree" \
		>"$out" 2>"$err" || :
	has "$what" out "^$level +$finding "
}

unset_option()
{
	sed -i "/CONFIG_$1=/d" "$root/boot/config-$release"
}

set_option()
{
	echo "CONFIG_$1=y" >>"$root/boot/config-$release"
}

make_tree() # SUBLEVEL [configured]
{
	rm -rf "$scratch/tree"
	mkdir -p "$scratch/tree"
	printf 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = %s\n' "$1" \
		>"$scratch/tree/Makefile"
	[ -z "${2-}" ] || : >"$scratch/tree/.config"
}

make_tree 192
finds "an old kernel" bad kernel \
	sh -c "echo 4.19.0 >$root/proc/sys/kernel/osrelease"
finds "no LIVEPATCH" bad livepatch unset_option LIVEPATCH
finds "no KALLSYMS" bad config unset_option KALLSYMS
finds "no KPROBES" warn config-naming unset_option KPROBES
finds "no BTF" warn btf rm "$root/sys/kernel/btf/vmlinux"
finds "confidentiality" bad lockdown \
	sh -c "echo 'none integrity [confidentiality]' >$root/sys/kernel/security/lockdown"
finds "integrity" warn lockdown \
	sh -c "echo 'none [integrity] confidentiality' >$root/sys/kernel/security/lockdown"
finds "signatures enforced" warn signing set_option MODULE_SIG_FORCE
finds "Secure Boot" warn signing sh -c "printf '\6\0\0\0\1' \
	>$root/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
finds "kptr_restrict" warn symbols \
	sh -c "echo 2 >$root/proc/sys/kernel/kptr_restrict"
finds "no headers" bad headers rm "$root/lib/modules/$release/build/Makefile"
finds "no module" warn module rm -r "$root/sys/module/lockprobe"
finds "DKMS has not built" warn dkms \
	rmdir "$root/var/lib/dkms/lockprobe/0.1.0/$release"
finds "no patch builder" warn patch-builder \
	rm "$root/usr/lib/kpatch/create-diff-object"
finds "a tree that is not configured" warn source true
make_tree 192 configured
finds "a tree that fits" ok source true
make_tree 190 configured
finds "a tree of another version" warn source true
rm -rf "$scratch/tree"
finds "no tree at all" bad source true

run 2 doctor --nonsense
run 2 doctor extra
run 0 doctor --help
run 1 doctor --root "$scratch/nowhere"
finish
