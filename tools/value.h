/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a register holds if parts of struct seccomp_data are not known. A solver such as
 * Z3 would know more, but filters only mask and compare.
 */
#ifndef VALUE_H
#define VALUE_H

#include "bpf.h"
#include "verdicts.h"

enum value_kind { VALUE_UNKNOWN, VALUE_NUMBER, VALUE_WORD };

/**
 * struct value - a number, or the bits of a word that are in a mask
 * @number: the number, or the mask
 */
struct value {
	enum value_kind kind;
	uint32_t number;
	uint8_t word;
};

struct registers {
	struct value a, x, memory[BPF_MEMWORDS];
};

static inline struct value value_number(uint32_t number)
{
	return (struct value){ .kind = VALUE_NUMBER, .number = number };
}

/* Sets the registers as at the beginning of a program. */
void registers_reset(struct registers *registers);

/**
 * registers_step - interpret an instruction that neither jumps nor returns
 * @call: what is known about the words
 *
 * Returns false if the program may end here: a division by a value that may be 0.
 */
bool registers_step(struct registers *registers, const struct sock_filter *insn,
		    const struct call *call);

/* What a conditional jump compares A with. */
struct value value_operand(const struct registers *registers, const struct sock_filter *insn);

#endif /* VALUE_H */
