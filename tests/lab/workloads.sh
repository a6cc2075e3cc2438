# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0
# For suites that sample workloads, in the guest: one capture over all of them
# in turn. Which lock leads whose samples is judged on the host, where the
# kernel's source is (workloads-on-top).

number=0

# try WHAT COMMAND...
try()
{
	number=$((number + 1))
	what=$1
	shift
	if "$@" >&2; then echo "ok $number - $what"; else
		echo "not ok $number - $what"
	fi
}

# sample SECONDS NAME...: contend each for so long while we collect.
sample()
{
	seconds=$1
	shift
	# shellcheck disable=SC2016 # the inner shell's
	try "collect over $*" /lab/lockprobe-user collect \
		-o "/out/${0##*/}.capture" -- sh -c '
		seconds=$1
		shift
		for name; do /lab/"$name" -t 2 -s "$seconds"; done >/out/rates
	' sh "$seconds" "$@"
	sed 's/^/# /' /out/rates
	mv /out/rates "/out/${0##*/}.rates"
}
