// SPDX-License-Identifier: GPL-2.0
/* PTRACE_SECCOMP_GET_FILTER_FD, _SET_FILTER_FD, and the number in _GET_METADATA */
#include "harness.h"

#include <dirent.h>

#define SUSPEND PTRACE_O_SUSPEND_SECCOMP

static long nothing(long unused)
{
	(void)unused;
	return 0;
}

static long install(long fd)
{
	no_new_privs();
	return fd_install(fd, 0);
}

static long do_set_mark(long mark)
{
	no_new_privs();
	return set_mark(mark, 0);
}

static long do_probe(long mark)
{
	return probe(mark);
}

/* Children end with the test, but a tracee may outlive it. */
static pid_t start_spinning(int mode)
{
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (mode)
			prctl(PR_SET_SECCOMP, mode, 0, 0, 0);
		for (;;)
			;
	}
	while (status_field(pid, pid, "Seccomp") != mode)
		usleep(1000);
	return pid;
}

TEST(get_returns_the_object_by_its_index)
{
	int root = mark_fd(-1, 1), top = mark_fd(root, 2), fd;
	pid_t pid = start_child(install, top);

	attach(pid, 0);
	fd = get_fd(pid, 0);
	CHECK(fd >= 0);
	IS(fcntl(fd, F_GETFD), FD_CLOEXEC);
	IS(id_of(fd), id_of(root));
	IS(id_of(get_fd(pid, 1)), id_of(top));
	IS(id_of(get_fd(pid, -1)), id_of(top));
	detach(pid);
}

TEST(get_gives_a_plain_filter_a_descriptor)
{
	pid_t pid = start_child(do_set_mark, 1), other;
	int fd;

	attach(pid, 0);
	fd = get_fd(pid, -1);
	CHECK(fd >= 0);
	detach(pid);
	/* another task can get the same filter, and one above it */
	other = start_child(install, mark_fd(fd, 2));
	IS(compare(pid, 0, other, 0), 0);
	IS(child_run(other, do_probe, 1), -1001);
	IS(child_run(other, do_probe, 2), -1002);
	/* the filter stays as long as the descriptor */
	end_child(pid);
	IS(info_of(fd).depth, 1);
}

TEST(get_refuses_what_is_not_there)
{
	pid_t pid = start_child(install, mark_fd(mark_fd(-1, 1), 2)), none, strict;

	attach(pid, 0);
	IS(get_fd(pid, 2), -ENOENT);
	IS(get_fd(pid, -2), -ENOENT);
	IS(get_fd(pid, 1L << 40), -ENOENT);
	IS(ptrace(PTRACE_SECCOMP_GET_FILTER_FD, pid, NULL, (void *)1), -1);
	IS(errno, EINVAL);
	detach(pid);
	none = start_child(nothing, 0);
	attach(none, 0);
	IS(get_fd(none, 0), -EINVAL);
	IS(get_fd(none, -1), -EINVAL);
	strict = start_spinning(SECCOMP_MODE_STRICT);
	attach(strict, 0);
	IS(get_fd(strict, -1), -EINVAL);
	end_child(strict);
}

TEST(get_and_set_need_a_stopped_tracee)
{
	int fd = mark_fd(-1, 1);
	pid_t pid = start_child(install, fd), status;

	IS(get_fd(pid, 0), -ESRCH);
	IS(set_fd(pid, fd), -ESRCH);
	IS(ptrace(PTRACE_SEIZE, pid, NULL, (void *)SUSPEND), 0);
	IS(get_fd(pid, 0), -ESRCH);
	IS(set_fd(pid, fd), -ESRCH);
	IS(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
	IS(waitpid(pid, &status, 0), pid);
	CHECK(get_fd(pid, 0) >= 0);
	IS(set_fd(pid, fd), 0);
	end_child(pid);
	IS(get_fd(pid, 0), -ESRCH);
}

/* In a separate process: the first wrong result for a tracer of @pid. */
static long trace_and_ask(pid_t pid)
{
	int fd = mark_fd(-1, 9);
	struct seccomp_metadata_id meta = { .filter_off = 0 };

	attach(pid, 0);
	IS(get_fd(pid, 0), -EACCES);
	IS(set_fd(pid, fd), -EACCES);
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(meta), &meta), -1);
	IS(errno, EACCES);
	detach(pid);
	return 0;
}

static long ask_confined(long pid)
{
	IS(set_mark(1, 0), 0);
	return trace_and_ask(pid);
}

static long ask_unprivileged(long unused)
{
	pid_t pid;

	(void)unused;
	drop_privileges();
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		no_new_privs();
		set_mark(1, 0);
		for (;;)
			;
	}
	while (status_field(pid, pid, "Seccomp") != 2)
		usleep(1000);
	return trace_and_ask(pid);
}

TEST(get_and_set_are_refused_to_a_confined_tracer)
{
	pid_t pid = start_child(do_set_mark, 2);

	start_child(ask_confined, pid);
}

static long ask_as_root_of_namespace(long unused)
{
	pid_t pid;

	(void)unused;
	IS(syscall(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */), 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		IS(set_mark(1, 0), 0);
		for (;;)
			;
	}
	while (status_field(pid, pid, "Seccomp") != 2)
		usleep(1000);
	return trace_and_ask(pid);
}

TEST(get_and_set_are_refused_without_the_capability)
{
	start_child(ask_unprivileged, 0);
	/* all capabilities in a user namespace are not enough */
	start_child(ask_as_root_of_namespace, 0);
}

TEST(set_needs_suspended_seccomp)
{
	int fd = mark_fd(-1, 1);
	pid_t pid = start_child(nothing, 0);

	attach(pid, 0);
	IS(set_fd(pid, fd), -EPERM);
	detach(pid);
	IS(child_run(pid, do_probe, 1), -EINVAL);
	attach(pid, SUSPEND);
	IS(set_fd(pid, fd), 0);
	/* taken back, and refused again */
	IS(ptrace(PTRACE_SETOPTIONS, pid, NULL, NULL), 0);
	IS(set_fd(pid, fd), -EPERM);
	detach(pid);
	IS(child_run(pid, do_probe, 1), -1001);
}

TEST(set_gives_filters_to_who_had_none)
{
	int top = mark_fd(mark_fd(-1, 1), 2);
	pid_t pid = start_child(nothing, 0);

	attach(pid, SUSPEND);
	IS(set_fd(pid, top), 0);
	IS(status_field(pid, pid, "Seccomp"), 2);
	IS(status_field(pid, pid, "Seccomp_filters"), 2);
	/* no_new_privs is not changed */
	IS(status_field(pid, pid, "NoNewPrivs"), 0);
	IS(id_of(get_fd(pid, -1)), id_of(top));
	detach(pid);
	IS(child_run(pid, do_probe, 1), -1001);
	IS(child_run(pid, do_probe, 2), -1002);
}

TEST(set_never_loosens)
{
	int root = mark_fd(-1, 1), here = mark_fd(root, 2), above = mark_fd(here, 3);
	int beside = mark_fd(root, 4), apart = mark_fd(-1, 5);
	pid_t pid = start_child(install, here);

	attach(pid, SUSPEND);
	IS(set_fd(pid, root), -EPERM);
	IS(set_fd(pid, beside), -EPERM);
	IS(set_fd(pid, apart), -EPERM);
	IS(id_of(get_fd(pid, -1)), id_of(here));
	IS(status_field(pid, pid, "Seccomp_filters"), 2);
	/* to the filter that it already has, and to a descendant of that */
	IS(set_fd(pid, here), 0);
	IS(set_fd(pid, above), 0);
	IS(status_field(pid, pid, "Seccomp_filters"), 3);
	detach(pid);
	IS(child_run(pid, do_probe, 1), -1001);
	IS(child_run(pid, do_probe, 2), -1002);
	IS(child_run(pid, do_probe, 3), -1003);
}

/* The thread of a process that is not its leader. */
static pid_t other_thread(pid_t pid)
{
	struct dirent *entry;
	pid_t tid = pid;
	char path[32];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	CHECK(dir);
	while (tid == pid) {
		entry = readdir(dir);
		CHECK(entry);
		if (entry->d_name[0] != '.')
			tid = atoi(entry->d_name);
	}
	closedir(dir);
	return tid;
}

TEST(set_is_for_one_thread)
{
	int fd = mark_fd(-1, 1), status;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		start_thread(nothing, 0);
		for (;;)
			pause();
	}
	while (status_field(pid, pid, "Threads") != 2)
		usleep(1000);
	attach(pid, SUSPEND);
	IS(set_fd(pid, fd), 0);
	IS(status_field(pid, pid, "Seccomp"), 2);
	IS(status_field(pid, other_thread(pid), "Seccomp"), 0);
	kill(pid, SIGKILL);
	IS(waitpid(pid, &status, 0), pid);
}

static long read_counter(long unused)
{
	(void)unused;
#ifdef __x86_64__
	return __builtin_ia32_rdtsc() == 0;
#else
	return 0;
#endif
}

/* Strict mode, but the tracer suspends seccomp: all calls are still possible. */
static long go_strict(long unused)
{
	(void)unused;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
}

TEST(set_leads_out_of_strict_mode_and_gives_the_counter_back)
{
	int fd = mark_fd(-1, 1);
	pid_t pid = start_child(nothing, 0);

	attach(pid, SUSPEND);
	IS(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	IS(child_run(pid, go_strict, 0), 0);
	IS(status_field(pid, pid, "Seccomp"), 1);
	/* INSTALL does not get a task out of strict mode */
	IS(child_run(pid, install, fd), -EINVAL);
	IS(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
	IS(waitpid(pid, NULL, 0), pid);
	IS(set_fd(pid, fd), 0);
	IS(status_field(pid, pid, "Seccomp"), 2);
	detach(pid);
	IS(child_run(pid, do_probe, 1), -1001);
	/* SIGSEGV if the restriction of strict mode is still in place */
	IS(child_run(pid, read_counter, 0), 0);
	/* and a SET cannot be undone */
	IS(child_run(pid, go_strict, 0), -1);
}

/* If PR_SET_TSC disabled the counter before strict mode did, SET does not enable it. */
static long give_up_counter(long unused)
{
	(void)unused;
	return prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0);
}

static long has_counter(long unused)
{
	int mode = 0;

	(void)unused;
	return prctl(PR_GET_TSC, &mode, 0, 0, 0) ?: mode;
}

TEST(set_leaves_the_counter_to_pr_set_tsc)
{
	int fd = mark_fd(-1, 1);
	pid_t pid = start_child(give_up_counter, 0);

	attach(pid, SUSPEND);
	IS(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	IS(child_run(pid, go_strict, 0), 0);
	IS(ptrace(PTRACE_INTERRUPT, pid, NULL, NULL), 0);
	IS(waitpid(pid, NULL, 0), pid);
	IS(set_fd(pid, fd), 0);
	detach(pid);
	IS(child_run(pid, do_probe, 1), -1001);
	IS(child_run(pid, has_counter, 0), PR_TSC_SIGSEGV);
}

TEST(set_refuses_bad_arguments)
{
	int fd = mark_fd(-1, 1), listener;
	pid_t pid = start_child(nothing, 0);

	CHECK(mark_fd_flags(-1, 2, SECCOMP_FILTER_FLAG_NEW_LISTENER, &listener) >= 0);
	attach(pid, SUSPEND);
	IS(set_fd(pid, -1), -EBADF);
	IS(set_fd(pid, 200), -EBADF);
	IS(set_fd(pid, listener), -EBADF);
	IS(set_fd(pid, open("/dev/null", O_RDONLY)), -EBADF);
	IS(ptrace(PTRACE_SECCOMP_SET_FILTER_FD, pid, NULL, (void *)(1L << 32 | fd)), -1);
	IS(errno, EBADF);
	IS(ptrace(PTRACE_SECCOMP_SET_FILTER_FD, pid, (void *)1, (void *)(long)fd), -1);
	IS(errno, EINVAL);
	IS(status_field(pid, pid, "Seccomp"), 0);
	detach(pid);
}

/* After the stop, the kernel continues with an ancestor of the filter, which still exists. */
TEST(set_works_in_the_stop_of_ret_trace)
{
	const struct sock_filter trace[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct seccomp_fd_create args = { .size = sizeof(args),
					  .flags = SECCOMP_FILTER_FLAG_LOG,
					  .parent_fd = -1,
					  .len = 4,
					  .insns = (uintptr_t)trace };
	volatile int *traced =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int fd = fd_create(&args), above = mark_fd(fd, 1), status;
	pid_t pid = fork();

	if (pid == 0) {
		no_new_privs();
		IS(fd_install(fd, 0), 0);
		while (!*traced)
			;
		/* the second time, there is no tracer any more */
		while (syscall(SYS_getppid) != -1)
			;
		IS(probe(1), -1001);
		_exit(0);
	}
	while (status_field(pid, pid, "Seccomp") != 2)
		usleep(1000);
	attach(pid, PTRACE_O_TRACESECCOMP);
	*traced = 1;
	IS(ptrace(PTRACE_CONT, pid, NULL, NULL), 0);
	IS(waitpid(pid, &status, 0), pid);
	IS(status >> 8, SIGTRAP | PTRACE_EVENT_SECCOMP << 8);
	/* suspended only now, as otherwise it would not have stopped here */
	IS(ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)SUSPEND), 0);
	IS(set_fd(pid, mark_fd(-1, 1)), -EPERM);
	IS(set_fd(pid, above), 0);
	close(fd);
	detach(pid);
	IS(waitpid(pid, &status, 0), pid);
	IS(status, 0);
}

TEST(metadata_tells_the_number)
{
	int root = mark_fd(-1, 1);
	int top = mark_fd_flags(root, 2, SECCOMP_FILTER_FLAG_LOG, NULL);
	struct seccomp_metadata_id meta = { .filter_off = -1, .id = 42 };
	pid_t pid = start_child(install, top);
	long size;

	attach(pid, 0);
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(meta), &meta), 24);
	IS(meta.id, id_of(top));
	IS(meta.flags, SECCOMP_FILTER_FLAG_LOG);
	meta.filter_off = 0;
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(meta), &meta), 24);
	IS(meta.id, id_of(root));
	IS(meta.flags, 0);
	/* callers that do not know the new field get what they always got */
	meta.id = 42;
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 16, &meta), 16);
	IS(meta.id, 42);
	for (size = 17; size < 24; size++)
		IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, size, &meta), 16);
	IS(meta.id, 42);
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 8, &meta), 8);
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, 64, &meta), 24);
	meta.filter_off = 2;
	IS(ptrace(PTRACE_SECCOMP_GET_METADATA, pid, sizeof(meta), &meta), -1);
	IS(errno, ENOENT);
	detach(pid);
}

TEST(get_filter_takes_the_newest_too)
{
	struct sock_filter given[MARK_LEN], back[MARK_LEN];
	pid_t pid = start_child(install, mark_fd(mark_fd(-1, 1), 2));

	mark_program(given, 2);
	attach(pid, 0);
	IS(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, -1L, back), MARK_LEN);
	IS(memcmp(given, back, sizeof(given)), 0);
	detach(pid);
}

TEST(get_and_set_refuse_a_task_that_is_gone)
{
	int fd = mark_fd(-1, 1);
	pid_t pid = start_child(install, fd);
	siginfo_t info;

	attach(pid, SUSPEND);
	kill(pid, SIGKILL);
	/* dead, and not reaped */
	IS(waitid(P_PID, pid, &info, WEXITED | WNOWAIT), 0);
	IS(get_fd(pid, 0), -ESRCH);
	IS(get_fd(pid, -1), -ESRCH);
	IS(set_fd(pid, fd), -ESRCH);
}
