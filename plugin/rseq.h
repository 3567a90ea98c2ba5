/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PLUGIN_RSEQ_H
#define PLUGIN_RSEQ_H

#include "proc.h"

/**
 * rseq_disarm - keep stopped threads from leaving CRIU's code for their own
 * @tids: the threads of a process, all of which CRIU has stopped
 *
 * CRIU has stopped threads run code of its own, with seccomp suspended. A thread can name
 * a restartable sequence (rseq(2)) around that code: the kernel, which looks only when it
 * returns to user mode, would then continue the thread at the sequence's abort handler.
 * So no thread keeps a name, as after a return to user mode, at which the kernel removes it
 * (kernel/rseq.c: rseq_ip_fixup()). A thread that is in its sequence goes on at the abort
 * handler, as the kernel would have it. It does not stay in the sequence until CRIU runs its
 * code: others can change what a name stands for, and the kernel and we write to memory that
 * threads have chosen.
 *
 * One system call per thread, and another if it has registered restartable sequences, as
 * threads of glibc do. Returns 0, also where the kernel does not tell, or a negative errno
 * after a message; -EINVAL: a sequence for which the kernel would kill the thread.
 */
int rseq_disarm(const struct proc_threads *tids);

#endif /* PLUGIN_RSEQ_H */
