// SPDX-License-Identifier: GPL-2.0
/*
 * The module is used on a kernel only after this test: the filters that it reads must
 * be those that were created, the reference counts must follow the kernel's rules,
 * and filters without references must be freed.
 */
#include <errno.h>
#include <linux/ptrace.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernel-module.h"
#include "kernel.h"
#include "puppet.h"
#include "seccomp-module.h"

/* The last reference is dropped asynchronously, by a kernel thread. */
#define TIMEOUT_MS 10000
#define POLL_MS 2

static struct test {
	const struct kernel *kernel;
	const char *what;
	/* a root and two children, one that logs and one with a listener */
	int root, log, supervised, listener;
	struct puppet *leader, *thread;
} test;

/* Test functions return 0, -EUCLEAN, or another errno if the module is not at fault. */
static int expect(bool condition)
{
	return condition ? 0 : -EUCLEAN;
}

static int step(const char *what)
{
	test.what = what;
	return 0;
}

/* Neither a lack of memory or descriptors nor a puppet that was killed is the module's fault. */
static int expect_value(long value, long expected)
{
	if (value == expected)
		return 0;
	switch (value) {
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
	case -EAGAIN:
	case -ECHILD:
	case -ESRCH:
		return value;
	default:
		return -EUCLEAN;
	}
}

static int store_fd(int *fd, int value)
{
	*fd = value;
	return value < 0 ? expect_value(value, 0) : 0;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int expect_counts(int filter, uint32_t refs, uint32_t users)
{
	struct seccomp_module_counts counts;
	int ms;

	for (ms = 0; ms < TIMEOUT_MS; ms += POLL_MS) {
		if (ioctl(filter, SECCOMP_MODULE_COUNTS, &counts))
			return -EUCLEAN;
		if (counts.refs == refs && counts.users == users)
			return 0;
		poll(NULL, 0, POLL_MS);
	}
	return -EUCLEAN;
}

static struct sock_filter allow[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

/* Creates a filter of the last @len instructions of allow. */
static int create(int *filter, int parent, uint32_t flags, uint32_t len)
{
	return store_fd(filter,
			test.kernel->create(parent, flags, allow + 3 - len, len, &test.listener));
}

static int test_create(void)
{
	int ret = step("three filters are created") ?: create(&test.root, -1, 0, 1);

	ret = ret ?: create(&test.log, test.root, SECCOMP_FILTER_FLAG_LOG, 2);
	ret = ret ?: create(&test.supervised, test.root, SECCOMP_FILTER_FLAG_NEW_LISTENER, 3);
	ret = ret ?: step("each filter has the right reference counts");
	ret = ret ?: expect_counts(test.root, 3, 3);
	ret = ret ?: expect_counts(test.log, 1, 1);
	return ret ?: expect_counts(test.supervised, 2, 1);
}

static int expect_info(int filter, int parent, uint32_t depth, uint32_t flags, uint32_t len)
{
	struct seccomp_filter_info info, below = { 0 };
	struct sock_filter program[3];

	if (test.kernel->reader.info(filter, &info) ||
	    (parent >= 0 && test.kernel->reader.info(parent, &below)))
		return -EUCLEAN;
	if (!info.id || info.parent_id != below.id || info.depth != depth || info.flags != flags ||
	    info.len != len)
		return -EUCLEAN;
	return expect(test.kernel->reader.program(filter, program, 3) == (int)len &&
		      !memcmp(program, allow + 3 - len, len * sizeof(*program)));
}

/* @same: a filter fd that should refer to the same filter; it is closed. */
static int expect_same(int filter, int same)
{
	struct seccomp_filter_info one, other;
	int ret = same < 0 ? expect_value(same, 0) : 0;

	if (!ret)
		ret = expect(!test.kernel->reader.info(filter, &one) &&
			     !test.kernel->reader.info(same, &other) && one.id == other.id);
	close_fd(&same);
	return ret;
}

static int test_filters(void)
{
	const struct kernel_reader *reader = &test.kernel->reader;
	int ret = step("each filter has the properties that it was created with");

	ret = ret ?: expect_info(test.root, -1, 1, 0, 1);
	ret = ret ?: expect_info(test.log, test.root, 2, SECCOMP_FILTER_FLAG_LOG, 2);
	ret = ret
		      ?: expect_info(test.supervised, test.root, 2,
				     SECCOMP_FILTER_FLAG_NEW_LISTENER, 3);
	ret = ret ?: step("parents and listeners belong to the right filters");
	ret = ret ?: expect_value(reader->parent(test.root), -ENOENT);
	ret = ret ?: expect_same(test.root, reader->parent(test.log));
	ret = ret ?: expect_same(test.root, reader->parent(test.supervised));
	ret = ret ?: expect_same(test.supervised, test.kernel->listener_filter(test.listener));
	ret = ret ?: expect_value(test.kernel->listener_filter(test.root), -EBADF);
	ret = ret ?: step("queries do not change the reference counts");
	ret = ret ?: expect_counts(test.root, 3, 3);
	return ret ?: expect_counts(test.supervised, 2, 1);
}

static int expect_newest(const struct puppet *puppet, int filter)
{
	struct seccomp_filter_info info;
	uint64_t id = 0;
	int ret = expect_value(test.kernel->reader.identify(puppet_tid(puppet), &id), 0);

	ret = ret ?: expect_value(test.kernel->reader.info(filter, &info), 0);
	return ret ?: expect(id == info.id);
}

static void end_puppets(void)
{
	puppet_end(test.thread);
	puppet_end(test.leader);
	test.leader = test.thread = NULL;
}

static int start_puppets(int leader_filter, int thread_filter)
{
	int ret = puppet_start(&test.leader, NULL);

	ret = ret ?: puppet_start(&test.thread, test.leader);
	ret = ret ?: expect_value(kernel_module_set_puppet(test.leader, leader_filter), 0);
	ret = ret ?: expect_value(kernel_module_set_puppet(test.thread, thread_filter), 0);
	ret = ret ?: expect_newest(test.leader, leader_filter);
	return ret ?: expect_newest(test.thread, thread_filter);
}

static long sync_threads(void)
{
	struct kernel_module_install install = {
		.flags = SECCOMP_FILTER_FLAG_TSYNC,
		.program = { .len = 1, .filter = allow + 2 },
	};

	return puppet_call(test.leader, kernel_module_install, &install);
}

static int check_synced(int newest)
{
	const pid_t tid = puppet_tid(test.leader);
	int ret = expect_newest(test.thread, newest);

	ret = ret ?: expect_counts(newest, 3, 3);
	ret = ret ?: expect_counts(test.log, 2, 2);
	ret = ret ?: expect_same(test.log, test.kernel->reader.open(tid, 1));
	ret = ret ?: expect_same(test.root, test.kernel->reader.open(tid, 0));
	return ret ?: expect_value(test.kernel->reader.open(tid, 3), -ENOENT);
}

static int test_tsync_shared(void)
{
	int ret = step("one filter is set on two threads") ?: start_puppets(test.log, test.log);
	int newest = -1;

	ret = ret ?: expect_counts(test.log, 3, 3);
	ret = ret ?: step("threads with the same filter can use TSYNC") ?: expect_value(sync_threads(), 0);
	ret = ret
		      ?: store_fd(&newest,
				  test.kernel->reader.open(puppet_tid(test.leader), KERNEL_NEWEST));
	ret = ret ?: check_synced(newest);
	ret = ret ?: step("a filter is not replaced");
	ret = ret
		      ?: expect_value(test.kernel->set(puppet_tid(test.leader), test.root),
				      -EOPNOTSUPP);
	end_puppets();
	ret = ret ?: step("the filters of tasks that have exited are released");
	ret = ret ?: expect_counts(newest, 1, 1);
	close_fd(&newest);
	return ret ?: expect_counts(test.log, 1, 1);
}

static int test_tsync_not_shared(void)
{
	int ret = step("two filters are set on two threads");

	ret = ret ?: start_puppets(test.log, test.supervised);
	ret = ret ?: step("threads with different filters cannot use TSYNC");
	ret = ret ?: expect_value(sync_threads(), puppet_tid(test.thread));
	end_puppets();
	return ret ?: expect_counts(test.log, 1, 1);
}

static int test_set_needs_suspend(void)
{
	struct puppet *puppet;
	int ret = step("only a tracer that has suspended seccomp can set filters");

	ret = ret ?: puppet_start(&puppet, NULL);
	if (ret)
		return ret;
	ret = puppet_call(puppet, kernel_module_strict, NULL);
	if (!ret &&
	    syscall(SYS_ptrace, PTRACE_SETOPTIONS, puppet_tid(puppet), 0, PTRACE_O_EXITKILL))
		ret = -errno;
	ret = ret ?: expect_value(test.kernel->set(puppet_tid(puppet), test.root), -EPERM);
	ret = ret ?: expect_value(test.kernel->set(getpid(), test.root), -ESRCH);
	puppet_end(puppet);
	return ret;
}

static int expect_hang_up(int listener)
{
	struct pollfd end = { .fd = listener };

	return expect(poll(&end, 1, TIMEOUT_MS) == 1 && end.revents & POLLHUP);
}

/* A filter that is freed drops its reference to its parent. */
static int test_free(void)
{
	int ret = step("a listener hangs up when its filter is released");

	close_fd(&test.supervised);
	ret = ret ?: expect_hang_up(test.listener);
	ret = ret ?: expect_value(test.kernel->listener_filter(test.listener), -ENOENT);
	close_fd(&test.listener);
	ret = ret ?: step("filters without references are freed");
	ret = ret ?: expect_counts(test.root, 2, 2);
	close_fd(&test.log);
	return ret ?: expect_counts(test.root, 1, 1);
}

static int run(void)
{
	int ret = test_create();

	ret = ret ?: test_filters();
	ret = ret ?: test_tsync_shared();
	ret = ret ?: test_tsync_not_shared();
	ret = ret ?: test_set_needs_suspend();
	return ret ?: test_free();
}

int kernel_module_test(const struct kernel *kernel, const char **what)
{
	sigset_t all, before;
	int ret;

	test = (struct test){
		.kernel = kernel,
		.root = -1,
		.log = -1,
		.supervised = -1,
		.listener = -1,
	};
	/* as puppet.h requires */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	ret = run();
	end_puppets();
	sigprocmask(SIG_SETMASK, &before, NULL);
	close_fd(&test.listener);
	close_fd(&test.supervised);
	close_fd(&test.log);
	close_fd(&test.root);
	*what = test.what;
	return ret;
}
