// SPDX-License-Identifier: GPL-2.0
/*
 * A test in zdtm form whose tree depends only on $SOAK_SEED. The tree is built once to
 * ask it all questions, which changes it, and once more to be dumped; after the restore,
 * the same questions must have the same answers.
 */
#include <fcntl.h>
#include <stdbool.h>

#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"
#include "seccomp_tree_user.h"

/* after the C library's ptrace.h */
#include "seccomp-fd.h"

#include "answers.h"
#include "dice.h"
#include "program.h"

const char *test_doc = "Whatever tree of filters, it is the same after a restore";
const char *test_author = "criu-seccomp maintainers";

#define MOST_TASKS 20
#define FEWEST_STEPS 12
#define MOST_STEPS 60
/* descriptors of the tree: filter fds, then listeners */
#define FIRST_FD 60
#define FIRST_LISTENER 80
#define MOST_FDS 8
#define STRICT_TASKS 2

/* What is known about a task; only the kernel knows its filters. */
static struct about {
	int process; /* the task that is its leader */
	bool deaf;   /* in strict mode, or gone */
	bool user, forked;
	int listener;	   /* of its filters; -1: none */
	unsigned long fds; /* of its process, where the task is the leader */
} about[TREE_TASKS];

static int marks, fds, listeners, stricts;

/* The pipes to a task in strict mode. */
static struct {
	int ask[2], answer[2];
} lines[STRICT_TASKS];

/* ---- What tasks do ---- */

static long do_install(long mark, long flags)
{
	struct sock_filter insns[PROGRAM_INSNS];
	unsigned int len = program_make(insns, mark);

	return tree_seccomp(insns, len, flags);
}

static long do_create(long mark, long fd)
{
	struct sock_filter insns[PROGRAM_INSNS];
	struct seccomp_fd_create arg = {
		.size = sizeof(arg),
		.flags = mark % 3 ? 0 : SECCOMP_FILTER_FLAG_LOG,
		/* on the previous one, if the process has it */
		.parent_fd = fd > FIRST_FD && fcntl(fd - 1, F_GETFD) >= 0 ? fd - 1 : -1,
		.len = program_make(insns, mark),
		.insns = (unsigned long)insns,
	};
	long new = syscall(__NR_seccomp, SECCOMP_FD_CREATE, 0, &arg);

	if (new < 0 || dup2(new, fd) < 0)
		return -errno;
	close(new);
	return 0;
}

static long do_install_fd(long fd, long flags)
{
	struct seccomp_fd_install arg = {
		.size = sizeof(arg), .flags = flags, .filter_fd = fd, .pidfd = -1
	};

	return tree_errno(syscall(__NR_seccomp, SECCOMP_FD_INSTALL, 0, &arg));
}

static long do_close(long fd, long unused)
{
	(void)unused;
	return tree_errno(close(fd));
}

/* Answers every byte with its successor; on 'x', makes a forbidden call. */
static long do_strict(long line, long unused)
{
	char byte;

	(void)unused;
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0))
		return -errno;
	while (syscall(__NR_read, lines[line].ask[0], &byte, 1) == 1) {
		if (byte == 'x')
			syscall(__NR_getpid);
		byte++;
		syscall(__NR_write, lines[line].answer[1], &byte, 1);
	}
	syscall(__NR_exit, 1);
	return 0;
}

static long do_mode(long unused, long unused2)
{
	(void)unused;
	(void)unused2;
	return tree_errno(prctl(PR_GET_SECCOMP, 0, 0, 0, 0));
}

/* The answer to every mark, in memory that the test can read. */
static int (*told)[PROGRAM_MARKS];

static long do_ask_all(long nr, long count)
{
	long mark;

	for (mark = 0; mark <= count; mark++)
		told[nr][mark] = tree_do_probe(mark, 0);
	return 0;
}

static long do_credentials(long nr, long unused)
{
	(void)unused;
	told[nr][0] = geteuid();
	told[nr][1] = getegid();
	told[nr][2] = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	return 0;
}

/* ---- One step of making a tree ---- */

static int some_task(void)
{
	int nr = dice(tree->nr);

	return about[nr].deaf ? -1 : nr;
}

static int known(int nr, int process, int from)
{
	if (nr < 0)
		exit(1); /* after a message */
	about[nr] = (struct about){ .process = process < 0 ? nr : process,
				    .listener = from < 0 ? -1 : about[from].listener,
				    .user = from >= 0 && about[from].user };
	if (process < 0 && from >= 0)
		about[nr].fds = about[about[from].process].fds;
	return nr;
}

static void new_process(void)
{
	if (dice(4))
		known(tree_confinable(), -1, -1);
	else
		known(tree_process(), -1, -1);
}

static void new_thread(int nr)
{
	known(tree_thread(nr), about[nr].process, nr);
}

static void new_fork(int nr)
{
	about[nr].forked = true;
	known(tree_fork(nr), -1, nr);
}

/* The mark for a new program, or in one of four cases, of one that another filter has. */
static int some_mark(void)
{
	if (marks && !dice(4))
		return 1 + dice(marks);
	return marks + 1 < PROGRAM_MARKS ? ++marks : marks;
}

static void synced(int nr)
{
	int i;

	for (i = 0; i < tree->nr; i++)
		if (about[i].process == about[nr].process)
			about[i].listener = about[nr].listener;
}

static void install(int nr)
{
	long flags = (dice(4) ? 0 : SECCOMP_FILTER_FLAG_LOG) |
		     (dice(8) ? 0 : SECCOMP_FILTER_FLAG_SPEC_ALLOW) |
		     (dice(6) ? 0 : SECCOMP_FILTER_FLAG_TSYNC);

	if (!tree_call(nr, do_install, some_mark(), flags) && flags & SECCOMP_FILTER_FLAG_TSYNC)
		synced(nr);
}

static void supervise(int nr)
{
	long flags = dice(2) ? 0 : SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

	if (listeners == MOST_FDS ||
	    tree_call(nr, tree_do_supervise, flags, FIRST_LISTENER + listeners))
		return;
	about[nr].listener = listeners;
	about[about[nr].process].fds |= 1ul << (FIRST_LISTENER + listeners++ - FIRST_FD);
}

static void create_fd(int nr)
{
	if (fds == MOST_FDS || tree_call(nr, do_create, some_mark(), FIRST_FD + fds))
		return;
	about[about[nr].process].fds |= 1ul << fds++;
}

static void use_fd(int nr)
{
	if (fds)
		tree_call(nr, do_install_fd, FIRST_FD + dice(fds), 0);
}

static void close_fd(int nr)
{
	int fd = dice(FIRST_LISTENER + MOST_FDS - FIRST_FD);
	unsigned long *held = &about[about[nr].process].fds;

	if (!(*held >> fd & 1))
		return;
	*held &= ~(1ul << fd);
	tree_call(nr, do_close, FIRST_FD + fd, 0);
}

static void become_user(int nr)
{
	if (!about[nr].user && !tree_call(nr, do_become_user, 0, 0))
		about[nr].user = true;
}

static bool strict_answers(int line)
{
	char byte = 'a';

	return write(lines[line].ask[1], &byte, 1) == 1 &&
	       read(lines[line].answer[0], &byte, 1) == 1 && byte == 'b';
}

/* A process or a thread without filters. */
static void go_strict(int nr)
{
	int new;

	if (stricts == STRICT_TASKS)
		return;
	if (dice(2))
		new = known(tree_process(), -1, -1);
	else if (!tree_call(nr, do_mode, 0, 0))
		new = known(tree_thread(nr), about[nr].process, nr);
	else
		return;
	about[new].deaf = true;
	tree_start(new, do_strict, stricts, 0);
	if (!strict_answers(stricts++)) {
		pr_err("task %d does not answer in strict mode\n", new);
		exit(1);
	}
}

/* Not for a thread that has forked: PR_SET_PDEATHSIG would kill its children. */
static void end_thread(int nr)
{
	if (about[nr].process == nr || about[nr].forked)
		return;
	tree_exit(nr);
	tree->task[nr].tid = 0;
	about[nr].deaf = true;
}

static void step(void)
{
	int nr = some_task(), what = dice(100);
	bool room = tree->nr < MOST_TASKS;

	if (nr < 0)
		return;
	if (what < 8)
		room ? new_process() : install(nr);
	else if (what < 26)
		room ? new_thread(nr) : install(nr);
	else if (what < 34)
		room ? new_fork(nr) : install(nr);
	else if (what < 36)
		end_thread(nr);
	else if (what < 72)
		install(nr);
	else if (what < 78)
		supervise(nr);
	else if (what < 85)
		create_fd(nr);
	else if (what < 89)
		use_fd(nr);
	else if (what < 91)
		close_fd(nr);
	else if (what < 95)
		tree_call(nr, tree_do_no_new_privs, 0, 0);
	else if (what < 97)
		become_user(nr);
	else if (room)
		go_strict(nr);
}

static void build(unsigned long seed)
{
	int steps;

	dice_seed(seed);
	marks = fds = listeners = stricts = 0;
	new_process();
	for (steps = FEWEST_STEPS + dice(MOST_STEPS - FEWEST_STEPS); steps; steps--)
		step();
}

/* ---- Every question ---- */

static void ask_filters(void)
{
	int nr, mark;

	for (nr = 0; nr < tree->nr; nr++) {
		if (about[nr].deaf)
			continue;
		tree_call(nr, do_ask_all, nr, marks);
		for (mark = 0; mark <= marks; mark++)
			answer_is("what a mark is told", nr, mark, told[nr][mark]);
		tree_call(nr, do_credentials, nr, 0);
		answer_is("the user id", nr, 0, told[nr][0]);
		answer_is("the group id", nr, 0, told[nr][1]);
		answer_is("no_new_privs", nr, 0, told[nr][2]);
	}
}

static bool holds(int nr, int listener)
{
	int fd = FIRST_LISTENER + listener - FIRST_FD;

	return about[about[nr].process].fds >> fd & 1;
}

/* A task that can answer at @listener while @asks waits; -1: there is none, -2: it is closed */
static int supervisor_of(int listener, int asks)
{
	int nr, found = -2;

	for (nr = 0; nr < tree->nr; nr++)
		if (holds(nr, listener)) {
			if (nr != asks && !about[nr].deaf)
				return nr;
			found = -1;
		}
	return found;
}

static void ask_supervisors(void)
{
	int nr, by;

	for (nr = 0; nr < tree->nr; nr++) {
		if (about[nr].deaf || about[nr].listener < 0)
			continue;
		by = supervisor_of(about[nr].listener, nr);
		if (by == -2)
			answer_is("a call that nobody answers", nr, about[nr].listener,
				  tree_call(nr, tree_do_ask, QUESTION, 0));
		if (by >= 0)
			answer_is("a supervised call", nr, about[nr].listener,
				  tree_talk(nr, by, FIRST_LISTENER + about[nr].listener));
	}
}

/* Turns a thread id into the number of the task. */
static long name_of(long result)
{
	int nr;

	for (nr = 0; nr < tree->nr && result > 0; nr++)
		if (tree->task[nr].tid == result)
			return 1 + nr;
	return result;
}

/* One task after the other: each success changes the tree for the next. */
static void ask_tsync(void)
{
	int i, nr, first = dice(tree->nr);

	for (i = 0; i < tree->nr; i++) {
		nr = (first + i) % tree->nr;
		if (!about[nr].deaf)
			answer_is("TSYNC", nr, 0, name_of(tree_tsync(nr, TREE_MARKS - 1 - i)));
	}
}

static void ask_fds(void)
{
	int fd, nr;

	for (fd = 0; fd < fds; fd++)
		for (nr = 0; nr < tree->nr; nr++)
			if (about[about[nr].process].fds >> fd & 1 && !about[nr].deaf)
				answer_is("to install a filter fd", nr, fd,
					  tree_call(nr, do_install_fd, FIRST_FD + fd, 0));
}

static void ask_strict(void)
{
	int line;

	for (line = 0; line < stricts; line++)
		answer_is("a task in strict mode", 0, line, strict_answers(line));
}

static void ask_all(unsigned long seed)
{
	dice_seed(~seed);
	ask_strict();
	ask_filters();
	ask_supervisors();
	ask_tsync();
	ask_fds();
	/* and the result of that */
	ask_filters();
}

static int open_all(void)
{
	int i;

	for (i = 0; i < STRICT_TASKS; i++)
		if (pipe(lines[i].ask) || pipe(lines[i].answer))
			return -1;
	told = mmap(NULL, TREE_TASKS * sizeof(*told), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return told == MAP_FAILED ? -1 : tree_init();
}

int main(int argc, char **argv)
{
	const char *seed_text = getenv("SOAK_SEED");
	unsigned long seed = seed_text ? strtoul(seed_text, NULL, 10) : 1;
	int bad;

	test_init(argc, argv);
	if (open_all()) {
		fail("cannot begin");
		return 1;
	}
	build(seed);
	ask_all(seed);
	tree_kill();
	answers_compare();
	build(seed);
	test_msg(
		"seed %lu: %d tasks, %d in strict mode, %d marks, %d listeners, %d filter fds, %d answers\n",
		seed, tree->nr, stricts, marks, listeners, fds, answers_count());

	test_daemon();
	test_waitsig();

	ask_all(seed);
	bad = answers_different();
	tree_kill();
	if (bad)
		fail("%d answers are not the same", bad);
	else
		pass();
	return bad ? 1 : 0;
}
