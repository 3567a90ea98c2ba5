// SPDX-License-Identifier: GPL-2.0
/* What becomes of a monitor, and of its listener, while it waits for a RUN */
#include "monitor.h"

#include <linux/io_uring.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <time.h>

static void *ring_map(int ring, size_t size, off_t what)
{
	void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring, what);

	CHECK(map != MAP_FAILED);
	return map;
}

/*
 * Has the kernel close @fd once @event can be read. It does so in this process, in whatever
 * this waits, without a thread of its own: io_uring(7).
 */
static void close_at(int event, int fd)
{
	struct io_uring_params params = { 0 };
	int ring = syscall(SYS_io_uring_setup, 2, &params);
	struct io_uring_sqe *entries;
	unsigned int *array, *tail;
	char *queue;

	if (ring < 0 && errno == ENOSYS)
		test_absent();
	CHECK(ring >= 0);
	queue = ring_map(ring, params.sq_off.array + params.sq_entries * sizeof(*array),
			 IORING_OFF_SQ_RING);
	entries = ring_map(ring, params.sq_entries * sizeof(*entries), IORING_OFF_SQES);
	entries[0].opcode = IORING_OP_POLL_ADD;
	entries[0].flags = IOSQE_IO_LINK;
	entries[0].fd = event;
	entries[0].poll32_events = POLLIN;
	entries[1].opcode = IORING_OP_CLOSE;
	entries[1].fd = fd;
	array = (unsigned int *)(queue + params.sq_off.array);
	array[0] = 0;
	array[1] = 1;
	tail = (unsigned int *)(queue + params.sq_off.tail);
	__atomic_store_n(tail, *tail + 2, __ATOMIC_RELEASE);
	IS(syscall(SYS_io_uring_enter, ring, 2, 0, 0, NULL, 0), 2);
}

/* The listener is there until the ioctl is over, whoever closes it before. */
TEST(run_holds_its_listener)
{
	static const struct timespec second = { .tv_sec = 1 };
	const uint64_t args[6] = { (uintptr_t)&second };
	int listener, fd, event = eventfd(0, EFD_CLOEXEC);
	long long result;
	pid_t pid, other;
	uint64_t id;

	need_feature(SECCOMP_FD_FEATURE_SYSCALL_RUN);
	fd = asking_fd(-1, 0, &listener);
	/* it has no listener when the call returns */
	pid = asking_task(fd, -ENOSYS);
	id = receive(listener).id;
	close_at(event, listener);
	other = fork();
	if (other == 0) {
		close(listener);
		usleep(300000);
		_exit(eventfd_write(event, 1));
	}
	IS(make_call(listener, id, SECCOMP_NOTIF_SYSCALL_RUN, SYS_nanosleep, args, &result), 0);
	/* had the last one closed it, it would have been interrupted */
	IS(result, 0);
	IS(fcntl(listener, F_GETFD), -1);
	ended_well(other);
	ended_well(pid);
}
