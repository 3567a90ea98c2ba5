// SPDX-License-Identifier: GPL-2.0
/* Replaceable filters: CREATE with REPLACEABLE, and NOTIF_SET_PROG */
#include "harness.h"
#include "monitor.h"

#define REPLACEABLE (SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_REPLACEABLE)

static const struct sock_filter deny_getppid[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 77),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static long set_prog(int listener, const struct sock_filter *insns, unsigned int len,
		     unsigned int flags, uint64_t *generation)
{
	struct seccomp_notif_prog args = {
		.size = sizeof(args),
		.flags = flags,
		.len = len,
		.insns = (uintptr_t)insns,
		.generation = generation ? *generation : 0,
	};
	long ret = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args);

	if (generation)
		*generation = args.generation;
	return ret;
}

static long set_prog_mark(int listener, int mark, unsigned int flags, uint64_t *generation)
{
	struct sock_filter insns[MARK_LEN];

	mark_program(insns, mark);
	return set_prog(listener, insns, MARK_LEN, flags, generation);
}

/* A replaceable filter with @mark on @parent; the kernel must have such. */
static int replaceable_fd(int parent, int mark, int *listener)
{
	int fd;

	need_create_flag(SECCOMP_FILTER_FLAG_REPLACEABLE);
	fd = mark_fd_flags(parent, mark, REPLACEABLE, listener);
	IS(fd < 0 ? fd : 0, 0);
	return fd;
}

static long probe_in(long mark)
{
	return probe(mark);
}

static long confine(long fd)
{
	no_new_privs();
	return fd_install(fd, 0);
}

TEST(replaceable_needs_a_listener)
{
	need_create_flag(SECCOMP_FILTER_FLAG_REPLACEABLE);
	IS(mark_fd_flags(-1, 1, SECCOMP_FILTER_FLAG_REPLACEABLE, NULL), -EINVAL);
	/* and it is not a flag of SECCOMP_SET_MODE_FILTER */
	no_new_privs();
	IS(set_mark(1, REPLACEABLE), -EINVAL);
}

TEST(replaceable_is_told)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);

	IS(info_of(fd).flags, REPLACEABLE);
	IS(info_of(fd).progs, 1);
	IS(info_of(fd).generation, 1);
	close(listener);
	IS(info_of(fd).flags, SECCOMP_FILTER_FLAG_REPLACEABLE);
	fd = mark_fd(-1, 1);
	IS(info_of(fd).progs, 1);
	IS(info_of(fd).generation, 0);
}

TEST(replaced_is_what_all_tasks_under_it_are_asked)
{
	int listener, fd = replaceable_fd(mark_fd(-1, 1), 2, &listener), i;
	int above = mark_fd(fd, 3);
	uint64_t generation = 1, id = id_of(fd);
	pid_t pid[20];

	for (i = 0; i < 20; i++)
		pid[i] = start_child(confine, i & 1 ? above : fd);
	IS(set_prog_mark(listener, 4, 0, &generation), 0);
	IS(generation, 2);
	for (i = 0; i < 20; i++) {
		IS(child_run(pid[i], probe_in, 4), -1004);
		IS(child_run(pid[i], probe_in, 2), -EINVAL);
		/* the others stay */
		IS(child_run(pid[i], probe_in, 1), -1001);
		IS(child_run(pid[i], probe_in, 3), i & 1 ? -1003 : -EINVAL);
	}
	/* and so does the object */
	IS(id_of(fd), id);
	IS(info_of(fd).generation, 2);
	IS(info_of(fd).progs, 1);
	IS(compare(pid[0], -1, pid[1], 1), 0);
	/* who comes later is asked by the new one as well */
	IS(confine(above), 0);
	IS(probe(4), -1004);
}

TEST(replaced_while_calls_are_made)
{
	int listener, fd = replaceable_fd(-1, 1, &listener), i;
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		IS(confine(fd), 0);
		/* of two programs one says so at any time */
		for (;;)
			if (probe(1) != -1001)
				_exit(1);
	}
	for (i = 0; i < 200; i++)
		IS(set_prog_mark(listener, 1, 0, NULL), 0);
	IS(waitpid(pid, NULL, WNOHANG), 0);
	end_child(pid);
	IS(info_of(fd).generation, 201);
}

/* What a program always allows is cached: the cache has to go with it. */
TEST(replaced_is_not_what_was_cached)
{
	const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	int listener, fd = replaceable_fd(mark_fd(-1, 1), 2, &listener);
	pid_t pid = start_child(confine, mark_fd(fd, 3));
	int i;

	for (i = 0; i < 3; i++) {
		IS(child_run(pid, ask_ppid, 0), getpid());
		IS(set_prog(listener, deny_getppid, 4, 0, NULL), 0);
		IS(child_run(pid, ask_ppid, 0), -77);
		IS(set_prog(listener, allow, 1, 0, NULL), 0);
	}
}

/* The one above allows the call, always. */
TEST(replaced_is_not_what_one_above_has_cached)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);

	IS(set_prog(listener, deny_getppid, 4, 0, NULL), 0);
	/* there is one listener on a path */
	close(listener);
	fd = replaceable_fd(fd, 2, &listener);
	IS(child_run(start_child(confine, fd), ask_ppid, 0), -77);
}

TEST(replaced_one_generation_at_a_time)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	uint64_t generation = 2;

	IS(set_prog_mark(listener, 2, 0, &generation), -ESTALE);
	IS(info_of(fd).generation, 1);
	generation = 1;
	IS(set_prog_mark(listener, 2, 0, &generation), 0);
	IS(generation, 2);
	generation = 1;
	IS(set_prog_mark(listener, 3, 0, &generation), -ESTALE);
	generation = 0;
	IS(set_prog_mark(listener, 4, 0, &generation), 0);
	IS(generation, 3);
	IS(confine(fd), 0);
	IS(probe(4), -1004);
}

/* How a restore gives a filter the generation that it had. */
TEST(replaced_at_a_generation)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	uint64_t generation = 7;

	IS(set_prog_mark(listener, 2, SECCOMP_NOTIF_PROG_AT_GENERATION, &generation), 0);
	IS(generation, 7);
	IS(info_of(fd).generation, 7);
	IS(set_prog_mark(listener, 3, SECCOMP_NOTIF_PROG_AT_GENERATION, &generation), -ESTALE);
	generation = 0;
	IS(set_prog_mark(listener, 3, SECCOMP_NOTIF_PROG_AT_GENERATION, &generation), -ESTALE);
	generation = 7;
	IS(set_prog_mark(listener, 3, 0, &generation), 0);
	IS(generation, 8);
	generation = 20;
	IS(set_prog_mark(listener, 4, SECCOMP_NOTIF_PROG_TIGHTEN | SECCOMP_NOTIF_PROG_AT_GENERATION,
			 &generation),
	   0);
	IS(info_of(fd).generation, 20);
	IS(info_of(fd).progs, 2);
	IS(confine(fd), 0);
	IS(probe(3), -1003);
	IS(probe(4), -1004);
}

/* A generation is never negative for who takes it for a signed number. */
TEST(replaced_up_to_the_last_generation)
{
	const uint64_t last = INT64_MAX, beyond[] = { last + 1, UINT64_MAX };
	const int all_flags = SECCOMP_NOTIF_PROG_TIGHTEN | SECCOMP_NOTIF_PROG_AT_GENERATION;
	int listener, fd = replaceable_fd(-1, 1, &listener), flags;
	pid_t pid = start_child(confine, fd);
	uint64_t generation;
	unsigned int i;

	for (i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		generation = beyond[i];
		IS(set_prog_mark(listener, 2, SECCOMP_NOTIF_PROG_AT_GENERATION, &generation),
		   -ESTALE);
		IS(generation, beyond[i]);
		IS(info_of(fd).generation, 1);
		IS(child_run(pid, probe_in, 1), -1001);
		IS(child_run(pid, probe_in, 2), -EINVAL);
	}

	generation = last;
	IS(set_prog_mark(listener, 2, SECCOMP_NOTIF_PROG_AT_GENERATION, &generation), 0);
	IS(generation, last);
	IS(info_of(fd).generation, last);
	/* there is none after it, whichever is requested */
	for (flags = 0; flags <= all_flags; flags++) {
		const uint64_t wanted[] = { 0, 1, last, last + 1, UINT64_MAX };

		for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
			generation = wanted[i];
			IS(set_prog_mark(listener, 3, flags, &generation), -ESTALE);
		}
	}
	IS(info_of(fd).generation, last);
	IS(info_of(fd).progs, 1);
	IS(child_run(pid, probe_in, 2), -1002);
	IS(child_run(pid, probe_in, 3), -EINVAL);
}

TEST(tightened_runs_both)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	pid_t pid = start_child(confine, fd);

	IS(set_prog_mark(listener, 2, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), 0);
	IS(child_run(pid, probe_in, 1), -1001);
	IS(child_run(pid, probe_in, 2), -1002);
	IS(info_of(fd).progs, 2);
	IS(info_of(fd).generation, 2);
	IS(set_prog_mark(listener, 3, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), 0);
	IS(child_run(pid, probe_in, 1), -1001);
	IS(child_run(pid, probe_in, 3), -1003);
	IS(info_of(fd).progs, 3);
	/* which ends with the next that is put in their place */
	IS(set_prog_mark(listener, 4, 0, NULL), 0);
	IS(info_of(fd).progs, 1);
	IS(child_run(pid, probe_in, 1), -EINVAL);
	IS(child_run(pid, probe_in, 3), -EINVAL);
	IS(child_run(pid, probe_in, 4), -1004);
}

TEST(tightened_can_be_read_one_by_one)
{
	struct sock_filter back[MARK_LEN], want[MARK_LEN];
	struct seccomp_filter_prog prog = { .len = MARK_LEN, .insns = (uintptr_t)back };
	int listener, fd = replaceable_fd(-1, 1, &listener), i;
	pid_t pid = start_child(confine, fd);

	IS(set_prog_mark(listener, 2, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), 0);
	for (i = 0; i < 2; i++) {
		prog.index = i;
		IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), 0);
		IS(prog.len, MARK_LEN);
		mark_program(want, i + 1);
		IS(memcmp(back, want, sizeof(back)), 0);
	}
	prog.index = 2;
	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog), -EINVAL);
	/* a reader that knows of one does not take it for the filter */
	attach(pid, 0);
	IS(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, NULL), -1);
	IS(errno, EMEDIUMTYPE);
	IS(set_prog_mark(listener, 2, 0, NULL), 0);
	IS(ptrace(PTRACE_SECCOMP_GET_FILTER, pid, 0, NULL), MARK_LEN);
	detach(pid);
}

/* What the newest always allows, one below it may not. */
TEST(tightened_is_not_what_the_newest_alone_allows)
{
	const struct sock_filter allow[] = { BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
	int listener, fd = replaceable_fd(-1, 1, &listener);

	IS(set_prog(listener, deny_getppid, 4, 0, NULL), 0);
	IS(set_prog(listener, allow, 1, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), 0);
	IS(confine(fd), 0);
	IS(ask_ppid(0), -77);
}

/* As long as a program may be: it fits at any time. */
TEST(replaced_by_the_longest)
{
	struct sock_filter insns[4096];
	int listener, fd, i, below = -1;

	need_create_flag(SECCOMP_FILTER_FLAG_REPLACEABLE);
	for (i = 0; i < 4095; i++)
		insns[i] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ~i, 0, 0);
	insns[4095] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	/* all that a path has room for beneath, and not one more */
	do {
		struct seccomp_fd_create args = {
			.size = sizeof(args),
			.parent_fd = below,
			.len = 1000,
			.insns = (uintptr_t)(insns + 3096),
		};

		fd = fd_create(&args);
		if (fd < 0)
			break;
		listener = -1;
		i = mark_fd_flags(fd, 1, REPLACEABLE, &listener);
		if (i >= 0)
			below = fd;
		close(listener);
	} while (i >= 0);
	IS(i, -ENOMEM);
	fd = replaceable_fd(below, 1, &listener);
	IS(set_prog(listener, insns, 4096, 0, NULL), 0);
	IS(set_prog(listener, insns, 4097, 0, NULL), -EINVAL);
	/* together they are one */
	IS(set_prog_mark(listener, 2, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), -ENOMEM);
	IS(set_prog_mark(listener, 2, 0, NULL), 0);
	IS(set_prog_mark(listener, 3, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), 0);
	IS(confine(fd), 0);
	IS(probe(2), -1002);
}

/* What counts then is what the kernel makes of it: of a division by X, five. */
TEST(replaced_by_one_that_becomes_longer)
{
	struct sock_filter insns[4096];
	struct seccomp_fd_create args = {
		.size = sizeof(args), .parent_fd = -1, .len = 4096, .insns = (uintptr_t)insns
	};
	int listener, i;

	replaceable_fd(-1, 1, &listener);
	for (i = 0; i < 4095; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0);
	insns[4095] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	IS(set_prog(listener, insns, 4096, 0, NULL), -ENOMEM);
	IS(set_prog(listener, insns + 2048, 2048, 0, NULL), 0);
	IS(set_prog(listener, insns + 2300, 1796, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), -ENOMEM);
	/* as one that cannot be replaced, it has room */
	CHECK(fd_create(&args) >= 0);
	args.flags = REPLACEABLE;
	IS(fd_create(&args), -ENOMEM);
}

TEST(replaceable_needs_no_new_privs)
{
	int listener, fd = replaceable_fd(-1, 1, &listener), above = mark_fd(fd, 2);

	/* also of who may install anything else without */
	IS(fd_install(fd, 0), -EACCES);
	IS(fd_install(above, 0), -EACCES);
	IS(probe(2), -EINVAL);
	no_new_privs();
	IS(fd_install(above, 0), 0);
}

static long do_nothing(long unused)
{
	return unused;
}

static long set_nnp(long unused)
{
	no_new_privs();
	return unused;
}

TEST(replaceable_set_by_a_tracer_needs_it_too)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	pid_t pid = start_child(do_nothing, 0);

	attach(pid, PTRACE_O_SUSPEND_SECCOMP);
	IS(set_fd(pid, fd), -EPERM);
	detach(pid);
	IS(child_run(pid, set_nnp, 0), 0);
	attach(pid, PTRACE_O_SUSPEND_SECCOMP);
	IS(set_fd(pid, fd), 0);
	detach(pid);
}

TEST(replaced_by_no_task_under_it)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);

	IS(confine(mark_fd(fd, 2)), 0);
	IS(set_prog_mark(listener, 3, 0, NULL), -EPERM);
	IS(set_prog_mark(listener, 3, SECCOMP_NOTIF_PROG_TIGHTEN, NULL), -EPERM);
	IS(probe(1), -1001);
}

TEST(replaced_by_who_is_confined_elsewhere)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	pid_t pid = start_child(confine, fd);

	IS(confine(mark_fd(-1, 5)), 0);
	IS(set_prog_mark(listener, 3, 0, NULL), 0);
	IS(child_run(pid, probe_in, 3), -1003);
}

/* The last program acts on, and a filter above has a listener and programs of its own. */
TEST(replaced_stays_when_the_monitor_is_gone)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	pid_t pid;

	IS(set_prog_mark(listener, 2, 0, NULL), 0);
	close(listener);
	fd = replaceable_fd(fd, 3, &listener);
	pid = start_child(confine, fd);
	IS(child_run(pid, probe_in, 1), -EINVAL);
	IS(child_run(pid, probe_in, 2), -1002);
	IS(set_prog_mark(listener, 4, 0, NULL), 0);
	IS(child_run(pid, probe_in, 2), -1002);
	IS(child_run(pid, probe_in, 3), -EINVAL);
	IS(child_run(pid, probe_in, 4), -1004);
}

TEST(not_replaceable_is_not_replaced)
{
	int listener, fd;

	need_create_flag(SECCOMP_FILTER_FLAG_REPLACEABLE);
	fd = mark_fd_flags(-1, 1, SECCOMP_FILTER_FLAG_NEW_LISTENER, &listener);
	CHECK(fd >= 0);
	IS(set_prog_mark(listener, 2, 0, NULL), -EOPNOTSUPP);
	IS(confine(fd), 0);
	IS(probe(1), -1001);
}

TEST(set_prog_refuses)
{
	int listener, fd = replaceable_fd(-1, 1, &listener);
	struct sock_filter insns[MARK_LEN];
	struct seccomp_notif_prog good = { .size = sizeof(good),
					   .len = MARK_LEN,
					   .insns = (uintptr_t)insns },
				  args = good;

	mark_program(insns, 2);
	args.size = sizeof(args) - 1;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EINVAL);
	args = good;
	args.flags = 4;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EINVAL);
	args = good;
	args.reserved = 1;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EINVAL);
	args = good;
	args.len = 0;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EINVAL);
	args = good;
	args.len = MARK_LEN - 1;
	insns[MARK_LEN - 2] = insns[0];
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EINVAL);
	args = good;
	args.insns = 0;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EINVAL);
	args.insns = 1;
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -EFAULT);
	IS(fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, NULL), -EFAULT);
	/* it is no ioctl of a filter fd */
	IS(fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_PROG, &args), -ENOTTY);
	IS(info_of(fd).generation, 1);
}
