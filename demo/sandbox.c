// SPDX-License-Identifier: GPL-2.0
/*
 * The program of the demo: two processes with two threads each that confine
 * themselves.
 *
 *   main    base, and on it "no sockets"
 *   worker  base, the same filter
 *   child   base, the same filter, and on it "no mounts"
 *   helper  base, the same filter, and on it "no mounts", installed separately:
 *           an equal program, but another filter, and one that logs
 *
 * On SIGUSR1, a process tries to install one more filter on all its threads, and
 * writes the kernel's answer to answer.NAME. The file "ready" appears when
 * everything is set up.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The two threads of a process take turns. */
static pthread_barrier_t turn;
static sigset_t question;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Returns 0, or with TSYNC the thread that is in the way. */
static int put_filter(struct sock_filter *insns, size_t len, unsigned int flags)
{
	struct sock_fprog program = { .len = len, .filter = insns };
	int ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);

	if (ret < 0)
		die("seccomp");
	return ret;
}

/* Installs a filter that refuses one system call to this thread. */
static void forbid(unsigned int nr, unsigned int flags)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	put_filter(insns, sizeof(insns) / sizeof(*insns), flags);
}

/* Tries TSYNC with a filter that forbids nothing. */
static int put_filter_on_all_threads(void)
{
	struct sock_filter insns[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

	return put_filter(insns, 1, SECCOMP_FILTER_FLAG_TSYNC);
}

static void name_of(int tid, char *name, size_t size)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/comm", tid);
	file = fopen(path, "r");
	if (!file || !fgets(name, size, file))
		die(path);
	fclose(file);
	name[strcspn(name, "\n")] = '\0';
}

/* The file is complete as soon as it exists. */
static void write_file(const char *path, const char *text)
{
	char draft[64];
	FILE *file;

	snprintf(draft, sizeof(draft), "%s.draft", path);
	file = fopen(draft, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) || rename(draft, path))
		die(path);
}

static void answer(const char *self)
{
	int in_the_way = put_filter_on_all_threads();
	char name[16], path[32], text[64] = "yes\n";

	if (in_the_way) {
		name_of(in_the_way, name, sizeof(name));
		snprintf(text, sizeof(text), "no: %s\n", name);
	}
	snprintf(path, sizeof(path), "answer.%s", self);
	write_file(path, text);
}

static void __attribute__((noreturn)) answer_questions(const char *self)
{
	int signal;

	for (;;)
		if (!sigwait(&question, &signal))
			answer(self);
}

static void __attribute__((noreturn)) sleep_for_ever(void)
{
	for (;;)
		pause();
}

static void *worker(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, "worker");
	pthread_barrier_wait(&turn);
	sleep_for_ever();
}

static void *helper(void *unused)
{
	(void)unused;
	prctl(PR_SET_NAME, "helper");
	pthread_barrier_wait(&turn);
	forbid(SYS_mount, SECCOMP_FILTER_FLAG_LOG);
	pthread_barrier_wait(&turn);
	sleep_for_ever();
}

static void start(void *(*run)(void *))
{
	pthread_t thread;

	pthread_barrier_init(&turn, NULL, 2);
	errno = pthread_create(&thread, NULL, run, NULL);
	if (errno)
		die("pthread_create");
	pthread_barrier_wait(&turn);
}

static void __attribute__((noreturn)) be_child(int ready)
{
	prctl(PR_SET_NAME, "child");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	start(helper);
	forbid(SYS_mount, 0);
	pthread_barrier_wait(&turn);
	close(ready);
	answer_questions("child");
}

/* Returns when all its filters are installed. */
static pid_t start_child(void)
{
	int ready[2];
	pid_t child;
	char byte;

	if (pipe(ready))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	close(ready[!!child]);
	if (!child)
		be_child(ready[1]);
	/* The child writes nothing: this waits for it to close the pipe. */
	if (read(ready[0], &byte, 1))
		die("read");
	close(ready[0]);
	return child;
}

int main(void)
{
	char text[64];
	pid_t child;

	prctl(PR_SET_NAME, "main");
	sigemptyset(&question);
	sigaddset(&question, SIGUSR1);
	sigprocmask(SIG_BLOCK, &question, NULL);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		die("no_new_privs");

	forbid(SYS_ptrace, 0);
	start(worker);
	child = start_child();
	forbid(SYS_socket, 0);
	snprintf(text, sizeof(text), "%d %d\n", getpid(), child);
	write_file("ready", text);
	answer_questions("main");
}
