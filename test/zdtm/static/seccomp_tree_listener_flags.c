// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

const char *test_doc = "The flags of supervised filters, and of their listeners, are kept";
const char *test_author = "criu-seccomp maintainers";

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS _IOW('!', 4, __u64)
#endif

#define FIRST_FD 70
#define LISTENERS 4

static const unsigned long flags[LISTENERS] = {
	0,
	SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
	SECCOMP_FILTER_FLAG_LOG,
	SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
};

static int supervisor, supervised[LISTENERS];
static int has_listener_flags;

static long do_set_flags(long fd, long listener_flags)
{
	return tree_errno(ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, listener_flags));
}

/* The flags of a listener and of its filter, in one number. */
static long do_flags(long fd, long unused)
{
	struct seccomp_filter_info info = { .mask = SECCOMP_FILTER_INFO_FLAGS |
						    SECCOMP_FILTER_INFO_LISTENER_FLAGS };
	int filter = ioctl(fd, SECCOMP_IOCTL_NOTIF_FILTER, 0);
	long ret;

	(void)unused;
	if (filter < 0)
		return -errno;
	ret = tree_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_INFO, &info));
	close(filter);
	return ret ? ret : info.listener_flags << 8 | info.flags;
}

static int build(void)
{
	int i;

	supervisor = tree_confinable();
	if (supervisor < 0)
		return -1;
	for (i = 0; i < LISTENERS; i++) {
		supervised[i] = tree_thread(supervisor);
		if (supervised[i] < 0 ||
		    tree_call(supervised[i], tree_do_supervise, flags[i], FIRST_FD + i)) {
			pr_err("no listener with flags 0x%lx\n", flags[i]);
			return -1;
		}
	}
	if (tree_call(supervisor, do_flags, FIRST_FD, 0) == -EINVAL) {
		skip("the kernel does not report the flags of filters");
		exit(1);
	}
	/* Since Linux 6.6. Set on two of the listeners only. */
	has_listener_flags = !tree_call(supervisor, do_set_flags, FIRST_FD + 1,
					SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) &&
			     !tree_call(supervisor, do_set_flags, FIRST_FD + 2,
					SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	if (!has_listener_flags)
		test_msg("this kernel has no flags of listeners\n");
	return 0;
}

static int verify(void)
{
	int i;

	for (i = 0; i < LISTENERS; i++) {
		long want = flags[i] | SECCOMP_FILTER_FLAG_NEW_LISTENER;
		long ret = tree_call(supervisor, do_flags, FIRST_FD + i, 0);

		if (has_listener_flags && (i == 1 || i == 2))
			want |= SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP << 8;
		if (ret != want) {
			pr_err("listener %d: flags 0x%lx, not 0x%lx\n", i, ret, want);
			return -1;
		}
		if (tree_talk(supervised[i], supervisor, FIRST_FD + i))
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "flags are not as they were");
}
