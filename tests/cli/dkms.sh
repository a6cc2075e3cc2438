#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# DKMS in a root of its own: built and installed for two kernels, as a kernel's
# upgrade would; kernels it is not for are skipped without failing; removed
# without a trace. Takes minutes (two to five, and once up to ten to make the
# root, with the network), so it is done on request only: `make check-dkms`.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
root=${LP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lockprobe}/dkms-root
cd "$top" || exit 1

# What is being done, with the seconds since the start: the root and each
# kernel's build take minutes.
step()
{
	echo "# ${SECONDS} s: $*"
}

# The newest headers of a series that apt has: linux-headers-6.1.0-56-amd64.
newest()
{
	apt-cache search "^linux-headers-$1\.[0-9.+a-z-]*-amd64\$" |
		cut -d' ' -f1 | grep -vE 'cloud|rt-amd64|common' | sort -V | tail -n 1
}

make_root()
{
	local packages

	packages=dkms,make,gcc,kmod,$(newest 6.1),$(newest 6.12)
	step "making $root with $packages"
	mkdir -p "$(dirname "$root")"
	rm -rf "$root.new"
	# the machine's own mirrors of its own suites
	# shellcheck disable=SC2016 # apt's own variables
	mapfile -t mirrors < <(apt-get indextargets --no-release-info \
		--format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Component: main' | grep bookworm | sort -u)
	# no waiting for a disk to have it: what is cut short is made anew
	mmdebstrap --variant=minbase --include="${packages%,}" \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		bookworm "$root.new" "${mirrors[@]}" \
		2>&1 | tee "$err" | grep --line-buffered '^I:' | sed -u 's/^/# /'
	[ "${PIPESTATUS[0]}" = 0 ] && mv "$root.new" "$root"
}

if [ "$(id -u)" != 0 ]; then
	skip "DKMS" "needs root for a chroot"
	finish
	exit
fi
if [ -z "${LP_DKMS-}" ]; then
	skip "DKMS" "takes minutes: 'make check-dkms' runs it"
	finish
	exit
fi
if [ ! -d "$root" ] && ! make_root; then
	fail "the root directory for DKMS"
	finish
	exit
fi

# in_root COMMAND: run by sh in the root, with /proc and /dev.
in_root()
{
	# shellcheck disable=SC2016 # the inner shell expands it
	unshare --mount --fork sh -c 'mount -t proc proc "$1/proc" &&
		mount --rbind /dev "$1/dev" && chroot "$1" sh -c "$2"' - \
		"$root" "$1" >"$out" 2>"$err"
}

# What an earlier run that was shot may have left.
in_root 'dkms remove lockprobe --all; rm -rf /usr/src/lockprobe-* \
	/var/lib/dkms/lockprobe /lib/modules/9.9.9 /lib/modules/6.2.0-bare' || :
kernels=$(find "$root/lib/modules" -mindepth 1 -maxdepth 1 -printf '%f\n')
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)

check "the module's source goes to /usr/src" \
	make -s dkms-source DESTDIR="$root"
check "dkms add" in_root "dkms add lockprobe/$version"
for kernel in $kernels; do
	step "building for $kernel"
	check "the upgrade to $kernel builds it" in_root \
		"/etc/kernel/postinst.d/dkms $kernel"
	check "it is installed for $kernel" in_root \
		"dkms status lockprobe/$version -k $kernel | grep -q installed &&
		modinfo -k $kernel -F version lockprobe | grep -qx $version"
done

# A kernel of the future, and one without what the module needs.
for other in 9.9.9 6.2.0-bare; do
	mkdir -p "$root/lib/modules/$other/build/include"
	echo '# CONFIG_PERF_EVENTS is not set' \
		>"$root/lib/modules/$other/build/.config"
	: >"$root/lib/modules/$other/build/Makefile"
	check "the upgrade to $other does not fail" in_root \
		"/etc/kernel/postinst.d/dkms $other"
	check "it is skipped there" in_root \
		"! dkms status lockprobe/$version -k $other | grep -q installed"
	rm -rf "$root/lib/modules/$other"
done

check "dkms remove" in_root "dkms remove lockprobe/$version --all"
check "make dkms-uninstall" make -s dkms-uninstall DESTDIR="$root"
same "nothing is left" '' \
	"$(find "$root/lib/modules" "$root/usr/src" -name '*lockprobe*')"
step "done"
finish
