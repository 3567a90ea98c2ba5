// SPDX-License-Identifier: GPL-2.0
/*
 * Prints classic BPF as seccomp(2) accepts it: the registers A and X, 16 words of
 * memory, and struct seccomp_data to load from. libpcap prints such programs as those
 * of packet filters, and libseccomp has a disassembler only as a program.
 */
#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "bpf.h"
#include "calls.h"
#include "constants.h"
#include "program.h"
#include "report.h"

/* All flags of clone. */
#define TEXT_SIZE 640

/* The words of struct seccomp_data, on a little-endian machine. */
static const char *const words[BPF_DATA_WORDS] = {
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

/**
 * struct meaning - what is true whenever an instruction is reached
 * @word: A holds this word of struct seccomp_data, or some of its bits; < 0: no word
 * @arch_known, @arch; @nr_known, @nr: what the jumps up to here have checked
 * @machine: the architecture that the program was made on
 * @labelled: something jumps here; @label: the number of the label
 */
struct meaning {
	bool reached, arch_known, nr_known, labelled;
	int8_t word;
	uint32_t arch, nr, machine;
	unsigned int label;
};

static bool is_jump(uint16_t code)
{
	return BPF_CLASS(code) == BPF_JMP;
}

/* Two ways join: what they do not agree on is not known. */
static void join(struct meaning *to, const struct meaning *from)
{
	if (!to->reached) {
		to->word = from->word;
		to->arch_known = from->arch_known;
		to->arch = from->arch;
		to->nr_known = from->nr_known;
		to->nr = from->nr;
		to->reached = true;
		return;
	}
	if (to->word != from->word)
		to->word = -1;
	to->arch_known &= from->arch_known && to->arch == from->arch;
	to->nr_known &= from->nr_known && to->nr == from->nr;
}

/* The way on which A is @k. */
static void learn_equal(struct meaning *meaning, uint32_t k)
{
	if (meaning->word == BPF_WORD_ARCH) {
		meaning->arch_known = true;
		meaning->arch = k;
	} else if (meaning->word == BPF_WORD_NR) {
		meaning->nr_known = true;
		meaning->nr = k;
	}
}

/* Passes on what is known to the instructions that may come next. Not for returns. */
static void propagate(const struct sock_filter *insn, struct meaning *meaning, size_t left)
{
	struct meaning next = *meaning;

	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		next.word = insn->k % sizeof(uint32_t) ? -1 : (int)(insn->k / sizeof(uint32_t));
		if (insn->k >= sizeof(struct seccomp_data))
			next.word = -1;
		break;
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_ST:
	case BPF_STX:
	case BPF_MISC | BPF_TAX:
		break;
	case BPF_JMP | BPF_JA:
		if (insn->k < left)
			join(meaning + 1 + insn->k, &next);
		return;
	default:
		if (!is_jump(insn->code) && BPF_CLASS(insn->code) != BPF_LDX)
			next.word = -1;
	}
	if (!is_jump(insn->code)) {
		if (left)
			join(meaning + 1, &next);
		return;
	}
	if (insn->jf < left)
		join(meaning + 1 + insn->jf, &next);
	if (insn->code == (BPF_JMP | BPF_JEQ | BPF_K))
		learn_equal(&next, insn->k);
	if (insn->jt < left)
		join(meaning + 1 + insn->jt, &next);
}

static void set_label(struct meaning *meanings, size_t len, size_t target)
{
	if (target < len)
		meanings[target].labelled = true;
}

static void find_labels(const struct sock_filter *insns, size_t len, struct meaning *meanings)
{
	unsigned int label = 1;
	size_t i;

	for (i = 0; i < len; i++) {
		if (insns[i].code == (BPF_JMP | BPF_JA)) {
			set_label(meanings, len, i + 1 + insns[i].k);
		} else if (is_jump(insns[i].code)) {
			if (insns[i].jt)
				set_label(meanings, len, i + 1 + insns[i].jt);
			if (insns[i].jf)
				set_label(meanings, len, i + 1 + insns[i].jf);
		}
	}
	for (i = 0; i < len; i++)
		if (meanings[i].labelled)
			meanings[i].label = label++;
}

static void find_meanings(const struct sock_filter *insns, size_t len, struct meaning *meanings)
{
	size_t i;

	meanings[0].reached = true;
	meanings[0].word = -1;
	for (i = 0; i < len; i++)
		if (meanings[i].reached && BPF_CLASS(insns[i].code) != BPF_RET)
			propagate(&insns[i], &meanings[i], len - i - 1);
	find_labels(insns, len, meanings);
}

/* The architecture of a call number; the machine's if no jump has checked it. */
static bool arch_here(const struct meaning *meaning, uint32_t nr, struct arch *arch)
{
	return meaning->arch_known ? arch_of(meaning->arch, nr, arch)
				   : arch_on(meaning->machine, 0, arch);
}

/* Also for constants, whose values depend on it. */
static uint32_t audit_here(const struct meaning *meaning)
{
	return meaning->arch_known ? meaning->arch : meaning->machine;
}

/* The call that an argument belongs to, or "" if that is not known. */
static const char *call_here(const struct meaning *meaning, char name[CALL_NAME_SIZE])
{
	struct arch arch;

	if (!meaning->nr_known || !arch_here(meaning, meaning->nr, &arch) ||
	    !call_name(&arch, meaning->nr, name))
		return "";
	return name;
}

/* Only for the lower half of an argument: constants have no upper half. */
static bool is_argument(const struct meaning *meaning)
{
	return meaning->word >= BPF_WORD_ARGS && !((meaning->word - BPF_WORD_ARGS) % 2);
}

static unsigned int argument_here(const struct meaning *meaning)
{
	return (meaning->word - BPF_WORD_ARGS) / 2;
}

static void call_text(const struct meaning *meaning, uint32_t nr, bool equal, char *text)
{
	char name[CALL_NAME_SIZE];
	struct arch arch;

	if (nr == CALLS_X32_BIT)
		snprintf(text, TEXT_SIZE, "%#x (x32)", nr);
	else if (!arch_here(meaning, nr, &arch) || !call_name(&arch, nr, name))
		snprintf(text, TEXT_SIZE, "%u", nr);
	else if (equal)
		snprintf(text, TEXT_SIZE, "%s", name);
	else
		snprintf(text, TEXT_SIZE, "%u (%s)", nr, name);
}

/* A number that A is compared with, or masked with. */
static void constant(const struct meaning *meaning, uint32_t k, bool equal, char *text)
{
	const char *arch = meaning->word == BPF_WORD_ARCH ? arch_name(k) : NULL;
	char call[CALL_NAME_SIZE];

	if (arch)
		snprintf(text, TEXT_SIZE, "%s", arch);
	else if (meaning->word == BPF_WORD_NR)
		call_text(meaning, k, equal, text);
	else if (is_argument(meaning))
		constant_text(audit_here(meaning), call_here(meaning, call), argument_here(meaning),
			      k, text, TEXT_SIZE);
	else if (k < 10)
		snprintf(text, TEXT_SIZE, "%u", k);
	else
		snprintf(text, TEXT_SIZE, "%#x", k);
}

static void print_load(const struct meaning *meaning, uint32_t offset)
{
	struct meaning loaded = *meaning;
	const char *argument = NULL;
	char call[CALL_NAME_SIZE];

	if (offset % sizeof(uint32_t) || offset / sizeof(uint32_t) >= BPF_DATA_WORDS) {
		printf("A = word at byte %u\n", offset);
		return;
	}
	loaded.word = offset / sizeof(uint32_t);
	if (is_argument(&loaded))
		argument = argument_name(call_here(&loaded, call), argument_here(&loaded));
	printf("A = %s", words[loaded.word]);
	if (argument)
		printf(" (%s of %s)", argument, call);
	putchar('\n');
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

static const char *opposite_operator(uint16_t code)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return "!=";
	case BPF_JGE:
		return "<";
	default:
		return "<=";
	}
}

static void print_unknown(const struct sock_filter *insn)
{
	printf("code %#x, jt %u, jf %u, k %#x\n", insn->code, insn->jt, insn->jf, insn->k);
}

static void print_alu(const struct meaning *meaning, const struct sock_filter *insn)
{
	const char *sign = alu_operator(insn->code);
	char text[TEXT_SIZE];

	if (insn->code == (BPF_ALU | BPF_NEG)) {
		puts("A = -A");
	} else if (!sign) {
		print_unknown(insn);
	} else if (BPF_SRC(insn->code) == BPF_X) {
		printf("A %s X\n", sign);
	} else if (BPF_OP(insn->code) == BPF_AND && is_argument(meaning)) {
		constant(meaning, insn->k, false, text);
		printf("A &= %s\n", text);
	} else {
		printf("A %s %#x\n", sign, insn->k);
	}
}

/* The target of a jump; in a broken program it may not exist. */
static void print_target(const struct meaning *meaning, size_t distance, size_t left)
{
	if (distance < left)
		printf("L%u", meaning[1 + distance].label);
	else
		printf("%zu instructions ahead", distance);
}

static void print_condition(const struct meaning *meaning, const struct sock_filter *insn,
			    bool opposite)
{
	bool equal = BPF_OP(insn->code) == BPF_JEQ, bits = BPF_OP(insn->code) == BPF_JSET;
	const char *sign = jump_operator(insn->code);
	char text[TEXT_SIZE] = "X";

	if (BPF_SRC(insn->code) != BPF_X)
		constant(meaning, insn->k, equal, text);
	if (opposite && bits)
		printf("if not A & %s goto ", text);
	else
		printf("if A %s %s goto ", opposite ? opposite_operator(insn->code) : sign, text);
}

/* @meaning: of this instruction, in an array with those of the instructions after it */
static void print_jump(const struct meaning *meaning, const struct sock_filter *insn, size_t left)
{
	if (insn->code == (BPF_JMP | BPF_JA)) {
		printf("goto ");
		print_target(meaning, insn->k, left);
		putchar('\n');
		return;
	}
	if (!jump_operator(insn->code)) {
		print_unknown(insn);
		return;
	}
	if (!insn->jt && insn->jf) {
		print_condition(meaning, insn, true);
		print_target(meaning, insn->jf, left);
	} else if (!insn->jt) {
		printf("compare A, and go on");
	} else {
		print_condition(meaning, insn, false);
		print_target(meaning, insn->jt, left);
		if (insn->jf) {
			printf(" else ");
			print_target(meaning, insn->jf, left);
		}
	}
	putchar('\n');
}

static void print_return(uint32_t ret)
{
	char text[ACTION_TEXT_SIZE];

	action_text(ret, text);
	printf("return %s\n", text);
}

static void print_insn(const struct meaning *meaning, const struct sock_filter *insn, size_t left)
{
	switch (insn->code) {
	case BPF_RET | BPF_K:
		print_return(insn->k);
		return;
	case BPF_RET | BPF_A:
		puts("return A");
		return;
	case BPF_LD | BPF_W | BPF_ABS:
		print_load(meaning, insn->k);
		return;
	case BPF_LD | BPF_IMM:
		printf("A = %u (%#x)\n", insn->k, insn->k);
		return;
	case BPF_LDX | BPF_IMM:
		printf("X = %u (%#x)\n", insn->k, insn->k);
		return;
	case BPF_LD | BPF_W | BPF_LEN:
		printf("A = %zu\n", sizeof(struct seccomp_data));
		return;
	case BPF_LDX | BPF_W | BPF_LEN:
		printf("X = %zu\n", sizeof(struct seccomp_data));
		return;
	case BPF_LD | BPF_MEM:
		printf("A = memory %u\n", insn->k);
		return;
	case BPF_LDX | BPF_MEM:
		printf("X = memory %u\n", insn->k);
		return;
	case BPF_ST:
		printf("memory %u = A\n", insn->k);
		return;
	case BPF_STX:
		printf("memory %u = X\n", insn->k);
		return;
	case BPF_MISC | BPF_TAX:
		puts("X = A");
		return;
	case BPF_MISC | BPF_TXA:
		puts("A = X");
		return;
	}
	if (is_jump(insn->code))
		print_jump(meaning, insn, left);
	else if (BPF_CLASS(insn->code) == BPF_ALU)
		print_alu(meaning, insn);
	else
		print_unknown(insn);
}

int program_print(const struct sock_filter *insns, size_t len, uint32_t audit)
{
	struct meaning *meanings = calloc(len, sizeof(*meanings));
	char label[16];
	size_t i;

	if (!meanings) {
		pr_err("not enough memory for a program of %zu instructions", len);
		return -ENOMEM;
	}
	for (i = 0; i < len; i++)
		meanings[i].machine = audit;
	find_meanings(insns, len, meanings);
	for (i = 0; i < len; i++) {
		snprintf(label, sizeof(label), "L%u:", meanings[i].label);
		printf("%-6s  ", meanings[i].labelled ? label : "");
		print_insn(&meanings[i], &insns[i], len - i - 1);
	}
	free(meanings);
	return 0;
}
