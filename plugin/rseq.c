// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/rseq.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

#include "report.h"
#include "rseq.h"

/* CRIU's first calls are made at the start of a mapping, and take fewer bytes. */
#define FOR_CRIU 64

#define WORD sizeof(uint64_t)

/* Reads @n words. */
static int peek(pid_t tid, uint64_t address, uint64_t *words, size_t n)
{
	size_t i;

	errno = 0;
	for (i = 0; !errno && i < n; i++)
		words[i] = ptrace(PTRACE_PEEKDATA, tid, (void *)(address + i * WORD), NULL);
	return -errno;
}

/* *name: where the thread names its sequence; 0: it does not do so, or the kernel does not tell. */
static int find_name(pid_t tid, uint64_t *name)
{
	struct __ptrace_rseq_configuration conf = { 0 };

	*name = 0;
	if (ptrace(PTRACE_GET_RSEQ_CONFIGURATION, tid, sizeof(conf), &conf) < 0)
		/* EIO: a kernel without restartable sequences, or before Linux 5.13 */
		return errno == EIO ? 0 : -errno;
	if (conf.rseq_abi_pointer)
		*name = conf.rseq_abi_pointer + offsetof(struct rseq, rseq_cs);
	return 0;
}

/* Whether the thread is in the sequence, or a negative errno. */
static int is_inside(pid_t tid, const struct rseq_cs *sequence)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof(info), &info) < 0)
		return -errno;
	return info.instruction_pointer - sequence->start_ip < sequence->post_commit_offset;
}

/* Whether it lies in one mapping of code, and not where CRIU makes its first calls. */
static bool is_own_code(FILE *maps, const struct rseq_cs *sequence)
{
	unsigned long start, end, first = 0;
	char *line = NULL, mode[8];
	bool found = false;
	size_t size = 0;

	/* whole lines: the names are the task's */
	while (!found && getline(&line, &size, maps) > 0) {
		if (sscanf(line, "%lx-%lx %7s", &start, &end, mode) != 3 || mode[2] != 'x')
			continue;
		if (!first)
			first = start;
		found = sequence->start_ip >= start && sequence->start_ip < end;
	}
	free(line);
	return found && sequence->start_ip - first >= FOR_CRIU &&
	       sequence->post_commit_offset <= end - sequence->start_ip;
}

static int check_sequence(pid_t tid, const struct rseq_cs *sequence)
{
	char path[32];
	FILE *maps;
	bool own;

	snprintf(path, sizeof(path), "/proc/%d/maps", tid);
	maps = fopen(path, "re");
	if (!maps)
		return -errno;
	own = is_own_code(maps, sequence);
	fclose(maps);
	return own ? 0 : -EPERM;
}

static int disarm(pid_t tid)
{
	uint64_t name, address, words[sizeof(struct rseq_cs) / WORD];
	struct rseq_cs sequence;
	int ret = find_name(tid, &name);

	if (ret || !name)
		return ret;
	ret = peek(tid, name, &address, 1);
	if (ret || !address)
		return ret;
	ret = peek(tid, address, words, sizeof(words) / WORD);
	if (ret)
		return ret;
	memcpy(&sequence, words, sizeof(sequence));
	ret = is_inside(tid, &sequence);
	if (ret)
		return ret < 0 ? ret : check_sequence(tid, &sequence);
	return ptrace(PTRACE_POKEDATA, tid, (void *)name, NULL) ? -errno : 0;
}

int rseq_disarm(const struct proc_threads *tids)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < tids->count; i++)
		ret = disarm(tids->tids[i]);
	if (!ret)
		return 0;
	pr_err("cannot keep task %d from leaving CRIU's code for its own: %s", tids->tids[i - 1],
	       ret == -EPERM ? "it is in a restartable sequence that reaches beyond its own code"
			     : strerror(-ret));
	return ret;
}
