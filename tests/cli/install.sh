#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# make install in an empty directory, what it puts there, completions that
# complete, and make uninstall, which takes all of it away.
# shellcheck source=tests/cli/lib.sh
. "$(dirname "$0")/lib.sh"
top=$(cd "$(dirname "$0")/../.." && pwd)
build=$(dirname "$LP_TOOL")
dest=$scratch/dest
cd "$top" || exit 1

make_it()
{
	make -s BUILD="$build" DESTDIR="$dest" "$@" >"$out" 2>"$err"
}

if [ ! -e "$build/user/main.o" ]; then
	skip "install" "$LP_TOOL was not built here"
	finish
	exit
fi
check "make install" make_it install PREFIX=/usr
check "the tool runs from there" "$dest/usr/bin/lockprobe-user" --version
for page in user/man/*.[1-8]; do
	[ -e "$dest/usr/share/man/man${page##*.}/$(basename "$page")" ] ||
		missing="${missing-} $page"
done
same "every manual page is there" '' "${missing-}"
check "make dkms-source" make_it dkms-source
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
source=$dest/usr/src/lockprobe-$version
check "it has what the module is made of" test -e "$source/Kbuild" \
	-a -e "$source/kmod/main.c" -a -e "$source/include/uapi/linux/lockprobe.h"
same "and nothing that was built" '' \
	"$(find "$source" -name '*.o' -o -name '*.ko' -o -name '*.mod*')"
same "one version everywhere" \
	"$version $version" "$("$LP_TOOL" --version | cut -d' ' -f2) $(sed -n \
		's/^MODULE_VERSION("\(.*\)");/\1/p' kmod/main.c)"

# bash: commands, options of a command, values of an option, directories.
complete_bash() # WORD...
{
	bash --norc -c '
	PATH=$1:$PATH
	. "$2"
	shift 2
	COMP_WORDS=(lockprobe-user "$@")
	COMP_CWORD=$#
	_lockprobe_user lockprobe-user
	echo "${COMPREPLY[@]}"' - "$dest/usr/bin" \
		"$dest/usr/share/bash-completion/completions/lockprobe-user" "$@"
}
commands=$("$LP_TOOL" --help | sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p')
same "bash completes every command" "${commands//$'\n'/ } --help --version" \
	"$(complete_bash '')"
same "and the one that is begun" doctor "$(complete_bash doc)"
same "and options" --symbols "$(complete_bash import --sy)"
same "and values" 'lock caller task instance' "$(complete_bash report --sort '')"
for command in $commands; do
	for option in $("$LP_TOOL" "$command" --help | grep -oE -- '--[a-z][a-z-]+'); do
		case " $(complete_bash "$command" --) " in
		*" $option "*) ;;
		*) lost="${lost-} $command:$option" ;;
		esac
	done
done
same "bash completes every option that --help shows" '' "${lost-}"

# zsh, where there is one: press Tab in it.
if command -v zsh >/dev/null; then
	check "zsh parses its file" \
		zsh -n "$dest/usr/share/zsh/site-functions/_lockprobe-user"
	zsh -f -c '
	zmodload zsh/zpty
	zpty tab zsh -f -i
	zpty -w tab "PATH=$1:\$PATH; fpath=($2 \$fpath); PS1=; LISTMAX=9999"
	zpty -w tab "autoload -Uz compinit; compinit -u -D; echo rea\"\"dy"
	while zpty -r tab line; do [[ $line == *ready* ]] && break; done
	zpty -w -n tab $'"'lockprobe-user doct\\t'"'
	sleep 1
	zpty -w tab " --help; echo d\"\"one"
	while zpty -r tab line; do print -r -- $line; [[ $line == *done* ]] && break; done
	' - "$dest/usr/bin" "$dest/usr/share/zsh/site-functions" \
		>"$out" 2>"$err" </dev/null
	has "zsh completes a command" out 'usage: lockprobe-user doctor'
else
	skip "zsh parses its file" "no zsh here"
	skip "zsh completes a command" "no zsh here"
fi

check "make uninstall" make_it uninstall PREFIX=/usr
check "make dkms-uninstall" make_it dkms-uninstall
same "nothing is left" '' "$(find "$dest" -type f -o -name '*lockprobe*')"
finish
