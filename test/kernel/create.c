// SPDX-License-Identifier: GPL-2.0
/* SECCOMP_FD_CREATE */
#include "harness.h"

#include <sys/resource.h>
#include <sys/stat.h>

static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

/* Arguments that are all valid; a test then makes one of them invalid. */
static struct seccomp_fd_create good(void)
{
	return (struct seccomp_fd_create){
		.size = sizeof(struct seccomp_fd_create),
		.parent_fd = -1,
		.len = 1,
		.insns = (uintptr_t)allow,
		.listener_fd = -2,
	};
}

static int nr_open(void)
{
	int fd, nr = 0;

	for (fd = 0; fd < 256; fd++)
		nr += fcntl(fd, F_GETFD) >= 0;
	return nr;
}

TEST(create_returns_a_filter_fd_that_exec_closes)
{
	struct seccomp_fd_create args = good();
	char path[64], name[64] = "";
	int fd = fd_create(&args);

	CHECK(fd >= 0);
	IS(fcntl(fd, F_GETFD), FD_CLOEXEC);
	IS(args.listener_fd, -1);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	CHECK(readlink(path, name, sizeof(name) - 1) > 0);
	CHECK(!strcmp(name, "anon_inode:seccomp filter"));
}

TEST(create_installs_nothing)
{
	mark_fd(-1, 1);
	IS(probe(1), -EINVAL);
	IS(status_field(getpid(), getpid(), "Seccomp"), 0);
	IS(status_field(getpid(), getpid(), "Seccomp_filters"), 0);
}

TEST(create_is_for_anyone)
{
	struct seccomp_fd_create args = good();

	drop_privileges();
	IS(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 0);
	CHECK(fd_create(&args) >= 0);
	/* and for confined tasks */
	no_new_privs();
	IS(set_mark(1, 0), 0);
	CHECK(fd_create(&args) >= 0);
}

TEST(create_refuses_a_wrong_size)
{
	struct {
		struct seccomp_fd_create args;
		char rest[8192];
	} larger = { .args = good() };

	larger.args.size = 0;
	IS(fd_create(&larger.args), -EINVAL);
	larger.args.size = sizeof(larger.args) - 1;
	IS(fd_create(&larger.args), -EINVAL);
	/* a larger struct is accepted if the rest is zero */
	larger.args.size = sizeof(larger.args) + 8;
	CHECK(fd_create(&larger.args) >= 0);
	larger.rest[7] = 1;
	IS(fd_create(&larger.args), -E2BIG);
	larger.rest[7] = 0;
	larger.args.size = 4096;
	CHECK(fd_create(&larger.args) >= 0);
	larger.args.size = 4097;
	IS(fd_create(&larger.args), -E2BIG);
}

TEST(create_refuses_unknown_flags)
{
	struct seccomp_fd_create args = good();
	unsigned int bit;

	IS(syscall(SYS_seccomp, SECCOMP_FD_CREATE, 1, &args), -1);
	IS(errno, EINVAL);
	for (bit = 0; bit < 32; bit++) {
		args.flags = 1U << bit;
		if (args.flags == SECCOMP_FILTER_FLAG_LOG ||
		    args.flags == SECCOMP_FILTER_FLAG_NEW_LISTENER)
			CHECK(fd_create(&args) >= 0);
		else
			IS(fd_create(&args), -EINVAL);
	}
	args = good();
	args.reserved = 1;
	IS(fd_create(&args), -EINVAL);
}

TEST(create_refuses_wait_killable_recv_without_listener)
{
	struct seccomp_fd_create args = good();

	args.flags = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	IS(fd_create(&args), -EINVAL);
	args.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	CHECK(fd_create(&args) >= 0);
}

TEST(create_refuses_a_wrong_length)
{
	static struct sock_filter most[BPF_MAXINSNS + 1];
	struct seccomp_fd_create args = good();
	int i;

	for (i = 0; i <= BPF_MAXINSNS; i++)
		most[i] = allow[0];
	args.insns = (uintptr_t)most;
	args.len = 0;
	IS(fd_create(&args), -EINVAL);
	args.len = BPF_MAXINSNS + 1;
	IS(fd_create(&args), -EINVAL);
	args.len = 65536 + 1;
	IS(fd_create(&args), -EINVAL);
	args.len = BPF_MAXINSNS;
	CHECK(fd_create(&args) >= 0);
}

TEST(create_refuses_what_it_cannot_read)
{
	struct seccomp_fd_create args = good();
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	IS(fd_create(NULL), -EFAULT);
	IS(munmap(page + 4096, 4096), 0);
	/* the first half of the struct is there */
	memcpy(page + 4096 - 16, &args, 16);
	IS(fd_create((struct seccomp_fd_create *)(page + 4096 - 16)), -EFAULT);
	args.insns = (uintptr_t)page + 4096;
	IS(fd_create(&args), -EFAULT);
	args.insns = (uintptr_t)page + 4096 - sizeof(allow[0]);
	args.len = 2;
	IS(fd_create(&args), -EFAULT);
}

TEST(create_refuses_a_struct_that_it_cannot_write_and_leaks_nothing)
{
	struct seccomp_fd_create *args =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int before = nr_open();

	*args = good();
	IS(mprotect(args, 4096, PROT_READ), 0);
	IS(fd_create(args), -EFAULT);
	IS(mprotect(args, 4096, PROT_READ | PROT_WRITE), 0);
	args->flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	IS(mprotect(args, 4096, PROT_READ), 0);
	IS(fd_create(args), -EFAULT);
	IS(nr_open(), before);
}

TEST(create_refuses_a_program_that_is_none)
{
	const struct sock_filter no_end[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0) };
	const struct sock_filter bytes[] = { BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0), allow[0] };
	const struct sock_filter outside[] = { BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 64), allow[0] };
	const struct sock_filter away[] = { BPF_JUMP(BPF_JMP | BPF_JA, 5, 0, 0), allow[0] };
	struct seccomp_fd_create args = good();

	args.insns = (uintptr_t)no_end;
	IS(fd_create(&args), -EINVAL);
	args.len = 2;
	args.insns = (uintptr_t)bytes;
	IS(fd_create(&args), -EINVAL);
	args.insns = (uintptr_t)outside;
	IS(fd_create(&args), -EINVAL);
	args.insns = (uintptr_t)away;
	IS(fd_create(&args), -EINVAL);
}

TEST(create_refuses_a_parent_that_is_no_filter_fd)
{
	struct seccomp_fd_create args = good();
	int listener = -1;

	args.parent_fd = -2;
	IS(fd_create(&args), -EBADF);
	args.parent_fd = 200;
	IS(fd_create(&args), -EBADF);
	args.parent_fd = open("/dev/null", O_RDONLY);
	IS(fd_create(&args), -EBADF);
	args.parent_fd = open("/dev/null", O_PATH);
	IS(fd_create(&args), -EBADF);
	CHECK(mark_fd_flags(-1, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, &listener) >= 0);
	args.parent_fd = listener;
	IS(fd_create(&args), -EBADF);
}

/* How many programs of 2,000 instructions fit on one path. */
static int fill_path_by_fd(const struct sock_filter *insns)
{
	struct seccomp_fd_create args = good();
	int nr, fd;

	args.insns = (uintptr_t)insns;
	args.len = 2000;
	for (nr = 0; nr < 100; nr++) {
		fd = fd_create(&args);
		if (fd < 0) {
			IS(fd, -ENOMEM);
			break;
		}
		args.parent_fd = fd;
	}
	return nr;
}

TEST(create_refuses_a_path_as_long_as_seccomp_does)
{
	static struct sock_filter insns[2000];
	int i, by_fd, plain;

	for (i = 0; i < 2000; i++)
		insns[i] = allow[0];
	by_fd = fill_path_by_fd(insns);
	no_new_privs();
	for (plain = 0; !set_filter(insns, 2000, 0); plain++)
		;
	IS(errno, ENOMEM);
	IS(by_fd, plain);
	CHECK(by_fd >= 8 && by_fd <= 16);
}

TEST(create_without_a_free_descriptor_leaks_nothing)
{
	struct seccomp_fd_create args = good();
	int low = dup(0), i;
	struct rlimit limit = { low + 1, 4096 };

	close(low);
	for (i = 0; i < low; i++)
		CHECK(fcntl(i, F_GETFD) >= 0);
	IS(setrlimit(RLIMIT_NOFILE, &limit), 0);
	/* one descriptor is free: enough for a filter fd, but not for a listener as well */
	args.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	IS(fd_create(&args), -EMFILE);
	args.flags = 0;
	IS(fd_create(&args), low);
	IS(fd_create(&args), -EMFILE);
}

/* A listener for which there is no file had a number for a moment. */
TEST(create_that_fails_names_no_listener)
{
	struct seccomp_fd_create args = good();
	int fd = open("/proc/sys/fs/file-max", O_RDWR), status;
	char before[32];
	ssize_t len = fd < 0 ? -1 : pread(fd, before, sizeof(before), 0);
	pid_t pid;

	if (len <= 0)
		test_skipped("cannot read and write /proc/sys/fs/file-max");
	args.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;
	args.listener_fd = -1;
	/* root may open as many as it likes */
	IS(pwrite(fd, "0", 1, 0), 1);
	pid = fork();
	if (pid == 0)
		_exit(setuid(65534) || fd_create(&args) != -ENFILE ? 1 : args.listener_fd + 1);
	IS(waitpid(pid, &status, 0), pid);
	IS(pwrite(fd, before, len, 0), len);
	IS(status, 0);
}

/* Bytes charged to a new cgroup by a task in it that makes 100 long filters; -1: none there */
static long charged(const char *group)
{
	static struct sock_filter insns[BPF_MAXINSNS];
	struct seccomp_fd_create args = good();
	char path[128], text[32] = "";
	int i, fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		return -1;
	close(fd);
	/* each becomes one instruction of the kernel's own, while a BPF_RET becomes two */
	for (i = 0; i < BPF_MAXINSNS - 1; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, 0);
	insns[i] = allow[0];
	args.insns = (uintptr_t)insns;
	args.len = BPF_MAXINSNS;
	for (i = 0; i < 100; i++)
		CHECK(fd_create(&args) >= 0);
	snprintf(path, sizeof(path), "%s/memory.current", group);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return -1;
	return atol(text);
}

TEST(create_charges_the_creators_memory_cgroup)
{
	const char *group = "/sys/fs/cgroup/seccomp-fd-test";
	int fd = open("/sys/fs/cgroup/cgroup.subtree_control", O_WRONLY), status;
	bool have = fd >= 0 && write(fd, "+memory", 7) == 7;
	pid_t pid;

	if (!have || (mkdir(group, 0755) && errno != EEXIST))
		test_skipped("no memory controller in /sys/fs/cgroup");
	pid = fork();
	if (pid == 0)
		/* 4,096 classic instructions are 32 KiB, and the kernel's own as much again */
		_exit(charged(group) >= 100L * 2 * 32768 ? 0 : 1);
	IS(waitpid(pid, &status, 0), pid);
	/* a group is busy until the last task in it has been reaped */
	while (rmdir(group) && errno == EBUSY)
		usleep(1000);
	IS(status, 0);
}
