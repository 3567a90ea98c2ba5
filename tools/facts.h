/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known about the words of struct seccomp_data on one way through a program:
 * each conditional jump says something, whether it was taken or not.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_MAX 256

/**
 * struct fact - (word & mask) lies in [low, high]
 * @differs: it does not; low and high are equal then
 */
struct fact {
	uint32_t mask, low, high;
	uint8_t word;
	bool differs;
};

/* Facts that are all true. */
struct facts {
	struct fact list[FACTS_MAX];
	size_t count;
};

enum possible {
	IMPOSSIBLE,
	POSSIBLE,
	PERHAPS /* neither a contradiction nor an example was found */
};

/**
 * fact_of_jump - what a conditional jump says about a word when it is taken, or not
 * @code: of the jump
 * @mask: the bits of the word that are compared
 * @k: the number that they are compared with
 *
 * JSET with more than one bit is also a fact: the bits are not all 0.
 */
struct fact fact_of_jump(uint16_t code, uint8_t word, uint32_t mask, uint32_t k, bool taken);

/**
 * facts_possible - whether any value of a word agrees with all facts about it
 * @example: out, with POSSIBLE: such a value
 *
 * IMPOSSIBLE and POSSIBLE are both certain.
 */
enum possible facts_possible(const struct facts *facts, uint8_t word, uint32_t *example);

#endif /* FACTS_H */
