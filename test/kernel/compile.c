// SPDX-License-Identifier: GPL-2.0
/*
 * With whose privileges a filter is compiled. If net.core.bpf_jit_enable is 2, the
 * kernel prints what its compiler made. If bpf_jit_harden is 1, it blinds constants for
 * unprivileged tasks: the program then has more instructions. How many bytes these take
 * is random, as the blinding is.
 */
#include "monitor.h"

#define SYSCTL "/proc/sys/net/core/"

static bool write_sysctl(const char *name, const char *value)
{
	return write_setting(SYSCTL, name, value);
}

static long create(long unused)
{
	(void)unused;
	return mark_fd_flags(-1, 1, 0, NULL) < 0;
}

static long set_mode(long unused)
{
	(void)unused;
	no_new_privs();
	return set_mark(1, 0);
}

static long create_as_nobody(long unused)
{
	drop_privileges();
	return create(unused);
}

static long set_mode_as_nobody(long unused)
{
	drop_privileges();
	return set_mode(unused);
}

/* A number from the kernel's line about the last program that it compiled. */
static long last_number(int log, const char *name)
{
	char line[8192], *at;
	long len = -1;
	ssize_t got;

	while ((got = read(log, line, sizeof(line) - 1)) > 0) {
		line[got] = '\0';
		at = strstr(line, name);
		if (at)
			len = atol(at + strlen(name));
	}
	return len;
}

/* How long the program gets that a task of its own makes by @make: @unit is "flen=", in
 * instructions, or "proglen=", in bytes. */
static long length(long (*make)(long), const char *unit)
{
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	long len;

	CHECK(log >= 0 && lseek(log, 0, SEEK_END) == 0);
	end_child(start_child(make, 0));
	len = last_number(log, unit);
	close(log);
	return len;
}

static void restore_sysctls(void)
{
	write_sysctl("bpf_jit_harden", "0");
	write_sysctl("bpf_jit_enable", "1");
}

static void measure_lengths(long by_root[2], long by_nobody[2], const char *unit)
{
	by_root[0] = length(create, unit);
	by_root[1] = length(set_mode, unit);
	by_nobody[0] = length(create_as_nobody, unit);
	by_nobody[1] = length(set_mode_as_nobody, unit);
}

TEST(compiled_as_for_the_unprivileged)
{
	long by_root[2], by_nobody[2];

	if (!write_sysctl("bpf_jit_harden", "1") || !write_sysctl("bpf_jit_enable", "2"))
		test_skipped("no net.core.bpf_jit_harden, or bpf_jit_enable takes no 2");
	measure_lengths(by_root, by_nobody, "flen=");
	restore_sysctls();
	if (by_nobody[1] < 0)
		test_skipped("the kernel does not print what it compiles");
	/* what a privileged task installs for itself is still not blinded */
	CHECK(by_root[1] < by_nobody[1]);
	/* what it creates for others is blinded */
	IS(by_root[0], by_nobody[1]);
	IS(by_nobody[0], by_nobody[1]);
}

static long replace(long unused)
{
	struct sock_filter insns[MARK_LEN];
	struct seccomp_notif_prog args = { .size = sizeof(args),
					   .len = MARK_LEN,
					   .insns = (uintptr_t)insns };
	int listener;

	(void)unused;
	mark_program(insns, 1);
	if (mark_fd_flags(-1, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_REPLACEABLE,
			  &listener) < 0)
		return -1;
	return fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args);
}

TEST(replaced_as_for_the_unprivileged)
{
	long by_root, by_nobody;

	need_create_flag(SECCOMP_FILTER_FLAG_REPLACEABLE);
	if (!write_sysctl("bpf_jit_harden", "1") || !write_sysctl("bpf_jit_enable", "2"))
		test_skipped("no net.core.bpf_jit_harden, or bpf_jit_enable takes no 2");
	by_root = length(replace, "flen=");
	by_nobody = length(set_mode_as_nobody, "flen=");
	restore_sysctls();
	if (by_nobody < 0)
		test_skipped("the kernel does not print what it compiles");
	IS(by_root, by_nobody);
}

/* The barrier against branch history injection, on processors that need it. */
TEST(compiled_with_the_barrier_of_the_unprivileged)
{
	long by_root[2], by_nobody[2];

	if (!write_sysctl("bpf_jit_harden", "0") || !write_sysctl("bpf_jit_enable", "2"))
		test_skipped("no net.core.bpf_jit_harden, or bpf_jit_enable takes no 2");
	measure_lengths(by_root, by_nobody, "proglen=");
	restore_sysctls();
	if (by_nobody[1] < 0)
		test_skipped("the kernel does not print what it compiles");
	IS(by_root[0], by_nobody[1]);
	IS(by_nobody[0], by_nobody[1]);
	if (by_root[1] == by_nobody[1])
		test_skipped("this processor needs no barrier");
}

static void read_sysctl(const char *name, char *value, int size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), SYSCTL "%s", name);
	f = fopen(path, "r");
	CHECK(f && fgets(value, size, f));
	fclose(f);
}

static long create_install_and_probe(long unused)
{
	long ret = mark_fd_flags(-1, 1, 0, NULL);

	(void)unused;
	if (ret < 0)
		return ret;
	no_new_privs();
	ret = fd_install((int)ret, 0);
	return ret < 0 ? ret : probe(1);
}

static long do_nothing(long unused)
{
	return unused;
}

/* What compiled programs may take on the whole machine. Root is exempt for its own. */
TEST(compiled_within_the_limit_of_the_unprivileged)
{
	char limit[32];
	long own, for_others, installed;
	bool has_interpreter = write_sysctl("bpf_jit_enable", "0");
	pid_t pid = start_child(do_nothing, 0);

	read_sysctl("bpf_jit_limit", limit, sizeof(limit));
	write_sysctl("bpf_jit_enable", has_interpreter ? "2" : "1");
	CHECK(write_sysctl("bpf_jit_limit", "1"));
	own = has_interpreter ? length(set_mode, "flen=") : 0;
	for_others = has_interpreter && !is_6_1() ? length(create, "flen=") : 0;
	installed = child_run(pid, create_install_and_probe, 0);
	write_sysctl("bpf_jit_limit", limit);
	restore_sysctls();
	CHECK(own >= 0);
	if (!has_interpreter || is_6_1()) {
		IS(installed, -ENOMEM);
		return;
	}
	IS(installed, -1001);
	/* not compiled, but interpreted */
	IS(for_others, -1);
}
