// SPDX-License-Identifier: GPL-2.0
/*
 * A story of a filter that keeps its calls. Its listener is closed again and again, while
 * calls wait in front of it or behind it, and a new one made; signals come while there is
 * none. Each call returns the answer that is for it alone, and does so in the end.
 */
#include "story.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* of each thread */
#define CALLS 6
#define ANSWERED 1000000
/* how many are received and not answered at the same time */
#define HELD 4

static struct board *handler_board;

static void on_signal(int number)
{
	(void)number;
	__atomic_fetch_add(&handler_board->handled, 1, __ATOMIC_SEQ_CST);
}

/* ---- Under the filter ---- */

/* What is installed for a listener is not for a task under the filter. */
static void try_to_listen(const struct story *story)
{
	long listener =
		note(CALL_LISTENER, fd_ioctl(story->middle, SECCOMP_IOCTL_FILTER_LISTENER, NULL));

	if (listener != -EPERM)
		wrong("a task under a filter asks for its listener, and gets %ld", listener);
	if (listener >= 0)
		close(listener);
}

static void call_again(struct story *story, unsigned int nr)
{
	unsigned int i;
	long tag, ret;

	for (i = 0; i < CALLS; i++) {
		tag = nr * CALLS + i;
		ret = result(syscall(NR_NOTIFY, tag));
		if (ret != ANSWERED + tag)
			wrong("a call of a filter that keeps them says %ld", ret);
		check_others(story);
		__atomic_fetch_add(&story->board->returned, 1, __ATOMIC_SEQ_CST);
		if (!nr && i == 1)
			try_to_listen(story);
		/* the others may be waiting */
		if (!nr && i == 2 && !story->board->inner)
			add_inner(story);
	}
}

/* ---- The monitor ---- */

struct held {
	uint64_t id, tag;
};

struct kept {
	struct story *story;
	/* received by this listener or by one before, and not answered */
	struct held held[HELD];
	unsigned int nr;
	bool killed;
};

static void answer_held(struct kept *kept, bool is_new)
{
	const struct held *held = &kept->held[--kept->nr];
	struct seccomp_notif_resp resp = { .id = held->id, .val = ANSWERED + held->tag };
	long ret =
		note(CALL_SEND, fd_ioctl(kept->story->listener, SECCOMP_IOCTL_NOTIF_SEND, &resp));

	/* a new listener has received nothing yet */
	if (is_new ? !ret : ret && !(kept->killed && ret == -ENOENT))
		wrong("an answer by %s listener says %ld", is_new ? "a new" : "the same", ret);
}

static void receive(struct kept *kept)
{
	struct pollfd poll_fd = { .fd = kept->story->listener, .events = POLLIN };
	struct seccomp_notif notif = {};

	/* ENOENT: the process was killed meanwhile */
	if (kept->nr == HELD || poll(&poll_fd, 1, 2) <= 0 ||
	    note(CALL_RECV, fd_ioctl(poll_fd.fd, SECCOMP_IOCTL_NOTIF_RECV, &notif)))
		return;
	kept->held[kept->nr++] = (struct held){ notif.id, notif.data.args[0] };
}

/*
 * A signal while there is no listener, and until it is handled: later, with a listener, it
 * may interrupt a call. Returns whether it was handled.
 */
static bool signal_task(struct story *story)
{
	const unsigned int before = __atomic_load_n(&story->board->handled, __ATOMIC_SEQ_CST);
	const double end = now() + LONG_TIME / 3.;

	kill(story->task, SIGUSR1);
	while (__atomic_load_n(&story->board->handled, __ATOMIC_SEQ_CST) == before) {
		/* it has made all its calls, and ended */
		if (task_ended(story) || now() > end)
			return false;
		usleep(100);
	}
	return true;
}

/* Returns whether the story can go on. */
static bool lose(struct kept *kept, bool kill_it)
{
	struct story *story = kept->story;
	struct seccomp_filter_info info;
	unsigned int i, signals = draw(story, 3);

	close(story->listener);
	story->listener = -1;
	if (!fd_info(story->middle, &info) && info.flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		wrong("a filter has a listener that is closed");
	usleep(draw(story, 2000));
	if (kill_it) {
		kill(story->task, SIGKILL);
		kept->killed = true;
	}
	for (i = 0; !kill_it && i < signals; i++)
		if (!signal_task(story))
			return false;
	story->listener =
		note(CALL_LISTENER, fd_ioctl(story->middle, SECCOMP_IOCTL_FILTER_LISTENER, NULL));
	if (story->listener < 0)
		wrong("a filter that keeps its calls gives no listener: %d", story->listener);
	return story->listener >= 0;
}

/* There is one at a time. */
static void try_second(const struct story *story)
{
	long second =
		note(CALL_LISTENER, fd_ioctl(story->middle, SECCOMP_IOCTL_FILTER_LISTENER, NULL));

	if (second != -EBUSY)
		wrong("a filter that has a listener says %ld when asked for one", second);
	if (second >= 0)
		close(second);
}

static bool go_on_kept(struct kept *kept, bool kill_it)
{
	struct story *story = kept->story;

	receive(kept);
	if (kept->nr && draw(story, 2))
		answer_held(kept, false);
	if (!draw(story, 8))
		try_second(story);
	if (!kill_it && draw(story, 5))
		return true;
	if (!lose(kept, kill_it))
		return false;
	/* what the last one has received is as good as not received */
	if (kept->nr && draw(story, 2))
		answer_held(kept, true);
	kept->nr = 0;
	return true;
}

static bool make_filters(struct story *story)
{
	const struct rule outer = { RULE(OF_OUTER) }, inner = { RULE(OF_INNER) },
			  notify = { .nr = NR_NOTIFY,
				     .any = true,
				     .action = SECCOMP_RET_USER_NOTIF };
	unsigned int flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_KEEP;

	if (story->step->n & 1)
		flags |= SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
	if (story->step->n & 2 && shared->has & HAS_REPLACEABLE)
		flags |= SECCOMP_FILTER_FLAG_REPLACEABLE;
	return story_filter(-1, 0, &outer, 1, &story->outer, NULL) &&
	       story_filter(story->outer, flags, &notify, 1, &story->middle, &story->listener) &&
	       story_filter(story->middle, 0, &inner, 1, &story->inner, NULL);
}

static void play_kept(struct story *story)
{
	/* no SA_RESTART: what makes a call fail with EINTR is not for one that is kept */
	struct sigaction action = { .sa_handler = on_signal };
	struct kept kept = { .story = story };
	const unsigned int killed = sometimes(story->step->n >> 4, 4) ? draw(story, 20) : -1U;
	unsigned int round;

	handler_board = story->board;
	sigaction(SIGUSR1, &action, NULL);
	if (!make_filters(story) || !story_task(story, draw(story, 2), call_again))
		return;
	for (round = 0; !task_ended(story); round++) {
		if (!in_time(story, "a call of a filter that keeps them is not answered in time"))
			return;
		if (!go_on_kept(&kept, round == killed))
			break;
	}
	if (killed == -1U && !story->task && story->board->returned != PARTS * CALLS)
		wrong("%u calls of a filter that keeps them have returned", story->board->returned);
	end_task(story, true);
}

void op_kept(const struct step *step)
{
	run_story(step, play_kept, CALL_KEPT);
}
