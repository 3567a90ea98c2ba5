// SPDX-License-Identifier: GPL-2.0
/*
 * Classic BPF as seccomp(2) takes it: the registers A and X, 16 words of memory,
 * and struct seccomp_data to load from.
 */
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>

#include "program.h"

/* The words of struct seccomp_data, on a little-endian machine. */
static const char *const words[] = {
	"system call",
	"architecture",
	"instruction pointer, low",
	"instruction pointer, high",
	"argument 0, low",
	"argument 0, high",
	"argument 1, low",
	"argument 1, high",
	"argument 2, low",
	"argument 2, high",
	"argument 3, low",
	"argument 3, high",
	"argument 4, low",
	"argument 4, high",
	"argument 5, low",
	"argument 5, high",
};

#define N_WORDS (sizeof(words) / sizeof(*words))

static void print_return(char *line, size_t size, uint32_t value)
{
	uint32_t data = value & SECCOMP_RET_DATA;

	switch (value & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_KILL_PROCESS:
		snprintf(line, size, "return KILL_PROCESS");
		break;
	case SECCOMP_RET_KILL_THREAD:
		snprintf(line, size, "return KILL_THREAD");
		break;
	case SECCOMP_RET_TRAP:
		snprintf(line, size, "return TRAP %u", data);
		break;
	case SECCOMP_RET_ERRNO:
		snprintf(line, size, "return ERRNO %u", data);
		break;
	case SECCOMP_RET_USER_NOTIF:
		snprintf(line, size, "return USER_NOTIF");
		break;
	case SECCOMP_RET_TRACE:
		snprintf(line, size, "return TRACE %u", data);
		break;
	case SECCOMP_RET_LOG:
		snprintf(line, size, "return LOG");
		break;
	case SECCOMP_RET_ALLOW:
		snprintf(line, size, "return ALLOW");
		break;
	default:
		snprintf(line, size, "return %#x", value);
	}
}

static void print_load(char *line, size_t size, uint32_t offset)
{
	if (offset % sizeof(uint32_t) || offset / sizeof(uint32_t) >= N_WORDS)
		snprintf(line, size, "A = word at byte %u", offset);
	else
		snprintf(line, size, "A = %s", words[offset / sizeof(uint32_t)]);
}

static const char *alu_operator(uint16_t code)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return "+=";
	case BPF_SUB:
		return "-=";
	case BPF_MUL:
		return "*=";
	case BPF_DIV:
		return "/=";
	case BPF_AND:
		return "&=";
	case BPF_OR:
		return "|=";
	case BPF_XOR:
		return "^=";
	case BPF_LSH:
		return "<<=";
	case BPF_RSH:
		return ">>=";
	default:
		return NULL;
	}
}

/* Comparisons; BPF_JSET is a test of bits. */
static const char *jump_operator(uint16_t code)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return "==";
	case BPF_JGE:
		return ">=";
	case BPF_JGT:
		return ">";
	case BPF_JSET:
		return "&";
	default:
		return NULL;
	}
}

static void print_unknown(char *line, size_t size, const struct sock_filter *insn)
{
	snprintf(line, size, "code %#x, jt %u, jf %u, k %#x", insn->code, insn->jt, insn->jf,
		 insn->k);
}

static void print_alu(char *line, size_t size, const struct sock_filter *insn)
{
	const char *sign = alu_operator(insn->code);

	if (insn->code == (BPF_ALU | BPF_NEG))
		snprintf(line, size, "A = -A");
	else if (!sign)
		print_unknown(line, size, insn);
	else if (BPF_SRC(insn->code) == BPF_X)
		snprintf(line, size, "A %s X", sign);
	else
		snprintf(line, size, "A %s %#x", sign, insn->k);
}

static void print_jump(char *line, size_t size, const struct sock_filter *insn, size_t index)
{
	const char *sign = jump_operator(insn->code);
	size_t next = index + 1;

	if (insn->code == (BPF_JMP | BPF_JA))
		snprintf(line, size, "goto %zu", next + insn->k);
	else if (!sign)
		print_unknown(line, size, insn);
	else if (BPF_SRC(insn->code) == BPF_X)
		snprintf(line, size, "if A %s X goto %zu else %zu", sign, next + insn->jt,
			 next + insn->jf);
	else
		snprintf(line, size, "if A %s %u (%#x) goto %zu else %zu", sign, insn->k, insn->k,
			 next + insn->jt, next + insn->jf);
}

void program_line(char *line, size_t size, const struct sock_filter *insn, size_t index)
{
	switch (insn->code) {
	case BPF_RET | BPF_K:
		print_return(line, size, insn->k);
		return;
	case BPF_RET | BPF_A:
		snprintf(line, size, "return A");
		return;
	case BPF_LD | BPF_W | BPF_ABS:
		print_load(line, size, insn->k);
		return;
	case BPF_LD | BPF_IMM:
		snprintf(line, size, "A = %u (%#x)", insn->k, insn->k);
		return;
	case BPF_LDX | BPF_IMM:
		snprintf(line, size, "X = %u (%#x)", insn->k, insn->k);
		return;
	case BPF_LD | BPF_W | BPF_LEN:
		snprintf(line, size, "A = %zu", sizeof(struct seccomp_data));
		return;
	case BPF_LDX | BPF_W | BPF_LEN:
		snprintf(line, size, "X = %zu", sizeof(struct seccomp_data));
		return;
	case BPF_LD | BPF_MEM:
		snprintf(line, size, "A = memory %u", insn->k);
		return;
	case BPF_LDX | BPF_MEM:
		snprintf(line, size, "X = memory %u", insn->k);
		return;
	case BPF_ST:
		snprintf(line, size, "memory %u = A", insn->k);
		return;
	case BPF_STX:
		snprintf(line, size, "memory %u = X", insn->k);
		return;
	case BPF_MISC | BPF_TAX:
		snprintf(line, size, "X = A");
		return;
	case BPF_MISC | BPF_TXA:
		snprintf(line, size, "A = X");
		return;
	}
	if (BPF_CLASS(insn->code) == BPF_ALU)
		print_alu(line, size, insn);
	else if (BPF_CLASS(insn->code) == BPF_JMP)
		print_jump(line, size, insn, index);
	else
		print_unknown(line, size, insn);
}
