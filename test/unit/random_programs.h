/* SPDX-License-Identifier: GPL-2.0 */
/* Random programs, and random calls for them. */
#ifndef RANDOM_PROGRAMS_H
#define RANDOM_PROGRAMS_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>

#include "bpf.h"

#define RANDOM_MAX 48

/* A system call that no kernel has, so it can safely be allowed. */
#define NO_CALL 1023

static uint64_t random_state;

/* xorshift64*: the same numbers on every machine, so that a failure can name its seed. */
static inline uint32_t random_number(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (random_state * 0x2545f4914f6cdd1d) >> 32;
}

static inline uint32_t random_below(uint32_t end)
{
	return random_number() % end;
}

/* Small constants, so that comparisons have both results, and those at the limits. */
static inline uint32_t random_constant(void)
{
	static const uint32_t edges[] = { 0, 1, UINT32_MAX, 0x80000000, 0x7fffffff, NO_CALL };

	switch (random_below(4)) {
	case 0:
		return edges[random_below(sizeof(edges) / sizeof(*edges))];
	case 1:
		return random_number();
	default:
		return random_below(5);
	}
}

static inline uint32_t random_return(void)
{
	static const uint32_t actions[] = { SECCOMP_RET_ERRNO, SECCOMP_RET_ERRNO,
					    SECCOMP_RET_TRAP,  SECCOMP_RET_TRACE,
					    SECCOMP_RET_LOG,   SECCOMP_RET_ALLOW,
					    SECCOMP_RET_ALLOW, SECCOMP_RET_USER_NOTIF };

	return actions[random_below(sizeof(actions) / sizeof(*actions))] | (1 + random_below(7));
}

/* The words that random_call() fills in: not the instruction pointer. */
static inline uint32_t random_word(void)
{
	static const uint8_t words[] = { 0, 1, 4, 5, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

	return words[random_below(sizeof(words))] * sizeof(uint32_t);
}

/* An instruction that neither jumps nor returns; memory 0 to 3 has been written. */
static inline struct sock_filter random_step(void)
{
	static const uint16_t alu[] = { BPF_ADD, BPF_SUB, BPF_MUL, BPF_DIV, BPF_AND,
					BPF_AND, BPF_OR,  BPF_XOR, BPF_LSH, BPF_RSH };
	uint16_t op = alu[random_below(sizeof(alu) / sizeof(*alu))];
	uint32_t k = random_constant();

	switch (random_below(14)) {
	case 0:
		return (struct sock_filter){ BPF_LD | BPF_IMM, 0, 0, k };
	case 1:
		return (struct sock_filter){ BPF_LDX | BPF_IMM, 0, 0, k };
	case 2:
		return (struct sock_filter){ BPF_LD | BPF_MEM, 0, 0, random_below(4) };
	case 3:
		return (struct sock_filter){ BPF_LDX | BPF_MEM, 0, 0, random_below(4) };
	case 4:
		return (struct sock_filter){ random_below(2) ? BPF_ST : BPF_STX, 0, 0,
					     random_below(4) };
	case 5:
		return (struct sock_filter){ BPF_MISC | (random_below(2) ? BPF_TAX : BPF_TXA), 0, 0,
					     0 };
	case 6:
		return (struct sock_filter){ (random_below(2) ? BPF_LD : BPF_LDX) | BPF_W | BPF_LEN,
					     0, 0, 0 };
	case 7:
		return (struct sock_filter){ BPF_ALU | op | BPF_X, 0, 0, 0 };
	case 8:
		if (op == BPF_DIV && !k)
			k = 3;
		if (op == BPF_LSH || op == BPF_RSH)
			k %= 32;
		return (struct sock_filter){ BPF_ALU | op | BPF_K, 0, 0, k };
	case 9:
		return (struct sock_filter){ BPF_ALU | BPF_NEG, 0, 0, 0 };
	default:
		return (struct sock_filter){ BPF_LD | BPF_W | BPF_ABS, 0, 0, random_word() };
	}
}

static inline struct sock_filter random_jump(uint32_t left)
{
	static const uint16_t ops[] = { BPF_JEQ, BPF_JGT, BPF_JGE, BPF_JSET };
	uint16_t code = BPF_JMP | ops[random_below(4)] | (random_below(4) ? BPF_K : BPF_X);

	if (!random_below(12))
		return (struct sock_filter){ BPF_JMP | BPF_JA, 0, 0, random_below(left) };
	return (struct sock_filter){ code, random_below(left), random_below(left),
				     random_constant() };
}

/**
 * random_program - make a random program that seccomp(2) accepts
 * @insns: out, room for RANDOM_MAX
 *
 * Only calls with the number NO_CALL reach the random part; all others are allowed.
 * Returns its length.
 */
static inline size_t random_program(struct sock_filter *insns)
{
	static const struct sock_filter head[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NO_CALL, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_ST, 0),
		BPF_STMT(BPF_ST, 1),
		BPF_STMT(BPF_STX, 2),
		BPF_STMT(BPF_STX, 3),
	};
	size_t first = sizeof(head) / sizeof(*head);
	size_t len = first + 2 + random_below(RANDOM_MAX - first - 5), i;

	for (i = 0; i < first; i++)
		insns[i] = head[i];
	for (; i < len; i++) {
		if (i + 2 < len && !random_below(3))
			insns[i] = random_jump(len - i - 1);
		else if (!random_below(6))
			insns[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, random_return());
		else
			insns[i] = random_step();
	}
	/* the final value of A is visible as ERRNO: all its bits, folded */
	if (random_below(2)) {
		insns[i++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1);
		insns[i++] = (struct sock_filter)BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 21);
		insns[i++] =
			(struct sock_filter)BPF_STMT(BPF_ALU | BPF_OR | BPF_K, SECCOMP_RET_ERRNO);
		insns[i++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0);
	} else {
		insns[i++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, random_return());
	}
	return i;
}

static inline void random_call(struct seccomp_data *data, uint32_t arch)
{
	int i;

	*data = (struct seccomp_data){ .nr = NO_CALL, .arch = arch };
	for (i = 0; i < 6; i++)
		data->args[i] = (uint64_t)random_constant() << 32 | random_constant();
}

#endif /* RANDOM_PROGRAMS_H */
