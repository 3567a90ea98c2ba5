// SPDX-License-Identifier: GPL-2.0
#include <elf.h>
#include <errno.h>
#include <linux/rseq.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "report.h"
#include "rseq.h"

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

/* conf->rseq_abi_pointer: where the thread names its sequence; 0: it does not do so, or the
 * kernel does not tell. */
static int find_area(pid_t tid, struct __ptrace_rseq_configuration *conf)
{
	if (ptrace(PTRACE_GET_RSEQ_CONFIGURATION, tid, sizeof(*conf), conf) < 0)
		/* EIO: a kernel without restartable sequences, or before Linux 5.13 */
		return errno == EIO ? 0 : -errno;
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

#ifdef __x86_64__
static int go_on_at(pid_t tid, uint64_t ip)
{
	/* a call that was interrupted is not made again */
	if (ptrace(PTRACE_POKEUSER, tid, offsetof(struct user_regs_struct, orig_rax), -1L) ||
	    ptrace(PTRACE_POKEUSER, tid, offsetof(struct user_regs_struct, rip), ip))
		return -errno;
	return 0;
}
#else
static int go_on_at(pid_t tid, uint64_t ip)
{
	struct user_regs_struct registers;
	struct iovec iov = { &registers, sizeof(registers) };

	if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov))
		return -errno;
	registers.pc = ip;
	return ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov) ? -errno : 0;
}
#endif

/* What the kernel does for a thread that it has interrupted in the sequence. */
static int abort_sequence(pid_t tid, const struct rseq_cs *sequence, uint32_t signature)
{
	uint64_t before; /* the signature is the second half */
	int ret;

	if (sequence->version || sequence->flags ||
	    sequence->abort_ip - sequence->start_ip < sequence->post_commit_offset)
		return -EINVAL;
	ret = peek(tid, sequence->abort_ip - WORD, &before, 1);
	if (ret)
		return ret;
	return before >> 32 == signature ? go_on_at(tid, sequence->abort_ip) : -EINVAL;
}

static int disarm(pid_t tid)
{
	uint64_t name, address, words[sizeof(struct rseq_cs) / WORD];
	struct __ptrace_rseq_configuration conf = { 0 };
	struct rseq_cs sequence;
	int ret = find_area(tid, &conf);

	if (ret || !conf.rseq_abi_pointer)
		return ret;
	name = conf.rseq_abi_pointer + offsetof(struct rseq, rseq_cs);
	ret = peek(tid, name, &address, 1);
	if (ret || !address)
		return ret;
	ret = peek(tid, address, words, sizeof(words) / WORD);
	if (ret)
		return ret;
	memcpy(&sequence, words, sizeof(sequence));
	ret = is_inside(tid, &sequence);
	if (ret > 0)
		ret = abort_sequence(tid, &sequence, conf.signature);
	if (ret)
		return ret;
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
	       ret == -EINVAL ? "it is in a restartable sequence that cannot be aborted"
			      : strerror(-ret));
	return ret;
}
