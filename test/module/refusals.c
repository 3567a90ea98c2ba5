// SPDX-License-Identifier: GPL-2.0
/* Each refusal of doc/kernel-module.md that the self-test does not try. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/ptrace.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel-module.h"
#include "kernel.h"
#include "puppet.h"
#include "seccomp-module.h"

#define DEVICE "/dev/" SECCOMP_MODULE_DEVICE
#define PROC_FILE "/proc/" SECCOMP_MODULE_DEVICE

static const struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
static const struct kernel *kernel;
static int device, filter;
static int number;
static bool failed;

static void is(const char *what, long got, long expected)
{
	printf("%s - %s", got == expected ? "ok" : "not ok", what);
	if (got != expected)
		printf(": %ld, not %ld", got, expected);
	printf("\n");
	failed |= got != expected;
	number++;
}

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

static long trace(long request, pid_t tid, long data)
{
	return result(syscall(SYS_ptrace, request, tid, 0, data));
}

/* A child in that mode, which waits in a call that strict mode allows. */
static pid_t start(int mode)
{
	struct sock_fprog program = { .len = 1, .filter = (struct sock_filter *)&allow };
	int ends[2], report[2];
	pid_t pid;
	char byte = 0;

	if (pipe(ends) || pipe(report))
		exit(1);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (mode && prctl(PR_SET_SECCOMP, mode, &program))
			syscall(SYS_exit, 1);
		if (write(report[1], &byte, 1) == 1)
			(void)!read(ends[0], &byte, 1);
		syscall(SYS_exit, 1);
	}
	close(report[1]);
	if (read(report[0], &byte, 1) != 1)
		exit(1);
	close(report[0]);
	return pid;
}

static void stop(pid_t pid, long options)
{
	int status;

	if (trace(PTRACE_SEIZE, pid, options) || trace(PTRACE_INTERRUPT, pid, 0) ||
	    waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status))
		exit(1);
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static long identify(pid_t pid)
{
	uint64_t id;

	return kernel->reader.identify(pid, &id);
}

static void only_a_stopped_tracee(void)
{
	pid_t pid = start(SECCOMP_MODE_FILTER);

	is("open: a task that is not traced", kernel->reader.open(pid, -1), -ESRCH);
	trace(PTRACE_SEIZE, pid, PTRACE_O_SUSPEND_SECCOMP);
	is("open: a tracee that runs", kernel->reader.open(pid, -1), -ESRCH);
	is("identify: a tracee that runs", identify(pid), -ESRCH);
	is("set: a tracee that runs", kernel->set(pid, filter), -ESRCH);
	trace(PTRACE_INTERRUPT, pid, 0);
	waitpid(pid, NULL, __WALL);
	is("identify: a stopped tracee", identify(pid), 0);
	is("open: no such index", kernel->reader.open(pid, 1), -ENOENT);
	is("open: an index below -1", kernel->reader.open(pid, -2), -ENOENT);
	is("set: a tracee with filters", kernel->set(pid, filter), -EOPNOTSUPP);
	kill(pid, SIGKILL);
	waitid(P_PID, pid, NULL, WEXITED | WNOWAIT);
	is("open: a tracee that is dead", kernel->reader.open(pid, -1), -ESRCH);
	waitpid(pid, NULL, 0);
	is("open: a task that is gone", kernel->reader.open(pid, -1), -ESRCH);
}

/* Our own child, but somebody else's tracee. */
static void only_its_tracer(void)
{
	pid_t pid = start(SECCOMP_MODE_STRICT), tracer = fork();
	int status;

	if (!tracer) {
		stop(pid, PTRACE_O_SUSPEND_SECCOMP);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(tracer, &status, WUNTRACED);
	is("set: a tracee of somebody else", kernel->set(pid, filter), -ESRCH);
	is("identify: a tracee of somebody else", identify(pid), -ESRCH);
	end(tracer);
	end(pid);
}

static void modes(void)
{
	pid_t none = start(0), strict = start(SECCOMP_MODE_STRICT);

	stop(none, PTRACE_O_SUSPEND_SECCOMP);
	is("identify: a tracee without seccomp", identify(none), -ENODATA);
	is("open: a tracee without seccomp", kernel->reader.open(none, -1), -ENODATA);
	is("set: a tracee without seccomp", kernel->set(none, filter), -EOPNOTSUPP);
	end(none);
	stop(strict, 0);
	is("open: a tracee in strict mode", kernel->reader.open(strict, -1), -ENODATA);
	is("set: seccomp is not suspended", kernel->set(strict, filter), -EPERM);
	trace(PTRACE_SETOPTIONS, strict, PTRACE_O_SUSPEND_SECCOMP);
	is("set: no descriptor", kernel->set(strict, -1), -EBADF);
	is("set: not a filter fd", kernel->set(strict, device), -EBADF);
	is("set: out of strict mode", kernel->set(strict, filter), 0);
	is("set: a second time", kernel->set(strict, filter), -EOPNOTSUPP);
	end(strict);
}

static void requests(void)
{
	struct seccomp_module_thread thread = { .tid = getpid(), .reserved = 1 };
	struct seccomp_filter_prog program = { .len = 1, .insns = 1 };
	int listener = -1;

	is("reserved is not zero", result(ioctl(device, SECCOMP_MODULE_OPEN, &thread)), -EINVAL);
	is("no such address", result(ioctl(device, SECCOMP_MODULE_SET, 1)), -EFAULT);
	is("no such request", result(ioctl(device, _IO('!', 99))), -ENOTTY);
	is("no such verdict", result(ioctl(device, SECCOMP_MODULE_VERDICT, 7)), -EINVAL);
	is("program: no such address", result(ioctl(filter, SECCOMP_IOCTL_FILTER_PROG, &program)),
	   -EFAULT);
	program.len = 0;
	is("program: no room", result(ioctl(filter, SECCOMP_IOCTL_FILTER_PROG, &program)), -ENOSPC);
	is("parent: of a root", kernel->reader.parent(filter), -ENOENT);
	is("listener: a file", kernel->listener_filter(open("/dev/null", O_RDONLY)), -EBADF);
	is("listener: a pid fd", kernel->listener_filter(syscall(SYS_pidfd_open, getpid(), 0)),
	   -EBADF);
	is("create: no instructions", kernel->create(-1, 0, &allow, 0, &listener), -EINVAL);
	is("create: more than 16 bits", kernel->create(-1, 0, &allow, 65537, &listener), -EINVAL);
	is("create: an unknown flag", kernel->create(-1, 1 << 20, &allow, 1, &listener), -EINVAL);
}

/* In a process of its own. Returns what the device says. */
static int confined(void)
{
	struct sock_fprog program = { .len = 1, .filter = (struct sock_filter *)&allow };

	prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
	return result(ioctl(device, SECCOMP_MODULE_STATE, NULL));
}

static int in_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) ? -errno : result(ioctl(device, SECCOMP_MODULE_STATE, NULL));
}

static int opened_in_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) ? -errno : result(open(DEVICE, O_RDWR));
}

static int proc_file_in_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) ? -errno : result(open(PROC_FILE, O_RDWR));
}

static int program_in_user_namespace(void)
{
	struct sock_filter insn;

	return unshare(CLONE_NEWUSER) ? -errno : kernel->reader.program(filter, &insn, 1);
}

/* The first version of the struct; larger ones end with what a module does not know. */
static uint64_t told[8] = { UINT64_MAX };
#define FIRST_VERSION _IOC(_IOC_READ | _IOC_WRITE, '!', _IOC_NR(SECCOMP_IOCTL_FILTER_INFO), 48)
#define TOO_SMALL _IOC(_IOC_READ | _IOC_WRITE, '!', _IOC_NR(SECCOMP_IOCTL_FILTER_INFO), 40)
#define IDS (SECCOMP_FILTER_INFO_ID | SECCOMP_FILTER_INFO_PARENT_ID)

static int info_in_user_namespace(void)
{
	int ret = unshare(CLONE_NEWUSER) ? -errno : result(ioctl(filter, FIRST_VERSION, told));

	return ret || (!(told[0] & IDS) && !told[1] && !told[2]) ? ret : -EPERM;
}

static int fdinfo_in_user_namespace(void)
{
	char path[64], text[256] = "";
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", filter);
	if (unshare(CLONE_NEWUSER))
		return -errno;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		return -errno;
	return strstr(text, "filter_depth:") && !strstr(text, "filter_id:") ? 0 : -EPERM;
}

static void info(void)
{
	is("info: a struct that is too small", result(ioctl(filter, TOO_SMALL, told)), -EINVAL);
	is("info: no such address", result(ioctl(filter, FIRST_VERSION, 1)), -EFAULT);
	is("info: of the first version", result(ioctl(filter, FIRST_VERSION, told)), 0);
	is("info: has an id", told[0] & IDS && told[1], true);
	is("info: of a root", told[2], 0);
	is("info: the depth", (uint32_t)told[3], 1);
	is("info: no more than was asked for", told[6] || told[7], false);
	told[0] = SECCOMP_FILTER_INFO_LEN;
	is("info: the length only", result(ioctl(filter, FIRST_VERSION, told)), 0);
	is("info: says so", told[0], SECCOMP_FILTER_INFO_LEN);
	is("info: and nothing else", told[1] || (uint32_t)told[3], false);
	told[0] = UINT64_MAX;
	is("a filter fd does not know other requests", result(ioctl(filter, TCGETS, told)),
	   -ENOTTY);
}

#ifdef __x86_64__
static long read_counter(void *unused)
{
	(void)unused;
	__builtin_ia32_rdtsc();
	return 0;
}

/* Strict mode has not taken it, and what is set does not give it. */
static int set_where_the_counter_was_taken(void)
{
	struct puppet *puppet;
	sigset_t all;
	int ret;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV))
		return -errno;
	ret = puppet_start(&puppet, NULL);
	if (ret)
		return ret;
	ret = kernel_module_set_puppet(puppet, filter);
	if (!ret && puppet_call(puppet, read_counter, NULL) != -ECHILD)
		ret = -EPERM;
	puppet_end(puppet);
	return ret;
}
#endif

static int parent_in_user_namespace(void)
{
	return unshare(CLONE_NEWUSER) ? -errno : kernel->reader.parent(filter);
}

static int elsewhere(int (*function)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(-function());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

static void proc_file(void)
{
	struct seccomp_module_state state = { 0 };
	int fd = open(PROC_FILE, O_RDWR | O_CLOEXEC);

	is("the file below /proc does the same", result(ioctl(fd, SECCOMP_MODULE_STATE, &state)),
	   0);
	is("and is of the same version", state.version, SECCOMP_MODULE_VERSION);
	is("it is not for those who may only read", result(open(PROC_FILE, O_RDONLY)), -EACCES);
	is("it does not know other requests", result(ioctl(fd, TCGETS, &state)), -ENOTTY);
	close(fd);
	is("opened in a user namespace, below /proc", elsewhere(proc_file_in_user_namespace),
	   -EACCES);
}

int main(void)
{
	const char *why;
	bool there;

	setvbuf(stdout, NULL, _IONBF, 0);
	kernel = kernel_module(&why, &there);
	if (!kernel) {
		printf("not ok - %s\n", why);
		return 1;
	}
	device = open(DEVICE, O_RDWR | O_CLOEXEC);
	filter = kernel->create(-1, 0, &allow, 1, NULL);
	is("a filter is made", device >= 0 && filter >= 0, true);
	only_a_stopped_tracee();
	only_its_tracer();
	modes();
	requests();
	is("a caller under seccomp", elsewhere(confined), -EACCES);
	is("a caller in a user namespace", elsewhere(in_user_namespace), -EACCES);
	is("opened in a user namespace", elsewhere(opened_in_user_namespace), -EACCES);
	proc_file();
	info();
	is("parent, asked in a user namespace", elsewhere(parent_in_user_namespace), -EACCES);
	is("program, asked in a user namespace", elsewhere(program_in_user_namespace), -EACCES);
	is("no ids in a user namespace", elsewhere(info_in_user_namespace), 0);
	is("nor in fdinfo", elsewhere(fdinfo_in_user_namespace), 0);
#ifdef __x86_64__
	is("set: the counter stays taken", elsewhere(set_where_the_counter_was_taken), 0);
#endif
	return failed;
}
