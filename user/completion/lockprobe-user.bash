# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# bash completion for lockprobe-user. Commands and options are asked of the
# tool itself, so that they cannot fall behind it.

# The commands, or with one as argument its long options, one a line.
_lockprobe_user_words()
{
	if [ $# = 0 ]; then
		"$_lockprobe_user_tool" --help 2>/dev/null |
			sed -n 's/^  \([a-z][a-z]*\)  *[a-z].*/\1/p'
	else
		"$_lockprobe_user_tool" "$1" --help 2>/dev/null |
			grep -oE -- '--[a-z][a-z-]+' | sort -u
	fi
}

_lockprobe_user_values()
{
	case $2 in
	--sort) echo lock caller task instance ;;
	--abi) echo syncord stock ;;
	--format)
		case $1 in
		sites) echo tsv json text ;;
		*) echo text json dot ;;
		esac
		;;
	*) return 1 ;;
	esac
}

_lockprobe_user()
{
	local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
	local command=${COMP_WORDS[1]-} _lockprobe_user_tool=$1 values

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_lockprobe_user_words) --help --version" -- "$word")
	elif values=$(_lockprobe_user_values "$command" "$previous"); then
		mapfile -t COMPREPLY < <(compgen -W "$values" -- "$word")
	elif [ "$previous" = --linux ] || [ "$previous" = --root ] ||
		[ "$previous" = --headers ]; then
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
	elif [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
			"$(_lockprobe_user_words "$command")" -- "$word")
	else
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -o filenames -F _lockprobe_user lockprobe-user
