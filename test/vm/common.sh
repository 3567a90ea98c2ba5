# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
#
# Shared by the scripts in this folder: messages, the cache, long steps.

# what programs print is read, and is a part of keys: not in the language of whoever calls
export LC_ALL=C.UTF-8 LANGUAGE=

vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # for those who source this file
top=${vm%/test/vm}
# shellcheck disable=SC2034
cache=${XDG_CACHE_HOME:-${HOME:-~}/.cache}/criu-seccomp

say() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
	say "$@"
	exit 1
}

# arch_of VERSION - the architecture of a kernel, as Debian calls it
arch_of() {
	case $1 in
	*-arm64) echo arm64 ;;
	*) echo amd64 ;;
	esac
}

# cross_prefix ARCH - of the compiler for it; empty if it is this machine's
cross_prefix() {
	case $1/$(uname -m) in
	arm64/aarch64 | amd64/x86_64) ;;
	arm64/*) echo aarch64-linux-gnu- ;;
	*) echo x86_64-linux-gnu- ;;
	esac
}

# build_of ARCH - the folder to which make builds for it
build_of() {
	echo "$top/build$([ -z "$(cross_prefix "$1")" ] || echo "/$1")"
}

# qemu_of ARCH
qemu_of() {
	case $1 in
	arm64) echo qemu-system-aarch64 ;;
	*) echo qemu-system-x86_64 ;;
	esac
}

# hash_of - a short hash of stdin
hash_of() {
	sha256sum | cut -c 1-16
}

# lock FILE - for one process at a time, until this process ends. Programs that
# outlive it must not inherit the descriptor.
lock() {
	mkdir -p "$(dirname "$1")"
	exec {lock_fd}>"$1"
	flock --nonblock "$lock_fd" && return
	say "waiting for another process that does the same ($1)"
	flock "$lock_fd"
}

# tick WHAT - prints each minute how long it has been running
tick() {
	local start=$SECONDS sleep

	# a sleep left behind would keep the caller's stderr open, and the lock
	trap 'kill "$sleep"; exit' INT TERM
	[ -z "${lock_fd-}" ] || exec {lock_fd}>&-
	while :; do
		sleep 60 &
		sleep=$!
		wait "$sleep"
		say "$1: $(((SECONDS - start) / 60)) min"
	done
}

# long_step WHAT LOG COMMAND... - its output goes to LOG, its elapsed time to
# stderr now and then; if it fails, the end of LOG is shown
long_step() {
	local what=$1 log=$2 start=$SECONDS ticker job status=0
	shift 2

	mkdir -p "$(dirname "$log")"
	say "$what (log: $log)"
	tick "$what" &
	ticker=$!
	# "COMMAND || ..." would disable errexit inside of COMMAND
	"$@" >"$log" 2>&1 </dev/null &
	job=$!
	wait "$job" || status=$?
	kill "$ticker"
	wait "$ticker" || true
	if [ "$status" != 0 ]; then
		say "$what: failed with status $status, the end of the log:"
		tail -n 25 "$log" >&2
		return "$status"
	fi
	say "$what: done in $((SECONDS - start)) s"
}

# use_large_pages - for all that this shell runs from now on: compilers take up to a third
# less time. Programs with sanitizers refuse to run with it.
use_large_pages() {
	local library

	# without it, all works as well, as where LD_PRELOAD cannot name it
	[[ $cache != *[[:space:]:]* ]] || return 0
	library=$cache/hugepages-$({ uname -m && cat "$vm/hugepages.c"; } | hash_of).so
	if [ ! -e "$library" ]; then
		mkdir -p "$cache"
		gcc -D_GNU_SOURCE -O2 -shared -fPIC -o "$library.$$" "$vm/hugepages.c" || return 0
		mv -T "$library.$$" "$library"
	fi
	export LD_PRELOAD=$library${LD_PRELOAD:+:$LD_PRELOAD}
	export GLIBC_TUNABLES=${GLIBC_TUNABLES:+$GLIBC_TUNABLES:}glibc.malloc.hugetlb=1:glibc.malloc.top_pad=33554432
}

# as_root COMMAND... - as root, or as root of a user namespace
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		mmdebstrap --unshare-helper "$@"
	fi
}

# debian_mirror - where this machine gets Debian from, according to apt
debian_mirror() {
	# shellcheck disable=SC2016 # apt fills in the address
	local uri format='$(REPO_URI)'

	uri=$(apt-get indextargets --format "$format" 'Created-By: Packages' \
		'Origin: Debian' 'Label: Debian' | sed -n 1p)
	# before the first "apt-get update" apt knows addresses, not origins
	[ -n "$uri" ] || uri=$(apt-get indextargets --format "$format" \
		'Created-By: Packages' | grep -m 1 '/debian/$')
	[ -n "$uri" ] || die "apt on this machine has no Debian mirror" \
		"configured (apt-get indextargets names none); add one to" \
		"/etc/apt/sources.list"
	printf '%s\n' "$uri"
}

# debian_source SUITE - a line for sources.list
debian_source() {
	local ring signed='' mirror

	for ring in /usr/share/keyrings/debian-archive-keyring.{pgp,gpg}; do
		[ ! -e "$ring" ] || signed="[signed-by=$ring] "
	done
	mirror=$(debian_mirror)
	echo "deb $signed$mirror $1 main"
}

# apt_settings - how this machine's apt reaches its mirror, and how fresh that must be
# (for one that serves a snapshot), as apt.conf
apt_settings() {
	apt-config dump --no-empty --format '%f "%v";%n' |
		grep -E '^Acquire::(Check-Valid-Until|Check-Date|https?::Proxy) ' ||
		true
}

# keep_newest N DIR GLOB - removes all but the newest N from a cache
keep_newest() {
	find "$2" -mindepth 1 -maxdepth 1 -name "$3" -printf '%T@ %p\n' |
		sort -rn | tail -n +$(($1 + 1)) | cut -d ' ' -f 2- |
		xargs -r -d '\n' rm -rf
}
