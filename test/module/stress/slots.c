// SPDX-License-Identifier: GPL-2.0
/* What is done with filter fds and listeners in the slots of a group. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "seccomp-fd.h"
#include "stress.h"

int take(int slot)
{
	return result(fcntl(slot, F_DUPFD_CLOEXEC, FD_OWN));
}

void place(long fd, int slot)
{
	if (fd < 0)
		return;
	note(CALL_DUP, result(dup3(fd, slot, O_CLOEXEC)));
	close(fd);
}

struct seccomp_filter_info check_info(int filter)
{
	struct seccomp_filter_info info = { 0 };

	if (note(CALL_INFO, kernel->reader.info(filter, &info)))
		return info;
	if (!info.id || info.id == info.parent_id || !info.depth || !info.len ||
	    info.len > MAX_LEN || (info.depth == 1) != !info.parent_id)
		wrong("filter %llu says: parent %llu, depth %u, %u instructions",
		      (unsigned long long)info.id, (unsigned long long)info.parent_id, info.depth,
		      info.len);
	return info;
}

unsigned int mark_of(int filter)
{
	struct sock_filter insns[MAX_LEN];
	long len = note(CALL_PROGRAM, kernel->reader.program(filter, insns, MAX_LEN));
	int mark = len < 0 ? len : program_mark(insns, len);

	if (mark < 0)
		wrong("a filter has %ld instructions that nobody made", len);
	return mark < 0 ? 0 : mark;
}

/* Returns whether there is a filter in the slot, which is then in *fd. */
static bool take_filter(unsigned int number, int *fd)
{
	*fd = take(filter_slot(number));
	return *fd >= 0;
}

void op_create(const struct step *step)
{
	const bool supervised = step->n & 1;
	struct seccomp_filter_info info, below = { 0 };
	int parent = sometimes(step->n, 5) ? -1 : take(filter_slot(step->a)), listener = -1, fd;
	uint32_t flags = supervised ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	struct sock_filter insns[MAX_LEN];

	if (step->n & 2)
		flags |= SECCOMP_FILTER_FLAG_LOG;
	if (supervised && step->n & 4)
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	fd = note(supervised ? CALL_CREATE_LISTENER : CALL_CREATE,
		  kernel->create(parent, flags, insns, make_program(insns, step->n, supervised),
				 &listener));
	if (fd >= 0) {
		info = check_info(fd);
		if (parent >= 0)
			below = check_info(parent);
		if (info.flags != flags || info.parent_id != below.id ||
		    info.depth != below.depth + 1 || mark_of(fd) != step->n % NR_MARKS)
			wrong("a new filter is not as it was made: flags %x, not %x", info.flags,
			      flags);
	}
	if (parent >= 0)
		close(parent);
	place(fd, filter_slot(step->b));
	place(listener, listener_slot(step->b));
}

void op_info(const struct step *step)
{
	struct seccomp_filter_info first, second;
	int fd;

	if (!take_filter(step->a, &fd))
		return;
	first = check_info(fd);
	second = check_info(fd);
	/* a listener may be closed at any time */
	first.flags &= ~SECCOMP_FILTER_FLAG_NEW_LISTENER | second.flags;
	first.listener_flags = second.listener_flags;
	if (memcmp(&first, &second, sizeof(first)))
		wrong("filter %llu has changed", (unsigned long long)first.id);
	close(fd);
}

void op_program(const struct step *step)
{
	struct sock_filter insns[MAX_LEN];
	int fd;

	if (!take_filter(step->a, &fd))
		return;
	mark_of(fd);
	if (step->n & 1)
		note(CALL_PROGRAM, kernel->reader.program(fd, insns, step->n >> 1 & 7));
	close(fd);
}

void op_parent(const struct step *step)
{
	struct seccomp_filter_info info, above;
	int fd, parent;

	if (!take_filter(step->a, &fd))
		return;
	info = check_info(fd);
	parent = note(CALL_PARENT, kernel->reader.parent(fd));
	if (parent >= 0) {
		above = check_info(parent);
		if (above.id != info.parent_id || above.depth + 1 != info.depth)
			wrong("the parent of filter %llu is %llu, not %llu",
			      (unsigned long long)info.id, (unsigned long long)above.id,
			      (unsigned long long)info.parent_id);
	} else if (info.parent_id) {
		wrong("filter %llu has a parent, which is not given", (unsigned long long)info.id);
	}
	close(fd);
	place(parent, filter_slot(step->b));
}

void op_counts(const struct step *step)
{
	struct seccomp_module_counts counts;
	int fd;

	if (!take_filter(step->a, &fd))
		return;
	/* anybody may raise or lower them meanwhile, but our hold is there */
	if (!note(CALL_COUNTS, result(ioctl(fd, SECCOMP_MODULE_COUNTS, &counts))) &&
	    (!counts.refs || !counts.users || counts.refs > 100000 || counts.users > 100000))
		wrong("a filter has %u references and %u users", counts.refs, counts.users);
	close(fd);
}

void op_fdinfo(const struct step *step)
{
	char path[64], text[512];
	ssize_t len = -1;
	int fd, file;

	if (!take_filter(step->a, &fd))
		return;
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file >= 0)
		len = read(file, text, sizeof(text) - 1);
	note(CALL_FDINFO, result(len));
	text[len > 0 ? len : 0] = '\0';
	if (!strstr(text, "filter_id:"))
		wrong("fdinfo of a filter fd does not say which: %s", text);
	if (file >= 0)
		close(file);
	close(fd);
}

void op_listener_filter(const struct step *step)
{
	int listener = take(listener_slot(step->a)), fd;

	if (listener < 0)
		return;
	fd = note(CALL_LISTENER_FILTER, kernel->listener_filter(listener));
	/* we have it open, so it is there */
	if (fd >= 0 && !(check_info(fd).flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
		wrong("the filter of a listener has none");
	close(listener);
	place(fd, filter_slot(step->b));
}

void op_dup(const struct step *step)
{
	int fd;

	if (take_filter(step->a, &fd))
		place(fd, filter_slot(step->b));
}

void op_close(const struct step *step)
{
	note(CALL_CLOSE,
	     result(close(step->n & 3 ? filter_slot(step->a) : listener_slot(step->a))));
}

/* ---- Sockets: what is in flight holds its filter, too ---- */

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

void op_pass(const struct step *step)
{
	const unsigned int group = step->b % (shared->workers / WORKERS_PER_GROUP);
	union control control = { .header = { .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS,
					      .cmsg_len = CMSG_LEN(sizeof(int)) } };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd;

	if (!take_filter(step->a, &fd))
		return;
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	note(CALL_PASS,
	     result(sendmsg(FD_INBOX + 2 * group + 1, &message, MSG_DONTWAIT | MSG_NOSIGNAL)));
	close(fd);
}

void op_receive(const struct step *step)
{
	const unsigned int group = self_number() / WORKERS_PER_GROUP;
	union control control = { 0 };
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd;

	if (note(CALL_RECEIVE, result(recvmsg(FD_INBOX + 2 * group, &message,
					      MSG_DONTWAIT | MSG_CMSG_CLOEXEC))) <= 0)
		return;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	check_info(fd);
	place(fd, filter_slot(step->b));
}
