// SPDX-License-Identifier: GPL-2.0
/* What supervisors do with listeners. Any worker may be a supervisor. */
#include "stress.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

long poll_listener(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	long ret = note(CALL_POLL, result(poll(&poll_fd, 1, 0)));

	return ret < 0 ? 0 : poll_fd.revents;
}

/* A listener that has hung up stays so, and NOTIF_FILTER fails. */
static void check_hung(int fd)
{
	long filter = note(CALL_NOTIF_FILTER, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_FILTER, NULL));

	if (filter != -ENOENT)
		wrong("a listener that hung up says %ld when asked for its filter", filter);
	if (filter >= 0)
		close(filter);
	if (!(poll_listener(fd) & POLLHUP) && !injecting())
		wrong("a listener hung up, and came back");
}

static void add_fd(int fd, const struct step *step, uint64_t id)
{
	struct seccomp_notif_addfd add = {
		.id = id,
		.flags = SECCOMP_ADDFD_FLAG_SETFD,
		.srcfd = filter_slot(step->b),
		.newfd = filter_slot(step->b + 1),
		.newfd_flags = step->n & 256 ? O_CLOEXEC : 0,
	};

	note(CALL_ADDFD, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &add));
}

void answer_call(int fd, const struct step *step, uint64_t id)
{
	struct seccomp_notif_resp resp = { .id = id };

	if (step->n & 512)
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	else if (step->n & 1024)
		resp.error = -E2BIG;
	note(CALL_SEND, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp));
}

int waited_for(unsigned int first)
{
	struct pollfd fds[NR_LISTENERS];
	int i;

	for (i = 0; i < NR_LISTENERS; i++)
		fds[i] = (struct pollfd){ .fd = listener_slot(first + i), .events = POLLIN };
	if (note(CALL_POLL, result(poll(fds, NR_LISTENERS, 0))) > 0)
		for (i = 0; i < NR_LISTENERS; i++)
			if (fds[i].revents & POLLIN)
				return fds[i].fd;
	return listener_slot(first);
}

static void serve(int fd, const struct step *step)
{
	struct seccomp_notif notif = {};

	if (note(CALL_RECV, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notif)))
		return;
	note(CALL_ID_VALID, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &notif.id));
	if (sometimes(step->n, 8))
		add_fd(fd, step, notif.id);
	/* a supervisor may also forget a call */
	if (!sometimes(step->n, 64))
		answer_call(fd, step, notif.id);
}

void op_serve(const struct step *step)
{
	int fd = take(waited_for(step->a));
	long events;

	if (fd < 0)
		return;
	events = poll_listener(fd);
	if (events & POLLHUP)
		check_hung(fd);
	if (events & POLLIN) {
		self->blocked = true;
		serve(fd, step);
		self->blocked = false;
	}
	close(fd);
}

void op_notif_filter(const struct step *step)
{
	struct seccomp_filter_info info;
	int fd = take(listener_slot(step->a));
	long filter;

	if (fd < 0)
		return;
	filter = note(CALL_NOTIF_FILTER, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_FILTER, NULL));
	if (filter == -ENOENT)
		check_hung(fd);
	if (filter >= 0) {
		/* a filter fd counts as a user of the filter */
		if (poll_listener(fd) & POLLHUP)
			wrong("a listener hung up while there was a filter fd");
		if (!fd_info(filter, &info)) {
			check_facts(&info);
			if (!(info.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER))
				wrong("filter %llu has a listener, but INFO does not say so",
				      (unsigned long long)info.id);
		}
		place(filter, filter_slot(step->b), step->n & 1);
	}
	close(fd);
}

void op_set_flags(const struct step *step)
{
	int fd = take(listener_slot(step->a));

	if (fd < 0)
		return;
	note(CALL_SET_FLAGS,
	     fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, (void *)(unsigned long)(step->n & 1)));
	close(fd);
}
