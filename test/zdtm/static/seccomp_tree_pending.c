// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree_supervise.h"

const char *test_doc = "Supervised calls that wait: they are restarted and answered";
const char *test_author = "criu-seccomp maintainers";

#define LISTENER_FD 70
#define OTHER_FD 71

/* The request of one was not received yet; that of the other was, but is not answered yet. */
static int supervisor, unheard, heard;
static long id;

static int supervised(int fd)
{
	int nr = tree_thread(supervisor);

	if (nr < 0 || tree_call(nr, tree_do_supervise, 0, fd))
		return -1;
	return nr;
}

/* Waits until a request has arrived. */
static int wait_for_request(int fd)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	int i;

	for (i = 0; i < 10000; i++) {
		if (tree_call(supervisor, tree_do_poll, fd, 0) == POLLIN)
			return 0;
		nanosleep(&nap, NULL);
	}
	pr_err("no request at listener %d\n", fd);
	return -1;
}

static int build(void)
{
	supervisor = tree_confinable();
	if (supervisor < 0)
		return -1;
	unheard = supervised(LISTENER_FD);
	heard = supervised(OTHER_FD);
	if (unheard < 0 || heard < 0)
		return -1;

	tree_start(unheard, tree_do_ask, QUESTION, 0);
	tree_start(heard, tree_do_ask, QUESTION, 0);
	id = tree_receive(supervisor, OTHER_FD);
	return id ? wait_for_request(LISTENER_FD) : -1;
}

static int answer_anew(int asks, int fd)
{
	long new = tree_receive(supervisor, fd);

	return new ? tree_answer(supervisor, fd, new, asks) : -1;
}

static int before(void)
{
	if (answer_anew(unheard, LISTENER_FD))
		return -1;
	return tree_answer(supervisor, OTHER_FD, id, heard);
}

static int after(void)
{
	long ret = tree_call(supervisor, tree_do_answer, OTHER_FD, id);

	if (ret != -ENOENT) {
		pr_err("the answer to a call that was interrupted: %ld\n", ret);
		return -1;
	}
	return answer_anew(unheard, LISTENER_FD) || answer_anew(heard, OTHER_FD) ? -1 : 0;
}

int main(int argc, char **argv)
{
	test_init(argc, argv);
	if (tree_rehearse(build, before))
		return 1;
	return tree_finish(after, "the calls are not answered");
}
