// SPDX-License-Identifier: GPL-2.0
/*
 * The processes of a group: a keeper, and the workers, which it starts again when they end
 * or were killed. All share one descriptor table.
 */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "group.h"
#include "stress.h"

/* steps until a worker ends by itself */
#define LIFE 1000
/* how often the keeper looks, in us; after how many looks a worker counts as stuck */
#define INTERVAL 5000
#define STUCK 24000
/* the module's device, which the library has opened */
#define DEVICE (STDERR_FILENO + 1)

static unsigned int group;
static struct {
	pid_t pid;
	uint64_t step;
	unsigned int idle;
} process[WORKERS_PER_GROUP];

static void __attribute__((noreturn)) work(void)
{
	struct step step;
	unsigned int i;

	for (i = 0; i < LIFE && !shared->stop && !shared->wrong; i++) {
		step = step_draw(shared->seed, self_number(), self->next_step++);
		step.op->run(&step);
	}
	forget_all();
	_exit(0);
}

static void start_worker(unsigned int i)
{
	struct worker *worker = &shared->worker[group * WORKERS_PER_GROUP + i];
	const pid_t keeper = getpid();
	pid_t pid;

	memset(worker->tracee, 0, sizeof(worker->tracee));
	pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, NULL, NULL, 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != keeper)
			_exit(1);
		self = worker;
		work();
	}
	if (pid < 0)
		wrong("there is no new worker: %s", strerror(errno));
	process[i].pid = worker->pid = pid < 0 ? 0 : pid;
	process[i].idle = 0;
}

/* Returns whether one was killed, and left descriptors open. */
static bool reap(void)
{
	bool killed = false;
	unsigned int i;
	int status;

	for (i = 0; i < WORKERS_PER_GROUP; i++) {
		if (!process[i].pid || waitpid(process[i].pid, &status, WNOHANG) != process[i].pid)
			continue;
		shared->worker[group * WORKERS_PER_GROUP + i].pid = process[i].pid = 0;
		if (status && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL))
			wrong("a worker ended with status %x", status);
		killed |= !!status;
	}
	return killed;
}

static void end_workers(void)
{
	unsigned int i;

	for (i = 0; i < WORKERS_PER_GROUP; i++) {
		if (!process[i].pid)
			continue;
		kill(process[i].pid, SIGKILL);
		waitpid(process[i].pid, NULL, 0);
		shared->worker[group * WORKERS_PER_GROUP + i].pid = process[i].pid = 0;
	}
	syscall(SYS_close_range, DEVICE + 1, FD_FILTERS - 1, 0);
}

static void watch(void)
{
	unsigned int i;

	for (i = 0; i < WORKERS_PER_GROUP; i++) {
		const uint64_t step = shared->worker[group * WORKERS_PER_GROUP + i].next_step;

		if (step != process[i].step)
			process[i].idle = 0;
		process[i].step = step;
		if (process[i].pid && ++process[i].idle == STUCK) {
			wrong("a worker does not come back from step %llu",
			      (unsigned long long)step - 1);
			kill(process[i].pid, SIGKILL);
		}
	}
}

static void __attribute__((noreturn)) keep(void)
{
	bool alive;
	unsigned int i;

	do {
		alive = false;
		if (reap())
			end_workers();
		for (i = 0; i < WORKERS_PER_GROUP; i++) {
			if (!process[i].pid && !shared->stop && !shared->wrong)
				start_worker(i);
			alive |= !!process[i].pid;
		}
		watch();
		usleep(INTERVAL);
	} while (alive || !(shared->stop || shared->wrong));
	_exit(0);
}

/* A socket pair for each group: what is written to the second end is read at the first. */
static void open_inboxes(void)
{
	unsigned int i;
	int ends[2];

	for (i = 0; i < shared->workers / WORKERS_PER_GROUP; i++) {
		if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) ||
		    dup2(ends[0], FD_INBOX + 2 * i) < 0 || dup2(ends[1], FD_INBOX + 2 * i + 1) < 0)
			exit(1);
		close(ends[0]);
		close(ends[1]);
	}
}

void start_groups(pid_t *keepers)
{
	unsigned int i;

	open_inboxes();
	for (i = 0; i < shared->workers / WORKERS_PER_GROUP; i++) {
		keepers[i] = fork();
		if (keepers[i])
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		group = i;
		keep();
	}
	/* what is in flight is not ours */
	syscall(SYS_close_range, FD_INBOX, FD_END, 0);
}
