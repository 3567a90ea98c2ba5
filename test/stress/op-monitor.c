// SPDX-License-Identifier: GPL-2.0
/*
 * What a monitor does with the filters and listeners of the slots: any of them may be in
 * use, closed and installed elsewhere at the same time. A program is replaced only by one
 * that answers to the same mark, so that marks stay what they are.
 */
#include "stress.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- Programs ---- */

/* Which program is to be replaced: with most, the one that is there. */
static uint64_t draw_generation(uint32_t n, uint64_t present, unsigned int *flags)
{
	switch (n % 8) {
	case 0:
		return 0;
	case 1:
		return present + 5;
	case 2:
		return present > 1 ? present - 1 : present;
	case 3:
		*flags |= SECCOMP_NOTIF_PROG_AT_GENERATION;
		return present + 3;
	case 4:
		*flags |= SECCOMP_NOTIF_PROG_AT_GENERATION;
		return present;
	default:
		return present;
	}
}

/* @info is of before, when the generation was no higher. */
static void check_set_prog(const struct seccomp_filter_info *info, unsigned int flags, uint64_t in,
			   uint64_t out, long ret)
{
	const bool at = flags & SECCOMP_NOTIF_PROG_AT_GENERATION;

	if (!(info->flags & SECCOMP_FILTER_FLAG_REPLACEABLE) && ret != -EOPNOTSUPP && !injecting())
		wrong("SET_PROG of filter %llu, which is not replaceable, says %ld",
		      (unsigned long long)info->id, ret);
	if (is_tracer() && ret == -EPERM)
		wrong("SET_PROG is refused to a tracer");
	if (ret)
		return;
	if (at ? in <= info->generation : in && in < info->generation)
		wrong("SET_PROG of generation %llu works, and %llu was there",
		      (unsigned long long)in, (unsigned long long)info->generation);
	if (at ? out != in : out <= info->generation || (in && out != in + 1))
		wrong("SET_PROG of generation %llu makes %llu", (unsigned long long)in,
		      (unsigned long long)out);
}

static void try_set_prog(int listener, int filter, const struct step *step)
{
	static __thread struct sock_filter insns[MAX_LEN];
	struct seccomp_filter_info info;
	unsigned int flags = 0, mark, len;
	uint64_t in, out;
	long ret;

	/* the mark has to be known, and is only to the unconfined */
	if (is_confined() || fd_info(filter, &info) || fd_prog(filter, insns, MAX_LEN))
		return;
	if (!program_mark(insns, &mark) && mark >= NR_MARKS)
		return;
	len = replace_actions(insns, mark, step->n >> 4 | 1);
	if (sometimes(step->a, 4))
		flags |= SECCOMP_NOTIF_PROG_TIGHTEN;
	in = out = draw_generation(step->b, info.generation, &flags);
	ret = note(CALL_SET_PROG, set_prog(listener, insns, len, flags, &out));
	check_set_prog(&info, flags, in, out, ret);
	if (!ret && !fd_info(filter, &info) && info.generation < out)
		wrong("filter %llu has generation %llu after %llu", (unsigned long long)info.id,
		      (unsigned long long)info.generation, (unsigned long long)out);
}

void op_set_prog(const struct step *step)
{
	int listener = take(listener_slot(step->mark)), filter;

	if (listener < 0)
		return;
	filter = note(CALL_NOTIF_FILTER, fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL));
	if (filter >= 0) {
		try_set_prog(listener, filter, step);
		close(filter);
	}
	close(listener);
}

/* ---- Listeners ---- */

static bool is_sealed(int fd)
{
	struct seccomp_filter_info info;

	/* what cannot be found out is no error */
	return fd_info(fd, &info) || info.fd_flags & SECCOMP_FILTER_FD_SEALED;
}

static void check_listener(int fd, const struct seccomp_filter_info *before, long listener)
{
	long second;

	if (!(before->flags & SECCOMP_FILTER_FLAG_KEEP) && listener != -EOPNOTSUPP)
		wrong("filter %llu, which keeps no calls, says %ld when asked for a listener",
		      (unsigned long long)before->id, listener);
	if (is_tracer() && listener == -EPERM && !is_sealed(fd))
		wrong("a listener is refused to a tracer");
	if (listener < 0)
		return;
	if (before->fd_flags & SECCOMP_FILTER_FD_SEALED)
		wrong("a sealed filter fd gives a listener");
	second = note(CALL_LISTENER, fd_ioctl(fd, SECCOMP_IOCTL_FILTER_LISTENER, NULL));
	if (second >= 0) {
		wrong("filter %llu has two listeners", (unsigned long long)before->id);
		close(second);
	}
}

void op_listener(const struct step *step)
{
	struct seccomp_filter_info info;
	int fd = take(filter_slot(step->a));
	long listener;

	if (fd < 0)
		return;
	if (!fd_info(fd, &info)) {
		listener = note(CALL_LISTENER, fd_ioctl(fd, SECCOMP_IOCTL_FILTER_LISTENER, NULL));
		check_listener(fd, &info, listener);
		place(listener, listener_slot(step->b), step->n & 1);
	}
	close(fd);
}

/* ---- Calls ---- */

static const struct worker *worker_with(pid_t tid)
{
	unsigned int i;

	for (i = 0; i < shared->workers; i++)
		if (shared->worker[i].tid == tid)
			return &shared->worker[i];
	return NULL;
}

/* A mark that answers in the task whatever the listener wants, or NR_MARKS. */
static unsigned int sure_mark(int listener, pid_t tid, unsigned int first)
{
	static __thread struct sock_filter insns[MAX_LEN];
	const struct worker *worker = worker_with(tid);
	struct marks marks;
	unsigned int i, own, sure = NR_MARKS;
	int filter;

	if (!worker || is_confined())
		return NR_MARKS;
	marks = marks_of(worker);
	/* the listener's own filter is not asked */
	filter = note(CALL_NOTIF_FILTER, fd_ioctl(listener, SECCOMP_IOCTL_NOTIF_FILTER, NULL));
	if (filter < 0)
		return NR_MARKS;
	if (!fd_prog(filter, insns, MAX_LEN)) {
		program_mark(insns, &own);
		for (i = 0; i < NR_MARKS && sure == NR_MARKS; i++) {
			const unsigned int mark = (first + i) % NR_MARKS;

			if (mark != own && has_mark(&marks, mark))
				sure = mark;
		}
	}
	close(filter);
	return sure;
}

static void check_run(unsigned int asked, bool sure, long value)
{
	const long answered = -(long)(MARK_ERRNO + asked);

	/* a signal for the task or for the caller may interrupt it */
	if (value != answered && value != -EINTR && (sure || value != -EINVAL))
		wrong("a call that a monitor runs gets around the filter with mark %u: %ld", asked,
		      value);
}

/* Another call, for which any filter but the listener's own may have an answer. Tells
 * whether the notification is still to be answered. */
static bool call_in_task(int fd, const struct step *step, const struct seccomp_notif *notif)
{
	unsigned int asked = step->mark, sure = sure_mark(fd, notif->pid, step->mark);
	const bool run = step->n & 3;
	long ret, value;

	if (sure < NR_MARKS)
		asked = sure;
	ret = make_call(fd, notif->id,
			run ? SECCOMP_NOTIF_SYSCALL_RUN : SECCOMP_NOTIF_SYSCALL_REPLACE,
			SYS_getpriority, ASK + asked, &value);
	note(run ? CALL_RUN : CALL_REPLACE, ret);
	if (ret == -EPERM && !is_confined())
		wrong("a monitor without filters may not have a task make a call");
	if (run && !ret)
		check_run(asked, sure < NR_MARKS, value);
	return run || ret;
}

static void receive_and_run(int fd, const struct step *step)
{
	struct seccomp_notif notif = {};

	if (note(CALL_RECV, fd_ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notif)))
		return;
	if (call_in_task(fd, step, &notif) && !sometimes(step->n, 64))
		answer_call(fd, step, notif.id);
}

void op_run(const struct step *step)
{
	int fd = take(waited_for(step->a));

	if (fd < 0)
		return;
	if (poll_listener(fd) & POLLIN) {
		self->blocked = true;
		receive_and_run(fd, step);
		self->blocked = false;
	}
	close(fd);
}
