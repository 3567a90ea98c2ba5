// SPDX-License-Identifier: GPL-2.0
#include "story.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* room for the stack of a thread */
#define STACK (256 * 1024)

unsigned int draw(struct story *story, unsigned int n)
{
	story->random = story->random * 6364136223846793005 + 1442695040888963407;
	return (story->random >> 33) % n;
}

/* ---- Filters ---- */

static unsigned int add_rule(struct sock_filter *insns, const struct rule *rule)
{
	const struct sock_filter with_arg[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->arg, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, rule->action),
	};
	const struct sock_filter without[] = {
		with_arg[0],
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->nr, 0, 1),
		with_arg[4],
	};

	memcpy(insns, rule->any ? without : with_arg,
	       rule->any ? sizeof(without) : sizeof(with_arg));
	return rule->any ? 3 : 5;
}

unsigned int make_rules(struct sock_filter *insns, const struct rule *rules, unsigned int nr)
{
	unsigned int i, len = 0;

	for (i = 0; i < nr; i++)
		len += add_rule(insns + len, &rules[i]);
	insns[len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return len;
}

bool story_filter(int parent, unsigned int flags, const struct rule *rules, unsigned int nr,
		  int *fd, int *listener)
{
	const bool listened = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	struct sock_filter insns[RULES_LEN];
	unsigned int len = make_rules(insns, rules, nr);
	int got;

	*fd = note(listened ? CALL_CREATE_LISTENER : CALL_CREATE,
		   fd_create(parent, flags, insns, len, &got));
	if (*fd < 0)
		wrong("a filter of a story cannot be created: %d", *fd);
	if (*fd >= 0 && listened)
		*listener = got;
	return *fd >= 0;
}

long ask(unsigned int what)
{
	return result(syscall(SYS_getpriority, QUESTION + what, 0));
}

void check_others(const struct story *story)
{
	const bool inner = __atomic_load_n(&story->board->inner, __ATOMIC_SEQ_CST);
	long ret = ask(OF_OUTER);

	if (ret != -(ANSWER + OF_OUTER))
		wrong("the filter below a monitor's does not act: %ld", ret);
	ret = ask(OF_INNER);
	if (inner && ret != -(ANSWER + OF_INNER))
		wrong("the filter above a monitor's does not act: %ld", ret);
}

/* ---- The process under the filter ---- */

struct part {
	struct story *story;
	void (*run)(struct story *, unsigned int nr);
	unsigned int nr;
	struct worker *worker;
	struct group *group;
};

static void *run_part(void *arg)
{
	struct part *part = arg;

	self = part->worker;
	group = part->group;
	while (!__atomic_load_n(&part->story->board->under, __ATOMIC_SEQ_CST))
		usleep(200);
	part->run(part->story, part->nr);
	return NULL;
}

static bool start_part(pthread_t *thread, struct part *part)
{
	pthread_attr_t attr;
	int error;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	error = pthread_create(thread, &attr, run_part, part);
	pthread_attr_destroy(&attr);
	if (error)
		wrong("a thread of a story cannot be started: %s", strerror(error));
	return !error;
}

void with_thread(struct story *story, void (*run)(struct story *, unsigned int nr))
{
	struct part part = { story, run, PARTS, self, group };
	pthread_t thread;

	if (start_part(&thread, &part))
		pthread_join(thread, NULL);
}

static void install(int fd, unsigned int flags)
{
	long ret = fd_install(fd, flags);

	note(flags ? CALL_INSTALL_TSYNC : CALL_INSTALL, ret > 0 ? -ESRCH : ret);
	if (ret)
		wrong("a filter of a story cannot be installed: %ld", ret);
}

void add_inner(struct story *story)
{
	install(story->inner, SECCOMP_FILTER_FLAG_TSYNC);
	__atomic_store_n(&story->board->inner, true, __ATOMIC_SEQ_CST);
}

static void go_under(struct story *story, bool inner)
{
	struct seccomp_filter_info info;
	long ret;

	if (!fd_info(story->middle, &info) && info.flags & SECCOMP_FILTER_FLAG_REPLACEABLE) {
		ret = fd_install(draw(story, 2) ? story->middle : story->inner, 0);
		if (ret != -EACCES)
			wrong("INSTALL of a replaceable filter without no_new_privs says %ld", ret);
	}
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	install(inner ? story->inner : story->middle, SECCOMP_FILTER_FLAG_TSYNC);
	__atomic_store_n(&story->board->inner, inner, __ATOMIC_SEQ_CST);
	__atomic_store_n(&story->board->under, true, __ATOMIC_SEQ_CST);
}

static _Noreturn void be_task(struct story *story, bool inner,
			      void (*run)(struct story *, unsigned int nr))
{
	const bool before = draw(story, 2);
	struct part parts[PARTS];
	pthread_t thread[PARTS];
	bool started[PARTS];
	unsigned int i;

	if (!story->shared_listener)
		close(story->listener);
	/* some threads are there when the filter comes, others are born under it */
	if (!before)
		go_under(story, inner);
	for (i = 1; i < PARTS; i++) {
		parts[i] = (struct part){ story, run, i, self, group };
		started[i] = start_part(&thread[i], &parts[i]);
	}
	if (before)
		go_under(story, inner);
	run(story, 0);
	for (i = 1; i < PARTS; i++)
		if (started[i])
			pthread_join(thread[i], NULL);
	_exit(0);
}

bool story_task(struct story *story, bool inner, void (*run)(struct story *, unsigned int nr))
{
	story->task = fork();
	if (!story->task) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_task(story, inner, run);
	}
	if (note(CALL_FORK, result(story->task)) < 0) {
		story->task = 0;
		return false;
	}
	/* until then its copy of the listener may be open */
	while (!__atomic_load_n(&story->board->under, __ATOMIC_SEQ_CST)) {
		if (task_ended(story) || !in_time(story, "the task of a story does not begin"))
			return false;
		usleep(200);
	}
	return true;
}

bool task_ended(struct story *story)
{
	int status;

	if (!story->task)
		return true;
	if (waitpid(story->task, &status, WNOHANG) != story->task)
		return false;
	story->task = 0;
	if (WIFSIGNALED(status) ? WTERMSIG(status) != SIGKILL && WTERMSIG(status) != SIGSYS
				: WEXITSTATUS(status))
		wrong("the task of a story ended with status %x", status);
	return true;
}

static bool wait_for_end(struct story *story, double seconds)
{
	const double end = now() + seconds;

	while (!task_ended(story)) {
		if (now() > end)
			return false;
		usleep(1000);
	}
	return true;
}

void end_task(struct story *story, bool kill_it)
{
	__atomic_store_n(&story->board->stop, true, __ATOMIC_SEQ_CST);
	if (!kill_it && wait_for_end(story, LONG_TIME))
		return;
	if (!kill_it)
		wrong("the task of a story does not end");
	if (story->task)
		kill(story->task, SIGKILL);
	if (!wait_for_end(story, LONG_TIME))
		wrong("the task of a story cannot be killed");
}

bool in_time(struct story *story, const char *what)
{
	if (!shared->stop && now() < story->end)
		return true;
	if (!shared->stop)
		wrong("%s", what);
	end_task(story, true);
	return false;
}

/* ---- The monitor, and who has started it ---- */

static unsigned int count_fds(void)
{
	unsigned int n = 0;
	int fd;

	for (fd = 0; fd < FD_END; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static _Noreturn void be_monitor(const struct step *step, void (*play)(struct story *))
{
	struct story story = { .step = step,
			       .random = step->n,
			       .end = now() + LONG_TIME,
			       .outer = -1,
			       .middle = -1,
			       .inner = -1,
			       .listener = -1 };
	unsigned int before, after;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* the copies of the slots would keep what others close */
	syscall(SYS_close_range, STDERR_FILENO + 1, FD_SHARED - 1, 0);
	syscall(SYS_close_range, FD_FILTERS, FD_END - 1, 0);
	story.board = mmap(NULL, sizeof(*story.board), PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (story.board == MAP_FAILED)
		_exit(1);
	before = count_fds();
	play(&story);
	close(story.outer);
	close(story.middle);
	close(story.inner);
	close(story.listener);
	after = count_fds();
	if (after != before)
		wrong("a story leaves %u descriptors, and there were %u", after, before);
	/* those of its own, and none that was left over */
	if (waitpid(-1, NULL, WNOHANG | __WALL) >= 0 || errno != ECHILD)
		wrong("a story leaves a process");
	_exit(0);
}

void run_story(const struct step *step, void (*play)(struct story *), enum call call)
{
	const double end = now() + 3 * LONG_TIME;
	int status = 0;
	pid_t pid = fork(), got;

	if (!pid)
		be_monitor(step, play);
	if (note(CALL_FORK, result(pid)) < 0)
		return;
	while (!(got = waitpid(pid, &status, WNOHANG)) || (got < 0 && errno == EINTR)) {
		if (now() > end) {
			wrong("a monitor does not end");
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return;
		}
		usleep(1000);
	}
	if (got == pid && !status)
		note(call, 0);
	else
		wrong("a monitor ended with status %x", status);
}
