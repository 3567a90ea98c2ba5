// SPDX-License-Identifier: GPL-2.0
/*
 * A story of calls that a monitor has a trapped task make, or make instead of its own:
 * other filters allow, refuse or kill, whether they are below the monitor's or above it,
 * and the task gets the answer to its own call, whatever else it has done meanwhile. In
 * some of these stories a second monitor does the same with the same calls.
 */
#include "story.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* of each thread */
#define CALLS 6
#define ANSWERED 1000000
#define DENIED 66
/* the number of the task, as what a call returns */
#define OWN_PID 1

struct item {
	unsigned int nr;
	uint64_t arg;
	/* what it returns, or why RUN refuses it */
	long value, refused;
	/* to replace the task's own call */
	bool replaces;
};

static const struct item items[] = {
	{ SYS_getpid, 0, OWN_PID, 0, true },
	{ SYS_close, 12345, -EBADF, 0, true },
	{ SYS_getpriority, QUESTION + OF_OUTER, -(ANSWER + OF_OUTER), 0, true },
	{ SYS_getpriority, QUESTION + OF_INNER, -(ANSWER + OF_INNER), 0, true },
	/* the monitor's own filter has been asked, and is not again */
	{ SYS_getpriority, QUESTION + OF_MIDDLE, -EINVAL, 0, true },
	{ NR_NOTIFY, 0, -ENOSYS, 0, false },
	/* of the filter that judges, see make_filters() */
	{ SYS_getuid, 0, -DENIED, 0, true },
	{ SYS_geteuid, 0, 0, -EACCES, false },
	{ NR_TRACE, 0, 0, -EACCES, false },
	/* what no task makes for a monitor */
	{ SYS_clone, 0, 0, -EOPNOTSUPP, false },
	{ SYS_execve, 0, 0, -EOPNOTSUPP, false },
	{ SYS_ptrace, 0, 0, -EOPNOTSUPP, false },
	{ SYS_seccomp, 0, 0, -EOPNOTSUPP, false },
	{ SYS_exit_group, 0, 0, -EOPNOTSUPP, false },
};
#define NR_ITEMS (sizeof(items) / sizeof(items[0]))

/* The judge kills: seldom, as then a story is nearly over. */
static const struct item deadly[] = {
	{ SYS_getgid, 0, 0, -ESRCH, true },
	{ SYS_getegid, 0, 0, -ESRCH, true },
};

/* ppoll(2) of nothing has no end */
static const struct item endless = { SYS_ppoll, 0, -EINTR, -EINTR, false };

static const struct item *draw_item(struct story *story)
{
	if (draw(story, 24))
		return &items[draw(story, NR_ITEMS)];
	/* other threads may go, too, while their calls wait */
	story->dying = true;
	return &deadly[draw(story, 2)];
}

static long value_of(const struct item *item, pid_t pid)
{
	return item->value == OWN_PID ? pid : item->value;
}

/* ---- Under the filter ---- */

/* With two monitors it is not known whose answer comes, but each has one of these. */
static bool may_return(long ret)
{
	unsigned int i;

	if (ret == -E2BIG || (ret >= ANSWERED && ret < ANSWERED + 1000))
		return true;
	for (i = 0; i < NR_ITEMS; i++)
		if (items[i].replaces && ret == value_of(&items[i], getpid()))
			return true;
	return false;
}

static void call_again(struct story *story, unsigned int nr)
{
	unsigned int i;
	long ret, want;

	for (i = 0; i < CALLS; i++) {
		ret = result(syscall(NR_NOTIFY, nr));
		want = __atomic_load_n(&story->board->want[nr], __ATOMIC_SEQ_CST);
		if (story->board->any ? may_return(ret) : ret == want) {
			check_others(story);
			continue;
		}
		/* where its monitor was killed with the tracer, this process goes, too */
		sleep(2);
		wrong("a call says %ld, and its monitor %ld", ret, want);
	}
}

/* ---- A monitor ---- */

static void on_alarm(int number)
{
	(void)number;
}

/* Signals for this process, after @ms and again, as the first may come too early. */
static void alarm_each(unsigned int ms)
{
	const struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };
	const struct itimerval timer = { time, time };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* What may become of a call of a task that another monitor serves, too, or that is killed. */
static bool may_fail(const struct story *story, long ret)
{
	return (story->board->any || story->dying) &&
	       (ret == -ENOENT || ret == -EINPROGRESS || ret == -ESRCH);
}

/* Whether a call in the task may have been interrupted by others than this monitor. */
static bool may_end_early(const struct story *story, long value)
{
	return (story->board->any || story->dying) && value == -EINTR;
}

/* Returns whether the task waits on. */
static bool run_item(struct story *story, uint64_t id, const struct item *item)
{
	const long want = value_of(item, story->task);
	long value, ret;

	ret = make_call(story->listener, id, SECCOMP_NOTIF_SYSCALL_RUN, item->nr, item->arg,
			&value);
	note(CALL_RUN, ret == item->refused ? 0 : ret);
	if (may_fail(story, ret) || (!ret && may_end_early(story, value)))
		return ret != -ESRCH;
	if (ret ? ret != item->refused : (item->refused && item != &endless) || value != want)
		wrong("call %u, run in the task, says %ld, %ld", item->nr, ret, value);
	return ret != -ESRCH;
}

static void replace_by(struct story *story, uint64_t id, const struct item *item)
{
	long value, ret;

	ret = note(CALL_REPLACE, make_call(story->listener, id, SECCOMP_NOTIF_SYSCALL_REPLACE,
					   item->nr, item->arg, &value));
	if (ret && !may_fail(story, ret))
		wrong("call %u cannot replace the task's own: %ld", item->nr, ret);
}

static void answer(struct story *story, uint64_t id, long value)
{
	struct seccomp_notif_resp resp = { .id = id, .val = value };
	long ret = note(CALL_SEND, fd_ioctl(story->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp));

	if (ret && !may_fail(story, ret))
		wrong("a call cannot be answered: %ld", ret);
}

/* A descriptor that the task gets is its own, and no other is left. */
static void run_dup(struct story *story, uint64_t id)
{
	long fd, ret, value;

	ret = make_call(story->listener, id, SECCOMP_NOTIF_SYSCALL_RUN, SYS_dup, STDERR_FILENO,
			&fd);
	if (note(CALL_RUN, ret) || story->board->any)
		return;
	ret = make_call(story->listener, id, SECCOMP_NOTIF_SYSCALL_RUN, SYS_close, fd, &value);
	note(CALL_RUN, ret);
	if (!may_fail(story, ret) && !(!ret && may_end_early(story, value)) &&
	    (ret || fd < 0 || value))
		wrong("dup and close in a task say %ld and %ld", fd, ret ?: value);
}

/* The monitor is killed while the task makes a call: that ends, and the task waits on. */
static void run_and_die(struct story *story, uint64_t id)
{
	pid_t pid = fork();
	long value, ret;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_item(story, id, &endless);
		_exit(0);
	}
	if (note(CALL_FORK, result(pid)) < 0)
		return;
	usleep(draw(story, 3000));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	/* EINTR: the signal comes first */
	alarm_each(LONG_TIME / 3 * 1000);
	ret = make_call(story->listener, id, SECCOMP_NOTIF_SYSCALL_RUN, SYS_close, 12345, &value);
	alarm_each(0);
	note(CALL_RUN, ret);
	if (may_fail(story, ret) || (!ret && may_end_early(story, value)))
		return;
	if (ret || value != -EBADF)
		wrong("after a monitor was killed a call says %ld, %ld", ret, value);
}

static bool run_some(struct story *story, uint64_t id)
{
	bool waits;

	switch (draw(story, 12)) {
	case 0:
		alarm_each(5 + draw(story, 20));
		waits = run_item(story, id, &endless);
		alarm_each(0);
		return waits;
	case 1:
		run_and_die(story, id);
		return true;
	case 2:
		run_dup(story, id);
		return true;
	default:
		return run_item(story, id, draw_item(story));
	}
}

static void serve(struct story *story, uint64_t id, unsigned int nr)
{
	const struct item *item = draw_item(story);
	unsigned int runs = draw(story, 4);
	long value = ANSWERED + draw(story, 1000);

	while (runs--)
		if (!run_some(story, id))
			return;
	if (nr < PARTS)
		__atomic_store_n(&story->board->want[nr],
				 item->replaces ? value_of(item, story->task) : value,
				 __ATOMIC_SEQ_CST);
	if (item->replaces)
		replace_by(story, id, item);
	else
		answer(story, id, value);
}

/* ---- The other monitor: it knows of calls that the first one has received ---- */

static void interfere(struct story *story, int pidfd)
{
	const struct item *item = draw_item(story);
	const uint64_t id = __atomic_load_n(&story->board->id, __ATOMIC_SEQ_CST);

	if (!id)
		return;
	switch (draw(story, 8)) {
	case 0:
		answer(story, id, ANSWERED);
		break;
	case 1:
	case 2:
		if (item->replaces)
			replace_by(story, id, item);
		break;
	case 3:
		if (!draw(story, 32))
			syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
		break;
	default:
		run_item(story, id, item);
	}
}

static void __attribute__((noreturn)) be_rival(struct story *story)
{
	/* the number may be another task's one day */
	int pidfd = syscall(SYS_pidfd_open, story->task, 0);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	story->random += 1;
	while (!__atomic_load_n(&story->board->stop, __ATOMIC_SEQ_CST)) {
		interfere(story, pidfd);
		usleep(draw(story, 500));
	}
	_exit(0);
}

static pid_t start_rival(struct story *story)
{
	pid_t pid = fork();

	if (!pid)
		be_rival(story);
	return note(CALL_FORK, result(pid));
}

static void end_rival(struct story *story, pid_t pid)
{
	int status = 0;

	__atomic_store_n(&story->board->stop, true, __ATOMIC_SEQ_CST);
	if (pid <= 0)
		return;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status)
		wrong("a second monitor ended with status %x", status);
}

/* ---- The story ---- */

static bool make_filters(struct story *story)
{
	const struct rule judge[] = {
		{ SYS_getuid, 0, SECCOMP_RET_ERRNO | DENIED, true },
		{ SYS_geteuid, 0, SECCOMP_RET_TRAP, true },
		{ SYS_getgid, 0, SECCOMP_RET_KILL_THREAD, true },
		{ SYS_getegid, 0, SECCOMP_RET_KILL_PROCESS, true },
		{ NR_TRACE, 0, SECCOMP_RET_TRACE, true },
		{ RULE(story->step->n & 1 ? OF_OUTER : OF_INNER) },
	};
	const struct rule other = { RULE(story->step->n & 1 ? OF_INNER : OF_OUTER) };
	const struct rule middle[] = {
		{ NR_NOTIFY, 0, SECCOMP_RET_USER_NOTIF, true },
		{ RULE(OF_MIDDLE) },
	};
	const bool judged_below = story->step->n & 1;
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER;

	if (story->step->n & 2)
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	return story_filter(-1, 0, judged_below ? judge : &other, judged_below ? 6 : 1,
			    &story->outer, NULL) &&
	       story_filter(story->outer, flags, middle, 2, &story->middle, &story->listener) &&
	       story_filter(story->middle, 0, judged_below ? &other : judge, judged_below ? 1 : 6,
			    &story->inner, NULL);
}

static void receive_and_serve(struct story *story)
{
	struct pollfd poll_fd = { .fd = story->listener, .events = POLLIN };
	struct seccomp_notif notif = {};

	if (poll(&poll_fd, 1, 5) <= 0 ||
	    note(CALL_RECV, fd_ioctl(story->listener, SECCOMP_IOCTL_NOTIF_RECV, &notif)))
		return;
	__atomic_store_n(&story->board->id, notif.id, __ATOMIC_SEQ_CST);
	serve(story, notif.id, notif.data.args[0]);
}

static void play_called(struct story *story)
{
	/* no SA_RESTART: it interrupts */
	struct sigaction action = { .sa_handler = on_alarm };
	pid_t rival = 0;

	sigaction(SIGALRM, &action, NULL);
	story->board->any = sometimes(story->step->n >> 4, 3);
	if (!make_filters(story) || !story_task(story, true, call_again))
		return;
	if (story->board->any)
		rival = start_rival(story);
	while (!task_ended(story) && in_time(story, "calls of a trapped task are not made in time"))
		receive_and_serve(story);
	end_rival(story, rival);
	end_task(story, true);
}

void op_called(const struct step *step)
{
	run_story(step, play_called, CALL_CALLED);
}
