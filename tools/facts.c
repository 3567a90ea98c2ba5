// SPDX-License-Identifier: GPL-2.0
#include <linux/filter.h>

#include "facts.h"

/* How many values are tried before the search for an example gives up. */
#define MAX_TRIES 1024
#define MAX_CANDIDATES 1024

/* What is known about one word: the bits that are known, and its range. */
struct bounds {
	uint32_t known, value;
	uint32_t low, high;
};

struct fact fact_of_jump(uint16_t code, uint8_t word, uint32_t mask, uint32_t k, bool taken)
{
	struct fact fact = { .mask = mask, .low = k, .high = k, .word = word };

	switch (BPF_OP(code)) {
	case BPF_JEQ:
		fact.differs = !taken;
		break;
	case BPF_JSET:
		fact.mask = mask & k;
		fact.low = fact.high = 0;
		fact.differs = taken;
		break;
	case BPF_JGT:
		fact.low = taken ? k + 1 : 0;
		fact.high = taken ? mask : k;
		if (taken && k == UINT32_MAX)
			fact.low = 1, fact.high = 0;
		break;
	case BPF_JGE:
		fact.low = taken ? k : 0;
		fact.high = taken ? mask : k - 1;
		if (!taken && !k)
			fact.low = 1, fact.high = 0;
		break;
	}
	return fact;
}

static bool holds(const struct fact *fact, uint32_t word)
{
	uint32_t value = word & fact->mask;

	return fact->differs != (value >= fact->low && value <= fact->high);
}

static bool all_hold(const struct facts *facts, uint8_t word, uint32_t value)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (facts->list[i].word == word && !holds(&facts->list[i], value))
			return false;
	return true;
}

/* Notes that these bits have this value. Returns false for a contradiction. */
static bool learn_bits(struct bounds *bounds, uint32_t mask, uint32_t value)
{
	if (value & ~mask || (bounds->value ^ value) & bounds->known & mask)
		return false;
	bounds->known |= mask;
	bounds->value |= value;
	return true;
}

/* If all bits but one equal the excluded value, the last bit must differ from it. */
static bool learn_difference(struct bounds *bounds, const struct fact *fact)
{
	uint32_t unknown = fact->mask & ~bounds->known;

	if (fact->low & ~fact->mask || (fact->low ^ bounds->value) & fact->mask & bounds->known)
		return true;
	if (!unknown)
		return false;
	return unknown & (unknown - 1) || learn_bits(bounds, unknown, ~fact->low & unknown);
}

static bool learn_range(struct bounds *bounds, const struct fact *fact)
{
	uint32_t low = bounds->value & fact->mask;
	uint32_t high = low | (fact->mask & ~bounds->known);

	if (fact->low > fact->high || fact->low > high || fact->high < low)
		return false;
	if (fact->low == fact->high)
		return learn_bits(bounds, fact->mask, fact->low);
	if (fact->mask != UINT32_MAX)
		return true;
	if (fact->low > bounds->low)
		bounds->low = fact->low;
	if (fact->high < bounds->high)
		bounds->high = fact->high;
	if (bounds->low > bounds->high)
		return false;
	return bounds->low != bounds->high || learn_bits(bounds, UINT32_MAX, bounds->low);
}

/* Applies all facts until nothing new follows. Returns false for a contradiction. */
static bool learn(const struct facts *facts, uint8_t word, struct bounds *bounds)
{
	const struct fact *fact;
	struct bounds before;
	size_t i;

	*bounds = (struct bounds){ .high = UINT32_MAX };
	do {
		before = *bounds;
		for (i = 0; i < facts->count; i++) {
			fact = &facts->list[i];
			if (fact->word != word)
				continue;
			if (!(fact->differs ? learn_difference : learn_range)(bounds, fact))
				return false;
		}
	} while (before.known != bounds->known || before.low != bounds->low ||
		 before.high != bounds->high);
	return bounds->value <= bounds->high && (bounds->value | ~bounds->known) >= bounds->low;
}

/* Values near those in the facts: if there is an example, it can be made from these. */
static size_t candidates(const struct facts *facts, uint8_t word, const struct bounds *bounds,
			 uint32_t *list)
{
	size_t count = 0, i;
	uint32_t bit;

	list[count++] = 0;
	for (i = 0; i < facts->count && count < MAX_CANDIDATES - 40; i++) {
		if (facts->list[i].word != word)
			continue;
		list[count++] = facts->list[i].low;
		list[count++] = facts->list[i].high;
		list[count++] = facts->list[i].high + 1;
		list[count++] = facts->list[i].low - 1;
	}
	list[count++] = bounds->low;
	list[count++] = bounds->high;
	list[count++] = UINT32_MAX;
	for (bit = 1; bit; bit <<= 1)
		list[count++] = bit;
	return count;
}

static uint32_t with_known(const struct bounds *bounds, uint32_t value)
{
	return bounds->value | (value & ~bounds->known);
}

enum possible facts_possible(const struct facts *facts, uint8_t word, uint32_t *example)
{
	uint32_t list[MAX_CANDIDATES];
	struct bounds bounds;
	size_t count, tries = 0, i, k;

	if (!learn(facts, word, &bounds))
		return IMPOSSIBLE;
	count = candidates(facts, word, &bounds, list);
	/* the first in the list is 0, so single values are tried first */
	for (i = 0; i < count && tries < MAX_TRIES; i++) {
		for (k = 0; k < count && tries < MAX_TRIES; k++, tries++) {
			*example = with_known(&bounds, list[i] | list[k]);
			if (all_hold(facts, word, *example))
				return POSSIBLE;
		}
	}
	return bounds.known == UINT32_MAX ? IMPOSSIBLE : PERHAPS;
}
