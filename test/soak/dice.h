/* SPDX-License-Identifier: GPL-2.0 */
/* Random numbers that depend only on the seed. */
#ifndef SOAK_DICE_H
#define SOAK_DICE_H

#include <stdint.h>

static uint64_t dice_state;

static inline uint64_t dice_next(void)
{
	uint64_t z = dice_state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline void dice_seed(uint64_t seed)
{
	dice_state = seed;
}

/* 0 to @sides - 1 */
static inline int dice(int sides)
{
	return dice_next() % sides;
}

#endif /* SOAK_DICE_H */
