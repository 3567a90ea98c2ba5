// SPDX-License-Identifier: GPL-2.0
/* Operations on filter fds. A descriptor is first copied from its slot. */
#include "stress.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sometimes a listener where a filter is expected, which has to be refused. */
static int some_slot(unsigned int slot, uint32_t n)
{
	return sometimes(n, 61) ? listener_slot(slot) : filter_slot(slot);
}

static unsigned int create_flags(uint32_t n)
{
	unsigned int flags = 0;

	if (sometimes(n, 8))
		flags |= SECCOMP_FILTER_FLAG_LOG;
	if (sometimes(n >> 3, 6))
		flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && sometimes(n >> 6, 4))
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && shared->has & HAS_REPLACEABLE &&
	    sometimes(n >> 8, 2))
		flags |= SECCOMP_FILTER_FLAG_REPLACEABLE;
	/* calls that nobody answers any more keep a target from going on */
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && shared->has & HAS_KEEP &&
	    sometimes(n >> 11, 6))
		flags |= SECCOMP_FILTER_FLAG_KEEP;
	return flags;
}

static void check_create(long fd, const struct seccomp_filter_info *parent, unsigned int flags,
			 const struct sock_filter *insns, unsigned int len)
{
	struct seccomp_filter_info info;

	if (fd_info(fd, &info))
		return;
	check_created(&info, parent);
	remember(&info, insns);
	if (info.flags != flags || info.len != len)
		wrong("filter %llu was created with flags %x and len %u, and has %x and %u",
		      (unsigned long long)info.id, flags, len, info.flags, info.len);
}

void op_create(const struct step *step)
{
	static __thread struct sock_filter insns[MAX_LEN];
	unsigned int flags = create_flags(step->n), len;
	const bool listened = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	int parent = -1, slot = filter_slot(step->a), listener;
	struct seccomp_filter_info info;
	bool has_parent, sealed, own = false;
	long fd;

	/* more often than by chance, a filter that the target can install */
	if (step->b % 16 == 1) {
		own = true;
		slot = FD_NEXT;
	} else if (step->b % 4 == 1) {
		parent = FD_CURRENT;
		slot = FD_NEXT;
	} else if (step->b % 4) {
		parent = some_slot(step->b >> 2, step->n);
	}
	if (parent >= 0)
		parent = take(parent);

	/* a target without filters starts with a root */
	if (parent < -1 && slot != FD_NEXT)
		return;
	has_parent = parent >= 0 && !fd_info(parent, &info);
	sealed = has_parent && info.fd_flags & SECCOMP_FILTER_FD_SEALED;

	/* a listener needs a program that returns USER_NOTIF for some call */
	len = make_program(insns, step->mark, step->n >> 10 | listened);
	fd = note(listened ? CALL_CREATE_LISTENER : CALL_CREATE,
		  fd_create(own		 ? SECCOMP_FD_PARENT_SELF
			    : parent < 0 ? SECCOMP_FD_PARENT_NONE
					 : parent,
			    flags, insns, len, &listener));
	if (fd >= 0 && sealed)
		wrong("a sealed filter fd became a parent");
	if (fd >= 0 && !own && (parent < 0 || has_parent))
		check_create(fd, has_parent ? &info : NULL, flags, insns, len);
	if (fd >= 0 && (listener >= 0) != listened)
		wrong("flags %x gave the listener %d", flags, listener);
	if (fd >= 0 && listened)
		place(listener, listener_slot(step->a), step->n & 1);
	place(fd, slot, step->n & 1);
	if (parent >= 0)
		close(parent);
}

void op_info(const struct step *step)
{
	struct seccomp_filter_info info;
	int fd = take(some_slot(step->a, step->n));

	if (fd < 0)
		return;
	if (!fd_info(fd, &info))
		check_facts(&info);
	close(fd);
}

void op_prog(const struct step *step)
{
	static __thread struct sock_filter insns[MAX_LEN];
	unsigned int mark;

	if (!fd_prog(some_slot(step->a, step->n), insns, step->n & 1 ? MAX_LEN : step->b))
		program_mark(insns, &mark);
}

void op_parent(const struct step *step)
{
	int fd = take(some_slot(step->a, step->n));

	if (fd < 0)
		return;
	place(walk(fd), filter_slot(step->b), step->n & 1);
	close(fd);
}

void op_seal(const struct step *step)
{
	struct seccomp_filter_info info;
	int fd = take(some_slot(step->a, step->n));

	if (fd < 0)
		return;
	if (!note(CALL_SEAL, fd_ioctl(fd, SECCOMP_IOCTL_FILTER_SEAL, NULL)) &&
	    !fd_info(fd, &info) && info.fd_flags != SECCOMP_FILTER_FD_SEALED)
		wrong("a filter fd that was sealed has flags %x", info.fd_flags);
	close(fd);
}

void op_dup(const struct step *step)
{
	bool listener = sometimes(step->n, 8);
	int from = listener ? listener_slot(step->a) : filter_slot(step->a);
	int to = listener ? listener_slot(step->b) : filter_slot(step->b);

	/* otherwise EINVAL, which has nothing to do with filters */
	if (from != to)
		note(CALL_DUP, result(dup3(from, to, step->n & 32 ? O_CLOEXEC : 0)));
}

void op_close(const struct step *step)
{
	note(CALL_CLOSE,
	     result(close(sometimes(step->n, 16) ? listener_slot(step->a) : filter_slot(step->a))));
}

/* ---- Over sockets, to any group ---- */

union control {
	char space[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static long send_fd(int to, int fd, bool listener)
{
	struct iovec data = { .iov_base = &listener, .iov_len = sizeof(listener) };
	union control control = {};
	struct msghdr msg = { .msg_iov = &data,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&msg);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	return result(sendmsg(to, &msg, MSG_DONTWAIT));
}

static long receive_fd(int from, bool *listener)
{
	struct iovec data = { .iov_base = listener, .iov_len = sizeof(*listener) };
	union control control = {};
	struct msghdr msg = { .msg_iov = &data,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control) };
	long ret = result(recvmsg(from, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC));
	int fd = -EAGAIN;

	if (ret < 0)
		return ret;
	/* the descriptor is missing if there was no memory for it */
	if (CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

void op_pass(const struct step *step)
{
	bool listener = sometimes(step->n, 4);
	int fd = listener ? listener_slot(step->a) : filter_slot(step->a);

	note(CALL_PASS, send_fd(FD_INBOX + 2 * (step->b % shared->groups) + 1, fd, listener));
}

void op_receive(const struct step *step)
{
	bool listener = false;
	long fd = note(CALL_RECEIVE, receive_fd(FD_INBOX + 2 * (group - shared->group), &listener));

	place(fd, listener ? listener_slot(step->a) : filter_slot(step->a), step->n & 1);
}
