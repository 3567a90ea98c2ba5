// SPDX-License-Identifier: GPL-2.0
#include "monitor.h"

static struct seccomp_fd_features kernel_has(void)
{
	struct seccomp_fd_features features = { .size = sizeof(features) };

	IS(fd_features(&features), 0);
	return features;
}

void need_create_flag(unsigned int flag)
{
	if (!(kernel_has().create_flags & flag))
		test_absent();
}

void need_feature(uint64_t feature)
{
	if (!(kernel_has().features & feature))
		test_absent();
}

long ask_ppid(long unused)
{
	long ret = syscall(SYS_getppid);

	(void)unused;
	return ret < 0 ? -errno : ret;
}

static int last_listener = -1;

long try_asking_fd(int parent, unsigned int flags, int *listener)
{
	const struct sock_filter ask[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, X32_GETPPID, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_fd_create args = {
		.size = sizeof(args),
		.flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | flags,
		.parent_fd = parent,
		.len = 5,
		.insns = (uintptr_t)ask,
	};
	long fd = fd_create(&args);

	*listener = args.listener_fd;
	if (fd >= 0)
		last_listener = args.listener_fd;
	return fd;
}

int asking_fd(int parent, unsigned int flags, int *listener)
{
	long fd = try_asking_fd(parent, flags, listener);

	CHECK(fd >= 0);
	return fd;
}

pid_t confined_fork(int fd, int listener)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		/* a copy would keep the listener open when its owner closes it */
		close(listener);
	}
	return pid;
}

pid_t asking_task(int fd, long want)
{
	pid_t pid = confined_fork(fd, last_listener);

	if (pid == 0) {
		IS(ask_ppid(0), want);
		_exit(0);
	}
	return pid;
}

void wait_until_in(pid_t pid, int nr)
{
	char path[64], text[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/syscall", pid);
	do {
		usleep(1000);
		memset(text, 0, sizeof(text));
		fd = open(path, O_RDONLY);
		CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0);
		close(fd);
		/* "running" while it is in none */
	} while (text[0] == 'r' || atoi(text) != nr);
}

struct seccomp_notif receive(int listener)
{
	struct seccomp_notif req;
	long ret;

	/* ENOENT: a task has left before it could be received */
	do {
		memset(&req, 0, sizeof(req));
		ret = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req);
	} while (ret == -ENOENT);
	IS(ret, 0);
	return req;
}

long answer(int listener, uint64_t id, long value)
{
	struct seccomp_notif_resp resp = { .id = id, .val = value };

	return fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp);
}

void ended_well(pid_t pid)
{
	int status;

	IS(waitpid(pid, &status, 0), pid);
	IS(status, 0);
}

long make_call(int listener, uint64_t id, unsigned int flags, unsigned int nr,
	       const uint64_t args[6], long long *result)
{
	struct seccomp_notif_syscall call = {
		.id = id, .size = sizeof(call), .flags = flags, .nr = nr
	};
	long ret;

	if (args)
		memcpy(call.args, args, sizeof(call.args));
	ret = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &call);
	if (result)
		*result = call.result;
	return ret;
}

static void handler(int sig)
{
	(void)sig;
}

pid_t monitor_that_runs(int listener, uint64_t id, unsigned int nr, const uint64_t args[6],
			long want)
{
	struct sigaction action = { .sa_handler = handler };
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		long long result = 0;
		long ret;

		sigaction(SIGUSR1, &action, NULL);
		/* a signal that comes before the task has begun it is none for the call */
		do {
			ret = make_call(listener, id, SECCOMP_NOTIF_SYSCALL_RUN, nr, args, &result);
		} while (ret == -EINTR);
		/* a task that is killed may be gone before it can say that it was interrupted */
		if (ret != -ESRCH || want != -ESRCH) {
			IS(ret, 0);
			IS(result, want == -ESRCH ? -EINTR : want);
		}
		_exit(0);
	}
	return pid;
}

int filter_fd_flags(int parent, int nr, uint32_t action, unsigned int flags, int *listener)
{
	const struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, action),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_fd_create args = {
		.size = sizeof(args),
		.flags = flags,
		.parent_fd = parent,
		.len = 4,
		.insns = (uintptr_t)insns,
	};
	int fd = fd_create(&args);

	CHECK(fd >= 0);
	if (listener)
		*listener = args.listener_fd;
	return fd;
}

int filter_fd(int parent, int nr, uint32_t action)
{
	return filter_fd_flags(parent, nr, action, 0, NULL);
}

int judged_fd(bool outside, int nr, uint32_t action, int *listener)
{
	int fd = outside ? filter_fd(-1, nr, action) : -1;

	fd = asking_fd(fd, 0, listener);
	return outside ? fd : filter_fd(fd, nr, action);
}

#ifdef __x86_64__
/* getppid, with something to find again in each register of an argument */
static long call_with_registers(uint64_t args[6])
{
	register uint64_t r10 asm("r10");
	register uint64_t r8 asm("r8");
	register uint64_t r9 asm("r9");
	long ret = SYS_getppid;

	r10 = args[3];
	r8 = args[4];
	r9 = args[5];
	asm volatile("syscall"
		     : "+a"(ret), "+D"(args[0]), "+S"(args[1]), "+d"(args[2]), "+r"(r10), "+r"(r8),
		       "+r"(r9)
		     :
		     : "rcx", "r11", "memory");
	args[3] = r10;
	args[4] = r8;
	args[5] = r9;
	return ret;
}

static void registers_stay(long want)
{
	uint64_t args[6];
	int i;

	for (i = 0; i < 6; i++)
		args[i] = 0x1111111111111111 * (i + 1);
	IS(call_with_registers(args), want);
	for (i = 0; i < 6; i++)
		CHECK(args[i] == 0x1111111111111111 * (uint64_t)(i + 1));
	_exit(0);
}

pid_t register_task(int fd, long want)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		registers_stay(want);
	}
	return pid;
}
#endif
