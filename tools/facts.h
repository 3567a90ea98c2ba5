/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is known of the words of struct seccomp_data on one way through a
 * program: each conditional jump that was taken, or not, says something.
 */
#ifndef FACTS_H
#define FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FACTS_MAX 256

/**
 * struct fact - (word & mask) lies in [low, high]
 * @differs: the contrary; low and high are the same then
 */
struct fact {
	uint32_t mask, low, high;
	uint8_t word;
	bool differs;
};

/* The first @count hold, all of them. */
struct facts {
	struct fact list[FACTS_MAX];
	size_t count;
};

enum possible {
	IMPOSSIBLE,
	POSSIBLE,
	PERHAPS /* no contradiction, and no example found */
};

/**
 * fact_of_jump - what a conditional jump says of a word when it is taken, or not
 * @code: of the jump
 * @mask: what of the word was compared
 * @k: with what
 *
 * JSET with more than one bit is a fact, too: the bits are not all 0.
 */
struct fact fact_of_jump(uint16_t code, uint8_t word, uint32_t mask, uint32_t k, bool taken);

/**
 * facts_possible - is there a value for a word with all that is known of it?
 * @example: out, with POSSIBLE: one
 *
 * IMPOSSIBLE is certain, and so is POSSIBLE.
 */
enum possible facts_possible(const struct facts *facts, uint8_t word, uint32_t *example);

#endif /* FACTS_H */
