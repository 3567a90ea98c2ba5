# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of a command: its output and its exit status, with a TAP line for each.

# shellcheck disable=SC2034 # failed is for those who source this file
n=0 failed=0 out='' status=0

# run COMMAND... - sets $out to all that it prints, $status to its exit status
run() {
	status=0
	out=$("$@" 2>&1 </dev/null) || status=$?
}

# check WHAT COMMAND... - it must succeed; otherwise $out is shown
check() {
	local what=$1
	shift

	n=$((n + 1))
	if "$@"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		printf '%s\n' "failed: $*" "status: $status" "$out" | sed 's/^/# /'
		failed=1
	fi
}

# ended STATUS [TEXT]... - the last command had this status, and printed all of these
ended() {
	local text

	[ "$status" = "$1" ] || return
	shift
	for text in "$@"; do
		[[ $out = *"$text"* ]] || return
	done
}

# pictured - the last command succeeded, and printed the same as on stdin
pictured() {
	[ "$status" = 0 ] && diff <(cat) <(printf '%s\n' "$out") >&2
}
