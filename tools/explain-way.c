// SPDX-License-Identifier: GPL-2.0
/* Turns facts about words of struct seccomp_data into conditions on arguments. */
#include <stdio.h>
#include <string.h>

#include "bpf.h"
#include "constants.h"
#include "explain.h"

#define CONSTANT_SIZE 640

/* The text so far; it is cut off where it does not fit. */
struct line {
	char *text;
	size_t size, len;
};

/* The argument that a word belongs to. */
struct topic {
	uint32_t arch;
	const char *call;
	unsigned int argument;
	const char *name;
	uint8_t word;
};

static void add(struct line *line, const char *before, const char *text)
{
	int len = snprintf(line->text + line->len, line->size - line->len, "%s%s", before, text);

	line->len += len;
	if (line->len >= line->size)
		line->len = line->size - 1;
}

static void add_constant(struct line *line, const struct topic *topic, const char *before,
			 uint64_t value)
{
	char text[CONSTANT_SIZE];

	constant_text(topic->arch, topic->call, topic->argument, value, text, sizeof(text));
	add(line, before, text);
}

static bool is_exact(const struct fact *fact)
{
	return fact->mask == UINT32_MAX && !fact->differs && fact->low == fact->high;
}

/* A fact that gives all bits of the word: then the other facts add nothing. */
static const struct fact *find_exact(const struct way *way, uint8_t word)
{
	size_t i;

	for (i = 0; i < way->count; i++)
		if (way->facts[i].word == word && is_exact(&way->facts[i]))
			return &way->facts[i];
	return NULL;
}

static bool is_difference(const struct fact *fact)
{
	return fact->mask == UINT32_MAX && fact->differs;
}

static bool is_one_bit(uint32_t mask)
{
	return mask && !(mask & (mask - 1));
}

/*
 * If the fact says that all bits of its mask are set, or that none of them is, adds
 * them to the bits of other such facts. Returns whether it did.
 */
static bool merge_bits(const struct fact *fact, uint32_t *set, uint32_t *clear)
{
	bool none = fact->low == 0, all = fact->low == fact->mask;

	if (fact->mask == UINT32_MAX || fact->low != fact->high || !(none || all))
		return false;
	if (fact->differs && !is_one_bit(fact->mask))
		return false;
	*(none == fact->differs ? set : clear) |= fact->mask;
	return true;
}

static bool has_one_of(const struct fact *fact)
{
	return fact->differs && !fact->low;
}

/* The bit that is set if one of several is, and all others are clear; else 0. */
static uint32_t only_candidate(const struct fact *fact, uint32_t clear)
{
	uint32_t left = fact->mask & ~clear;

	return has_one_of(fact) && is_one_bit(left) ? left : 0;
}

/* All bits of an argument that are known to be set, and those that are known to be clear. */
static void find_bits(const struct way *way, uint8_t word, uint32_t *set, uint32_t *clear)
{
	size_t i;

	for (i = 0; i < way->count; i++)
		if (way->facts[i].word == word && !is_difference(&way->facts[i]))
			merge_bits(&way->facts[i], set, clear);
	for (i = 0; i < way->count; i++)
		if (way->facts[i].word == word && !is_difference(&way->facts[i]))
			*set |= only_candidate(&way->facts[i], *clear);
}

/* Whether the fact adds nothing to these bits. */
static bool fact_is_implied(const struct fact *fact, uint32_t set)
{
	uint32_t ignored = 0;

	return merge_bits(fact, &ignored, &ignored) || (has_one_of(fact) && fact->mask & set);
}

static void add_bits(struct line *line, const struct topic *topic, const char *how, uint32_t bits)
{
	if (!bits)
		return;
	add(line, line->len ? ", " : "", topic->name);
	add_constant(line, topic, how, bits);
}

static void add_fact(struct line *line, const struct topic *topic, const struct fact *fact)
{
	if (fact->differs && !fact->low && argument_is_bits(topic->call, topic->argument)) {
		add_bits(line, topic, " has one of ", fact->mask);
		return;
	}
	add(line, line->len ? ", " : "", topic->name);
	if (fact->mask != UINT32_MAX) {
		add_constant(line, topic, " & (", fact->mask);
		add(line, "", ")");
	}
	if (fact->differs) {
		add_constant(line, topic, " != ", fact->low);
	} else if (fact->low == fact->high) {
		add_constant(line, topic, " == ", fact->low);
	} else if (!fact->low) {
		add_constant(line, topic, " <= ", fact->high);
	} else {
		add_constant(line, topic, " >= ", fact->low);
		if (fact->high != fact->mask)
			add_constant(line, topic, " and <= ", fact->high);
	}
}

/* Several values that are excluded are printed as one condition. */
static void add_differences(struct line *line, const struct topic *topic, const struct way *way)
{
	size_t count = 0, i;

	for (i = 0; i < way->count; i++) {
		if (way->facts[i].word != topic->word || !is_difference(&way->facts[i]))
			continue;
		if (!count++)
			add(line, line->len ? ", " : "", topic->name);
		add_constant(line, topic, count == 1 ? " != " : ", ", way->facts[i].low);
	}
}

static void add_word(struct line *line, const struct topic *topic, const struct way *way)
{
	const struct fact *exact = find_exact(way, topic->word);
	bool bits = argument_is_bits(topic->call, topic->argument);
	uint32_t set = 0, clear = 0;
	size_t i;

	if (exact) {
		add_fact(line, topic, exact);
		return;
	}
	if (bits)
		find_bits(way, topic->word, &set, &clear);
	for (i = 0; i < way->count; i++) {
		if (way->facts[i].word != topic->word || is_difference(&way->facts[i]))
			continue;
		if (!bits || !fact_is_implied(&way->facts[i], set))
			add_fact(line, topic, &way->facts[i]);
	}
	add_bits(line, topic, " has ", set);
	add_bits(line, topic, " lacks ", clear);
	add_differences(line, topic, way);
}

static bool has_facts(const struct way *way, uint8_t word)
{
	size_t i;

	for (i = 0; i < way->count; i++)
		if (way->facts[i].word == word)
			return true;
	return false;
}

/* Filters compare the two halves of an argument separately; people see one value. */
static void add_pair(struct line *line, const struct topic *whole, const struct way *way)
{
	const struct fact *high_exact = find_exact(way, whole->word + 1);
	const struct fact *low_exact = find_exact(way, whole->word);
	bool is_small = high_exact && !high_exact->low;
	struct topic upper = *whole;
	char half[64];

	if (high_exact && low_exact) {
		add(line, line->len ? ", " : "", whole->name);
		add_constant(line, whole, " == ", (uint64_t)high_exact->low << 32 | low_exact->low);
		return;
	}
	add_word(line, whole, way);
	if (is_small && !has_facts(way, whole->word)) {
		add(line, line->len ? ", " : "", whole->name);
		add(line, "", " < 0x100000000");
	}
	if (is_small)
		return;
	snprintf(half, sizeof(half), "%s >> 32", whole->name);
	upper.call = "";
	upper.name = half;
	upper.word++;
	add_word(line, &upper, way);
}

static bool are_equal(const struct fact *a, const struct fact *b)
{
	return a->word == b->word && a->mask == b->mask && a->low == b->low && a->high == b->high &&
	       a->differs == b->differs;
}

/* Whether each fact is the negation of the other. */
static bool are_opposite(const struct fact *a, const struct fact *b)
{
	if (a->word != b->word || a->mask != b->mask)
		return false;
	if (a->differs != b->differs)
		return a->low == b->low && a->high == b->high;
	return !a->differs && ((!a->low && b->high == b->mask && b->low == a->high + 1) ||
			       (!b->low && a->high == a->mask && a->low == b->high + 1));
}

/* Whether @end is the same as @way up to @at, and ends there with the opposite fact. */
static bool ends_with_opposite(const struct way *end, const struct way *way, size_t at)
{
	size_t i;

	if (end->verdict != way->verdict || end->count != at + 1 ||
	    !are_opposite(&end->facts[at], &way->facts[at]))
		return false;
	for (i = 0; i < at; i++)
		if (!are_equal(&end->facts[i], &way->facts[i]))
			return false;
	return true;
}

/* "A, or not A and B" is "A or B". */
static bool is_needed(const struct verdicts *verdicts, const struct way *way, size_t at)
{
	size_t i;

	for (i = 0; i < verdicts->n_ways; i++)
		if (ends_with_opposite(&verdicts->ways[i], way, at))
			return false;
	return true;
}

void explain_way(const struct question *question, const struct verdicts *verdicts, size_t index,
		 char *text, size_t size)
{
	const struct way *all = &verdicts->ways[index];
	struct fact facts[FACTS_MAX];
	struct way way = { all->verdict, facts, 0 };
	struct line line = { text, size, 0 };
	struct topic topic = { .arch = question->arch.audit };
	char name[32];
	size_t i;

	*text = '\0';
	for (i = 0; i < all->count; i++)
		if (is_needed(verdicts, all, i))
			facts[way.count++] = all->facts[i];
	topic.call = "";
	topic.name = "the instruction pointer";
	topic.word = BPF_WORD_IP;
	add_pair(&line, &topic, &way);
	topic.call = question->name;
	for (i = 0; i < 6; i++) {
		topic.argument = i;
		topic.name = argument_name(question->name, i);
		topic.word = BPF_WORD_ARGS + 2 * i;
		snprintf(name, sizeof(name), "argument %zu", i);
		if (!topic.name)
			topic.name = name;
		add_pair(&line, &topic, &way);
	}
}
