/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Builds filter trees for the seccomp_tree_* tests. It only needs zdtmtst.h and
 * lock.h, and has to be copied along with a test that moves to another tree.
 *
 * The test itself stays unconfined. It makes tasks that do what it asks for, each
 * with its own stack of filters: a "task" is a thread, named by its place in
 * tree->task. Filters are identified by a mark, 1..TREE_MARKS-1: a probe with that
 * mark fails with an error that only this filter returns.
 */
#ifndef SECCOMP_TREE_H
#define SECCOMP_TREE_H

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lock.h"
#include "zdtmtst.h"

#ifndef SECCOMP_FILTER_FLAG_LOG
#define SECCOMP_FILTER_FLAG_LOG (1UL << 1)
#endif

#ifndef __WALL
#define __WALL 0x40000000
#endif

/* kcmp(2) type of a kernel with filter fds */
#define TREE_KCMP_FILTER 32

#define TREE_TASKS 256
#define TREE_MARKS 900

/* A result that no system call returns. */
#define TREE_DIED (-10000)

/* The first argument of getpriority(2) for a probe, plus the mark of a filter. */
#define TREE_ASK 0x5ec00000
/* A probe that the newest filter answers. */
#define TREE_ASK_NEWEST TREE_ASK

typedef long (*tree_fn)(long arg, long arg2);

struct tree_task {
	futex_t todo; /* 1: fn has to be called, 0: it was called */
	pid_t pid, tid;
	tree_fn fn;
	long arg, arg2, result;
};

struct tree {
	int nr;
	struct tree_task task[TREE_TASKS];
};

static struct tree *tree;

/** tree_init - has to be called first; 0, or -1 with a message */
static inline int tree_init(void)
{
	tree = mmap(NULL, sizeof(*tree), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (tree == MAP_FAILED) {
		pr_perror("mmap");
		return -1;
	}
	return 0;
}

/* ---- What tasks do ---- */

static inline long tree_errno(long ret)
{
	return ret < 0 ? -errno : ret;
}

/** tree_seccomp - seccomp(2) with a program; 0, a tid, or -errno */
static inline long tree_seccomp(struct sock_filter *insns, unsigned int len, long flags)
{
	struct sock_fprog prog = { .len = len, .filter = insns };

	return tree_errno(syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog));
}

/* Installs the filter with this mark: it answers probes, and allows everything else. */
static inline long tree_do_install(long mark, long flags)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK_NEWEST, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + mark, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (1000 + mark)),
	};

	return tree_seccomp(insns, ARRAY_SIZE(insns), flags);
}

static inline long tree_do_probe(long mark, long unused)
{
	(void)unused;
	return tree_errno(syscall(__NR_getpriority, TREE_ASK + mark, 0));
}

static inline void tree_serve(struct tree_task *self)
{
	self->pid = getpid();
	self->tid = syscall(__NR_gettid);
	for (;;) {
		futex_set_and_wake(&self->todo, 0);
		futex_wait_until(&self->todo, 1);
		self->result = self->fn(self->arg, self->arg2);
	}
}

static inline void *tree_thread_main(void *self)
{
	tree_serve(self);
	return NULL;
}

static inline long tree_do_thread(long nr, long unused)
{
	pthread_attr_t attr;
	pthread_t thread;
	int ret;

	(void)unused;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	ret = pthread_create(&thread, &attr, tree_thread_main, &tree->task[nr]);
	pthread_attr_destroy(&attr);
	return -ret;
}

static inline long tree_do_fork(long nr, long unused)
{
	pid_t pid = fork();

	(void)unused;
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		tree_serve(&tree->task[nr]);
	}
	return tree_errno(pid);
}

static inline long tree_do_exit(long unused, long unused2)
{
	(void)unused;
	(void)unused2;
	pthread_exit(NULL);
}

/* ---- What the test asks them to do ---- */

/* Whether the task has exited; it may still be a zombie. */
static inline int tree_gone(struct tree_task *t)
{
	char path[64], line[256], *state;
	FILE *f;

	ssprintf(path, "/proc/%d/task/%d/stat", t->pid, t->tid);
	f = fopen(path, "r");
	if (!f)
		return 1;
	state = fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	fclose(f);
	return !state || strchr("ZXx", state[2]);
}

/* Waits until the task is idle again: its result, or TREE_DIED. */
static inline long tree_wait(int nr)
{
	struct tree_task *t = &tree->task[nr];
	struct timespec poll = { .tv_nsec = 50000000 };

	while (futex_get(&t->todo) == 1) {
		syscall(__NR_futex, &t->todo.raw, FUTEX_WAIT, 1, &poll, NULL, 0);
		if (futex_get(&t->todo) == 1 && tree_gone(t))
			return TREE_DIED;
	}
	return t->result;
}

/** tree_start - make task @nr call @fn, without waiting for it */
static inline void tree_start(int nr, tree_fn fn, long arg, long arg2)
{
	struct tree_task *t = &tree->task[nr];

	t->fn = fn;
	t->arg = arg;
	t->arg2 = arg2;
	futex_set_and_wake(&t->todo, 1);
}

/** tree_call - make task @nr call @fn; returns its result, or TREE_DIED if the task died */
static inline long tree_call(int nr, tree_fn fn, long arg, long arg2)
{
	tree_start(nr, fn, arg, arg2);
	return tree_wait(nr);
}

static inline int tree_new(void)
{
	if (tree->nr == TREE_TASKS)
		abort();
	memset(&tree->task[tree->nr], 0, sizeof(tree->task[0]));
	futex_set(&tree->task[tree->nr].todo, 1);
	return tree->nr++;
}

/* Waits until task @nr runs. */
static inline int tree_born(int nr)
{
	futex_wait_until(&tree->task[nr].todo, 0);
	return nr;
}

/** tree_process - a child process of the test itself; the number of its leader, or -1 */
static inline int tree_process(void)
{
	int nr = tree_new();

	if (tree_do_fork(nr, 0) < 0) {
		pr_perror("fork");
		return -1;
	}
	return tree_born(nr);
}

static inline int tree_child(int nr, tree_fn fn, const char *what)
{
	int new = tree_new();
	long ret = tree_call(nr, fn, new, 0);

	if (ret < 0) {
		pr_err("task %d cannot make a %s: %ld\n", nr, what, ret);
		return -1;
	}
	return tree_born(new);
}

/** tree_thread - a thread that task @nr makes, with its filters; number or -1 */
static inline int tree_thread(int nr)
{
	return tree_child(nr, tree_do_thread, "thread");
}

/** tree_fork - a process that task @nr forks, with its filters; number or -1 */
static inline int tree_fork(int nr)
{
	return tree_child(nr, tree_do_fork, "process");
}

static inline long tree_do_no_new_privs(long unused, long unused2)
{
	(void)unused;
	(void)unused2;
	return tree_errno(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

/** tree_confinable - as tree_process(), with no_new_privs set */
static inline int tree_confinable(void)
{
	int nr = tree_process();

	if (nr >= 0 && tree_call(nr, tree_do_no_new_privs, 0, 0)) {
		pr_err("no_new_privs refused\n");
		return -1;
	}
	return nr;
}

/** tree_install - put the filter with @mark on task @nr; 0, or -1 with a message */
static inline int tree_install(int nr, int mark, long flags)
{
	long ret = tree_call(nr, tree_do_install, mark, flags);

	if (ret) {
		pr_err("task %d: filter %d, flags 0x%lx: %ld\n", nr, mark, flags, ret);
		return -1;
	}
	return 0;
}

/** tree_tsync - the same with TSYNC: 0, the thread in the way, or -errno */
static inline long tree_tsync(int nr, int mark)
{
	return tree_call(nr, tree_do_install, mark, SECCOMP_FILTER_FLAG_TSYNC);
}

/** tree_exit - end thread @nr, and wait until the kernel has forgotten it */
static inline void tree_exit(int nr)
{
	struct tree_task *t = &tree->task[nr];
	struct timespec nap = { .tv_nsec = 1000000 };

	tree_start(nr, tree_do_exit, 0, 0);
	while (!syscall(__NR_tgkill, t->pid, t->tid, 0))
		nanosleep(&nap, NULL);
}

/** tree_kill - end every task of the tree and start over */
static inline void tree_kill(void)
{
	int i;

	/* The youngest first, so that no pid can be reused before it is killed. */
	for (i = tree->nr - 1; i >= 0; i--)
		if (tree->task[i].pid == tree->task[i].tid && tree->task[i].pid)
			kill(tree->task[i].pid, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	tree->nr = 0;
	errno = 0; /* ECHILD is expected here */
}

/* ---- Checks ---- */

/**
 * tree_has - check that task @nr has exactly these filters; 0, or -1 with a message
 * @marks: their marks, oldest first, ended by a 0
 */
static inline int tree_has(int nr, const int *marks)
{
	int mark, i, newest = 0;

	for (i = 0; marks[i]; i++)
		newest = marks[i];
	for (mark = 1; mark < 32; mark++) {
		long ret = tree_call(nr, tree_do_probe, mark, 0);
		long want = -EINVAL;

		for (i = 0; marks[i]; i++)
			if (marks[i] == mark)
				want = -(1000 + mark);
		if (ret != want) {
			pr_err("task %d: filter %d answers %ld, not %ld\n", nr, mark, ret, want);
			return -1;
		}
	}
	if (newest && tree_call(nr, tree_do_probe, 0, 0) != -(1000 + newest)) {
		pr_err("task %d: the newest filter is not %d\n", nr, newest);
		return -1;
	}
	return 0;
}

/* TREE_HAS(nr, mark...): the same with the marks as arguments; there may be none */
#define TREE_HAS(nr, ...) tree_has(nr, (const int[]){ 0, ##__VA_ARGS__, 0 } + 1)

/** tree_refused - TSYNC from @nr must fail and return thread @in_way; 0, or -1 with a message */
static inline int tree_refused(int nr, int mark, int in_way)
{
	long ret = tree_tsync(nr, mark);

	if (ret == tree->task[in_way].tid)
		return 0;
	pr_err("TSYNC from task %d: %ld; it must be refused for thread %d\n", nr, ret,
	       tree->task[in_way].tid);
	return -1;
}

/** tree_synced - TSYNC from @nr must succeed; 0, or -1 with a message */
static inline int tree_synced(int nr, int mark)
{
	long ret = tree_tsync(nr, mark);

	if (!ret)
		return 0;
	pr_err("TSYNC from task %d: %ld; it must succeed\n", nr, ret);
	return -1;
}

/**
 * tree_flags - check the flags of a filter of task @nr; 0, or -1 with a message
 * @index: of the filter; the oldest is 0
 * @want: SECCOMP_FILTER_FLAG_LOG or 0; the kernel reports no other flags
 *
 * The kernel reports them only with CAP_SYS_ADMIN in the initial user namespace. If the
 * test runs without it, the runner has to check from outside.
 */
static inline int tree_flags(int nr, int index, unsigned long long want)
{
	struct {
		unsigned long long filter_off, flags;
	} meta = { .filter_off = index };
	pid_t tid = tree->task[nr].tid;
	long ret;

	if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) ||
	    waitpid(tid, NULL, __WALL) != tid) {
		pr_perror("cannot stop task %d", nr);
		return -1;
	}
	ret = tree_errno(ptrace(PTRACE_SECCOMP_GET_METADATA, tid, sizeof(meta), &meta));
	ptrace(PTRACE_DETACH, tid, NULL, NULL);
	if (ret == -EACCES || (ret == sizeof(meta) && meta.flags == want))
		return 0;
	pr_err("task %d: filter %d has flags 0x%llx, not 0x%llx (%ld)\n", nr, index, meta.flags,
	       want, ret);
	return -1;
}

/**
 * tree_same - check whether two filters are one object; 0, or -1 with a message
 * @want: 1: they must be; 0: they must not
 *
 * A kernel without filter fds does not know, and a test in a user namespace is not
 * allowed to ask: nothing is checked then.
 */
static inline int tree_same(int nr, int index, int nr2, int index2, int want)
{
	long ret = tree_errno(syscall(__NR_kcmp, tree->task[nr].tid, tree->task[nr2].tid,
				      TREE_KCMP_FILTER, (long)index, (long)index2));

	if (ret == -EINVAL || ret == -EACCES || (ret >= 0 && (ret == 0) == want))
		return 0;
	pr_err("filter %d of task %d and %d of %d: kcmp says %ld, they must%s be the same\n", index,
	       nr, index2, nr2, ret, want ? "" : " not");
	return -1;
}

/**
 * tree_rehearse - try out the test on a tree that is not dumped
 * @build: makes the tree; 0, or -1 with a message
 * @verify: checks the tree, and may change it; 0, or -1 with a message
 *
 * What a dump has to keep must be true before the dump. The tree is then built again
 * for the dump. Returns 0, or -1 with a message.
 */
static inline int tree_rehearse(int (*build)(void), int (*verify)(void))
{
	if (tree_init())
		return -1;
	if (build() || verify()) {
		fail("the checks fail even before a dump");
		return -1;
	}
	tree_kill();
	if (build()) {
		fail("cannot build the tree a second time");
		return -1;
	}
	return 0;
}

/**
 * tree_finish - wait for the dump and the restore, check the tree, print the verdict
 * @verify: as for tree_rehearse()
 * @wrong: the verdict if something changed
 *
 * Returns the value for main() to return.
 */
static inline int tree_finish(int (*verify)(void), const char *wrong)
{
	int ret;

	test_daemon();
	test_waitsig();

	ret = verify();
	tree_kill();
	if (ret)
		fail("%s", wrong);
	else
		pass();
	return ret ? 1 : 0;
}

/** tree_test - all of main() for a test that builds a tree and checks it */
static inline int tree_test(int argc, char **argv, int (*build)(void), int (*verify)(void),
			    const char *wrong)
{
	test_init(argc, argv);
	return tree_rehearse(build, verify) ? 1 : tree_finish(verify, wrong);
}

#endif /* SECCOMP_TREE_H */
