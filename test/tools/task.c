// SPDX-License-Identifier: GPL-2.0
/*
 * Tasks for tests to look at. Each kind prints "ready" when it is set up, and then
 * waits to be killed; "signals" keeps running.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

static void __attribute__((noreturn)) sleep_for_ever(void)
{
	for (;;)
		pause();
}

static int confine(unsigned int flags)
{
	struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	struct sock_fprog program = { .len = 1, .filter = allow };
	int ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);

	if (ret < 0)
		die("seccomp");
	return ret;
}

static void *sleeper(void *unused)
{
	(void)unused;
	sleep_for_ever();
}

static void start(void *(*run)(void *), void *arg)
{
	pthread_attr_t attr;
	pthread_t thread;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	errno = pthread_create(&thread, &attr, run, arg);
	if (errno)
		die("pthread_create");
}

/* @count filters, one on the other. */
static void chain(const char *count)
{
	int i;

	for (i = atoi(count); i; i--)
		confine(0);
	ready();
	sleep_for_ever();
}

/* @count threads that share one filter. */
static void threads(const char *count)
{
	int i;

	confine(0);
	for (i = atoi(count); i; i--)
		start(sleeper, NULL);
	ready();
	sleep_for_ever();
}

/* @count children that share the filter of their parent. */
static void family(const char *count)
{
	int i;

	confine(0);
	for (i = atoi(count); i; i--)
		if (!fork())
			sleep_for_ever();
	ready();
	sleep_for_ever();
}

static void strict(const char *unused)
{
	int ends[2];
	char byte;

	(void)unused;
	if (pipe(ends))
		die("pipe");
	ready();
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
	/* Nobody writes: this blocks. */
	syscall(SYS_exit, read(ends[0], &byte, 1));
}

static void *stay(void *leader)
{
	confine(0);
	pthread_join(*(pthread_t *)leader, NULL);
	ready();
	sleep_for_ever();
}

/* The leader exits; its thread has a filter. */
static void headless(const char *unused)
{
	static pthread_t leader;

	(void)unused;
	leader = pthread_self();
	start(stay, &leader);
	pthread_exit(NULL);
}

static void supervised(const char *unused)
{
	(void)unused;
	confine(SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_LOG);
	ready();
	sleep_for_ever();
}

/* A parent in vfork, which no signal wakes until its child is gone. */
static void uninterruptible(const char *unused)
{
	(void)unused;
	confine(0);
	ready();
	if (!vfork())
		sleep_for_ever();
	sleep_for_ever();
}

/* A tracer of @pid. */
static void tracer(const char *pid)
{
	if (ptrace(PTRACE_SEIZE, atoi(pid), NULL, NULL))
		die("PTRACE_SEIZE");
	ready();
	sleep_for_ever();
}

static void named(const char *name)
{
	prctl(PR_SET_NAME, name);
	confine(0);
	ready();
	sleep_for_ever();
}

static volatile int got, lost;

static void receive(int signal, siginfo_t *info, void *unused)
{
	(void)signal;
	(void)unused;
	lost += info->si_value.sival_int != got;
	got++;
}

/* Counts signals, which are numbered from 0 on, and ends with the @count-th. */
static void receiver(const char *count)
{
	struct sigaction action = { .sa_sigaction = receive, .sa_flags = SA_SIGINFO };
	sigset_t blocked, open;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &blocked, &open);
	sigaction(SIGRTMIN, &action, NULL);
	confine(0);
	ready();
	while (got < atoi(count))
		sigsuspend(&open);
	printf("%d signals, %d out of order\n", got, lost);
	exit(0);
}

/* Sends such signals to @pid, some each millisecond, until it is gone. */
static void sender(const char *pid)
{
	union sigval number = { 0 };

	ready();
	for (;;) {
		if (!sigqueue(atoi(pid), SIGRTMIN, number))
			number.sival_int++;
		else if (errno != EAGAIN)
			break;
		if (number.sival_int % 4 == 0)
			usleep(1000);
	}
	sleep_for_ever();
}

/* Runs a command under a filter. */
static void confined(char **argv)
{
	confine(0);
	execvp(argv[0], argv);
	die(argv[0]);
}

int main(int argc, char **argv)
{
	static const struct kind {
		const char *name;
		void (*run)(const char *arg);
	} kinds[] = {
		{ "chain", chain },	  { "threads", threads },
		{ "family", family },	  { "strict", strict },
		{ "headless", headless }, { "supervised", supervised },
		{ "named", named },	  { "uninterruptible", uninterruptible },
		{ "tracer", tracer },	  { "receiver", receiver },
		{ "sender", sender },
	};
	size_t i;

	if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 2;
	if (!strcmp(argv[1], "confined"))
		confined(argv + 2);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name))
			kinds[i].run(argv[2]);
	return 2;
}
