// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "parcel.h"

static bool hangs_up(int reader)
{
	struct pollfd end = { .fd = reader, .events = POLLIN };

	return poll(&end, 1, 0) == 1 && end.revents == POLLHUP;
}

static void every_task_gets_a_copy(void **state)
{
	int ends[2], parcel, copies[2], i;
	char byte;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parcel = parcel_make(ends[1]);
	assert_true(parcel >= 0);
	for (i = 0; i < 2; i++) {
		copies[i] = parcel_open(parcel);
		assert_true(copies[i] >= 0);
		assert_int_equal(fcntl(copies[i], F_GETFD), FD_CLOEXEC);
		assert_int_equal(write(copies[i], "x", 1), 1);
		assert_int_equal(read(ends[0], &byte, 1), 1);
		close(copies[i]);
	}
	close(parcel);
	close(ends[0]);
	close(ends[1]);
}

static void an_empty_parcel_keeps_nothing(void **state)
{
	int ends[2], parcel, other;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	parcel = parcel_make(ends[1]);
	other = dup(parcel);
	close(ends[1]);
	assert_false(hangs_up(ends[0]));
	parcel_empty(parcel);
	assert_true(hangs_up(ends[0]));
	assert_int_equal(parcel_open(other), -EAGAIN);
	parcel_empty(other);
	close(other);
	close(parcel);
	close(ends[0]);
}

static void a_parcel_can_be_in_a_parcel(void **state)
{
	int ends[2], inner, outer, copy;

	(void)state;
	assert_int_equal(pipe(ends), 0);
	inner = parcel_make(ends[1]);
	outer = parcel_make(inner);
	assert_true(outer >= 0);
	close(ends[1]);
	copy = parcel_open(outer);
	assert_true(copy >= 0);
	parcel_empty(inner);
	assert_true(hangs_up(ends[0]));
	assert_int_equal(parcel_open(copy), -EAGAIN);
	close(copy);
	close(inner);
	close(outer);
	close(ends[0]);
}

static void a_closed_descriptor_cannot_be_sent(void **state)
{
	(void)state;
	assert_int_equal(parcel_make(-1), -EBADF);
	assert_int_equal(parcel_open(-1), -EBADF);
}

static void parcels_are_not_inherited(void **state)
{
	int parcel = parcel_make(0), fd = parcel_open(parcel);

	(void)state;
	assert_int_equal(fcntl(parcel, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	close(fd);
	close(parcel);
}

#define LONG (1 << 22) /* bytes, more than a socket holds */

static pthread_t sender;

static void ignore(int signal)
{
	(void)signal;
}

/* Interrupts who sends, and only then makes room, unless there is nothing to be read. */
static void *interrupt_and_read(void *arg)
{
	static char buffer[1 << 16];
	const struct timespec nap = { .tv_nsec = 50 * 1000 * 1000 };
	int *socket = arg;

	nanosleep(&nap, NULL);
	pthread_kill(sender, SIGUSR1);
	nanosleep(&nap, NULL);
	while (read(*socket, buffer, sizeof(buffer)) > 0)
		;
	return NULL;
}

/* Sends a text while the socket is full of another; what parcel_send() returns. */
static int send_to_full(const char *text, bool reads)
{
	const struct timeval timeout = { .tv_usec = 200 * 1000 };
	char byte = 0;
	pthread_t reader;
	int ends[2], ret;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	if (reads) {
		while (send(ends[0], &byte, 1, MSG_DONTWAIT) == 1)
			;
		sender = pthread_self();
		pthread_create(&reader, NULL, interrupt_and_read, &ends[1]);
	} else {
		setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	}
	ret = parcel_send(ends[0], text, ends[1]);
	close(ends[0]);
	if (reads)
		pthread_join(reader, NULL);
	close(ends[1]);
	return ret;
}

static void a_message_is_sent_in_spite_of_a_signal(void **state)
{
	const struct sigaction action = { .sa_handler = ignore };

	(void)state;
	sigaction(SIGUSR1, &action, NULL);
	assert_int_equal(send_to_full("text", true), 0);
	signal(SIGUSR1, SIG_DFL);
}

static void a_part_of_a_message_is_an_error(void **state)
{
	char *text = malloc(LONG);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LONG);
	text[LONG - 1] = '\0';
	assert_int_equal(send_to_full(text, false), -EAGAIN);
	free(text);
}

/* The kernel then leaves the descriptor out of the message, and reports no error. */
static void no_room_for_a_descriptor_is_an_error(void **state)
{
	struct rlimit limit, none;
	int parcel = parcel_make(0), fd;

	(void)state;
	assert_true(parcel >= 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	none = limit;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	fd = parcel_open(parcel);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_int_equal(fd, -EMFILE);
	fd = parcel_open(parcel);
	assert_true(fd >= 0);
	close(fd);
	close(parcel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_task_gets_a_copy),
		cmocka_unit_test(an_empty_parcel_keeps_nothing),
		cmocka_unit_test(a_parcel_can_be_in_a_parcel),
		cmocka_unit_test(a_closed_descriptor_cannot_be_sent),
		cmocka_unit_test(parcels_are_not_inherited),
		cmocka_unit_test(a_message_is_sent_in_spite_of_a_signal),
		cmocka_unit_test(a_part_of_a_message_is_an_error),
		cmocka_unit_test(no_room_for_a_descriptor_is_an_error),
	};

	return cmocka_run_group_tests_name("parcel", tests, NULL, NULL);
}
