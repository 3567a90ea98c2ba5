// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "parcel.h"

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

int parcel_send(int socket, const char *text, int fd)
{
	struct iovec data = { .iov_base = (void *)text, .iov_len = strlen(text) };
	union control control = { .header = { .cmsg_level = SOL_SOCKET,
					      .cmsg_type = SCM_RIGHTS,
					      .cmsg_len = CMSG_LEN(sizeof(fd)) } };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t sent;

	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	do
		sent = sendmsg(socket, &message, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0)
		return -errno;
	return sent == (ssize_t)data.iov_len ? 0 : -EAGAIN;
}

int parcel_make(int fd)
{
	int ends[2], ret;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	ret = parcel_send(ends[0], "x", fd);
	close(ends[0]);
	if (!ret)
		return ends[1];
	close(ends[1]);
	return ret;
}

/* @flags: with MSG_PEEK, the message stays in the queue. */
static int receive(int socket, int flags)
{
	char text;
	struct iovec data = { .iov_base = &text, .iov_len = 1 };
	union control control;
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int fd;

	if (recvmsg(socket, &message, flags | MSG_DONTWAIT | MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	/* recvmsg() does not fail if the descriptor table of this process is full */
	if (message.msg_flags & MSG_CTRUNC || message.msg_controllen < CMSG_LEN(sizeof(fd)))
		return -EMFILE;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

int parcel_open(int parcel)
{
	return receive(parcel, MSG_PEEK);
}

void parcel_empty(int parcel)
{
	int fd = receive(parcel, 0);

	if (fd >= 0)
		close(fd);
}
