// SPDX-License-Identifier: GPL-2.0
#include "value.h"

static const struct value unknown = { .kind = VALUE_UNKNOWN };

void registers_reset(struct registers *registers)
{
	int i;

	*registers = (struct registers){ .a = value_number(0), .x = value_number(0) };
	for (i = 0; i < BPF_MEMWORDS; i++)
		registers->memory[i] = value_number(0);
}

struct value value_operand(const struct registers *registers, const struct sock_filter *insn)
{
	return BPF_SRC(insn->code) == BPF_X ? registers->x : value_number(insn->k);
}

static struct value load(const struct call *call, unsigned int word)
{
	if (call->known & 1u << word)
		return value_number(bpf_word(&call->data, word));
	return (struct value){ .kind = VALUE_WORD, .number = UINT32_MAX, .word = word };
}

/* A mask keeps some bits of a word. Any other operation on a word has an unknown result. */
static struct value alu(const struct registers *registers, const struct sock_filter *insn,
			bool *may_continue)
{
	struct value a = registers->a, operand = value_operand(registers, insn);
	bool divides = BPF_OP(insn->code) == BPF_DIV;
	uint32_t result = 0;

	if (operand.kind == VALUE_NUMBER && a.kind == VALUE_NUMBER) {
		*may_continue = bpf_alu(insn->code, a.number, operand.number, &result);
		return value_number(result);
	}
	if (divides && (operand.kind != VALUE_NUMBER || !operand.number))
		*may_continue = false;
	if (BPF_OP(insn->code) != BPF_AND)
		return unknown;
	if (a.kind == VALUE_WORD && operand.kind == VALUE_NUMBER) {
		a.number &= operand.number;
		return a;
	}
	if (a.kind == VALUE_NUMBER && operand.kind == VALUE_WORD) {
		operand.number &= a.number;
		return operand;
	}
	return unknown;
}

bool registers_step(struct registers *registers, const struct sock_filter *insn,
		    const struct call *call)
{
	bool may_continue = true;

	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		registers->a = load(call, insn->k / sizeof(uint32_t));
		break;
	case BPF_LD | BPF_W | BPF_LEN:
		registers->a = value_number(sizeof(struct seccomp_data));
		break;
	case BPF_LDX | BPF_W | BPF_LEN:
		registers->x = value_number(sizeof(struct seccomp_data));
		break;
	case BPF_LD | BPF_IMM:
		registers->a = value_number(insn->k);
		break;
	case BPF_LDX | BPF_IMM:
		registers->x = value_number(insn->k);
		break;
	case BPF_LD | BPF_MEM:
		registers->a = registers->memory[insn->k];
		break;
	case BPF_LDX | BPF_MEM:
		registers->x = registers->memory[insn->k];
		break;
	case BPF_ST:
		registers->memory[insn->k] = registers->a;
		break;
	case BPF_STX:
		registers->memory[insn->k] = registers->x;
		break;
	case BPF_MISC | BPF_TAX:
		registers->x = registers->a;
		break;
	case BPF_MISC | BPF_TXA:
		registers->a = registers->x;
		break;
	default:
		registers->a = alu(registers, insn, &may_continue);
	}
	return may_continue;
}
