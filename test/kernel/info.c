// SPDX-License-Identifier: GPL-2.0
/* What a filter fd tells: INFO, PROG, PARENT, fdinfo */
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

TEST(info_has_the_size_that_was_asked_for)
{
	struct {
		struct seccomp_filter_info info;
		unsigned char rest[32];
	} larger;
	unsigned long request = _IOC(_IOC_READ, '!', 16, sizeof(larger));
	int fd = mark_fd(-1, 1), i;

	memset(&larger, 0xaa, sizeof(larger));
	IS(fd_ioctl(fd, request, &larger), 0);
	IS(larger.info.id, id_of(fd));
	for (i = 0; i < 32; i++)
		IS(larger.rest[i], 0);

	IS(fd_ioctl(fd, _IOC(_IOC_READ, '!', 16, 24), &larger), -EINVAL);
	IS(fd_ioctl(fd, _IOC(_IOC_READ, '!', 16, 0), &larger), -EINVAL);
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, NULL), -EFAULT);
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
	prog.reserved = 1;
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -EINVAL);
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

TEST(other_ioctls_are_refused)
{
	int fd = mark_fd(-1, 1);
	char buf[128] = {};

	IS(fd_ioctl(fd, _IO('!', 19), buf), -EINVAL);
	IS(fd_ioctl(fd, _IO('!', 5), NULL), -EINVAL);
	IS(fd_ioctl(fd, _IOR('!', 18, int), buf), -EINVAL);
	IS(fd_ioctl(fd, _IOW('!', 16, struct seccomp_filter_info), buf), -EINVAL);
	IS(read(fd, buf, 1), -1);
	IS(errno, EINVAL);
}

static long fdinfo(int fd, const char *field)
{
	char path[64], line[128];
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, strlen(field)))
			value = atol(line + strlen(field));
	if (f)
		fclose(f);
	return value;
}

TEST(fdinfo_tells_the_same)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2);

	IS(fdinfo(top, "filter_id:\t"), (long)id_of(top));
	IS(fdinfo(top, "filter_parent_id:\t"), (long)id_of(root));
	IS(fdinfo(top, "filter_depth:\t"), 2);
	IS(fdinfo(top, "filter_len:\t"), MARK_LEN);
	IS(fdinfo(root, "filter_parent_id:\t"), 0);
}
