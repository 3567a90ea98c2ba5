// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

const char *test_doc = "A monitor is dumped while a trapped task makes a call for it";
const char *test_author = "criu-seccomp maintainers";

/* Filter fd and listener of the monitor's */
#define FILTER_FD 70
#define LISTENER_FD 71
/* and what is added to an error of the ioctl itself */
#define IOCTL_ERROR 10000

static int monitor, runner, trapped;
static long id;
/* The call in the task waits at the first one; who sees it there moves it to the other. */
static uint32_t *word;

static long do_create(long unused, long unused2)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_fd_create arg = { .size = sizeof(arg),
					 .parent_fd = SECCOMP_FD_PARENT_NONE,
					 .flags = SECCOMP_FILTER_FLAG_NEW_LISTENER,
					 .len = ARRAY_SIZE(insns),
					 .insns = (unsigned long)insns };
	int filter = syscall(__NR_seccomp, SECCOMP_FD_CREATE, 0, &arg);

	(void)unused;
	(void)unused2;
	if (filter < 0 || dup2(filter, FILTER_FD) < 0 || dup2(arg.listener_fd, LISTENER_FD) < 0)
		return -errno;
	close(filter);
	close(arg.listener_fd);
	return 0;
}

/* Its copy of the listener is not for it to keep. */
static long do_install(long unused, long unused2)
{
	struct seccomp_fd_install arg = { .size = sizeof(arg),
					  .filter_fd = FILTER_FD,
					  .pidfd = -1 };

	(void)unused;
	(void)unused2;
	close(LISTENER_FD);
	return tree_errno(syscall(__NR_seccomp, SECCOMP_FD_INSTALL, 0, &arg));
}

/* What the task's call has returned */
static long run(struct seccomp_notif_syscall *call)
{
	call->size = sizeof(*call);
	call->flags = SECCOMP_NOTIF_SYSCALL_RUN;
	if (ioctl(LISTENER_FD, SECCOMP_IOCTL_NOTIF_SYSCALL, call))
		return -errno - IOCTL_ERROR;
	return call->result;
}

static long do_run_wait(long notification, long unused)
{
	struct seccomp_notif_syscall call = { .id = notification,
					      .nr = __NR_futex,
					      .args = { (unsigned long)word, FUTEX_WAIT } };

	(void)unused;
	return run(&call);
}

static long do_run_getpid(long notification, long unused)
{
	struct seccomp_notif_syscall call = { .id = notification, .nr = __NR_getpid };

	(void)unused;
	return run(&call);
}

/* Until the task waits in the call, which goes on waiting. */
static int wait_until_begun(void)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int i;

	for (i = 0; i < 10000; i++) {
		if (syscall(__NR_futex, word, FUTEX_REQUEUE, 0, 1, word + 1, 0) == 1)
			return 0;
		nanosleep(&nap, NULL);
	}
	pr_err("the task does not make the call\n");
	return -1;
}

static int build(void)
{
	monitor = tree_confinable();
	if (monitor < 0 || tree_expect("create", tree_call(monitor, do_create, 0, 0), 0))
		return -1;
	runner = tree_thread(monitor);
	trapped = tree_fork(monitor);
	if (runner < 0 || trapped < 0 ||
	    tree_expect("install", tree_call(trapped, do_install, 0, 0), 0))
		return -1;
	tree_start(trapped, tree_do_ask, QUESTION, 0);
	id = tree_receive(monitor, LISTENER_FD);
	if (!id)
		return -1;
	tree_start(runner, do_run_wait, id, 0);
	return wait_until_begun();
}

/* The task is trapped, makes another call, and is told the answer. */
static int goes_on(void)
{
	if (tree_expect("another call", tree_call(runner, do_run_getpid, id, 0),
			tree->task[trapped].pid))
		return -1;
	return tree_answer(monitor, LISTENER_FD, id, trapped);
}

/* Without a dump the call ends as it does by itself, and the notification is the same. */
static int before(void)
{
	if (tree_expect("wake", syscall(__NR_futex, word + 1, FUTEX_WAKE, 1), 1) ||
	    tree_expect("the call", tree_wait(runner), 0))
		return -1;
	return goes_on();
}

/* It was interrupted, the task's own call is made again, and the monitor asked again. */
static int after(void)
{
	if (tree_expect("the call", tree_wait(runner), -EINTR) ||
	    tree_expect("an old notification", tree_call(monitor, tree_do_answer, LISTENER_FD, id),
			-ENOENT))
		return -1;
	id = tree_receive(monitor, LISTENER_FD);
	if (!id || goes_on())
		return -1;
	return tree_talk(trapped, monitor, LISTENER_FD);
}

int main(int argc, char **argv)
{
	test_init(argc, argv);
	word = mmap(NULL, 2 * sizeof(*word), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		    0);
	if (word == MAP_FAILED) {
		pr_perror("mmap");
		return 1;
	}
	if (tree_rehearse(build, before))
		return 1;
	return tree_finish(after, "a call that was made for the monitor is not over as promised");
}
