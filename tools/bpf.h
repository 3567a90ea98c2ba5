/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Classic BPF as seccomp(2) runs it, to find out what a program returns for a
 * system call. No library does this: libpcap interprets the BPF of packet
 * filters, which has other loads, and libseccomp only writes programs.
 */
#ifndef BPF_H
#define BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The words of struct seccomp_data. A program can load nothing else. */
#define BPF_DATA_WORDS (sizeof(struct seccomp_data) / sizeof(uint32_t))
#define BPF_WORD_NR 0
#define BPF_WORD_ARCH 1
#define BPF_WORD_IP 2
#define BPF_WORD_ARGS 4

/**
 * bpf_fault - why seccomp(2) would refuse a program
 * @len: instructions, at least one
 * @where: out, the instruction with the fault
 *
 * The checks of bpf_check_classic() in net/core/filter.c and of
 * seccomp_check_filter() in kernel/seccomp.c. Returns NULL if there is no fault, else
 * what is wrong, as the end of a sentence that begins with "instruction N".
 */
const char *bpf_fault(const struct sock_filter *insns, size_t len, size_t *where);

/**
 * bpf_alu - the result of one arithmetic instruction
 * @result: out
 *
 * 32 bits, unsigned; shifts use the lowest five bits of @operand. Returns false
 * for a division by 0: the program then ends and returns 0.
 */
bool bpf_alu(uint16_t code, uint32_t a, uint32_t operand, uint32_t *result);

/* Whether a conditional jump goes to jt, with @a in register A. */
bool bpf_jumps(uint16_t code, uint32_t a, uint32_t operand);

/* A word of @data: what BPF_LD | BPF_W | BPF_ABS loads from 4 * @word. */
uint32_t bpf_word(const struct seccomp_data *data, unsigned int word);

/**
 * bpf_run - what a program returns for a system call
 * @insns: a program in which bpf_fault() found no fault
 */
uint32_t bpf_run(const struct sock_filter *insns, const struct seccomp_data *data);

#endif /* BPF_H */
