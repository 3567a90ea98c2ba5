// SPDX-License-Identifier: GPL-2.0
#include "stress.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

long fd_create(int parent, unsigned int flags, const struct sock_filter *insns, unsigned int len,
	       int *listener)
{
	struct seccomp_fd_create args = {
		.size = sizeof(args),
		.flags = flags,
		.parent_fd = parent,
		.len = len,
		.insns = (uintptr_t)insns,
		.listener_fd = -2,
	};
	long ret = result(syscall(SYS_seccomp, SECCOMP_FD_CREATE, 0, &args));

	*listener = args.listener_fd;
	return ret;
}

long fd_install(int fd, unsigned int flags)
{
	struct seccomp_fd_install args = {
		.size = sizeof(args), .flags = flags, .filter_fd = fd, .pidfd = -1
	};

	return result(syscall(SYS_seccomp, SECCOMP_FD_INSTALL, 0, &args));
}

long set_mode(const struct sock_filter *insns, unsigned int len, unsigned int flags)
{
	struct sock_fprog prog = { .len = len, .filter = (struct sock_filter *)insns };

	return result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog));
}

long fd_ioctl(int fd, unsigned long request, void *arg)
{
	return result(ioctl(fd, request, arg));
}

unsigned int fd_has(void)
{
	const uint64_t both = SECCOMP_FD_FEATURE_SYSCALL_REPLACE | SECCOMP_FD_FEATURE_SYSCALL_RUN;
	struct seccomp_fd_features features = { .size = sizeof(features) };
	unsigned int has = 0;

	if (syscall(SYS_seccomp, SECCOMP_FD_FEATURES, 0, &features))
		return 0;
	if (features.create_flags & SECCOMP_FILTER_FLAG_REPLACEABLE)
		has |= HAS_REPLACEABLE;
	if (features.create_flags & SECCOMP_FILTER_FLAG_KEEP)
		has |= HAS_KEEP;
	if ((features.features & both) == both)
		has |= HAS_SYSCALL;
	return has;
}

long set_prog(int listener, const struct sock_filter *insns, unsigned int len, unsigned int flags,
	      uint64_t *generation)
{
	struct seccomp_notif_prog args = {
		.size = sizeof(args),
		.flags = flags,
		.len = len,
		.insns = (uintptr_t)insns,
		.generation = *generation,
	};
	long ret = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_PROG, &args);

	*generation = args.generation;
	return ret;
}

long make_call(int listener, uint64_t id, unsigned int flags, unsigned int nr, uint64_t arg,
	       long *value)
{
	struct seccomp_notif_syscall args = {
		.id = id, .size = sizeof(args), .flags = flags, .nr = nr, .args = { arg }
	};
	long ret = fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_SYSCALL, &args);

	*value = args.result;
	return ret;
}

bool is_confined(void)
{
	return prctl(PR_GET_SECCOMP) != SECCOMP_MODE_DISABLED;
}

/* Confined callers may not read numbers, nor use PROG and PARENT. */
long fd_info(int fd, struct seccomp_filter_info *info)
{
	const bool confined = is_confined();
	long ret;

	*info = (struct seccomp_filter_info){ .mask = -1ULL };
	ret = note(CALL_INFO, fd_ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, info));
	if (ret)
		return ret;
	if (confined && (info->mask & INFO_IDS || info->id || info->parent_id))
		wrong("INFO tells a confined task numbers");
	if (is_tracer() && (info->mask & INFO_IDS) != INFO_IDS)
		wrong("INFO tells a tracer no numbers");
	return 0;
}

long fd_prog(int fd, struct sock_filter *insns, unsigned int len)
{
	struct seccomp_filter_prog prog = { .len = len, .insns = (uintptr_t)insns };
	const bool confined = is_confined();
	long ret = note(CALL_PROG, fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog));

	if (confined && (!ret || ret == -ENOSPC))
		wrong("PROG tells a confined task %ld", ret);
	if (is_tracer() && ret == -EACCES)
		wrong("PROG is refused to a tracer");
	return ret;
}

long fd_parent(int fd)
{
	return note(CALL_PARENT, fd_ioctl(fd, SECCOMP_IOCTL_FILTER_PARENT, NULL));
}

long ptrace_call(long request, pid_t tid, unsigned long addr, unsigned long data)
{
	return result(syscall(SYS_ptrace, request, tid, addr, data));
}

long kcmp_filters(pid_t a, long index_a, pid_t b, long index_b)
{
	return note(CALL_KCMP,
		    result(syscall(SYS_kcmp, a, b, KCMP_SECCOMP_FILTER, index_a, index_b)));
}

long status_of(const char *path, const char *field)
{
	char text[4096];
	char *line;
	ssize_t len;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	text[len] = '\0';
	line = strstr(text, field);
	return line ? atol(line + strlen(field)) : -ENODATA;
}

long filters_of(const char *path)
{
	return status_of(path, "Seccomp_filters:");
}

/* Which of the calls below a filter answers: each is one bit of a step's number. */
static unsigned int add_action(struct sock_filter *insns, unsigned int nr, uint32_t action)
{
	insns[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
	insns[1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action);
	return 2;
}

static unsigned int add_actions(struct sock_filter *insns, uint32_t n)
{
	unsigned int len = 0;

	if (n & 1)
		len += add_action(insns + len, NR_NOTIFY, SECCOMP_RET_USER_NOTIF);
	if (n & 2)
		len += add_action(insns + len, NR_TRACE, SECCOMP_RET_TRACE);
	if (n & 4)
		len += add_action(insns + len, NR_LOG, SECCOMP_RET_LOG);
	if (n & 8)
		len += add_action(insns + len, NR_KILL_THREAD, SECCOMP_RET_KILL_THREAD);
	if (n & 16)
		len += add_action(insns + len, NR_KILL_PROCESS, SECCOMP_RET_KILL_PROCESS);
	return len;
}

static unsigned int draw_len(uint32_t n)
{
	switch (n % 64) {
	case 0:
		return MAX_LEN;
	case 1 ... 3:
		return 600;
	default:
		return 0;
	}
}

unsigned int make_program(struct sock_filter *insns, unsigned int mark, uint32_t n)
{
	/* sometimes the filter does not answer the call for its mark */
	const uint32_t asked = sometimes(n >> 5, 4) ? NR_NOBODY : SYS_getpriority;
	const struct sock_filter start[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, asked, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ASK + mark, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (MARK_ERRNO + mark)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	unsigned int len = sizeof(start) / sizeof(start[0]), wanted = draw_len(n >> 8);

	memcpy(insns, start, sizeof(start));
	len += add_actions(insns + len, n);
	/* long, but quick to run: the kernel tries every call number on every new filter */
	while (len + 1 < wanted)
		insns[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	insns[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return len;
}

bool program_mark(const struct sock_filter *insns, unsigned int *mark)
{
	*mark = insns[3].k - ASK;
	if (*mark >= NR_MARKS)
		wrong("a program that is not one of ours");
	return *mark < NR_MARKS && insns[1].k == SYS_getpriority;
}

unsigned int replace_actions(struct sock_filter *insns, unsigned int mark, uint32_t n)
{
	/* what it is asked by for its mark, if it answers at all */
	const uint32_t asked = insns[1].k;
	unsigned int len = make_program(insns, mark, n);

	insns[1].k = asked;
	return len;
}

long probe(unsigned int mark)
{
	return note(CALL_PROBE, result(syscall(SYS_getpriority, ASK + mark, 0)));
}

int take(int slot)
{
	return note(CALL_DUP, result(fcntl(slot, F_DUPFD_CLOEXEC, 0)));
}

void place(long fd, int slot, bool cloexec)
{
	if (fd < 0)
		return;
	note(CALL_DUP, result(dup3(fd, slot, cloexec ? O_CLOEXEC : 0)));
	note(CALL_CLOSE, result(close(fd)));
}
