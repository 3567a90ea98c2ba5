// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "seccomp-monitor.h"

static int or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

int monitor_create(const struct sock_filter *insns, uint32_t len, uint32_t flags,
		   struct monitor *monitor)
{
	struct seccomp_fd_create create = {
		.size = sizeof(create),
		.flags = flags | SECCOMP_FILTER_FLAG_NEW_LISTENER,
		.parent_fd = SECCOMP_FD_PARENT_SELF,
		.len = len,
		.insns = (uintptr_t)insns,
	};
	int ret = or_errno(syscall(SYS_seccomp, SECCOMP_FD_CREATE, 0, &create));

	if (ret < 0)
		return ret;
	*monitor = (struct monitor){ .filter = ret, .listener = create.listener_fd };
	return 0;
}

int monitor_confine(int filter)
{
	struct seccomp_fd_install install = {
		.size = sizeof(install),
		.filter_fd = filter,
		.pidfd = -1,
	};
	int ret = or_errno(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));

	return ret ? ret : or_errno(syscall(SYS_seccomp, SECCOMP_FD_INSTALL, 0, &install));
}

/* Before Linux 6.11, a hang-up does not wake a task that waits to receive; poll() notices it. */
static int wait_for_call(int listener)
{
	struct pollfd fd = { .fd = listener, .events = POLLIN };

	/* poll() ignores a negative descriptor, and would wait forever */
	if (listener < 0)
		return -EBADF;
	if (poll(&fd, 1, -1) < 0)
		return -errno;
	if (fd.revents & POLLIN)
		return 0;
	if (fd.revents & POLLNVAL)
		return -EBADF;
	/* the kernel reports POLLERR if a signal has kept it from checking */
	return fd.revents & POLLHUP ? -ENOENT : -EINTR;
}

int monitor_receive(int listener, struct seccomp_notif *call)
{
	int ret;

	do {
		ret = wait_for_call(listener);
		if (ret)
			return ret;
		/* the kernel requires zeroes */
		memset(call, 0, sizeof(*call));
		ret = or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, call));
		/* the task was interrupted, and does not wait any more */
	} while (ret == -ENOENT);
	return ret;
}

static int respond(int listener, const struct seccomp_notif *call, int64_t result, uint32_t flags)
{
	struct seccomp_notif_resp response = {
		.id = call->id,
		.val = result < 0 ? 0 : result,
		.error = result < 0 ? result : 0,
		.flags = flags,
	};

	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response));
}

int monitor_answer(int listener, const struct seccomp_notif *call, int64_t result)
{
	return respond(listener, call, result, 0);
}

int monitor_continue(int listener, const struct seccomp_notif *call)
{
	return respond(listener, call, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

static int make_call(int listener, const struct seccomp_notif *call, uint32_t flags, uint32_t nr,
		     const __u64 args[6], int64_t *result)
{
	struct seccomp_notif_syscall made = {
		.id = call->id,
		.size = sizeof(made),
		.flags = flags,
		.nr = nr,
	};
	int ret;

	memcpy(made.args, args, sizeof(made.args));
	ret = or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &made));
	if (!ret && result)
		*result = made.result;
	return ret;
}

int monitor_instead(int listener, const struct seccomp_notif *call, uint32_t nr,
		    const __u64 args[6])
{
	return make_call(listener, call, SECCOMP_NOTIF_SYSCALL_REPLACE, nr, args, NULL);
}

int monitor_run(int listener, const struct seccomp_notif *call, uint32_t nr, const __u64 args[6],
		int64_t *result)
{
	return make_call(listener, call, SECCOMP_NOTIF_SYSCALL_RUN, nr, args, result);
}

int monitor_give(int listener, const struct seccomp_notif *call, int fd)
{
	struct seccomp_notif_addfd add = {
		.id = call->id,
		.srcfd = fd,
		.newfd_flags = O_CLOEXEC,
	};

	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
}

/* The task's id may have been given to another task before the memory was read. */
static int is_waiting(int listener, const struct seccomp_notif *call)
{
	uint64_t id = call->id;

	return or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id));
}

long monitor_read(int listener, const struct seccomp_notif *call, uint64_t address, void *data,
		  size_t size)
{
	struct iovec here = { data, size }, there = { (void *)(uintptr_t)address, size };
	ssize_t count = process_vm_readv(call->pid, &here, 1, &there, 1, 0);
	int error = errno, ret = is_waiting(listener, call);

	if (ret)
		return ret;
	return count < 0 ? -error : count;
}

/* Not past the end of a page: the next one may not be mapped. */
static size_t until_page(uint64_t address, size_t left)
{
	size_t page = sysconf(_SC_PAGESIZE), rest = page - address % page;

	return rest < left ? rest : left;
}

long monitor_read_text(int listener, const struct seccomp_notif *call, uint64_t address, char *text,
		       size_t size)
{
	size_t len = 0;
	const char *end;
	long count;

	while (len < size) {
		count = monitor_read(listener, call, address + len, text + len,
				     until_page(address + len, size - len));
		if (count < 0)
			return count;
		end = memchr(text + len, '\0', count);
		if (end)
			return end - text;
		len += count;
	}
	return -ENAMETOOLONG;
}

int monitor_set_program(int listener, const struct sock_filter *insns, uint32_t len, uint32_t flags,
			uint64_t *generation)
{
	struct seccomp_notif_prog prog = {
		.size = sizeof(prog),
		.flags = flags,
		.len = len,
		.insns = (uintptr_t)insns,
		.generation = generation ? *generation : 0,
	};
	int ret = or_errno(ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &prog));

	if (!ret && generation)
		*generation = prog.generation;
	return ret;
}

int monitor_listener(int filter)
{
	return or_errno(ioctl(filter, SECCOMP_IOCTL_FILTER_LISTENER, 0));
}
