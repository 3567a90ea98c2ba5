/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The program for a mark: its length and its answer depend only on the mark, so that
 * filters with the same mark have equal programs.
 */
#ifndef SOAK_PROGRAM_H
#define SOAK_PROGRAM_H

#include "seccomp_tree.h"

#define PROGRAM_MARKS 64
#define PROGRAM_INSNS 4096

static inline unsigned int program_make(struct sock_filter *insns, long mark)
{
	static const unsigned int sizes[] = { 0, 0, 0, 1, 7, 40, 300, 1200, PROGRAM_INSNS - 8 };
	const struct sock_filter end[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getpriority, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK_NEWEST, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TREE_ASK + mark, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		/* without a tracer, TRACE means ENOSYS */
		BPF_STMT(BPF_RET | BPF_K,
			 mark % 7 ? SECCOMP_RET_ERRNO | (1000 + mark) : SECCOMP_RET_TRACE | mark),
	};
	unsigned int pad = sizes[mark * 2654435761u % ARRAY_SIZE(sizes)], i;

	for (i = 0; i < pad; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_IMM, mark * i);
	memcpy(insns + pad, end, sizeof(end));
	return pad + ARRAY_SIZE(end);
}

#endif /* SOAK_PROGRAM_H */
