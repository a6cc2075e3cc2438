#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# build: what does not belong together is said before any work is done, and
# nothing is left behind however it ends. Real builds are tests/lab/livepatch.
. "$(dirname "$0")/lib.sh"

export TMPDIR=$scratch/tmp
unset LOCKPROBE_KPATCH
mkdir -p "$TMPDIR"
cc=$(command -v gcc)
version=$(sed -n 's/^SUBLEVEL = //p' "${LP_TREE:-/nowhere}/Makefile" 2>/dev/null)
base=6.1.${version:-0}
release=6.1.0-99-test

# A vmlinux to look at: a banner, a symbol table, the compiler's comment.
vmlinux() # FILE BANNER [FLAG]
{
	printf 'const char linux_banner[] = "%s";\n' "$2" >"$scratch/banner.c"
	"$cc" ${3-} -shared -nostdlib -o "$1" "$scratch/banner.c"
}

headers() # DIRECTORY RELEASE
{
	mkdir -p "$1/include/generated"
	echo "#define UTS_RELEASE \"$2\"" >"$1/include/generated/utsrelease.h"
	cp "${LP_TREE:-/nowhere}/.config" "$1/.config" 2>/dev/null ||
		: >"$1/.config"
	: >"$1/Makefile"
}

empty() # DIRECTORY: within half a minute
{
	for _ in $(seq 60); do
		[ -z "$(ls -A "$1")" ] && return
		sleep 0.5
	done
	ls -A "$1"
	return 1
}

vmlinux "$scratch/vmlinux" "Linux version $release (a@b) (gcc) #1 SMP Debian $base-2 (2026-01-01)"
headers "$scratch/headers" $release
mkdir -p "$scratch/kpatch/lib/kpatch" "$scratch/kpatch/share/kpatch/patch"
printf '#!/bin/sh\nexit 3\n' >"$scratch/kpatch/lib/kpatch/create-diff-object"
chmod +x "$scratch/kpatch/lib/kpatch/create-diff-object"
cat >"$scratch/good.patch" <<'END'
--- a/fs/file.c
+++ b/fs/file.c
@@ -1,2 +1,3 @@
 // SPDX-License-Identifier: GPL-2.0
+
 /*
END

try() # CODE VMLINUX HEADERS PATCH MORE...
{
	local want=$1 vmlinux=$2 headers=$3 patch=$4

	shift 4
	run "$want" build --linux "${LP_TREE:-$scratch}" --headers "$headers" \
		--vmlinux "$vmlinux" -o "$scratch/lp-test.ko" "$patch" "$@"
}

run 0 build --help
has "help teaches" out 'usage: lockprobe-user build .*--vmlinux'
run 2 build
run 2 build --nonsense
run 2 build --linux x --headers y --vmlinux z -o a.ko

try 1 "$scratch/none" "$scratch/headers" "$scratch/good.patch"
has "a vmlinux that is not there is named" err 'none: No such file'
echo text >"$scratch/text"
try 1 "$scratch/text" "$scratch/headers" "$scratch/good.patch"
has "what is no ELF file is said" err 'not an ELF file'
vmlinux "$scratch/plain" "no kernel"
try 1 "$scratch/plain" "$scratch/headers" "$scratch/good.patch"
has "what is no kernel: which package has one" err 'is not a whole kernel.*-dbg'
strip -o "$scratch/stripped" "$scratch/vmlinux"
try 1 "$scratch/stripped" "$scratch/headers" "$scratch/good.patch"
has "a stripped vmlinux: which package has the symbols" err 'no symbol table.*-dbg'
run 1 build --linux "$scratch" --headers "$scratch/headers" \
	--vmlinux "$scratch/vmlinux" -o "$scratch/x.ko" "$scratch/good.patch"
has "what is no kernel source is said" err 'not a kernel source tree'
run 1 build --linux "$scratch" --headers "$scratch/headers" \
	--vmlinux "$scratch/vmlinux" -o "$scratch/x.o" "$scratch/good.patch"
has "a module is called NAME.ko" err 'NAME\.ko'

if [ ! -e "${LP_TREE-}/.config" ]; then
	skip "with a configured source tree" "LP_TREE names none"
	finish
	exit
fi

headers "$scratch/other" 6.1.0-98-test
try 1 "$scratch/vmlinux" "$scratch/other" "$scratch/good.patch"
has "headers of another release" err "headers are of 6.1.0-98-test, the vmlinux is of $release"
try 1 "$scratch/vmlinux" "$scratch" "$scratch/good.patch"
has "no headers: which package" err "no kernel headers.*linux-headers-$release"
vmlinux "$scratch/older" "Linux version $release (a@b) (gcc) #1 SMP Debian 6.1.1-1 (2026-01-01)"
try 1 "$scratch/older" "$scratch/headers" "$scratch/good.patch"
has "source of another version" err 'source is 6\.1\.[0-9]+, the vmlinux was built from 6\.1\.1 '
headers "$scratch/differ" $release
echo CONFIG_LOCKPROBE_TEST=y >>"$scratch/differ/.config"
try 1 "$scratch/vmlinux" "$scratch/differ" "$scratch/good.patch"
has "another configuration, with an example" err 'configured differently.*CONFIG_LOCKPROBE_TEST'
headers "$scratch/moved" $release
echo 'include /usr/src/nowhere/Makefile' >"$scratch/moved/Makefile"
try 1 "$scratch/vmlinux" "$scratch/moved" "$scratch/good.patch"
has "headers that were moved" err '/usr/src/nowhere/Makefile, which is not there'
# shellcheck disable=SC2016 # make's
echo 'include $(srctree)/scripts/Kbuild.include' >"$scratch/moved/Makefile"
try 1 "$scratch/vmlinux" "$scratch/moved" "$scratch/good.patch" --kpatch "$scratch/nowhere"
lacks "a whole tree as headers: it was not moved" err 'which is not there'
printf '#!/bin/sh\necho "gcc (Other 99.1) 99.1"\n' >"$scratch/gcc-99"
chmod +x "$scratch/gcc-99"
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/good.patch" --cc "$scratch/gcc-99"
has "another compiler: both are named" err 'built by gcc .*, .*gcc-99. is gcc \(Other 99\.1\) 99\.1'
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/good.patch" --kpatch "$scratch/nowhere"
has "no kpatch: which package" err 'apt-get install kpatch-build'

# From 6.19 on there is another way, which is named.
mkdir "$scratch/newer"
printf 'VERSION = 6\nPATCHLEVEL = 19\nSUBLEVEL = 0\n' >"$scratch/newer/Makefile"
echo CONFIG_LIVEPATCH=y >"$scratch/newer/.config"
vmlinux "$scratch/newer/vmlinux" "Linux version 6.19.0-1-test (a@b) (gcc) #1 SMP Debian 6.19.0-1 (2026-01-01)"
headers "$scratch/newer/headers" 6.19.0-1-test
cp "$scratch/newer/.config" "$scratch/newer/headers"
run 1 build --linux "$scratch/newer" --headers "$scratch/newer/headers" --cc "$cc" \
	--vmlinux "$scratch/newer/vmlinux" -o "$scratch/lp-test.ko" "$scratch/good.patch"
has "kpatch's tools end somewhere" err 'end with Linux 6.18; 6.19.0-1-test has its own'
has "where klp-build goes on" err 'run scripts/livepatch/klp-build PATCH'

kpatch=$scratch/kpatch/lib/kpatch
sed 's,fs/file.c,include/linux/fs.h,' "$scratch/good.patch" >"$scratch/header.patch"
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/header.patch" --kpatch "$kpatch"
has "an existing header is not edited" err 'changes the existing header include/linux/fs.h'
sed 's,fs/file.c,lib/sort.c,' "$scratch/good.patch" >"$scratch/lib.patch"
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/lib.patch" --kpatch "$kpatch"
has "lib/ is refused with its reason" err 'lib/sort.c.*no livepatch entry'
has "and the way on" err '--allow-partial'
sed 's,b/fs/file.c,/dev/null,' "$scratch/good.patch" >"$scratch/remove.patch"
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/remove.patch" --kpatch "$kpatch"
has "removing a file is refused" err 'removes a file'
echo "nothing" >"$scratch/empty.patch"
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/empty.patch" --kpatch "$kpatch"
has "what is no diff is said" err 'no diff'
sed 's/^ \/\*$/ never there/' "$scratch/good.patch" >"$scratch/stale.patch"
try 1 "$scratch/vmlinux" "$scratch/headers" "$scratch/stale.patch" --kpatch "$kpatch"
check "nothing is left behind by refusals" empty "$TMPDIR"

# What kpatch refuses is said, and can be left out.
vmlinux "$scratch/typed" "Linux version $release (a@b) (gcc) #1 SMP Debian $base-2 (2026-01-01)" -g
typed=
if pahole -J "$scratch/typed" 2>/dev/null; then
	typed=yes
	printf '#!/bin/sh\necho "ERROR: file.o: 1 unsupported section change(s)"\nexit 2\n' \
		>"$kpatch/create-diff-object"
	try 1 "$scratch/typed" "$scratch/headers" "$scratch/good.patch" --kpatch "$kpatch"
	has "an object that cannot be patched fails the build" err 'fs/file.o failed'
	has "with kpatch's reason" err 'unsupported section change'
	has "and the way on" err '--allow-partial'
	try 1 "$scratch/typed" "$scratch/headers" "$scratch/good.patch" --kpatch "$kpatch" --allow-partial
	has "left out, it is listed" err 'fs/file.c stays as it is, with the stock lock'
	has "and nothing else would change" err 'no function of the kernel changes'
	check "nothing is left behind by either" empty "$TMPDIR"
	# arch/x86/kvm/Makefile lists it: its flags, and its module's directory
	sed 's,fs/file.c,virt/kvm/coalesced_mmio.c,' "$scratch/good.patch" >"$scratch/kvm.patch"
	mkdir -p "$scratch/modules/kernel/arch/x86/kvm"
	cp "$scratch/typed" "$scratch/modules/kernel/arch/x86/kvm/kvm.ko"
	try 1 "$scratch/typed" "$scratch/headers" "$scratch/kvm.patch" --kpatch "$kpatch" \
		--modules "$scratch/modules"
	has "an object that a neighbour's Makefile lists is compiled" err 'kvm/coalesced_mmio.o failed'
	has "and its module is found where that one lies" err 'unsupported section change'
else
	skip "an object that cannot be patched" "no pahole here"
fi

# Without a program that only the end needs: said before minutes of work.
mkdir "$scratch/path"
for program in sh gcc make ld objcopy; do
	ln -s "$(command -v $program)" "$scratch/path/$program"
done
code=0
PATH=$scratch/path "$LP_TOOL" build --linux "$LP_TREE" --headers "$scratch/headers" \
	--vmlinux "$scratch/vmlinux" -o "$scratch/lp-test.ko" --cc "$cc" \
	--kpatch "$kpatch" "$scratch/good.patch" >"$out" 2>"$err" || code=$?
same "without readelf" 1 "$code"
has "its package is named" err 'no readelf in PATH: apt-get install binutils'

# Interrupted while the compiler works; in the background SIGINT is ignored.
for signal in INT TERM; do
	env --default-signal=INT "$LP_TOOL" build --linux "$LP_TREE" \
		--headers "$scratch/headers" --vmlinux "$scratch/vmlinux" \
		-o "$scratch/lp-test.ko" --kpatch "$kpatch" \
		"$scratch/good.patch" >"$out" 2>"$err" </dev/null &
	child=$!
	for _ in $(seq 60); do
		sleep 0.5
		[ -z "$(ls -A "$TMPDIR")" ] || break
	done
	sleep 1
	kill -$signal $child
	code=0
	wait $child || code=$?
	same "SIG$signal ends a build" $((128 + $(kill -l $signal))) "$code"
	has "and says how things are" err 'stopped; no module was written'
	check "nothing is left behind by SIG$signal" empty "$TMPDIR"
done

# on_disk DIRECTORY SIZE FILL COMMAND...: the directory is a disk of SIZE, with
# FILL full; what is left there in the end is printed. 99: cannot be had.
on_disk()
{
	# shellcheck disable=SC2016 # for the inner shell
	unshare --mount --map-root-user sh -c '
		disk=$1
		mount -t tmpfs -o size="$2" none "$disk" || exit 99
		[ -z "$3" ] || dd if=/dev/zero of="$disk/filler" bs=1k \
			2>/dev/null || [ -s "$disk/filler" ] || exit 99
		shift 3
		"$@"
		code=$?
		rm -f "$disk/filler"
		ls -A "$disk"
		exit $code' sh "$@"
}

full() # WHAT SIZE FILL
{
	code=0
	on_disk "$TMPDIR" "$2" "$3" "$LP_TOOL" build --linux "$LP_TREE" \
		--headers "$scratch/headers" --vmlinux "$scratch/typed" \
		-o "$scratch/lp-test.ko" --kpatch "$kpatch" \
		"$scratch/good.patch" >"$out" 2>"$err" </dev/null || code=$?
	if [ $code = 99 ]; then
		skip "$1" "no mount namespaces here"
		return
	fi
	same "$1: it fails" 1 "$code"
	has "$1: it is named" err 'disk .*is full|No space left'
	has "$1: and the way on" err 'TMPDIR=DIR'
	same "$1: nothing is left behind" "" "$(cat "$out")"
}
full "a disk that is full" 1m yes
if [ -n "$typed" ]; then
	# readelf itself does not notice that its output goes nowhere
	mkdir "$scratch/shim"
	printf '#!/bin/sh\nhead -c 30000000 /dev/zero\nexit 0\n' >"$scratch/shim/readelf"
	chmod +x "$scratch/shim/readelf"
	PATH=$scratch/shim:$PATH full "a disk that is too small for symbols" 20m ""
fi
check "no module appears when a build fails" [ ! -e "$scratch/lp-test.ko" ]

# To the end, with stand-ins for the tools: a module, or no trace of one.
if [ -n "$typed" ]; then
	# shellcheck disable=SC2016 # for the stand-in
	printf '#!/bin/sh\necho "file.o: changed function: do_dup2"\ncp "$2" "$7"\n' \
		>"$kpatch/create-diff-object"
	# shellcheck disable=SC2016
	printf '#!/bin/sh\ncp "$2" "$3"\n' >"$kpatch/create-klp-module"
	chmod +x "$kpatch/create-klp-module"
	# shellcheck disable=SC2016
	printf 'modules:\n\tcp $(M)/output.o $(M)/$(KPATCH_NAME).ko\n' \
		>"$scratch/headers/Makefile"
	mkdir "$scratch/disk"
	try 0 "$scratch/typed" "$scratch/headers" "$scratch/good.patch" --kpatch "$kpatch"
	has "the functions that change" out 'changed +vmlinux +fs/file.c +do_dup2'
	check "and a module" [ -s "$scratch/lp-test.ko" ]
	# whoever has jumped out of a patched function is not on the stack
	same "no call of another function is made a jump" "" "$(objdump -dr \
		--no-show-raw-insn "$scratch/lp-test.ko" | awk '
			/>:$/ { name = $2 }
			/PLT32/ && jump && !/__x86_/ { print name, $NF }
			{ jump = /\tjmp/ }')"
	check "and nothing else" empty "$TMPDIR"
	{
		cat "$scratch/good.patch"
		sed 's,fs/file.c,fs/namei.c,' "$scratch/good.patch"
	} >"$scratch/two.patch"
	try 4 "$scratch/typed" "$scratch/headers" "$scratch/two.patch" \
		--kpatch "$kpatch" --only fs/file
	has "--only builds what is asked for" out 'fs/file.c'
	lacks "--only builds nothing else" out 'fs/namei.c'
	has "--only says what was left" err '1 files of the patch are not in the module'
	try 1 "$scratch/typed" "$scratch/headers" "$scratch/two.patch" \
		--kpatch "$kpatch" --only nowhere/
	has "--only of nothing is said" err 'changes no file that is to be built'
	try 2 "$scratch/typed" "$scratch/headers" "$scratch/two.patch" --only ''
	cat "$scratch/good.patch" "$scratch/lib.patch" >"$scratch/both.patch"
	try 4 "$scratch/typed" "$scratch/headers" "$scratch/both.patch" \
		--kpatch "$kpatch" --allow-partial
	has "--allow-partial leaves out what has no entry" err \
		'lib/sort.c stays as it is, with the stock lock'
	# What has no fentry call is renamed, so that its callers change, and
	# only when it is the object's own.
	cat >"$kpatch/create-diff-object" <<-'END'
		#!/bin/sh
		cp "$2" "$7"
		readelf -sW "$2" | grep -q lp_do_dup2 &&
			echo "file.o: changed function: ksys_dup3" && exit 0
		echo "ERROR: file.o: 2 function(s) can not be patched"
		echo "file.o: function $LP_TEST_NAME has no fentry/mcount call, unable to patch"
		exit 2
	END
	export LP_TEST_NAME=do_dup2
	try 0 "$scratch/typed" "$scratch/headers" "$scratch/good.patch" --kpatch "$kpatch"
	has "a function without fentry: its caller changes" out 'changed .* ksys_dup3'
	check "and it has another name" sh -c \
		"readelf -sW '$scratch/lp-test.ko' | grep -w lp_do_dup2"
	LP_TEST_NAME=close_fd
	try 1 "$scratch/typed" "$scratch/headers" "$scratch/good.patch" --kpatch "$kpatch"
	has "a global one stays refused" err 'close_fd has no fentry'
	# What _once() remembers is found by the section's older name.
	cat >"$kpatch/create-diff-object" <<-'END'
		#!/bin/sh
		cp "$2" "$7"
		if readelf -SW "$2" | grep -qF .data..once; then
			echo "ERROR: file.o: reference to static local variable was removed"
			exit 2
		fi
		echo "file.o: changed function: do_dup2"
	END
	sed -e 's/,3 @@/,4 @@/' -e 's/^+$/&static int lp_once __attribute__((used, section(".data..once")));\n&/' \
		"$scratch/good.patch" >"$scratch/once.patch"
	try 0 "$scratch/typed" "$scratch/headers" "$scratch/once.patch" --kpatch "$kpatch"
	check "what _once() remembers has the section that kpatch knows" sh -c \
		"readelf -SW '$scratch/lp-test.ko' | grep -F ' .data.once '"
	cp "$scratch/lp-test.ko" "$scratch/before.ko"
	code=0
	on_disk "$scratch/disk" 100k yes "$LP_TOOL" build \
		--linux "$LP_TREE" --headers "$scratch/headers" \
		--vmlinux "$scratch/typed" -o "$scratch/disk/lp-test.ko" \
		--kpatch "$kpatch" "$scratch/good.patch" \
		>"$out" 2>"$err" </dev/null || code=$?
	if [ $code = 99 ]; then
		skip "the output's disk is full" "no mount namespaces here"
	else
		same "the output's disk is full: it fails" 1 "$code"
		has "and is named" err 'cannot write .*/disk/lp-test.ko: No space'
		lacks "and no part of it stays" out 'lp-test'
	fi
	check "a module of before is as it was" cmp "$scratch/lp-test.ko" "$scratch/before.ko"
fi
finish
