// SPDX-License-Identifier: GPL-2.0
/*
 * A task that gets more and more filters: growing PIDFILE COUNT installs COUNT filters,
 * then writes its pid, then installs one more for each SIGUSR1. They allow everything,
 * and no two are equal.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int install(int number)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_IMM, number),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = 2, .filter = insns };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

/* The file gets its name only after it is closed: its reader may look at our descriptors next. */
static int write_pidfile(const char *path)
{
	char unfinished[4096];
	FILE *file;

	snprintf(unfinished, sizeof(unfinished), "%s.new", path);
	file = fopen(unfinished, "w");
	if (!file)
		return -1;
	fprintf(file, "%d\n", getpid());
	if (fclose(file))
		return -1;
	return rename(unfinished, path);
}

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : -1, number, signal;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	if (count < 0 || sigprocmask(SIG_BLOCK, &set, NULL) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return 2;
	for (number = 0; number < count; number++)
		if (install(number))
			return 1;
	if (write_pidfile(argv[1]))
		return 1;
	while (!sigwait(&set, &signal))
		if (install(number++))
			return 1;
	return 1;
}
