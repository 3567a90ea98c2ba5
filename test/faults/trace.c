// SPDX-License-Identifier: GPL-2.0
/*
 * trace [OPTION]... COMMAND...: runs it, counts the system calls of its first
 * process, and lets something happen at one of them.
 *
 *   -k KIND:N        killed (SIGKILL) before the Nth call of the kind
 *   -a KIND:N        killed after it
 *   -e ERRNO:KIND:N  the call is not made, and fails with that number
 *   -s KIND:N        before the call, "trace" stops, with SIGSTOP, until somebody continues it
 *   -l               prints every call of the plugin
 *   -o FILE          where the report goes, by default stdout
 *
 * KIND: any; ptrace; plugin, a call from the plugin's code, directly or through a
 * library; or one of these by its name, such as plugin.pwrite64.
 * The last line of the report has the numbers of calls of the first three kinds,
 * and then the call at which it happened, or "-".
 *
 * By ptrace and not by a seccomp filter: CRIU under one of these is another thing.
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "regs.h"

static const char *const names[] = {
#include "syscall-names.h"
};

enum kind { ANY, PTRACE, PLUGIN, NAMED, KINDS };
static const char *const kind_names[] = { "any", "ptrace", "plugin" };

enum action { NOTHING, KILL_BEFORE, KILL_AFTER, FAIL, STOP };

static struct {
	enum action action;
	enum kind kind;
	const char *name; /* of the call, where the kind is NAMED */
	unsigned long nth;
	int error;
} plan;

static pid_t tracee;
static unsigned long count[KINDS];
static bool list;
static FILE *report;
static char happened[64] = "-";

struct range {
	unsigned long start, end; /* 0: not known yet */
};

static struct range plugin, program; /* code in the tracee */
static bool maps_changed;

static const char *name_of(unsigned long nr)
{
	return nr < sizeof(names) / sizeof(*names) && names[nr] ? names[nr] : "?";
}

static void find_code(void)
{
	char path[32], exe[256] = "", line[512];
	struct range range;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/exe", tracee);
	if (readlink(path, exe, sizeof(exe) - 1) < 0)
		err(1, "cannot read %s", path);
	snprintf(path, sizeof(path), "/proc/%d/maps", tracee);
	maps = fopen(path, "re");
	while (maps && fgets(line, sizeof(line), maps)) {
		if (!strstr(line, " r-xp ") ||
		    sscanf(line, "%lx-%lx", &range.start, &range.end) != 2)
			continue;
		if (strstr(line, "/seccomp_plugin.so"))
			plugin = range;
		if (strstr(line, exe))
			program = range;
	}
	if (maps)
		fclose(maps);
	maps_changed = false;
}

static bool is_in(struct range range, unsigned long address)
{
	return address >= range.start && address < range.end;
}

/* Up the stack, is there a return address into the plugin before one into CRIU? */
static bool is_from_plugin(unsigned long sp)
{
	unsigned long words[128];
	struct iovec here = { words, sizeof(words) }, there = { (void *)sp, sizeof(words) };
	ssize_t got, i;

	if (maps_changed)
		find_code();
	if (!plugin.start)
		return false;
	got = process_vm_readv(tracee, &here, 1, &there, 1, 0);
	for (i = 0; i < got / (ssize_t)sizeof(*words); i++) {
		if (is_in(plugin, words[i]))
			return true;
		if (is_in(program, words[i]))
			return false;
	}
	return false;
}

/* Is it the call that something has to happen at? */
static bool is_it(const struct __ptrace_syscall_info *info)
{
	bool is[KINDS] = { [ANY] = true };
	int kind;

	is[PTRACE] = info->entry.nr == SYS_ptrace;
	is[PLUGIN] = is_from_plugin(info->stack_pointer);
	is[NAMED] = is[PLUGIN] && plan.name && !strcmp(name_of(info->entry.nr), plan.name);
	for (kind = 0; kind < KINDS; kind++)
		count[kind] += is[kind];
	if (list && is[PLUGIN])
		fprintf(report, "%lu %s %#lx\n", count[PLUGIN], name_of(info->entry.nr),
			info->entry.args[info->entry.nr == SYS_ioctl]);
	/* pages of another file may be mapped now: look at the next call */
	maps_changed |= info->entry.nr == SYS_mmap && info->entry.args[2] & PROT_EXEC;
	return plan.action && is[plan.kind] && count[plan.kind] == plan.nth;
}

static void must(int ret)
{
	if (ret)
		errx(1, "cannot change registers: %s", strerror(-ret));
}

/* @due: it happens at the end of the call that has begun; until there, it is kept. */
static void before_call(const struct __ptrace_syscall_info *info, bool *due)
{
	if (!is_it(info))
		return;
	snprintf(happened, sizeof(happened), "%s(%#lx)", name_of(info->entry.nr),
		 info->entry.args[info->entry.nr == SYS_ioctl]);
	*due = plan.action == KILL_AFTER || plan.action == FAIL;
	if (plan.action == KILL_BEFORE)
		kill(tracee, SIGKILL);
	else if (plan.action == FAIL)
		must(regs_set_call(tracee, -1));
	else if (plan.action == STOP)
		raise(SIGSTOP);
}

static void after_call(bool *due)
{
	if (*due && plan.action == KILL_AFTER)
		kill(tracee, SIGKILL);
	else if (*due)
		must(regs_set_result(tracee, -plan.error));
	*due = false;
}

static void at_call(void)
{
	struct __ptrace_syscall_info info;
	static bool due;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tracee, (void *)sizeof(info), &info) <= 0)
		return; /* it has been killed */
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY)
		before_call(&info, &due);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		after_call(&due);
}

static void start(char **argv)
{
	int status;

	tracee = fork();
	if (!tracee) {
		raise(SIGSTOP);
		execvp(*argv, argv);
		err(127, "cannot run %s", *argv);
	}
	if (tracee < 0 || waitpid(tracee, &status, WUNTRACED) != tracee)
		err(1, "cannot start it");
	if (ptrace(PTRACE_SEIZE, tracee, NULL,
		   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC)))
		err(1, "cannot trace it");
	kill(tracee, SIGCONT);
}

/* Until its end; returns its status. */
static int follow(void)
{
	int status, signal;

	for (;;) {
		if (waitpid(tracee, &status, __WALL) < 0)
			err(1, "waitpid");
		if (!WIFSTOPPED(status))
			return status;
		signal = WSTOPSIG(status);
		if (signal == (SIGTRAP | 0x80)) {
			at_call();
			signal = 0;
		} else if (status >> 16) { /* an event, or a group stop */
			signal = 0;
		}
		ptrace(PTRACE_SYSCALL, tracee, NULL, (void *)(long)signal);
	}
}

/* KIND:N */
static void parse_call(char *text)
{
	char *number = strrchr(text, ':');

	if (!number)
		errx(2, "%s: not KIND:N", text);
	*number++ = '\0';
	plan.nth = strtoul(number, NULL, 10);
	for (plan.kind = 0; plan.kind < NAMED; plan.kind++)
		if (!strcmp(text, kind_names[plan.kind]))
			return;
	if (strncmp(text, "plugin.", 7))
		errx(2, "%s: no such kind", text);
	plan.name = text + 7;
}

static void parse(int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "+k:a:e:s:lo:")) != -1)
		switch (option) {
		case 'k':
		case 'a':
		case 's':
			plan.action = option == 'k'   ? KILL_BEFORE
				      : option == 'a' ? KILL_AFTER
						      : STOP;
			parse_call(optarg);
			break;
		case 'e':
			plan.action = FAIL;
			plan.error = strtol(optarg, &optarg, 10);
			parse_call(optarg + (*optarg == ':'));
			break;
		case 'l':
			list = true;
			break;
		case 'o':
			report = fopen(optarg, "we");
			if (!report)
				err(2, "cannot write %s", optarg);
			break;
		default:
			exit(2);
		}
	if (optind == argc)
		errx(2, "no command");
}

int main(int argc, char **argv)
{
	int status;

	report = stdout;
	parse(argc, argv);
	start(argv + optind);
	status = follow();
	fprintf(report, "%lu %lu %lu %s\n", count[ANY], count[PTRACE], count[PLUGIN], happened);
	if (fclose(report))
		err(1, "cannot write the report");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
