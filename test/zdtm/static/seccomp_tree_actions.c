// SPDX-License-Identifier: GPL-2.0
#include <sys/resource.h>
#include <ucontext.h>

#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc = "Every action of a filter still acts, and the clocks can be read";
const char *test_author = "criu-seccomp maintainers";

#define DATA 321

/* A process for each action; the first two have a second thread. */
static int kill_thread, victim, kill_process, bystander;
static int give_errno, trap, trace, let_log, allow;

/* What the SIGSYS handler saw, in memory that the test can read. */
struct trapped {
	int count, code, error, nr;
	unsigned int arch;
	void *where;
};

static volatile struct trapped *trapped;

/* getpriority(TREE_ASK + 1) has the action, and everything else is allowed. */
static long do_install_action(long action, long unused)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + 1, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	(void)unused;
	return tree_seccomp(insns, ARRAY_SIZE(insns), 0);
}

static void on_sigsys(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	trapped->code = info->si_code;
	trapped->error = info->si_errno;
	trapped->nr = info->si_syscall;
	trapped->arch = info->si_arch;
	trapped->where = info->si_call_addr;
	trapped->count++;
}

static long do_catch_sigsys(long unused, long unused2)
{
	struct sigaction sa = { .sa_sigaction = on_sigsys, .sa_flags = SA_SIGINFO };

	(void)unused;
	(void)unused2;
	return tree_errno(sigaction(SIGSYS, &sa, NULL));
}

static int with_action(unsigned int action)
{
	int nr = tree_confinable();
	long ret = nr < 0 ? -1 : tree_call(nr, do_install_action, action, 0);

	if (!ret)
		return nr;
	pr_err("action 0x%x: %ld\n", action, ret);
	return -1;
}

static int build(void)
{
	if (!trapped)
		trapped = mmap(NULL, sizeof(*trapped), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (trapped == MAP_FAILED)
		return -1;
	memset((void *)trapped, 0, sizeof(*trapped));

	kill_thread = with_action(SECCOMP_RET_KILL_THREAD);
	kill_process = with_action(SECCOMP_RET_KILL_PROCESS);
	give_errno = with_action(SECCOMP_RET_ERRNO | DATA);
	trap = with_action(SECCOMP_RET_TRAP | DATA);
	trace = with_action(SECCOMP_RET_TRACE | DATA);
	let_log = with_action(SECCOMP_RET_LOG);
	allow = with_action(SECCOMP_RET_ALLOW);
	if (kill_thread < 0 || kill_process < 0 || give_errno < 0 || trap < 0 || trace < 0 ||
	    let_log < 0 || allow < 0)
		return -1;
	victim = tree_thread(kill_thread);
	bystander = tree_thread(kill_process);
	if (victim < 0 || bystander < 0)
		return -1;
	return tree_call(trap, do_catch_sigsys, 0, 0) ? -1 : 0;
}

static int answers(int nr, const char *action, long want)
{
	long ret = tree_call(nr, tree_do_probe, 1, 0);

	if (ret == want)
		return 0;
	pr_err("%s: the call returns %ld, not %ld\n", action, ret, want);
	return -1;
}

static int check_trap(void)
{
	/* The handler does not set the return register, so the result means nothing. */
	if (tree_call(trap, tree_do_probe, 1, 0) == TREE_DIED) {
		pr_err("TRAP: the task is dead\n");
		return -1;
	}
	if (trapped->count == 1 && trapped->code == 1 /* SYS_SECCOMP */ && trapped->error == DATA &&
	    trapped->nr == __NR_getpriority && trapped->arch && trapped->where)
		return 0;
	pr_err("TRAP: %d signals; code %d, errno %d, system call %d, arch 0x%x, at %p\n",
	       trapped->count, trapped->code, trapped->error, trapped->nr, trapped->arch,
	       trapped->where);
	return -1;
}

static int check_trace(void)
{
	pid_t pid = tree->task[trace].pid;
	unsigned long data = 0;
	int status;

	/* Without a tracer, the call fails with ENOSYS. */
	if (answers(trace, "TRACE, no tracer", -ENOSYS))
		return -1;
	if (ptrace(PTRACE_SEIZE, pid, NULL, PTRACE_O_TRACESECCOMP)) {
		pr_perror("PTRACE_SEIZE");
		return -1;
	}
	/* With a tracer, the task stops for it, and then makes the call. */
	tree_start(trace, tree_do_probe, 1, 0);
	if (waitpid(pid, &status, 0) != pid ||
	    status >> 8 != (SIGTRAP | PTRACE_EVENT_SECCOMP << 8)) {
		pr_err("TRACE: wait status 0x%x in place of a stop\n", status);
		return -1;
	}
	if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &data) || data != DATA) {
		pr_err("TRACE: the tracer is told %lu\n", data);
		return -1;
	}
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	if (tree_wait(trace) == -EINVAL)
		return 0;
	pr_err("TRACE: the tracer let it pass, and it returned %ld\n", tree->task[trace].result);
	return -1;
}

static int check_kill(void)
{
	pid_t pid = tree->task[kill_process].pid;
	int status;

	if (answers(victim, "KILL_THREAD", TREE_DIED) ||
	    answers(bystander, "KILL_PROCESS", TREE_DIED))
		return -1;
	if (tree_call(kill_thread, tree_do_probe, 2, 0) != -EINVAL) {
		pr_err("KILL_THREAD: the rest of the process does not continue\n");
		return -1;
	}
	if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
		return 0;
	pr_err("KILL_PROCESS: wait status 0x%x\n", status);
	return -1;
}

static long long nanoseconds(const struct timespec *t)
{
	return t->tv_sec * 1000000000LL + t->tv_nsec;
}

/* Reads the clock by vDSO and by system call, and the counter itself; 0, or what is wrong. */
static long do_read_clocks(long unused, long unused2)
{
	struct timespec first, second, third;

	(void)unused;
	(void)unused2;
	if (clock_gettime(CLOCK_MONOTONIC, &first) ||
	    syscall(__NR_clock_gettime, CLOCK_MONOTONIC, &second) ||
	    clock_gettime(CLOCK_MONOTONIC, &third))
		return -errno;
	if (nanoseconds(&first) > nanoseconds(&second) ||
	    nanoseconds(&second) > nanoseconds(&third))
		return 1;
#ifdef __x86_64__
	/* Strict mode forbids the instruction: SIGSEGV. */
	if (!__builtin_ia32_rdtsc())
		return 2;
#endif
	return 0;
}

static int check_clocks(int nr)
{
	long ret = tree_call(nr, do_read_clocks, 0, 0);

	if (!ret)
		return 0;
	pr_err("task %d cannot read the clocks: %ld\n", nr, ret);
	return -1;
}

static int verify(void)
{
	if (check_clocks(allow) || check_clocks(trap) || check_clocks(kill_thread) ||
	    check_clocks(victim) || check_clocks(bystander))
		return -1;
	if (answers(give_errno, "ERRNO", -DATA) || answers(let_log, "LOG", -EINVAL) ||
	    answers(allow, "ALLOW", -EINVAL))
		return -1;
	return check_trap() || check_trace() || check_kill() ? -1 : 0;
}

int main(int argc, char **argv)
{
	struct rlimit none = {};

	setrlimit(RLIMIT_CORE, &none);
	return tree_test(argc, argv, build, verify, "an action does not act as before");
}
