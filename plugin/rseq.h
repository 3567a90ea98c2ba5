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
 * So the name of each sequence that a thread is not in is removed, as the kernel does it
 * when it looks (kernel/rseq.c: rseq_ip_fixup()). A thread that is in one, which CRIU
 * takes into account, must not be in one that reaches to where CRIU's code will be.
 *
 * One system call per thread, and another if it has registered restartable sequences, as
 * threads of glibc do. Returns 0, also where the kernel does not tell, or a negative errno
 * after a message; -EPERM: a sequence that reaches too far.
 */
int rseq_disarm(const struct proc_threads *tids);

#endif /* PLUGIN_RSEQ_H */
