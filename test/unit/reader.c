// SPDX-License-Identifier: GPL-2.0
/* What stops threads is held up neither by a terminal nor by who should read stderr. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "messages.h"
#include "reader.h"

#define MS (1000 * 1000)

struct shared {
	int signal;
	int returned;
};

/* with children */
static struct shared *shared;

static void nap(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * MS }, NULL);
}

static int begin(void **state)
{
	(void)state;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	return shared == MAP_FAILED;
}

static int end(void **state)
{
	(void)state;
	return munmap(shared, sizeof(*shared));
}

__attribute__((format(printf, 2, 3))) static void say(enum report_level level, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	messages_print(level, fmt, args);
	va_end(args);
}

static void returns(void)
{
	__atomic_store_n(&shared->returned, 1, __ATOMIC_SEQ_CST);
}

static bool has_returned(void)
{
	return __atomic_load_n(&shared->returned, __ATOMIC_SEQ_CST);
}

static void *speak(void *arg)
{
	(void)arg;
	say(REPORT_ERROR, "one");
	returns();
	return NULL;
}

/* A process whose stderr is full. @from: out, where it can be read */
static pid_t start_speaker(int *from)
{
	char dots[512];
	int ends[2];
	pid_t pid;

	memset(dots, '.', sizeof(dots));
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	while (write(ends[1], dots, sizeof(dots)) > 0)
		;
	assert_int_equal(errno, EAGAIN);
	assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, 0), 0);
	pid = fork();
	if (!pid) {
		dup2(ends[1], STDERR_FILENO);
		close(ends[1]);
		_exit(reader_run(speak, NULL, NULL) != 0);
	}
	close(ends[1]);
	*from = ends[0];
	return pid;
}

static void a_message_waits_until_no_thread_is_stopped(void **state)
{
	static char got[1 << 20];
	size_t len = 0;
	int from, status, i;
	ssize_t count;
	pid_t pid;

	(void)state;
	pid = start_speaker(&from);
	for (i = 0; i < 500 && !has_returned(); i++)
		nap(10);
	if (!has_returned())
		kill(pid, SIGKILL);
	while ((count = read(from, got + len, sizeof(got) - 1 - len)) > 0)
		len += count;
	close(from);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(has_returned());
	assert_int_equal(status, 0);
	assert_non_null(strstr(got, ".criu-seccomp: one\n"));
}

/* Long enough that a signal that is not blocked stops us before. */
static void *be_stopped(void *arg)
{
	(void)arg;
	kill(getpid(), shared->signal);
	nap(300);
	returns();
	return NULL;
}

/* In a group of its own, whose processes a terminal may stop as this one is outside. */
static pid_t start_stopped(void)
{
	sigset_t none;
	pid_t pid = fork();

	if (pid)
		return pid;
	setpgid(0, 0);
	signal(shared->signal, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	_exit(reader_run(be_stopped, NULL, NULL) != 0);
}

static void a_terminal_stops_us_only_afterwards(void **state)
{
	static const int signals[] = { SIGTSTP, SIGTTIN, SIGTTOU };
	int status, after;
	bool returned;
	size_t i;
	pid_t pid;

	(void)state;
	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		*shared = (struct shared){ .signal = signals[i] };
		pid = start_stopped();
		assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
		returned = has_returned();
		if (WIFSTOPPED(status)) {
			kill(pid, SIGCONT);
			assert_int_equal(waitpid(pid, &after, 0), pid);
			assert_int_equal(after, 0);
		}
		/* a signal is delayed, but not lost */
		assert_true(WIFSTOPPED(status));
		assert_int_equal(WSTOPSIG(status), signals[i]);
		assert_true(returned);
	}
}

static void *say_several(void *arg)
{
	struct stat st;

	say(REPORT_ERROR, "two");
	say(REPORT_INFO, "this is not printed");
	say(REPORT_WARN, "three %d", 3);
	*(bool *)arg = !fstat(STDERR_FILENO, &st) && st.st_size == strlen("criu-seccomp: one\n");
	return NULL;
}

static void messages_stay_in_order(void **state)
{
	int file = memfd_create("stderr", MFD_CLOEXEC), before = dup(STDERR_FILENO), ret;
	char got[256] = "";
	bool kept = false;

	(void)state;
	assert_true(file >= 0 && before >= 0);
	dup2(file, STDERR_FILENO);
	say(REPORT_ERROR, "one");
	ret = reader_run(say_several, NULL, &kept);
	say(REPORT_ERROR, "four");
	dup2(before, STDERR_FILENO);
	assert_int_equal(ret, 0);
	assert_true(kept);
	assert_true(pread(file, got, sizeof(got) - 1, 0) > 0);
	assert_string_equal(got, "criu-seccomp: one\n"
				 "criu-seccomp: two\n"
				 "criu-seccomp: warning: three 3\n"
				 "criu-seccomp: four\n");
	close(file);
	close(before);
}

static void *wait_for_caller(void *arg)
{
	while (!__atomic_load_n((int *)arg, __ATOMIC_SEQ_CST))
		nap(1);
	return NULL;
}

static void count(void *arg)
{
	__atomic_add_fetch((int *)arg, 1, __ATOMIC_SEQ_CST);
}

static void the_caller_is_called_meanwhile(void **state)
{
	int calls = 0;

	(void)state;
	assert_int_equal(reader_run(wait_for_caller, count, &calls), 0);
	assert_true(calls > 0);
}

static void the_signals_are_blocked_only_meanwhile(void **state)
{
	int calls = 1;
	sigset_t mask;

	(void)state;
	assert_int_equal(reader_run(wait_for_caller, NULL, &calls), 0);
	assert_int_equal(sigprocmask(SIG_SETMASK, NULL, &mask), 0);
	assert_false(sigismember(&mask, SIGTSTP));
	assert_false(sigismember(&mask, SIGTTIN));
	assert_false(sigismember(&mask, SIGTTOU));
}

static void the_limit_is_raised_and_some_is_left(void **state)
{
	const struct rlimit low = { .rlim_cur = 64, .rlim_max = 128 };
	struct rlimit limit;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid)
		_exit(setrlimit(RLIMIT_NOFILE, &low) || reader_handles() != 96 ||
		      getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur != 128);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		READER_TEST(a_message_waits_until_no_thread_is_stopped),
		READER_TEST(a_terminal_stops_us_only_afterwards),
		READER_TEST(messages_stay_in_order),
		READER_TEST(the_caller_is_called_meanwhile),
		READER_TEST(the_signals_are_blocked_only_meanwhile),
		READER_TEST(the_limit_is_raised_and_some_is_left),
	};

	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
