// SPDX-License-Identifier: GPL-2.0
/*
 * nth -i KIND:N -o FILE COMMAND...: runs it, and kills its first process (SIGKILL) in
 * the Nth system call of a kind: "any", or "ptrace". The process is dead when that call
 * ends, and a call that waits is interrupted; as if it were killed before its next call.
 * FILE gets the call, as the last line of a report of trace.c.
 *
 * trace.c could do it, at ten times the cost: two stops for each call, thousands of
 * them in a dump. Here the kernel counts: a signal at the overflow of a perf event of
 * the tracepoint raw_syscalls:sys_enter (perf_event_open(2), F_SETSIG in fcntl(2)).
 */
#include <err.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const names[] = {
#include "syscall-names.h"
};

/* The record of the tracepoint, as its "format" file describes it. */
struct sample {
	struct perf_event_header header;
	uint32_t size;
	uint64_t common;
	int64_t nr;
	uint64_t args[6];
} __attribute__((packed));

static unsigned long tracepoint(void)
{
	static const char path[] = "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id";
	unsigned long id;
	FILE *file;

	file = fopen(path, "re");
	if (!file || fscanf(file, "%lu", &id) != 1)
		err(1, "%s (needs CONFIG_FTRACE_SYSCALLS, and tracefs mounted)", path);
	fclose(file);
	return id;
}

/* Kills @pid in its Nth call; returns a descriptor that knows which one that was. */
static int arm(pid_t pid, const char *kind, unsigned long n)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = tracepoint(),
		.sample_period = n,
		.sample_type = PERF_SAMPLE_RAW,
		.wakeup_events = 1,
	};
	char filter[32];
	int fd;

	fd = syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		err(1, "cannot count calls (CONFIG_PERF_EVENTS)");
	snprintf(filter, sizeof(filter), "id == %d", SYS_ptrace);
	if (!strcmp(kind, "ptrace") && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		err(1, "cannot count calls of ptrace(2) alone");
	if (fcntl(fd, F_SETOWN, pid) || fcntl(fd, F_SETSIG, SIGKILL) || fcntl(fd, F_SETFL, O_ASYNC))
		err(1, "cannot ask for a signal");
	return fd;
}

static void print_call(FILE *report, const struct perf_event_mmap_page *page)
{
	const struct sample *sample = (void *)((char *)page + getpagesize());
	const char *name;

	if (!page->data_head || sample->header.type != PERF_RECORD_SAMPLE) {
		fputs("0 0 0 -\n", report);
		return;
	}
	name = (uint64_t)sample->nr < sizeof(names) / sizeof(*names) ? names[sample->nr] : NULL;
	fprintf(report, "0 0 0 %s(%#lx)\n", name ?: "?",
		(unsigned long)sample->args[sample->nr == SYS_ioctl]);
}

static struct {
	const char *kind;
	unsigned long n;
	FILE *report;
} plan;

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+i:o:")) != -1)
		switch (option) {
		case 'i':
			plan.kind = strsep(&optarg, ":");
			plan.n = optarg ? strtoul(optarg, NULL, 10) : 0;
			break;
		case 'o':
			plan.report = fopen(optarg, "we");
			if (!plan.report)
				err(2, "cannot write %s", optarg);
			break;
		default:
			exit(2);
		}
	if (!plan.n || (strcmp(plan.kind, "any") && strcmp(plan.kind, "ptrace")) || !plan.report ||
	    optind == argc)
		errx(2, "usage: nth -i any:N|ptrace:N -o FILE COMMAND...");
}

int main(int argc, char **argv)
{
	struct perf_event_mmap_page *page;
	int fd, status;
	pid_t pid;

	parse(argc, argv);
	pid = fork();
	if (!pid) {
		raise(SIGSTOP);
		execvp(argv[optind], argv + optind);
		err(127, "cannot run %s", argv[optind]);
	}
	if (pid < 0 || waitpid(pid, &status, WUNTRACED) != pid)
		err(1, "cannot start it");
	fd = arm(pid, plan.kind, plan.n);
	page = mmap(NULL, 2 * getpagesize(), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (page == MAP_FAILED)
		err(1, "cannot map the samples");
	kill(pid, SIGCONT);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	print_call(plan.report, page);
	if (fclose(plan.report))
		err(1, "cannot write the report");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
