// SPDX-License-Identifier: GPL-2.0
/* Several listeners on a path, on a kernel with test/monitor/nested.patch */
#include <poll.h>

#include "monitor.h"

#define NESTS SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS
#define REPLACE SECCOMP_NOTIF_SYSCALL_REPLACE
#define RUN SECCOMP_NOTIF_SYSCALL_RUN

/* Two filters that ask about getppid: the outer one allows the other. The fd of the inner. */
static int nested_fd(int *outer, int *inner)
{
	int fd;

	need_create_flag(NESTS);
	fd = asking_fd(-1, NESTS, outer);
	return asking_fd(filter_fd(fd, SYS_getuid, SECCOMP_RET_ERRNO | 77), 0, inner);
}

/* As asking_task(), without copies of both listeners */
static pid_t nested_task(int fd, int outer, int inner, long want)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(outer);
		close(inner);
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		IS(ask_ppid(0), want);
		_exit(0);
	}
	return pid;
}

static long let_go_on(int listener, uint64_t id)
{
	struct seccomp_notif_resp resp = { .id = id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE };

	return fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

static bool is_asked(int listener)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };

	return poll(&pfd, 1, 0) == 1 && pfd.revents & POLLIN;
}

TEST(nested_is_what_the_outer_one_allows)
{
	int listener, other, fd;

	need_create_flag(NESTS);
	IS(mark_fd_flags(-1, 1, NESTS, NULL), -EINVAL);
	fd = asking_fd(-1, 0, &listener);
	IS(try_asking_fd(fd, NESTS, &other), -EBUSY);
	close(listener);
	fd = asking_fd(fd, NESTS, &listener);
	IS(info_of(fd).flags, NESTS | SECCOMP_FILTER_FLAG_NEW_LISTENER);
	fd = asking_fd(fd, 0, &other);
	/* which allows none itself */
	IS(try_asking_fd(fd, NESTS, &other), -EBUSY);
}

TEST(nested_asks_the_inner_one_first)
{
	int outer, inner, fd = nested_fd(&outer, &inner);
	pid_t pid = nested_task(fd, outer, inner, 4711);
	uint64_t id = receive(inner).id;

	CHECK(!is_asked(outer));
	IS(answer(inner, id, 4711), 0);
	ended_well(pid);
	CHECK(!is_asked(outer));
}

TEST(nested_gives_the_outer_one_the_last_word)
{
	int outer, inner, fd = nested_fd(&outer, &inner);
	pid_t pid = nested_task(fd, outer, inner, 4712);
	struct seccomp_notif req;

	IS(let_go_on(inner, receive(inner).id), 0);
	req = receive(outer);
	IS(req.data.nr, SYS_getppid);
	IS(req.pid, pid);
	IS(answer(outer, req.id, 4712), 0);
	ended_well(pid);

	pid = nested_task(fd, outer, inner, getpid());
	IS(let_go_on(inner, receive(inner).id), 0);
	IS(let_go_on(outer, receive(outer).id), 0);
	ended_well(pid);
}

TEST(nested_fails_where_the_outer_one_has_gone)
{
	int outer, inner, fd = nested_fd(&outer, &inner);
	pid_t pid = nested_task(fd, outer, inner, -ENOSYS);
	uint64_t id = receive(inner).id;

	close(outer);
	IS(let_go_on(inner, id), 0);
	ended_well(pid);
}

TEST(nested_waits_for_the_outer_one_that_keeps_its_calls)
{
	int outer, inner, fd, kept;
	uint64_t id;
	pid_t pid;

	need_create_flag(NESTS);
	kept = asking_fd(-1, NESTS | SECCOMP_FILTER_FLAG_KEEP, &outer);
	fd = asking_fd(kept, 0, &inner);
	pid = nested_task(fd, outer, inner, 4711);
	id = receive(inner).id;
	close(outer);
	IS(let_go_on(inner, id), 0);
	outer = fd_ioctl(kept, SECCOMP_IOCTL_FILTER_LISTENER, NULL);
	CHECK(outer >= 0);
	IS(answer(outer, receive(outer).id, 4711), 0);
	ended_well(pid);
}

TEST(nested_replaces_a_call_once)
{
	int outer, inner, fd = nested_fd(&outer, &inner);
	pid_t pid = nested_task(fd, outer, inner, getpid());
	struct seccomp_notif req;

	/* by one that the outer filter wants to ask about */
	IS(make_call(inner, receive(inner).id, REPLACE, SYS_getppid, NULL, NULL), 0);
	req = receive(outer);
	IS(make_call(outer, req.id, REPLACE, SYS_getpid, NULL, NULL), -EOPNOTSUPP);
	IS(let_go_on(outer, req.id), 0);
	ended_well(pid);

	/* the inner one is asked about what the outer one has put there, and that is all */
	pid = nested_task(fd, outer, inner, 4711);
	IS(let_go_on(inner, receive(inner).id), 0);
	IS(make_call(outer, receive(outer).id, REPLACE, SYS_getppid, NULL, NULL), 0);
	req = receive(inner);
	IS(make_call(inner, req.id, REPLACE, SYS_getpid, NULL, NULL), -EOPNOTSUPP);
	IS(answer(inner, req.id, 4711), 0);
	ended_well(pid);

	pid = nested_task(fd, outer, inner, getpid());
	IS(let_go_on(inner, receive(inner).id), 0);
	IS(make_call(outer, receive(outer).id, REPLACE, SYS_getppid, NULL, NULL), 0);
	IS(let_go_on(inner, receive(inner).id), 0);
	ended_well(pid);
	CHECK(!is_asked(outer));
}

TEST(nested_runs_what_no_other_wants_to_ask_about)
{
	int outer, inner, fd = nested_fd(&outer, &inner);
	pid_t pid = nested_task(fd, outer, inner, 4711);
	uint64_t id = receive(inner).id;
	long long result;

	IS(make_call(inner, id, RUN, SYS_getppid, NULL, &result), -EACCES);
	IS(make_call(inner, id, RUN, SYS_getpid, NULL, &result), 0);
	IS(result, pid);
	IS(let_go_on(inner, id), 0);
	id = receive(outer).id;
	IS(make_call(outer, id, RUN, SYS_getppid, NULL, &result), -EACCES);
	IS(make_call(outer, id, RUN, SYS_getpid, NULL, &result), 0);
	IS(result, pid);
	IS(answer(outer, id, 4711), 0);
	ended_well(pid);
}
