/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers that are a function of the seed. */
#ifndef ACTION_CACHE_DICE_H
#define ACTION_CACHE_DICE_H

#include <stdint.h>

void dice_seed(uint64_t seed);

/* 64 random bits */
uint64_t dice_bits(void);

/* 0 to before @sides */
static inline unsigned int dice(unsigned int sides)
{
	return dice_bits() % sides;
}

#endif /* ACTION_CACHE_DICE_H */
