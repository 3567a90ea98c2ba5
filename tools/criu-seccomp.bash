# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Completion for bash. test/tools/completion compares these words with the command's own.

# the process ids that begin with the word
_criu_seccomp_pids() {
	local pids=(/proc/[0-9]*)

	compgen -W "${pids[*]#/proc/}" -- "$1"
}

_criu_seccomp() {
	local word=${COMP_WORDS[COMP_CWORD]} options='' processes='' paths=''
	local subcommands='tree image verify diff explain watch check'

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		mapfile -t COMPREPLY < <(compgen -W "$subcommands help --help --version" -- "$word")
		return
	fi
	case ${COMP_WORDS[1]} in
	help)
		options=$subcommands
		;;
	tree)
		options='--all --collapse --dot --json --no-collapse --programs --raw --svg'
		processes=y
		;;
	image)
		options='--dot --json --programs --raw --svg'
		paths=y
		;;
	verify | diff)
		options='--json'
		processes=y paths=y
		;;
	explain)
		options='--all --arch --json --programs --syscall --thread'
		processes=y paths=y
		;;
	watch)
		options='--container --filters --json --since-restore'
		processes=y
		;;
	check)
		options='--json'
		;;
	*)
		return
		;;
	esac
	case ${COMP_WORDS[COMP_CWORD - 1]} in
	--raw | --arch | --syscall | --thread | --container)
		# a name or a number that is not known here
		return
		;;
	--since-restore)
		processes='' paths=y
		;;
	esac
	case $word in
	-*) processes='' paths='' ;;
	*) [ -z "$processes$paths" ] || options='' ;;
	esac
	mapfile -t COMPREPLY < <(
		[ -z "$options" ] || compgen -W "$options" -- "$word"
		[ -z "$processes" ] || _criu_seccomp_pids "$word"
		[ -z "$paths" ] || compgen -f -- "$word"
	)
}

complete -o filenames -F _criu_seccomp criu-seccomp
