// SPDX-License-Identifier: GPL-2.0
/* What tracees do meanwhile, and the programs of their filters. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp-fd.h"
#include "stress.h"

#define NR_THREADS 3
/* how many filters a thread installs at most, and how much it does until it just sleeps */
#define MOST_FILTERS 10
#define LIFE 1000

/* ---- Programs ---- */

/* The places of what all programs have in common. */
enum { MARK_AT = 3, PADDING_AT = 12 };

unsigned int make_program(struct sock_filter *insns, uint32_t n, bool notify)
{
	const uint32_t mark = n % NR_MARKS;
	const struct sock_filter head[PADDING_AT] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_MARK, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mark, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (MARK_ERRNO + mark)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_TRACE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_KILL, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 n & 1 ? SECCOMP_RET_KILL_THREAD : SECCOMP_RET_KILL_PROCESS),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NR_NOTIFY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, notify ? SECCOMP_RET_USER_NOTIF : SECCOMP_RET_ALLOW),
	};
	unsigned int len = PADDING_AT + n % (MAX_LEN - PADDING_AT - 1), i;

	memcpy(insns, head, sizeof(head));
	for (i = PADDING_AT; i < len; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, n + i);
	insns[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return len;
}

int program_mark(const struct sock_filter *insns, unsigned int len)
{
	struct sock_filter same[MAX_LEN];
	uint32_t n;

	if (len <= PADDING_AT || insns[MARK_AT].k >= NR_MARKS)
		return -EINVAL;
	/* without padding all that is known is the mark */
	if (len == PADDING_AT + 1)
		return insns[MARK_AT].k;
	n = insns[PADDING_AT].k - PADDING_AT;
	if (make_program(same, n, insns[PADDING_AT - 1].k == SECCOMP_RET_USER_NOTIF) != len ||
	    memcmp(insns, same, len * sizeof(*insns)))
		return -EINVAL;
	return insns[MARK_AT].k;
}

/* ---- Tracees ---- */

/* What a thread of a tracee is. */
struct life {
	uint64_t state;
	enum kind kind;
	bool is_leader;
	unsigned int filters;
	/* where its process says which thread it has; NULL: nowhere */
	pid_t *thread;
};

static long install(uint32_t n, unsigned int flags)
{
	struct sock_filter insns[MAX_LEN];
	struct sock_fprog program = {
		.len = make_program(insns, n, flags & SECCOMP_FILTER_FLAG_NEW_LISTENER),
		.filter = insns,
	};

	return result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

static void install_one(struct life *life, uint32_t n)
{
	unsigned int flags = n & 1 ? SECCOMP_FILTER_FLAG_TSYNC : 0;

	if (life->filters >= MOST_FILTERS)
		return;
	if (n & 2)
		flags |= SECCOMP_FILTER_FLAG_LOG;
	life->filters++;
	install(n, flags);
}

static void fork_one(struct life *life, uint32_t n)
{
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		install_one(life, n);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, __WALL);
}

static void *sleep_a_moment(void *arg)
{
	usleep(1000);
	return arg;
}

static void start_one(void)
{
	pthread_t thread;

	if (!pthread_create(&thread, NULL, sleep_a_moment, NULL))
		pthread_join(thread, NULL);
}

static void exec_self(uint32_t n)
{
	char number[16];

	snprintf(number, sizeof(number), "%u", n);
	execl("/proc/self/exe", "stress", "--tracee", number, (char *)NULL);
}

static void act(struct life *life, uint32_t n)
{
	const uint32_t what = n % 256;

	n = draw(&life->state);
	if (what < 20 && life->kind != PLAIN)
		install_one(life, n);
	else if (what < 90)
		syscall(NR_TRACE);
	else if (what < 96)
		fork_one(life, n);
	else if (what < 100 && life->kind != LISTENER)
		start_one();
	else if (what == 120 && life->kind == LISTENER)
		/* until the listener is closed */
		syscall(NR_NOTIFY);
	else if (what == 121 && life->is_leader && life->kind != PLAIN) {
		*life->thread = 0;
		exec_self(n);
	} else if (what == 122 && sometimes(n, 4))
		syscall(NR_KILL);
	else if (what == 123 && sometimes(n, 4))
		syscall(n & 16 ? SYS_exit : SYS_exit_group, 0);
	else if (what < 140)
		sched_yield();
	else
		usleep(5000);
}

static void live(struct life *life)
{
	unsigned int i;

	for (i = 0; i < LIFE; i++)
		act(life, draw(&life->state));
	for (;;)
		pause();
}

static void *live_in_thread(void *arg)
{
	struct life life = *(struct life *)arg;

	life.is_leader = false;
	life.state += syscall(SYS_gettid);
	*life.thread = syscall(SYS_gettid);
	live(&life);
	return NULL;
}

static void begin(struct life *life)
{
	unsigned int i;
	pthread_t thread;
	uint32_t n = draw(&life->state);

	if (life->kind == PLAIN)
		return;
	for (i = 0; i <= n % 4; i++)
		install_one(life, draw(&life->state) & ~1);
	if (life->kind == LISTENER)
		place(install(n, SECCOMP_FILTER_FLAG_NEW_LISTENER), listener_slot(n));
	for (i = 0; life->kind == THREADS && i < NR_THREADS; i++)
		pthread_create(&thread, NULL, live_in_thread, life);
}

/* All that strict mode knows is read(2), write(2), exit(2) and the return of a signal. */
static void __attribute__((noreturn)) be_strict(int go)
{
	uint16_t mark = 0;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) || read(go, &mark, sizeof(mark)) != 2)
		syscall(SYS_exit, 2);
#ifdef __x86_64__
	/* SIGSEGV where strict mode has left a trace */
	(void)__builtin_ia32_rdtsc();
#endif
	syscall(SYS_exit, syscall(NR_MARK, mark) == -1 && errno == MARK_ERRNO + mark ? 0 : 1);
	__builtin_unreachable();
}

void tracee_main(enum kind kind, uint32_t n, pid_t *thread, int go)
{
	/* threads copy it, and may be slow to start */
	static struct life life;
	sigset_t child;

	life = (struct life){ .state = n, .kind = kind, .is_leader = true, .thread = thread };
	/* a signal would stop a tracee as well */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	if (kind == STRICT)
		be_strict(go);
	begin(&life);
	live(&life);
	_exit(0);
}
