// SPDX-License-Identifier: GPL-2.0
/* Which listener an agent is handed with which process. The listeners are pipes. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "parcel.h"

static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
static char dir[] = "/tmp/unit-agent.XXXXXX";
static int server;

static void add_filter(struct tree *tree, uint32_t parent, uint32_t flags)
{
	struct tree_filter filter = { .parent = parent, .flags = flags };

	filter.program = tree_add_program(tree, allow, 1);
	assert_true(tree_add_filter(tree, &filter) >= 0);
}

static void add_supervised(struct tree *tree, uint32_t parent)
{
	add_filter(tree, parent, SECCOMP_FILTER_FLAG_NEW_LISTENER);
}

static void add_process(struct tree *tree, pid_t tid, uint32_t filter)
{
	const struct tree_thread thread = { .tid = tid, .filter = filter };

	assert_true(tree_add_process(tree, &thread, 1) >= 0);
}

/* Something to hold in the place of a listener, which can be told from others. */
static ino_t take(uint32_t filter)
{
	struct stat st;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	assert_int_equal(fstat(ends[0], &st), 0);
	agent_take(filter, ends[0]);
	return st.st_ino;
}

/* The next connection brings this one, with a message about process @pid. */
static void is_handed(ino_t listener, pid_t pid)
{
	char text[4096], control[CMSG_SPACE(sizeof(int))], expected[32];
	struct iovec data = { .iov_base = text, .iov_len = sizeof(text) - 1 };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	int socket = accept(server, NULL, NULL), fd;
	struct stat st;
	ssize_t len;

	assert_true(socket >= 0);
	len = recvmsg(socket, &message, 0);
	assert_true(len > 0);
	text[len] = '\0';
	snprintf(expected, sizeof(expected), "\"pid\":%d,", pid);
	assert_non_null(strstr(text, expected));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_ino, listener);
	close(fd);
	close(socket);
}

/* Filters 1 and 3 are supervised; the first under 1 is process 1, under 3 is nobody. */
static void listeners_go_with_the_first_process_under_them(void **state)
{
	struct tree tree = { 0 };
	ino_t one, three;

	(void)state;
	add_filter(&tree, TREE_NONE, 0);
	add_supervised(&tree, 0);
	add_filter(&tree, 1, 0);
	add_supervised(&tree, 0);
	add_process(&tree, 10, 0);
	add_process(&tree, 11, 2);
	add_process(&tree, 12, 1);
	assert_int_equal(agent_count(&tree), 2);
	assert_int_equal(agent_begin(&tree), 0);
	one = take(1);
	three = take(3);
	assert_int_equal(agent_hand_over(0, 1010, 1010), 0);
	is_handed(three, 1010);
	assert_int_equal(agent_hand_over(1, 1011, 1010), 0);
	is_handed(one, 1011);
	assert_int_equal(agent_hand_over(2, 1012, 1010), 0);
	agent_end();
	tree_free(&tree);
}

/* What stands for itself is closed at once. */
static void other_listeners_are_not_kept(void **state)
{
	struct tree tree = { 0 };
	int ends[2];

	(void)state;
	add_supervised(&tree, TREE_NONE);
	add_filter(&tree, TREE_NONE, 0);
	assert_int_equal(agent_begin(&tree), 0);
	assert_int_equal(pipe(ends), 0);
	agent_take(1, ends[0]);
	assert_int_equal(close(ends[0]), -1);
	close(ends[1]);
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

/* 30,000 supervised filters, each with a process, on a path of 4,000. */
static void many_are_listed_in_time(void **state)
{
	struct tree tree = { 0 };
	clock_t begin;
	int i;

	(void)state;
	for (i = 0; i < 4000; i++)
		add_filter(&tree, i ? (uint32_t)i - 1 : TREE_NONE, 0);
	for (i = 0; i < 30000; i++) {
		add_supervised(&tree, 3999);
		add_process(&tree, 1 + i, 3999);
	}
	begin = clock();
	assert_int_equal(agent_begin(&tree), 0);
	assert_true(clock() - begin < CLOCKS_PER_SEC);
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

static int set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/agent", dir);
	setenv("CRIU_SECCOMP_AGENT", address.sun_path, 1);
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return bind(server, (struct sockaddr *)&address, sizeof(address)) || listen(server, 8);
}

static int tear_down(void **state)
{
	(void)state;
	close(server);
	unlink(getenv("CRIU_SECCOMP_AGENT"));
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(listeners_go_with_the_first_process_under_them),
		cmocka_unit_test(other_listeners_are_not_kept),
		cmocka_unit_test(many_are_listed_in_time),
	};

	return cmocka_run_group_tests_name("agent", tests, set_up, tear_down);
}
