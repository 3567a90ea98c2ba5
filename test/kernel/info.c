// SPDX-License-Identifier: GPL-2.0
/* What a filter fd tells: INFO, PROG, PARENT; and what the kernel knows: FEATURES */
#include "harness.h"

TEST(info_tells_number_parent_depth_length_and_flags)
{
	int root = mark_fd(-1, 1), middle = mark_fd(root, 2);
	int top = mark_fd_flags(middle, 3, SECCOMP_FILTER_FLAG_LOG, NULL);
	struct seccomp_filter_info info = info_of(root);

	CHECK(info.id > 0);
	IS(info.parent_id, 0);
	IS(info.depth, 1);
	IS(info.len, MARK_LEN);
	IS(info.flags, 0);
	IS(info.listener_flags, 0);

	info = info_of(top);
	IS(info.parent_id, id_of(middle));
	IS(info.depth, 3);
	IS(info.flags, SECCOMP_FILTER_FLAG_LOG);
	CHECK(id_of(root) < id_of(middle) && id_of(middle) < info.id);
}

TEST(info_numbers_are_never_used_again)
{
	uint64_t last = 0;
	int i;

	for (i = 0; i < 200; i++) {
		int fd = mark_fd(-1, 1);

		CHECK(id_of(fd) > last);
		last = id_of(fd);
		close(fd);
	}
}

#define INFO_OF_SIZE(size) _IOC(_IOC_READ | _IOC_WRITE, '!', 32, size)

#define EACH 100

/* Makes filters one after the other, and notes their numbers. */
static void make_and_note(uint64_t *numbers)
{
	int i, fd;

	for (i = 0; i < EACH; i++) {
		fd = mark_fd(-1, 1);
		numbers[i] = id_of(fd);
		close(fd);
	}
}

/* Two at the same time, if there are two processors. */
TEST(info_numbers_of_two_creators_differ)
{
	uint64_t *numbers = mmap(NULL, 2 * EACH * sizeof(*numbers), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status, mine, other = 0;
	pid_t pid;

	CHECK(numbers != MAP_FAILED);
	pid = fork();
	CHECK(pid >= 0);
	make_and_note(numbers + (pid ? EACH : 0));
	if (pid == 0)
		_exit(0);
	IS(waitpid(pid, &status, 0), pid);
	IS(status, 0);
	/* both rise */
	for (mine = 0; mine < EACH; mine++) {
		while (other < EACH && numbers[other] < numbers[EACH + mine])
			other++;
		CHECK(other == EACH || numbers[other] != numbers[EACH + mine]);
	}
}

TEST(info_has_the_size_that_was_asked_for)
{
	struct {
		struct seccomp_filter_info info;
		unsigned char rest[32];
	} larger;
	int fd = mark_fd(-1, 1), i;

	memset(&larger, 0xaa, sizeof(larger));
	larger.info.mask = INFO_ALL;
	IS(fd_ioctl(fd, INFO_OF_SIZE(sizeof(larger)), &larger), 0);
	IS(larger.info.id, id_of(fd));
	for (i = 0; i < 32; i++)
		IS(larger.rest[i], 0);

	IS(fd_ioctl(fd, INFO_OF_SIZE(sizeof(larger.info) - 16), &larger), -EINVAL);
	IS(fd_ioctl(fd, INFO_OF_SIZE(0), &larger), -EINVAL);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, NULL), -EFAULT);
}

static struct seccomp_filter_info info_with(int fd, uint64_t mask)
{
	struct seccomp_filter_info info;

	memset(&info, 0xaa, sizeof(info));
	info.mask = mask;
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, &info), 0);
	return info;
}

TEST(info_tells_what_was_asked_for_and_says_so)
{
	int fd = mark_fd(mark_fd(-1, 1), 2);
	struct seccomp_filter_info info = info_with(fd, SECCOMP_FILTER_INFO_DEPTH);

	IS(info.mask, SECCOMP_FILTER_INFO_DEPTH);
	IS(info.depth, 2);
	IS(info.id, 0);
	IS(info.parent_id, 0);
	IS(info.len, 0);
	IS(info.progs, 0);
	info = info_with(fd, SECCOMP_FILTER_INFO_LEN | 1ULL << 63);
	IS(info.mask, SECCOMP_FILTER_INFO_LEN);
	IS(info.len, MARK_LEN);
	IS(info.depth, 0);
	IS(info_with(fd, 0).mask, 0);
	CHECK(info_with(fd, SECCOMP_FILTER_INFO_PARENT_ID).parent_id);
}

/* Ids show how many filters the machine creates, and which have a parent in common. */
TEST(info_numbers_are_for_who_may_inspect)
{
	const uint64_t ids = SECCOMP_FILTER_INFO_ID | SECCOMP_FILTER_INFO_PARENT_ID;
	int fd = mark_fd(mark_fd(-1, 1), 2);
	struct seccomp_filter_info info = info_of(fd);

	IS(info.mask & ids, ids);
	drop_privileges();
	info = info_of(fd);
	IS(info.mask & ids, 0);
	IS(info.id, 0);
	IS(info.parent_id, 0);
	/* the others are filled in */
	IS(info.depth, 2);
	IS(info.len, MARK_LEN);
}

TEST(info_numbers_are_not_for_the_confined)
{
	int fd = mark_fd(mark_fd(-1, 1), 2);

	no_new_privs();
	IS(set_mark(3, 0), 0);
	IS(info_of(fd).id, 0);
	IS(info_of(fd).parent_id, 0);
	IS(info_of(fd).depth, 2);
}

TEST(prog_is_the_program_that_was_given)
{
	struct sock_filter given[MARK_LEN], back[MARK_LEN + 1] = {};
	struct seccomp_filter_prog prog = { .len = MARK_LEN + 1, .insns = (uintptr_t)back };
	int fd = mark_fd(-1, 7);

	mark_program(given, 7);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), 0);
	IS(prog.len, MARK_LEN);
	IS(memcmp(given, back, sizeof(given)), 0);
	IS(back[MARK_LEN].code, 0);
}

TEST(prog_refuses_too_little_room_and_says_how_much)
{
	struct sock_filter back[MARK_LEN] = {};
	struct seccomp_filter_prog prog = { .len = MARK_LEN - 1, .insns = (uintptr_t)back };
	int fd = mark_fd(-1, 7);

	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -ENOSPC);
	IS(prog.len, MARK_LEN);
	IS(back[0].code, 0);
	prog = (struct seccomp_filter_prog){ .len = 0 };
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -ENOSPC);
	IS(prog.len, MARK_LEN);
	/* what it says is enough */
	prog.insns = (uintptr_t)back;
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), 0);
}

TEST(prog_refuses_bad_arguments)
{
	struct seccomp_filter_prog prog = { .len = MARK_LEN, .insns = 0 };
	int fd = mark_fd(-1, 7);

	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, NULL), -EFAULT);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -EFAULT);
	prog.index = 1;
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -EINVAL);
}

/* Who was handed a filter fd may install it; PTRACE_SECCOMP_GET_FILTER is not for him either. */
TEST(prog_is_for_who_may_inspect)
{
	struct sock_filter back[MARK_LEN] = {};
	struct seccomp_filter_prog prog = { .len = MARK_LEN, .insns = (uintptr_t)back };
	int fd = mark_fd(-1, 7);

	drop_privileges();
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -EACCES);
	IS(prog.len, MARK_LEN);
	IS(back[0].code, 0);
}

TEST(prog_is_not_for_the_confined)
{
	struct sock_filter back[MARK_LEN] = {};
	struct seccomp_filter_prog prog = { .len = MARK_LEN, .insns = (uintptr_t)back };
	int fd = mark_fd(-1, 7);

	no_new_privs();
	IS(fd_install(fd, 0), 0);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -EACCES);
	IS(back[0].code, 0);
}

TEST(parent_is_the_filter_below)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2);
	int parent = fd_ioctl(top, SECCOMP_IOCTL_FILTER_PARENT, NULL);

	CHECK(parent >= 0 && parent != root);
	IS(fcntl(parent, F_GETFD), FD_CLOEXEC);
	IS(id_of(parent), id_of(root));
	IS(fd_ioctl(root, SECCOMP_IOCTL_FILTER_PARENT, NULL), -ENOENT);
	IS(fd_ioctl(top, SECCOMP_IOCTL_FILTER_PARENT, (void *)1), -EINVAL);
}

TEST(parent_stays_when_its_descriptor_is_closed)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2);
	uint64_t id = id_of(root);
	int parent;

	close(root);
	parent = fd_ioctl(top, SECCOMP_IOCTL_FILTER_PARENT, NULL);
	CHECK(parent >= 0);
	close(top);
	IS(id_of(parent), id);
	no_new_privs();
	IS(fd_install(parent, 0), 0);
	IS(probe(1), -1001);
	IS(probe(2), -EINVAL);
}

/* Else a task could read what whoever confined it has installed. */
TEST(parent_is_not_for_the_confined)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2), listener, fd;

	no_new_privs();
	IS(fd_install(root, 0), 0);
	IS(fd_ioctl(top, SECCOMP_IOCTL_FILTER_PARENT, NULL), -EACCES);
	IS(fd_ioctl(root, SECCOMP_IOCTL_FILTER_PARENT, NULL), -EACCES);

	listener = set_mark(3, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	CHECK(listener >= 0);
	fd = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL);
	CHECK(fd >= 0);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PARENT, NULL), -EACCES);
}

TEST(parent_needs_cap_sys_admin)
{
	int top = mark_fd(mark_fd(-1, 1), 2);

	drop_privileges();
	IS(fd_ioctl(top, SECCOMP_IOCTL_FILTER_PARENT, NULL), -EACCES);
}

TEST(other_ioctls_are_unknown)
{
	int fd = mark_fd(-1, 1);
	char buf[128] = {};

	IS(fd_ioctl(fd, _IO('!', 47), buf), -ENOTTY);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_FILTER, NULL), -ENOTTY);
	IS(fd_ioctl(fd, _IOR('!', 34, int), buf), -ENOTTY);
	IS(fd_ioctl(fd, _IOW('!', 32, struct seccomp_filter_info), buf), -ENOTTY);
	IS(read(fd, buf, 1), -1);
	IS(errno, EINVAL);
}

TEST(fdinfo_tells_nothing_of_the_filter)
{
	int fd = mark_fd(-1, 1);
	char path[64], text[512] = "";

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	fd = open(path, O_RDONLY);
	CHECK(read(fd, text, sizeof(text) - 1) > 0);
	CHECK(strstr(text, "flags:") && !strstr(text, "filter"));
}

TEST(features_name_all_that_there_is)
{
	struct seccomp_fd_features has = { .size = sizeof(has) };
	const uint32_t create = SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_NEW_LISTENER |
				SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	const uint32_t install = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
				 SECCOMP_FILTER_FLAG_SPEC_ALLOW;
	const uint32_t monitor = SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_KEEP;
	const uint64_t calls = SECCOMP_FD_FEATURE_SYSCALL_REPLACE | SECCOMP_FD_FEATURE_SYSCALL_RUN;

	IS(fd_features(&has), 0);
	IS(has.size, sizeof(has));
	/* and what test/monitor/nested.patch rehearses */
	IS(has.create_flags & ~(monitor | SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS), create);
	IS(has.install_flags, install);
	IS(has.reserved, 0);
	/* INFO fills in what this says it can */
	IS(has.info_mask, info_of(mark_fd(-1, 1)).mask);
	IS(has.features & ~calls, SECCOMP_FD_FEATURE_SEAL | SECCOMP_FD_FEATURE_PARENT_SELF |
					  SECCOMP_FD_FEATURE_NOTIF_FILTER |
					  SECCOMP_FD_FEATURE_PTRACE | SECCOMP_FD_FEATURE_KCMP);
	/* the patches for monitors are there, or they are not; not each architecture has calls */
	CHECK(!(has.create_flags & monitor) || (has.create_flags & monitor) == monitor);
	CHECK(!(has.features & calls) || (has.features & calls) == calls);
	CHECK(!(has.features & calls) || (has.create_flags & monitor));
}

TEST(features_are_for_anyone_and_have_a_size)
{
	struct {
		struct seccomp_fd_features has;
		unsigned char rest[64];
	} larger;

	drop_privileges();
	memset(&larger, 0xaa, sizeof(larger));
	larger.has.size = sizeof(larger);
	IS(fd_features(&larger.has), 0);
	IS(larger.has.size, sizeof(larger.has));
	IS(larger.rest[0] | larger.rest[63], 0);
	larger.has.size = sizeof(larger.has) - 1;
	IS(fd_features(&larger.has), -EINVAL);
	larger.has.size = 4097;
	IS(fd_features(&larger.has), -E2BIG);
	IS(fd_features(NULL), -EFAULT);
	IS(syscall(SYS_seccomp, SECCOMP_FD_FEATURES, 1, &larger.has), -1);
	IS(errno, EINVAL);
}
