// SPDX-License-Identifier: GPL-2.0
#include <sys/resource.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Tasks whose filter allows only read, write, nanosleep and rt_sigreturn";
const char *test_author = "criu-seccomp maintainers";

/*
 * One waits in a read, one in a sleep, one sleeps in a signal handler, which
 * it can leave only with rt_sigreturn, and one has a second thread.
 */
enum { READER, SLEEPER, HANDLER, THREADED, NR_TIGHT };

struct shared {
	/* Tasks that may make no other calls are told by memory what to do. */
	int in_handler, go;
};

static volatile struct shared *shared;
static pid_t pid[NR_TIGHT];
static int ask[NR_TIGHT][2], answer[NR_TIGHT][2];

static long confine(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_read, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_write, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_nanosleep, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_rt_sigreturn, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return tree_seccomp(insns, ARRAY_SIZE(insns), 0);
}

static void nap(void)
{
	struct timespec t = { .tv_nsec = 5000000 };

	syscall(__NR_nanosleep, &t, NULL);
}

/* Answers each byte with its successor; on 'x', makes a forbidden call. */
static void serve(int in, int out)
{
	char byte;

	while (syscall(__NR_read, in, &byte, 1) == 1) {
		if (byte == 'x')
			syscall(__NR_getpid);
		byte++;
		syscall(__NR_write, out, &byte, 1);
	}
	for (;;)
		nap();
}

static void on_usr1(int sig)
{
	(void)sig;
	shared->in_handler = 1;
	while (!shared->go)
		nap();
}

static void *tight_thread(void *unused)
{
	struct sock_filter insns[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };

	/* One filter more than its leader will have, below the other. */
	if (tree_seccomp(insns, 1, 0) || confine())
		_exit(1);
	serve(ask[THREADED][0], answer[THREADED][1]);
	return unused;
}

static void be_tight(int what)
{
	struct sigaction sa = { .sa_handler = on_usr1, .sa_flags = SA_RESTART };
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	sigaction(SIGUSR1, &sa, NULL);
	if (what == THREADED && pthread_create(&thread, NULL, tight_thread, NULL))
		_exit(1);
	if (confine())
		_exit(1);
	while (what == THREADED)
		nap();
	while (what == SLEEPER && !shared->go)
		nap();
	serve(ask[what][0], answer[what][1]);
}

static int answers(int what)
{
	char byte = 'a';

	if (write(ask[what][1], &byte, 1) == 1 && read(answer[what][0], &byte, 1) == 1 &&
	    byte == 'b')
		return 0;
	pr_perror("task %d does not answer", what);
	return -1;
}

static int start(int what)
{
	if (pipe(ask[what]) || pipe(answer[what]))
		return -1;
	pid[what] = fork();
	if (pid[what] == 0)
		be_tight(what);
	return pid[what] < 0 ? -1 : 0;
}

static int build(void)
{
	int what;

	if (!shared)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		return -1;
	shared->in_handler = shared->go = 0;
	for (what = 0; what < NR_TIGHT; what++) {
		if (!start(what))
			continue;
		pr_perror("cannot start task %d", what);
		return -1;
	}
	/* An answer proves that the filter is installed. */
	if (answers(READER) || answers(HANDLER) || answers(THREADED))
		return -1;
	if (kill(pid[HANDLER], SIGUSR1))
		return -1;
	while (!shared->in_handler)
		nap();
	return 0;
}

static int dies_of_it(int what)
{
	int status;

	if (write(ask[what][1], "x", 1) != 1 || waitpid(pid[what], &status, 0) != pid[what]) {
		pr_perror("task %d", what);
		return -1;
	}
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return 0;
	pr_err("task %d: wait status 0x%x after a forbidden call\n", what, status);
	return -1;
}

static int as_confined(void)
{
	int what, ret = 0;

	for (what = 0; what < NR_TIGHT; what++) {
		if (waitpid(pid[what], NULL, WNOHANG) == 0)
			continue;
		pr_err("task %d is dead\n", what);
		return -1;
	}
	shared->go = 1;
	for (what = 0; what < NR_TIGHT; what++)
		if (answers(what) || dies_of_it(what))
			ret = -1;
	for (what = 0; what < NR_TIGHT; what++) {
		close(ask[what][0]);
		close(ask[what][1]);
		close(answer[what][0]);
		close(answer[what][1]);
	}
	return ret;
}

static void clean_up(void)
{
	int what;

	for (what = 0; what < NR_TIGHT; what++)
		if (pid[what] > 0)
			kill(pid[what], SIGKILL);
	errno = 0;
}

static int verify(void)
{
	int ret = as_confined();

	if (ret)
		clean_up();
	return ret;
}

int main(int argc, char **argv)
{
	struct rlimit none = {};

	setrlimit(RLIMIT_CORE, &none);
	return tree_test(argc, argv, build, verify, "a task is not as confined as it was, or more");
}
