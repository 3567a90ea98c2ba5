// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "bpf.h"

static const char *load_fault(const struct sock_filter *insn)
{
	if (insn->k % sizeof(uint32_t) || insn->k >= sizeof(struct seccomp_data))
		return "does not load a word of struct seccomp_data";
	return NULL;
}

static const char *memory_fault(const struct sock_filter *insn)
{
	return insn->k < BPF_MEMWORDS ? NULL : "uses a word of memory that does not exist";
}

static bool is_conditional_jump(uint16_t code)
{
	return BPF_CLASS(code) == BPF_JMP && code != (BPF_JMP | BPF_JA);
}

/* @left: the number of instructions after this one */
static const char *jump_fault(const struct sock_filter *insn, size_t left)
{
	bool beyond;

	if (is_conditional_jump(insn->code))
		beyond = insn->jt >= left || insn->jf >= left;
	else
		beyond = insn->k >= left;
	return beyond ? "jumps past the end" : NULL;
}

static const char *insn_fault(const struct sock_filter *insn, size_t left)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return load_fault(insn);
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return memory_fault(insn);
	case BPF_ALU | BPF_DIV | BPF_K:
		return insn->k ? NULL : "divides by 0";
	case BPF_ALU | BPF_LSH | BPF_K:
	case BPF_ALU | BPF_RSH | BPF_K:
		return insn->k < 32 ? NULL : "shifts by more than 31 bits";
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return jump_fault(insn, left);
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_MISC | BPF_TAX:
	case BPF_MISC | BPF_TXA:
	case BPF_RET | BPF_K:
	case BPF_RET | BPF_A:
	case BPF_ALU | BPF_ADD | BPF_K:
	case BPF_ALU | BPF_ADD | BPF_X:
	case BPF_ALU | BPF_SUB | BPF_K:
	case BPF_ALU | BPF_SUB | BPF_X:
	case BPF_ALU | BPF_MUL | BPF_K:
	case BPF_ALU | BPF_MUL | BPF_X:
	case BPF_ALU | BPF_DIV | BPF_X:
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ALU | BPF_AND | BPF_X:
	case BPF_ALU | BPF_OR | BPF_K:
	case BPF_ALU | BPF_OR | BPF_X:
	case BPF_ALU | BPF_XOR | BPF_K:
	case BPF_ALU | BPF_XOR | BPF_X:
	case BPF_ALU | BPF_LSH | BPF_X:
	case BPF_ALU | BPF_RSH | BPF_X:
	case BPF_ALU | BPF_NEG:
		return NULL;
	default:
		return "is not one that seccomp(2) knows";
	}
}

/*
 * A word of memory may be read only if every path to the instruction has written it.
 * Each instruction has a bit for each word, the intersection over all jumps to it.
 */
static bool reads_unwritten(const struct sock_filter *insns, size_t len, size_t *where)
{
	uint16_t at[BPF_MAXINSNS], written = 0;
	size_t i;

	memset(at, 0xff, sizeof(at));
	for (i = 0; i < len; i++) {
		written &= at[i];
		switch (insns[i].code) {
		case BPF_ST:
		case BPF_STX:
			written |= 1 << insns[i].k;
			break;
		case BPF_LD | BPF_MEM:
		case BPF_LDX | BPF_MEM:
			*where = i;
			if (!(written & 1 << insns[i].k))
				return true;
			break;
		case BPF_JMP | BPF_JA:
			at[i + 1 + insns[i].k] &= written;
			written = UINT16_MAX;
			break;
		default:
			if (!is_conditional_jump(insns[i].code))
				break;
			at[i + 1 + insns[i].jt] &= written;
			at[i + 1 + insns[i].jf] &= written;
			written = UINT16_MAX;
		}
	}
	return false;
}

const char *bpf_fault(const struct sock_filter *insns, size_t len, size_t *where)
{
	const char *fault;
	size_t i;

	*where = len - 1;
	if (len > BPF_MAXINSNS)
		return "is one too many";
	for (i = 0; i < len; i++) {
		fault = insn_fault(&insns[i], len - i - 1);
		*where = i;
		if (fault)
			return fault;
	}
	if (BPF_CLASS(insns[len - 1].code) != BPF_RET)
		return "is the last and does not return";
	return reads_unwritten(insns, len, where) ? "reads memory that nothing has written" : NULL;
}

bool bpf_alu(uint16_t code, uint32_t a, uint32_t operand, uint32_t *result)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		*result = a + operand;
		break;
	case BPF_SUB:
		*result = a - operand;
		break;
	case BPF_MUL:
		*result = a * operand;
		break;
	case BPF_DIV:
		if (!operand)
			return false;
		*result = a / operand;
		break;
	case BPF_AND:
		*result = a & operand;
		break;
	case BPF_OR:
		*result = a | operand;
		break;
	case BPF_XOR:
		*result = a ^ operand;
		break;
	case BPF_LSH:
		*result = a << (operand & 31);
		break;
	case BPF_RSH:
		*result = a >> (operand & 31);
		break;
	case BPF_NEG:
		*result = -a;
		break;
	}
	return true;
}

bool bpf_jumps(uint16_t code, uint32_t a, uint32_t operand)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == operand;
	case BPF_JGT:
		return a > operand;
	case BPF_JGE:
		return a >= operand;
	default:
		return a & operand;
	}
}

uint32_t bpf_word(const struct seccomp_data *data, unsigned int word)
{
	uint32_t value;

	memcpy(&value, (const char *)data + word * sizeof(value), sizeof(value));
	return value;
}

uint32_t bpf_run(const struct sock_filter *insns, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = { 0 }, operand;
	const struct sock_filter *insn;

	for (insn = insns;; insn++) {
		operand = BPF_SRC(insn->code) == BPF_X ? x : insn->k;
		switch (insn->code) {
		case BPF_RET | BPF_K:
			return insn->k;
		case BPF_RET | BPF_A:
			return a;
		case BPF_LD | BPF_W | BPF_ABS:
			a = bpf_word(data, insn->k / sizeof(uint32_t));
			break;
		case BPF_LD | BPF_W | BPF_LEN:
			a = sizeof(*data);
			break;
		case BPF_LDX | BPF_W | BPF_LEN:
			x = sizeof(*data);
			break;
		case BPF_LD | BPF_IMM:
			a = insn->k;
			break;
		case BPF_LDX | BPF_IMM:
			x = insn->k;
			break;
		case BPF_LD | BPF_MEM:
			a = memory[insn->k];
			break;
		case BPF_LDX | BPF_MEM:
			x = memory[insn->k];
			break;
		case BPF_ST:
			memory[insn->k] = a;
			break;
		case BPF_STX:
			memory[insn->k] = x;
			break;
		case BPF_MISC | BPF_TAX:
			x = a;
			break;
		case BPF_MISC | BPF_TXA:
			a = x;
			break;
		case BPF_JMP | BPF_JA:
			insn += insn->k;
			break;
		default:
			if (BPF_CLASS(insn->code) == BPF_JMP)
				insn += bpf_jumps(insn->code, a, operand) ? insn->jt : insn->jf;
			else if (!bpf_alu(insn->code, a, operand, &a))
				return SECCOMP_RET_KILL_THREAD;
		}
	}
}
