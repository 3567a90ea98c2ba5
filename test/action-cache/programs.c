// SPDX-License-Identifier: GPL-2.0
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#include "cache.h"
#include "dice.h"
#include "programs.h"

#define LOAD (BPF_LD | BPF_W | BPF_ABS)
#define LOAD_NR ((struct sock_filter)BPF_STMT(LOAD, offsetof(struct seccomp_data, nr)))
#define LOAD_ARCH ((struct sock_filter)BPF_STMT(LOAD, offsetof(struct seccomp_data, arch)))
#define RETURN(action) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action))
#define SKIP(count) ((struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, count))
#define JUMP(op, k, jt, jf) ((struct sock_filter)BPF_JUMP(BPF_JMP | (op) | BPF_K, k, jt, jf))

/* As far as jt and jf can say. */
#define FAR 255

const char *const program_kinds[] = { "soup", "masks", "list", "tree", "splits", "mutated" };

/* The program that is being written, and how many numbers it is about. */
struct writer {
	struct sock_filter *insns;
	unsigned int len;
	unsigned int nr;
};

static void put(struct writer *w, struct sock_filter insn)
{
	w->insns[w->len++] = insn;
}

static bool room(const struct writer *w, unsigned int insns)
{
	return w->len + insns < BPF_MAXINSNS;
}

/* What something is compared with: mostly where it may matter. */
static uint32_t constant(unsigned int nr)
{
	static const uint32_t special[] = {
		0, 1, CACHE_NATIVE, CACHE_COMPAT, 0x40000000, 0x7fffffff, 0x80000000, ~0U,
	};

	switch (dice(8)) {
	case 0:
		return special[dice(sizeof(special) / sizeof(*special))];
	case 1:
		return 1U << dice(11);
	case 2:
		return (1U << dice(11)) - 1;
	case 3:
		return ~(1U << dice(32));
	case 4:
		return nr - 1 + dice(3);
	case 5:
		return dice(4) ? dice(2 * nr) : dice_bits();
	default:
		return dice(nr);
	}
}

static uint32_t action(void)
{
	static const uint32_t actions[] = {
		SECCOMP_RET_KILL_PROCESS,
		SECCOMP_RET_ERRNO | 1,
		SECCOMP_RET_USER_NOTIF,
		SECCOMP_RET_LOG,
		/* what is not exactly this is no constant allow */
		SECCOMP_RET_ALLOW | 1,
	};

	return dice(2) ? SECCOMP_RET_ALLOW : actions[dice(5)];
}

/* An instruction that no cache can be made of. */
static struct sock_filter unknown(void)
{
	static const struct sock_filter insns[] = {
		BPF_STMT(LOAD, offsetof(struct seccomp_data, args)),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_LD | BPF_IMM, 5),
		BPF_STMT(BPF_LDX | BPF_IMM, 5),
		BPF_STMT(BPF_LD | BPF_MEM, 0),
		BPF_STMT(BPF_LDX | BPF_MEM, 0),
		BPF_STMT(BPF_ST, 0),
		BPF_STMT(BPF_STX, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
		BPF_STMT(BPF_RET | BPF_A, 0),
		BPF_STMT(BPF_ALU | BPF_NEG, 0),
		BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 1),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_X, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 0),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 0, 0),
	};

	return insns[dice(sizeof(insns) / sizeof(*insns))];
}

/* How far to jump over @left instructions at most: mostly not far. */
static unsigned int distance(unsigned int left, unsigned int most)
{
	unsigned int limit = left < most ? left : most;

	return dice(4) ? dice(limit < 4 ? limit + 1 : 4) : dice(limit + 1);
}

/* @left: how many come after it, the last of which is a return */
static struct sock_filter any(unsigned int nr, unsigned int left, bool masks)
{
	static const uint16_t ops[] = { BPF_JEQ, BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET };
	unsigned int kind = dice(100);

	if (kind < (masks ? 30 : 15))
		return LOAD_NR;
	if (kind < (masks ? 31 : 20))
		return LOAD_ARCH;
	if (kind < (masks ? 55 : 30))
		return (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, constant(nr));
	if (kind < (masks ? 56 : 33))
		return unknown();
	if (kind < (masks ? 58 : 40))
		return RETURN(action());
	if (kind < (masks ? 60 : 43))
		return SKIP(distance(left - 1, BPF_MAXINSNS));
	return JUMP(masks && dice(2) ? BPF_JSET : ops[dice(5)], constant(nr),
		    distance(left - 1, FAR), distance(left - 1, FAR));
}

static void soup(struct writer *w, unsigned int len, bool masks)
{
	if (dice(4))
		put(w, LOAD_NR);
	while (w->len + 1 < len)
		put(w, any(w->nr, len - 1 - w->len, masks));
	put(w, dice(20) ? RETURN(action()) : (struct sock_filter)BPF_STMT(BPF_RET | BPF_A, 0));
}

/* What a program does first. */
static void head(struct writer *w)
{
	if (dice(2)) {
		put(w, LOAD_ARCH);
		put(w, JUMP(BPF_JEQ, dice(3) ? CACHE_NATIVE : CACHE_COMPAT, 1, 0));
		put(w, RETURN(action()));
	}
	put(w, LOAD_NR);
	if (dice(2)) {
		put(w, JUMP(dice(2) ? BPF_JGE : BPF_JSET, 0x40000000, 0, 1));
		put(w, RETURN(action()));
	}
	if (!dice(4))
		put(w, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K,
						    dice(2) ? ~0x40000000U : constant(w->nr)));
}

/* One number, and what becomes of it; 8 instructions at most. */
static void one(struct writer *w, unsigned int nr)
{
	if (dice(8)) {
		put(w, JUMP(BPF_JEQ, nr, 0, 1));
		put(w, RETURN(action()));
		return;
	}
	/* by an argument, after which the number has to be loaded again */
	put(w, JUMP(BPF_JEQ, nr, 0, 4));
	put(w, (struct sock_filter)BPF_STMT(LOAD, offsetof(struct seccomp_data, args[1])));
	put(w, JUMP(BPF_JSET, constant(w->nr), 0, 1));
	put(w, RETURN(action()));
	put(w, dice(2) ? LOAD_NR : RETURN(action()));
}

static void list(struct writer *w, unsigned int count)
{
	bool rising = dice(2);
	unsigned int i;

	head(w);
	for (i = 0; i < count && room(w, 16); i++)
		one(w, rising ? i * w->nr / count : dice(w->nr));
	put(w, RETURN(action()));
}

/* Numbers from @lo to before @hi, each by itself or all alike. */
static void branch(struct writer *w, unsigned int lo, unsigned int hi)
{
	unsigned int middle, jump, i;
	bool above = dice(2);

	if (hi - lo < 5 || !dice(16) || !room(w, 64)) {
		for (i = lo; i < hi && i < lo + 5 && dice(6); i++)
			one(w, i);
		put(w, RETURN(action()));
		return;
	}
	middle = lo + 1 + dice(hi - lo - 1);
	jump = w->len;
	w->len += 2;
	branch(w, lo, middle);
	/* to the upper half, however far it is */
	w->insns[jump] = JUMP(above ? BPF_JGT : BPF_JGE, middle - above, 0, 1);
	w->insns[jump + 1] = SKIP(w->len - jump - 2);
	branch(w, middle, hi);
}

static void tree(struct writer *w)
{
	head(w);
	branch(w, 0, w->nr);
}

/* Jumps that lead to the same place whatever they find, then a rest for each alone. */
static void splits(struct writer *w, unsigned int count)
{
	static const uint16_t ops[] = { BPF_JEQ, BPF_JGE, BPF_JGT, BPF_JSET };
	unsigned int i;

	put(w, LOAD_NR);
	for (i = 0; i < count && room(w, 3); i++)
		put(w, JUMP(ops[dice(4)], constant(w->nr), 0, 0));
	for (i = 0; i < count && room(w, 3); i++)
		put(w, dice(8) ? JUMP(BPF_JEQ, dice(w->nr), 0, 0) : LOAD_NR);
	if (dice(2))
		put(w, JUMP(ops[dice(4)], constant(w->nr), 0, 1));
	put(w, RETURN(action()));
	put(w, RETURN(action()));
}

/* Some instructions others, all jumps still forward and inside. */
static void mutate(struct writer *w)
{
	unsigned int i, n = 1 + dice(4);

	while (n-- && w->len > 1) {
		i = dice(w->len - 1);
		if (dice(2))
			w->insns[i] = any(w->nr, w->len - 1 - i, dice(2));
		else if (BPF_CLASS(w->insns[i].code) != BPF_JMP ||
			 BPF_OP(w->insns[i].code) != BPF_JA)
			w->insns[i].k = BPF_CLASS(w->insns[i].code) == BPF_LD ? dice(16) * 4
									      : constant(w->nr);
	}
}

unsigned int program_random(enum program_kind kind, unsigned int nr, struct sock_filter *insns)
{
	/* a long one now and then */
	unsigned int size = 2 + dice(dice(64) ? 40 : 1000);
	struct writer w = { .insns = insns, .nr = nr };

	switch (kind) {
	case PROGRAM_MASKS:
		soup(&w, size, true);
		break;
	case PROGRAM_LIST:
		list(&w, size);
		break;
	case PROGRAM_TREE:
		tree(&w);
		break;
	case PROGRAM_SPLITS:
		splits(&w, size);
		break;
	case PROGRAM_MUTATED:
		if (dice(2))
			list(&w, size);
		else
			tree(&w);
		mutate(&w);
		break;
	default:
		soup(&w, size, false);
		break;
	}
	return w.len;
}
