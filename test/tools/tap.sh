# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests of a command: what it prints and how it ends, a TAP line each.

# shellcheck disable=SC2034 # failed is for those who source this file
n=0 failed=0 out='' status=0

# run COMMAND... - $out is all that it prints, $status how it ends
run() {
	status=0
	out=$("$@" 2>&1 </dev/null) || status=$?
}

# check WHAT COMMAND... - must succeed; where it does not, $out is shown
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

# ended STATUS [TEXT]... - with this status, and all of this in what it printed
ended() {
	local text

	[ "$status" = "$1" ] || return
	shift
	for text in "$@"; do
		[[ $out = *"$text"* ]] || return
	done
}

# pictured - the last command succeeded, and printed what comes in on stdin
pictured() {
	[ "$status" = 0 ] && diff <(cat) <(printf '%s\n' "$out") >&2
}
