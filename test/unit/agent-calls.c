// SPDX-License-Identifier: GPL-2.0
/*
 * What the plugin says to an agent, and where it finds one, if calls fail. Sockets, the
 * configuration and the container are stand-ins; listeners are descriptors of /dev/null.
 */
#include "unit.h"

#include "descriptors.h"
#include "no_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent.h"
#include "config.h"
#include "oci.h"
#include "parcel.h"

#define VARIABLE "CRIU_SECCOMP_AGENT"

static const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

static struct {
	/* results of the first calls, and how many there were; a zero ends the list */
	int connecting[4], sending[4];
	size_t connected, sent;
	int listener; /* the last that was sent */
	int timeout_error;
	long timeout; /* in seconds, of the last socket */
	bool kept;    /* some socket is inherited by what CRIU executes */
	char address[CONFIG_AGENT_SIZE];

	struct config config;
	int config_error;

	const char *receiver; /* of the container */
	char found[32];	      /* whose container */
	int n_found, n_freed;
	bool no_message;

	size_t descriptors;
	struct tree tree;
} world;

/* ---- Stand-ins ---- */

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len);
int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len);
int __wrap_config_read(const char *path, struct config *config);

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t len)
{
	assert_int_equal(len, sizeof(struct sockaddr_un));
	snprintf(world.address, sizeof(world.address), "%s",
		 ((const struct sockaddr_un *)address)->sun_path);
	world.kept |= !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	errno = world.connecting[world.connected++];
	return errno ? -1 : 0;
}

int __wrap_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	assert_true(fd >= 0);
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(name, SO_SNDTIMEO);
	assert_int_equal(len, sizeof(struct timeval));
	world.timeout = ((const struct timeval *)value)->tv_sec;
	errno = world.timeout_error;
	return errno ? -1 : 0;
}

/* The peer is always of the same user. */
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
	assert_true(fd >= 0 && level == SOL_SOCKET && name == SO_PEERCRED);
	assert_int_equal(*len, sizeof(struct ucred));
	*(struct ucred *)value = (struct ucred){ .uid = getuid() };
	return 0;
}

int __wrap_config_read(const char *path, struct config *config)
{
	assert_string_equal(path, CONFIG_PATH);
	*config = world.config;
	return world.config_error;
}

int parcel_send(int socket, const char *text, int fd)
{
	assert_true(socket >= 0);
	assert_string_equal(text, "the message");
	world.listener = fd;
	return -world.sending[world.sent++];
}

void oci_find(const char *proc, uid_t caller, struct oci_container *container)
{
	assert_int_equal(caller, getuid());
	snprintf(world.found, sizeof(world.found), "%s", proc);
	snprintf(container->id, sizeof(container->id), "its-name");
	world.n_found++;
}

const char *oci_receiver(const struct oci_container *container, const char **source)
{
	assert_string_equal(container->id, "its-name");
	if (world.receiver)
		*source = "the container";
	return world.receiver;
}

char *oci_process_state(const struct oci_container *container, pid_t pid, pid_t root)
{
	assert_string_equal(container->id, "its-name");
	assert_true(pid > 0 && root > 0);
	return world.no_message ? NULL : strdup("the message");
}

void oci_free(struct oci_container *container)
{
	(void)container;
	world.n_freed++;
}

/* ---- The tests ---- */

/* One above the other, all with a supervisor; a process has the newest. */
static void add_filters(int count)
{
	struct tree_filter filter = { .parent = TREE_NONE,
				      .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER };
	struct tree_thread thread = { .tid = 10 };
	int i;

	for (i = 0; i < count; i++) {
		filter.program = tree_add_program(&world.tree, allow, 1);
		thread.filter = tree_add_filter(&world.tree, &filter);
		filter.parent = thread.filter;
	}
	assert_int_equal(tree_add_process(&world.tree, &thread, 1), 0);
}

static int keep(uint32_t filter)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	agent_keep_listener(filter, fd);
	return fd;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

static void sockets_have_a_time_limit_and_stay_here(void **state)
{
	(void)state;
	add_filters(1);
	assert_int_equal(agent_begin(&world.tree), 0);
	assert_int_equal(world.timeout, 10);
	assert_false(world.kept);
	agent_end();
	world.timeout_error = ENOPROTOOPT;
	assert_int_equal(agent_begin(&world.tree), -ENOPROTOOPT);
	assert_int_equal(world.connected, 1);
}

static void a_signal_does_not_end_the_attempt(void **state)
{
	(void)state;
	add_filters(1);
	world.connecting[0] = world.connecting[1] = EINTR;
	assert_int_equal(agent_begin(&world.tree), 0);
	assert_int_equal(world.connected, 3);
}

static void an_agent_that_cannot_be_reached_is_named(void **state)
{
	(void)state;
	add_filters(2);
	world.connecting[0] = ECONNREFUSED;
	assert_int_equal(agent_begin(&world.tree), -ECONNREFUSED);
	assert_said(
		"the seccomp agent at /the/agent (named by " VARIABLE
		") cannot be used: Connection refused, but the dump has filters that need one (2)");
	agent_end();
	world.connecting[1] = EAGAIN;
	assert_int_equal(agent_begin(&world.tree), -EAGAIN);
	assert_said("busy for more than 10 seconds");
}

/* ENOSYS is then what their calls get. */
static void without_an_agent_nothing_is_kept(void **state)
{
	(void)state;
	add_filters(1);
	world.config.without_agent = true;
	world.connecting[0] = ECONNREFUSED;
	assert_int_equal(agent_begin(&world.tree), 0);
	assert_said("Connection refused; filters are restored without one (1)");
	assert_false(is_open(keep(0)));
	assert_int_equal(agent_hand_over(0, 10, 10), 0);
	assert_int_equal(world.sent, 0);
}

static void nobody_is_needed_for_nothing(void **state)
{
	(void)state;
	add_filters(1);
	world.tree.filters[0].flags = 0;
	assert_int_equal(agent_begin(&world.tree), 0);
	assert_int_equal(world.connected, 0);
	assert_int_equal(world.n_found, 0);
	assert_false(is_open(keep(0)));
}

static void the_parent_is_the_container(void **state)
{
	char parent[32];

	(void)state;
	add_filters(1);
	snprintf(parent, sizeof(parent), "/proc/%d", getppid());
	assert_int_equal(agent_begin(&world.tree), 0);
	assert_string_equal(world.found, parent);
	assert_int_equal(world.n_freed, 0);
	agent_end();
	assert_int_equal(world.n_freed, 1);
}

static void is_at(const char *address, const char *source)
{
	assert_int_equal(agent_begin(&world.tree), 0);
	assert_string_equal(world.address, address);
	assert_said(source);
	agent_end();
}

static void the_user_comes_first_and_the_container_last(void **state)
{
	(void)state;
	add_filters(1);
	snprintf(world.config.agent, sizeof(world.config.agent), "/the/configured");
	world.receiver = "/the/receiver";
	is_at("/the/agent", "named by " VARIABLE);
	setenv(VARIABLE, "", 1);
	is_at("/the/configured", "named by " CONFIG_PATH);
	unsetenv(VARIABLE);
	is_at("/the/configured", "named by " CONFIG_PATH);
	world.config.agent[0] = '\0';
	is_at("/the/receiver", "named by the container");
	world.receiver = NULL;
	world.connected = 0;
	assert_int_equal(agent_begin(&world.tree), -EDESTADDRREQ);
	assert_said("no seccomp agent is configured, but");
	assert_int_equal(world.connected, 0);
}

static void an_address_that_is_none_is_refused(void **state)
{
	(void)state;
	add_filters(1);
	world.config.without_agent = true;
	setenv(VARIABLE, "not/absolute", 1);
	assert_int_equal(agent_begin(&world.tree), -EINVAL);
	assert_said(VARIABLE ": the seccomp agent's address 'not/absolute'");
	assert_int_equal(world.connected, 0);
}

static void a_configuration_with_errors_is_refused(void **state)
{
	(void)state;
	add_filters(1);
	world.config_error = -EPERM;
	assert_int_equal(agent_begin(&world.tree), -EPERM);
	assert_int_equal(world.connected, 0);
}

/* Then the next descriptor gets its number. */
static void a_listener_that_was_handed_over_is_closed_once(void **state)
{
	int listener;

	(void)state;
	add_filters(1);
	assert_int_equal(agent_begin(&world.tree), 0);
	listener = keep(0);
	assert_int_equal(agent_hand_over(0, 10, 10), 0);
	assert_int_equal(world.sent, 1);
	assert_int_equal(world.listener, listener);
	assert_false(is_open(listener));
	assert_int_equal(dup2(STDERR_FILENO, listener), listener);
	assert_int_equal(agent_hand_over(0, 10, 10), 0);
	assert_int_equal(world.sent, 1);
	agent_end();
	assert_true(is_open(listener));
	close(listener);
}

/* The specification wants it so. */
static void each_listener_has_a_connection(void **state)
{
	(void)state;
	add_filters(3);
	assert_int_equal(agent_begin(&world.tree), 0);
	keep(2);
	keep(0);
	assert_int_equal(agent_hand_over(0, 10, 10), 0);
	assert_int_equal(world.sent, 2);
	assert_int_equal(world.connected, 2);
}

static void a_connection_that_was_closed_is_made_again(void **state)
{
	const int closed[] = { EPIPE, ECONNRESET };
	size_t i;

	(void)state;
	add_filters(1);
	for (i = 0; i < 2; i++) {
		world.connected = world.sent = 0;
		world.sending[0] = closed[i];
		assert_int_equal(agent_begin(&world.tree), 0);
		keep(0);
		assert_int_equal(agent_hand_over(0, 10, 10), 0);
		assert_int_equal(world.connected, 2);
		assert_int_equal(world.sent, 2);
		agent_end();
	}
}

static void hand_over_fails(int error, size_t sent, const char *why)
{
	int second;

	world.sent = 0;
	assert_int_equal(agent_begin(&world.tree), 0);
	keep(0);
	second = keep(1);
	assert_int_equal(agent_hand_over(0, 10, 10), error);
	assert_said(why);
	assert_int_equal(world.sent, sent);
	/* the other one did not get its turn */
	assert_true(is_open(second));
	agent_end();
	assert_false(is_open(second));
}

static void a_listener_that_cannot_be_handed_over_is_an_error(void **state)
{
	(void)state;
	add_filters(2);
	world.sending[0] = EAGAIN;
	hand_over_fails(
		-EAGAIN, 1,
		"cannot hand the listener of filter 0 to the seccomp agent at /the/agent: busy");
	world.sending[0] = world.sending[1] = EPIPE;
	hand_over_fails(-EPIPE, 2, "Broken pipe");
	world.no_message = true;
	hand_over_fails(-ENOMEM, 0, "Cannot allocate memory");
}

static void without_memory_there_is_no_restore(void **state)
{
	bool failed = true;
	int n, ret;

	(void)state;
	add_filters(1);
	for (n = 0; failed; n++) {
		allocations = n;
		ret = agent_begin(&world.tree);
		failed = memory_ran_out();
		assert_int_equal(ret, failed ? -ENOMEM : 0);
		agent_end();
	}
	assert_int_equal(n, 3);
	assert_said("connected to the seccomp agent");
}

static int set_up(void **state)
{
	(void)state;
	memset(&world, 0, sizeof(world));
	setenv(VARIABLE, "/the/agent", 1);
	said[0] = '\0';
	world.config.agent_uid = -1;
	world.descriptors = descriptors();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	agent_end();
	tree_free(&world.tree);
	if (descriptors() == world.descriptors)
		return 0;
	print_error("not the same descriptors as before\n");
	return -1;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sockets_have_a_time_limit_and_stay_here),
		TEST(a_signal_does_not_end_the_attempt),
		TEST(an_agent_that_cannot_be_reached_is_named),
		TEST(without_an_agent_nothing_is_kept),
		TEST(nobody_is_needed_for_nothing),
		TEST(the_parent_is_the_container),
		TEST(the_user_comes_first_and_the_container_last),
		TEST(an_address_that_is_none_is_refused),
		TEST(a_configuration_with_errors_is_refused),
		TEST(a_listener_that_was_handed_over_is_closed_once),
		TEST(each_listener_has_a_connection),
		TEST(a_connection_that_was_closed_is_made_again),
		TEST(a_listener_that_cannot_be_handed_over_is_an_error),
		TEST(without_memory_there_is_no_restore),
	};

	return cmocka_run_group_tests_name("agent-calls", tests, NULL, NULL);
}
