// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>

#include "messages.h"
#include "reader.h"
#include "stop.h"

#define INTERVAL_NS (100 * 1000 * 1000)

static void wait_for(pthread_t reader, void (*meanwhile)(void *), void *arg)
{
	struct timespec until;

	for (;;) {
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += INTERVAL_NS;
		until.tv_sec += until.tv_nsec / 1000000000;
		until.tv_nsec %= 1000000000;
		if (pthread_timedjoin_np(reader, NULL, &until) != ETIMEDOUT)
			return;
		meanwhile(arg);
	}
}

static int run(void *(*read)(void *), void (*meanwhile)(void *), void *arg)
{
	pthread_t reader;
	int ret = pthread_create(&reader, NULL, read, arg);

	if (ret)
		return -ret;
	if (meanwhile)
		wait_for(reader, meanwhile, arg);
	else
		pthread_join(reader, NULL);
	return 0;
}

int reader_run(void *(*read)(void *), void (*meanwhile)(void *), void *arg)
{
	sigset_t stops, before;
	int ret;

	stop_init();
	ret = messages_keep();
	if (ret)
		return ret;
	/* in all threads: one that does not block a signal would stop the others, too */
	sigemptyset(&stops);
	sigaddset(&stops, SIGTSTP);
	sigaddset(&stops, SIGTTIN);
	sigaddset(&stops, SIGTTOU);
	sigprocmask(SIG_BLOCK, &stops, &before);
	ret = run(read, meanwhile, arg);
	sigprocmask(SIG_SETMASK, &before, NULL);
	messages_release();
	return ret;
}

size_t reader_handles(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return 1;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_cur - limit.rlim_cur / 4;
}
