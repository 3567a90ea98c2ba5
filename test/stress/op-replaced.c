// SPDX-License-Identifier: GPL-2.0
/*
 * A story of a filter whose program is replaced again and again, while threads under it
 * ask which one it is: between the last generation that was there before the question
 * and the last one that may have come before the answer, and never none. Each program
 * allows or refuses a call that nothing else has to do with, so what one has cached must
 * not outlive it.
 */
#include "story.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS 16
#define DENIED 77

/* ---- Under the filter ---- */

static uint64_t read_number(const uint64_t *number)
{
	return __atomic_load_n(number, __ATOMIC_SEQ_CST);
}

static void write_number(uint64_t *number, uint64_t value)
{
	__atomic_store_n(number, value, __ATOMIC_SEQ_CST);
}

static void check_last(const struct board *board)
{
	uint64_t from = read_number(&board->done), to;
	long last = -ask(OF_LAST) - ANSWER - OF_LAST;

	to = read_number(&board->begun);
	if (last < (long)from || last > (long)to)
		wrong("generation %ld answers, and those from %llu to %llu may", last,
		      (unsigned long long)from, (unsigned long long)to);
}

static void check_cached(const struct board *board)
{
	uint64_t from = read_number(&board->done);
	const bool denies = __atomic_load_n(&board->denies, __ATOMIC_SEQ_CST);
	long ret = result(syscall(SYS_getppid));

	if (ret < 0 && ret != -DENIED)
		wrong("getppid says %ld", ret);
	/* no other program was put there meanwhile */
	if (from == read_number(&board->begun) && (ret < 0) != denies)
		wrong("generation %llu has %s a call", (unsigned long long)from,
		      denies ? "to refuse, and allows," : "to allow, and refuses,");
}

static void check_oldest(const struct board *board)
{
	uint64_t from = read_number(&board->done), oldest = read_number(&board->oldest);
	long ret = ask(OF_EACH + oldest);

	if (from == read_number(&board->begun) && ret != -(long)(ANSWER + OF_EACH + oldest))
		wrong("generation %llu was tightened, and is not asked: %ld",
		      (unsigned long long)oldest, ret);
}

static void check_all(struct story *story, unsigned int nr)
{
	(void)nr;
	check_last(story->board);
	check_cached(story->board);
	check_oldest(story->board);
	check_others(story);
}

static void check_in_child(struct story *story)
{
	int status = 0;
	pid_t pid = fork(), got;

	if (!pid) {
		check_all(story, 0);
		_exit(0);
	}
	if (pid < 0)
		return;
	do {
		got = waitpid(pid, &status, 0);
	} while (got < 0 && errno == EINTR);
	if (status)
		wrong("a child of a story ended with status %x", status);
}

/* Who is under a filter must not replace its program, in whatever way. */
static void try_from_below(const struct story *story)
{
	const struct rule none = { .nr = NR_NOBODY, .any = true, .action = SECCOMP_RET_ALLOW };
	struct sock_filter insns[RULES_LEN];
	unsigned int len = make_rules(insns, &none, 1);
	uint64_t generation = 0;
	long ret = set_prog(story->listener, insns, len, SECCOMP_NOTIF_PROG_TIGHTEN, &generation);

	note(CALL_SET_PROG, ret);
	if (ret != -EPERM)
		wrong("a task under a filter replaces its program: %ld", ret);
}

static void live(struct story *story, unsigned int nr)
{
	/* only the first thread draws, and changes what all are under */
	const unsigned int goes_inner = nr ? 0 : draw(story, 64);
	unsigned int i;

	for (i = 0; !__atomic_load_n(&story->board->stop, __ATOMIC_SEQ_CST); i++) {
		check_all(story, nr);
		if (nr)
			continue;
		if (i == goes_inner && !story->board->inner)
			add_inner(story);
		else if (i % 16 == 3)
			with_thread(story, check_all);
		else if (i % 32 == 5)
			check_in_child(story);
		else if (i % 64 == 7)
			try_from_below(story);
	}
}

/* ---- The monitor ---- */

static unsigned int make_generation(struct sock_filter *insns, uint64_t generation)
{
	const struct rule rules[] = {
		{ .nr = SYS_getpriority,
		  .arg = QUESTION + OF_LAST,
		  .action = SECCOMP_RET_ERRNO | (ANSWER + OF_LAST + generation) },
		{ RULE(OF_EACH + generation) },
		{ .nr = SYS_getppid, .any = true, .action = SECCOMP_RET_ERRNO | DENIED },
	};

	return make_rules(insns, rules, generation % 2 ? 3 : 2);
}

/* One that is not there; where @at, one that is not higher. */
static uint64_t stale(struct story *story, uint64_t present, bool at)
{
	if (at)
		return present - draw(story, 2);
	return present > 1 && draw(story, 2) ? present - 1 : present + 1 + draw(story, 3);
}

static void check_info(const struct story *story, uint64_t generation)
{
	struct seccomp_filter_info info;

	if (fd_info(story->middle, &info))
		return;
	check_facts(&info);
	if (info.generation != generation)
		wrong("the generation is %llu, and has to be %llu",
		      (unsigned long long)info.generation, (unsigned long long)generation);
}

static void try_stale(struct story *story)
{
	struct board *board = story->board;
	const bool at = draw(story, 2);
	uint64_t given = stale(story, board->done, at), out = given;
	struct sock_filter insns[RULES_LEN];
	unsigned int len = make_generation(insns, 0), flags = 0;
	long ret;

	if (at)
		flags |= SECCOMP_NOTIF_PROG_AT_GENERATION;
	if (draw(story, 2))
		flags |= SECCOMP_NOTIF_PROG_TIGHTEN;
	ret = note(CALL_SET_PROG, set_prog(story->listener, insns, len, flags, &out));
	if (ret != -ESTALE)
		wrong("generation %llu is there, and SET_PROG with flags %x of %llu says %ld",
		      (unsigned long long)board->done, flags, (unsigned long long)given, ret);
	check_info(story, board->done);
}

static void replace(struct story *story)
{
	struct board *board = story->board;
	const bool at = !draw(story, 4), tighten = !draw(story, 3);
	uint64_t next = board->done + 1 + (at ? draw(story, 3) : 0), generation;
	unsigned int len, flags = (at ? SECCOMP_NOTIF_PROG_AT_GENERATION : 0) |
				  (tighten ? SECCOMP_NOTIF_PROG_TIGHTEN : 0);
	struct sock_filter insns[RULES_LEN];
	long ret;

	len = make_generation(insns, next);
	generation = at ? next : draw(story, 2) ? board->done : 0;
	write_number(&board->begun, next);
	ret = note(CALL_SET_PROG, set_prog(story->listener, insns, len, flags, &generation));
	if (ret || generation != next)
		wrong("SET_PROG with flags %x has made generation %llu of %llu, and says %ld",
		      flags, (unsigned long long)generation, (unsigned long long)board->done, ret);
	/* all of it before the number that says that it is so */
	__atomic_store_n(&board->denies, next % 2 || (tighten && board->denies), __ATOMIC_SEQ_CST);
	if (!tighten)
		write_number(&board->oldest, next);
	write_number(&board->done, next);
	check_info(story, next);
}

static void play_replaced(struct story *story)
{
	const unsigned int killed =
		sometimes(story->step->n >> 4, 4) ? draw(story, ROUNDS) : ROUNDS;
	const struct rule outer = { RULE(OF_OUTER) }, inner = { RULE(OF_INNER) };
	struct sock_filter insns[RULES_LEN];
	struct board *board = story->board;
	unsigned int round, len = make_generation(insns, 1);

	if (!story_filter(-1, 0, &outer, 1, &story->outer, NULL))
		return;
	story->middle =
		note(CALL_CREATE_LISTENER,
		     fd_create(story->outer,
			       SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_REPLACEABLE,
			       insns, len, &story->listener));
	if (story->middle < 0 || !story_filter(story->middle, 0, &inner, 1, &story->inner, NULL))
		return;
	board->done = board->begun = board->oldest = 1;
	board->denies = true;
	story->shared_listener = true;
	if (!story_task(story, draw(story, 2), live))
		return;
	for (round = 0; round < ROUNDS; round++) {
		if (!in_time(story, "the programs of a filter are not replaced in time"))
			return;
		if (round == killed)
			kill(story->task, SIGKILL);
		if (draw(story, 4))
			replace(story);
		else
			try_stale(story);
		usleep(draw(story, 3000));
	}
	end_task(story, killed < ROUNDS);
}

void op_replaced(const struct step *step)
{
	run_story(step, play_replaced, CALL_REPLACED);
}
