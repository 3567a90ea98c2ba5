# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Completion for bash, by what the command says of itself.

_criu_seccomp() {
	local word=${COMP_WORDS[COMP_CWORD]} subcommands

	subcommands=$(criu-seccomp help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p')
	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$subcommands help --help --version" -- "$word")
		return
	fi
	case ${COMP_WORDS[1]} in
	help)
		mapfile -t COMPREPLY < <(compgen -W "$subcommands" -- "$word")
		;;
	tree)
		case $word in
		-*) COMPREPLY=(--programs) ;;
		*) mapfile -t COMPREPLY < <(compgen -W "$(ps -eo pid=)" -- "$word") ;;
		esac
		;;
	image)
		case $word in
		-*) COMPREPLY=(--programs) ;;
		*) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
		esac
		;;
	esac
}

complete -o filenames -F _criu_seccomp criu-seccomp
