// SPDX-License-Identifier: GPL-2.0
#include "dice.h"

static uint64_t state;

void dice_seed(uint64_t seed)
{
	state = seed * 0xd1342543de82ef95;
}

/* splitmix64 */
uint64_t dice_bits(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}
