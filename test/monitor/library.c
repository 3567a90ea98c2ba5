// SPDX-License-Identifier: GPL-2.0
/*
 * The library for monitors, where its example does not use it: a monitor that replaces the
 * program of its filter, one that is started again, and one that opens a privileged port for
 * a task. Runs as root, on a kernel with kernel-patches/monitor/. Prints TAP.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp-monitor.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof(*(array)))
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define CALL(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)

#define NOBODY 65534
#define PORT 81

#define CHECK(condition) check(condition, #condition, __LINE__)

static const struct sock_filter ask_getppid[] = {
	LOAD(nr),
	CALL(SYS_getppid),
	RETURN(SECCOMP_RET_USER_NOTIF),
	RETURN(SECCOMP_RET_ALLOW),
};
static const struct sock_filter refuse_getppid[] = {
	LOAD(nr),
	CALL(SYS_getppid),
	RETURN(SECCOMP_RET_ERRNO | EXDEV),
	RETURN(SECCOMP_RET_ALLOW),
};
static const struct sock_filter refuse_getuid[] = {
	LOAD(nr),
	CALL(SYS_getuid),
	RETURN(SECCOMP_RET_ERRNO | EDOM),
	RETURN(SECCOMP_RET_ALLOW),
};
static const struct sock_filter ask_bind[] = {
	LOAD(nr),
	CALL(SYS_bind),
	RETURN(SECCOMP_RET_USER_NOTIF),
	RETURN(SECCOMP_RET_ALLOW),
};

static bool failed;

static void check(bool condition, const char *text, int line)
{
	if (condition)
		return;
	printf("# line %d: not so: %s\n", line, text);
	failed = true;
}

static bool created(const struct sock_filter *insns, size_t len, unsigned int flags,
		    struct monitor *monitor)
{
	bool is = !monitor_create(insns, len, flags, monitor);

	CHECK(is);
	return is;
}

/* A task under the filter, which makes a call for each byte that it is sent. */
struct task {
	pid_t pid;
	int ask, answer;
};

static long or_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* bind(2) of a socket of the task's own; then it listens, to show that it is bound */
static long bind_port(void)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(PORT),
					     .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_in bound = { 0 };
	socklen_t size = sizeof(bound);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	long ret = or_errno(bind(fd, (const struct sockaddr *)&address, sizeof(address)));

	if (!ret)
		ret = or_errno(listen(fd, 1));
	if (!ret)
		ret = or_errno(getsockname(fd, (struct sockaddr *)&bound, &size));
	return ret ? ret : ntohs(bound.sin_port);
}

static void __attribute__((noreturn)) be_task(int filter, int ask, int answer)
{
	char call;
	long ret;

	if (monitor_confine(filter))
		_exit(2);
	close(filter);
	while (read(ask, &call, 1) == 1) {
		switch (call) {
		case 'p':
			ret = or_errno(syscall(SYS_getppid));
			break;
		case 'u':
			ret = or_errno(syscall(SYS_getuid));
			break;
		default:
			ret = setresuid(NOBODY, NOBODY, NOBODY) ? -errno : bind_port();
		}
		if (write(answer, &ret, sizeof(ret)) != sizeof(ret))
			_exit(3);
	}
	_exit(0);
}

static void begin(struct task *task, const struct monitor *monitor)
{
	int to[2], from[2];

	if (pipe2(to, O_CLOEXEC) || pipe2(from, O_CLOEXEC))
		exit(2);
	task->pid = fork();
	if (!task->pid) {
		/* of the monitor's descriptors a task may have none */
		close(monitor->listener);
		close(to[1]);
		be_task(monitor->filter, to[0], from[1]);
	}
	close(to[0]);
	close(from[1]);
	task->ask = to[1];
	task->answer = from[0];
}

static void ask(const struct task *task, char call)
{
	CHECK(write(task->ask, &call, 1) == 1);
}

static long answer(const struct task *task)
{
	long ret = -ENODATA;

	CHECK(read(task->answer, &ret, sizeof(ret)) == sizeof(ret));
	return ret;
}

static void end(struct task *task)
{
	int status = -1;

	close(task->ask);
	CHECK(waitpid(task->pid, &status, 0) == task->pid && !status);
	close(task->answer);
}

static void serve(int listener, int64_t result)
{
	struct seccomp_notif call;

	CHECK(!monitor_receive(listener, &call));
	CHECK(!monitor_answer(listener, &call, result));
}

static void replaces_its_program(void)
{
	uint64_t generation = 0, stale = 1;
	struct monitor monitor;
	struct task task;

	if (!created(ask_getppid, ARRAY_SIZE(ask_getppid), SECCOMP_FILTER_FLAG_REPLACEABLE,
		     &monitor))
		return;
	begin(&task, &monitor);
	ask(&task, 'p');
	serve(monitor.listener, 4711);
	CHECK(answer(&task) == 4711);
	CHECK(!monitor_set_program(monitor.listener, refuse_getppid, ARRAY_SIZE(refuse_getppid), 0,
				   &generation));
	CHECK(generation == 2);
	ask(&task, 'p');
	CHECK(answer(&task) == -EXDEV);
	CHECK(monitor_set_program(monitor.listener, ask_getppid, ARRAY_SIZE(ask_getppid), 0,
				  &stale) == -ESTALE);
	/* both run */
	CHECK(!monitor_set_program(monitor.listener, refuse_getuid, ARRAY_SIZE(refuse_getuid),
				   SECCOMP_NOTIF_PROG_TIGHTEN, &generation));
	CHECK(generation == 3);
	ask(&task, 'p');
	CHECK(answer(&task) == -EXDEV);
	ask(&task, 'u');
	CHECK(answer(&task) == -EDOM);
	close(monitor.filter);
	close(monitor.listener);
	/* the last program stays */
	ask(&task, 'u');
	CHECK(answer(&task) == -EDOM);
	end(&task);
}

static void is_started_again(void)
{
	struct seccomp_notif call;
	struct monitor monitor;
	struct task task;
	int again;

	if (!created(ask_getppid, ARRAY_SIZE(ask_getppid), SECCOMP_FILTER_FLAG_KEEP, &monitor))
		return;
	begin(&task, &monitor);
	CHECK(monitor_listener(monitor.filter) == -EBUSY);
	/* received, and not answered */
	ask(&task, 'p');
	CHECK(!monitor_receive(monitor.listener, &call));
	close(monitor.listener);
	again = monitor_listener(monitor.filter);
	CHECK(again >= 0);
	CHECK(fcntl(again, F_GETFD) == FD_CLOEXEC);
	serve(again, 4712);
	CHECK(answer(&task) == 4712);
	end(&task);
	close(monitor.filter);
	CHECK(monitor_receive(again, &call) == -ENOENT);
	close(again);
}

/* Nothing that the task's memory says is used: the port is the monitor's choice. */
static int64_t give_port(int listener, const struct seccomp_notif *call)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(PORT),
					     .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), there;
	int64_t ret = -EIO;

	CHECK(!bind(fd, (const struct sockaddr *)&address, sizeof(address)));
	there = monitor_give(listener, call, fd);
	close(fd);
	CHECK(there >= 0);
	CHECK(!monitor_run(listener, call, SYS_dup3, MONITOR_ARGS(there, call->data.args[0]),
			   &ret));
	if (ret == (int64_t)call->data.args[0])
		ret = 0;
	CHECK(!monitor_run(listener, call, SYS_close, MONITOR_ARGS(there), &(int64_t){ 0 }));
	return ret;
}

static void opens_a_privileged_port(void)
{
	struct seccomp_notif call;
	struct monitor monitor;
	struct task task;

	if (!created(ask_bind, ARRAY_SIZE(ask_bind), 0, &monitor))
		return;
	begin(&task, &monitor);
	/* alone it may not */
	ask(&task, 'b');
	CHECK(!monitor_receive(monitor.listener, &call));
	CHECK(!monitor_instead(monitor.listener, &call, SYS_bind, call.data.args));
	CHECK(answer(&task) == -EACCES);
	ask(&task, 'b');
	CHECK(!monitor_receive(monitor.listener, &call));
	CHECK(!monitor_answer(monitor.listener, &call, give_port(monitor.listener, &call)));
	CHECK(answer(&task) == PORT);
	end(&task);
	close(monitor.filter);
	close(monitor.listener);
}

int main(void)
{
	static const struct {
		void (*run)(void);
		const char *what;
	} tests[] = {
		{ replaces_its_program, "a monitor replaces the program of its filter" },
		{ is_started_again, "a monitor is started again, and a call waits for it" },
		{ opens_a_privileged_port, "a monitor opens a privileged port for a task" },
	};
	bool any = false;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	alarm(60);
	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		failed = false;
		tests[i].run();
		printf("%sok %zu - %s\n", failed ? "not " : "", i + 1, tests[i].what);
		any |= failed;
	}
	printf("1..%zu\n", i);
	return any;
}
