// SPDX-License-Identifier: GPL-2.0
/*
 * Which listener an agent gets together with which process, and who may be an agent. The
 * listeners are pipes. Linked so that the users and the configuration are those below.
 */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "config.h"
#include "parcel.h"

static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
static char dir[] = "/tmp/unit-agent.XXXXXX";
static int server;
static const uid_t caller = 4711;
static uid_t agent_user;
static int unknown_user; /* why the kernel does not tell it */
static struct config config;

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_config_read(const char *path, struct config *read);

uid_t __wrap_getuid(void);

uid_t __wrap_getuid(void)
{
	return caller;
}

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	int ret = __real_getsockopt(fd, level, name, value, len);

	if (ret || level != SOL_SOCKET || name != SO_PEERCRED)
		return ret;
	((struct ucred *)value)->uid = agent_user;
	errno = unknown_user;
	return errno ? -1 : 0;
}

int __wrap_config_read(const char *path, struct config *read)
{
	(void)path;
	*read = config;
	return 0;
}

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

/* Gives the agent a pipe in place of a listener. Returns its inode, to identify it. */
static ino_t take(uint32_t filter)
{
	struct stat st;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	close(ends[1]);
	assert_int_equal(fstat(ends[0], &st), 0);
	agent_keep_listener(filter, ends[0]);
	return st.st_ino;
}

/* The next connection passes this listener, with a message about process @pid. */
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

/* Filters 1 and 3 are supervised. The first process under 1 is process 1; 3 has none. */
static void a_listener_names_the_first_process_under_its_filter(void **state)
{
	struct tree tree = { 0 };
	ino_t one, three;

	(void)state;
	add_filter(&tree, TREE_NONE, 0);
	add_supervised(&tree, 0);
	add_filter(&tree, 1, 0);
	add_supervised(&tree, 0);
	/* a task has the listener of this one */
	add_supervised(&tree, 0);
	tree.filters[4].listener = 0;
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

/* A listener that does not go to the agent is closed at once. */
static void other_listeners_are_not_kept(void **state)
{
	struct tree tree = { 0 };
	int ends[2];

	(void)state;
	add_supervised(&tree, TREE_NONE);
	add_filter(&tree, TREE_NONE, 0);
	assert_int_equal(agent_begin(&tree), 0);
	assert_int_equal(pipe(ends), 0);
	agent_keep_listener(1, ends[0]);
	assert_int_equal(close(ends[0]), -1);
	close(ends[1]);
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

/* 30,000 supervised filters, each with a process, on a path of 4,000. */
static void many_listeners_are_listed_in_time(void **state)
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

/* One supervised filter, and a process under it. */
static void make_small(struct tree *tree)
{
	add_supervised(tree, TREE_NONE);
	add_process(tree, 10, 0);
}

static void accepted(uid_t user, uid_t allowed)
{
	struct tree tree = { 0 };

	agent_user = user;
	config.agent_uid = allowed;
	make_small(&tree);
	assert_int_equal(agent_begin(&tree), 0);
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

static void not_accepted(uid_t user, uid_t allowed)
{
	struct tree tree = { 0 };

	agent_user = user;
	config.agent_uid = allowed;
	make_small(&tree);
	assert_int_equal(agent_begin(&tree), -EPERM);
	assert_said("its user is not trusted");
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

static void only_trusted_users_have_an_agent(void **state)
{
	const uid_t none = -1, other = caller + 1;

	(void)state;
	accepted(0, none);
	accepted(caller, none);
	not_accepted(other, none);
	not_accepted(none, none);
	not_accepted(other, other + 1);
	accepted(other, other);
	accepted(caller, other);
}

static void an_agent_of_an_unknown_user_is_none(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	agent_user = 0;
	unknown_user = ENOBUFS;
	make_small(&tree);
	assert_int_equal(agent_begin(&tree), -ENOBUFS);
	unknown_user = 0;
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

/* A user who may not be an agent is ignored: the listener is not kept for it. */
static void an_untrusted_agent_gets_no_listener(void **state)
{
	struct tree tree = { 0 };
	int ends[2];

	(void)state;
	agent_user = caller + 1;
	config.without_agent = true;
	make_small(&tree);
	assert_int_equal(agent_begin(&tree), 0);
	assert_said("fail with ENOSYS");
	assert_int_equal(pipe(ends), 0);
	agent_keep_listener(0, ends[0]);
	assert_int_equal(close(ends[0]), -1);
	close(ends[1]);
	assert_int_equal(agent_hand_over(0, 1010, 1010), 0);
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

/* The connection was made before there was anything to send. */
static void an_agent_that_hung_up_is_connected_again(void **state)
{
	struct tree tree = { 0 };
	ino_t listener;

	(void)state;
	make_small(&tree);
	assert_int_equal(agent_begin(&tree), 0);
	listener = take(0);
	close(accept(server, NULL, NULL));
	assert_int_equal(agent_hand_over(0, 1010, 1010), 0);
	is_handed(listener, 1010);
	agent_end();
	tree_free(&tree);
}

/* On the second connection, the user of the peer is checked again. */
static void the_second_connection_checks_the_user_too(void **state)
{
	struct tree tree = { 0 };

	(void)state;
	make_small(&tree);
	assert_int_equal(agent_begin(&tree), 0);
	take(0);
	close(accept(server, NULL, NULL));
	agent_user = caller + 1;
	assert_int_equal(agent_hand_over(0, 1010, 1010), -EPERM);
	assert_said("cannot hand the listener of filter 0");
	agent_end();
	close(accept(server, NULL, NULL));
	tree_free(&tree);
}

static int reset(void **state)
{
	(void)state;
	agent_user = caller;
	config = (struct config){ .agent_uid = (uid_t)-1 };
	said[0] = '\0';
	return 0;
}

static int set_up(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 2 }; /* of accept() */

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/agent", dir);
	setenv("CRIU_SECCOMP_AGENT", address.sun_path, 1);
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (setsockopt(server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
		return -1;
	return bind(server, (struct sockaddr *)&address, sizeof(address)) || listen(server, 8);
}

static int tear_down(void **state)
{
	(void)state;
	close(server);
	unlink(getenv("CRIU_SECCOMP_AGENT"));
	return rmdir(dir);
}

#define TEST(function) cmocka_unit_test_setup(function, reset)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_listener_names_the_first_process_under_its_filter),
		TEST(other_listeners_are_not_kept),
		TEST(many_listeners_are_listed_in_time),
		TEST(only_trusted_users_have_an_agent),
		TEST(an_agent_of_an_unknown_user_is_none),
		TEST(an_untrusted_agent_gets_no_listener),
		TEST(an_agent_that_hung_up_is_connected_again),
		TEST(the_second_connection_checks_the_user_too),
	};

	return cmocka_run_group_tests_name("agent", tests, set_up, tear_down);
}
