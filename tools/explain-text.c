// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "action.h"
#include "array.h"
#include "bpf.h"
#include "constants.h"
#include "explain.h"
#include "style.h"

/* How many ways to one verdict are shown; the rest is only counted. */
#define MAX_SHOWN 12

void explain_ask(const struct arch *arch, uint32_t nr, struct question *question)
{
	*question = (struct question){
		.arch = *arch,
		.call = { .data = { .nr = nr, .arch = arch->audit },
			  .known = 1 << BPF_WORD_NR | 1 << BPF_WORD_ARCH },
	};
	call_name(arch, nr, question->name);
}

bool explain_next(const struct arch *arch, uint32_t nr, struct question *question)
{
	char name[CALL_NAME_SIZE];

	for (; nr < arch->bits + CALLS_END; nr++)
		if (call_name(arch, nr, name)) {
			explain_ask(arch, nr, question);
			return true;
		}
	explain_ask(arch, arch->bits | CALLS_NONE, question);
	return false;
}

static void verdict_text(const struct subject *subject, const struct verdict *verdict, char *text,
			 size_t size)
{
	char action[ACTION_TEXT_SIZE];

	action_text(verdict->ret, action);
	if (subject->stack.count > 1 && verdict->filter != VERDICT_NO_FILTER)
		snprintf(text, size, "%s%s (filter %llu)", verdict->certain ? "" : "perhaps ",
			 action, source_number(subject->source, subject->newest, verdict->filter));
	else
		snprintf(text, size, "%s%s", verdict->certain ? "" : "perhaps ", action);
}

/* Sorts from the most permissive to the least permissive action. */
static int by_action(const void *a, const void *b)
{
	const struct verdict *const *one = a, *const *other = b;
	uint32_t a_ret = (*one)->ret, b_ret = (*other)->ret;
	int32_t a_action = verdict_action(a_ret), b_action = verdict_action(b_ret);

	if (a_action != b_action)
		return a_action < b_action ? 1 : -1;
	return a_ret < b_ret ? -1 : a_ret > b_ret;
}

void explain_text(const struct subject *subject, const struct verdicts *verdicts, char *text,
		  size_t size)
{
	static const char more[] = " or %zu more", computed[] = " or what a filter computes";
	const size_t last = size - sizeof(more) - sizeof(computed) - 20;
	const struct verdict *sorted[32] = { NULL };
	size_t count = 0, len = 0, i;
	char one[VERDICT_TEXT_SIZE];

	*text = '\0';
	for (i = 0; i < verdicts->count && count < 32; i++)
		sorted[count++] = &verdicts->list[i];
	qsort(sorted, count, sizeof(*sorted), by_action);
	for (i = 0; i < count; i++) {
		verdict_text(subject, sorted[i], one, sizeof(one));
		if (len + strlen(one) + strlen(" or ") > last)
			break;
		len += sprintf(text + len, "%s%s", i ? " or " : "", one);
	}
	if (i < verdicts->count)
		len += sprintf(text + len, more, verdicts->count - i);
	if (verdicts->computed)
		strcpy(text + len, computed);
}

/* Room for all verdicts of a call together. */
#define ROW_TEXT_SIZE 256

/* How often a text came up. */
struct tally {
	char text[ROW_TEXT_SIZE];
	size_t count;
};

struct tallies {
	struct tally *list;
	size_t count, room;
	size_t calls, by_arguments;
};

static int count_text(struct tallies *tallies, const char *text)
{
	size_t i;

	for (i = 0; i < tallies->count; i++)
		if (!strcmp(tallies->list[i].text, text)) {
			tallies->list[i].count++;
			return 0;
		}
	if (array_reserve(&tallies->list, &tallies->room, i + 1, sizeof(*tallies->list)))
		return -ENOMEM;
	snprintf(tallies->list[i].text, sizeof(tallies->list[i].text), "%s", text);
	tallies->list[tallies->count++].count = 1;
	return 0;
}

/* A row of the table. */
struct call_row {
	char name[CALL_NAME_SIZE];
	char text[ROW_TEXT_SIZE];
	bool by_arguments;
};

struct call_table {
	struct call_row *list;
	size_t count, room;
	struct tallies tallies;
};

static int add_row(const struct subject *subject, const struct question *question, const char *name,
		   struct call_table *rows, struct verdicts *verdicts)
{
	struct call_row *row;
	int ret = verdicts_find(&subject->stack, &question->call, verdicts);

	if (!ret)
		ret = array_reserve(&rows->list, &rows->room, rows->count + 1, sizeof(*row));
	if (ret)
		return ret;
	row = &rows->list[rows->count++];
	snprintf(row->name, sizeof(row->name), "%s", name);
	explain_text(subject, verdicts, row->text, sizeof(row->text));
	row->by_arguments = verdicts->count > 1 || verdicts->computed;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct call_row *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* The calls sorted by name, and at the end all other numbers. */
static int fill_rows(const struct subject *subject, const struct arch *arch,
		     struct call_table *rows)
{
	struct verdicts verdicts = { 0 };
	struct question question;
	uint32_t nr = arch->bits;
	size_t i;
	int ret = 0;

	while (!ret && explain_next(arch, nr, &question)) {
		ret = add_row(subject, &question, question.name, rows, &verdicts);
		nr = question.call.data.nr + 1;
	}
	qsort(rows->list, rows->count, sizeof(*rows->list), by_name);
	rows->tallies.calls = rows->count;
	for (i = 0; !ret && i < rows->count; i++) {
		if (rows->list[i].by_arguments)
			rows->tallies.by_arguments++;
		else
			ret = count_text(&rows->tallies, rows->list[i].text);
	}
	if (!ret)
		ret = add_row(subject, &question, "other numbers", rows, &verdicts);
	verdicts_free(&verdicts);
	return ret;
}

static int by_count(const void *a, const void *b)
{
	const struct tally *one = a, *other = b;

	return one->count < other->count ? 1 : one->count > other->count ? -1 : 0;
}

static void print_summary(const struct arch *arch, struct call_table *rows)
{
	struct tallies *tallies = &rows->tallies;
	size_t i;

	printf("%s%s%s: %zu calls", style(STYLE_TITLE), arch->name, style(STYLE_PLAIN),
	       tallies->calls);
	qsort(tallies->list, tallies->count, sizeof(*tallies->list), by_count);
	for (i = 0; i < tallies->count; i++)
		printf("%s %zu %s", i ? "," : ":", tallies->list[i].count, tallies->list[i].text);
	if (tallies->by_arguments)
		printf("%s %zu by the arguments (*)", i ? "," : ":", tallies->by_arguments);
	putchar('\n');
}

/* The text of more than half of the calls; NULL if there is none. Tallies are sorted. */
static const char *usual_text(const struct tallies *tallies)
{
	const struct tally *first = tallies->list;

	return tallies->count && first->count > tallies->calls / 2 ? first->text : NULL;
}

/* @left_out: the text whose rows are only counted, or NULL */
static void print_rows(const struct call_table *rows, const char *left_out)
{
	size_t hidden = 0, i;
	int width = 0;

	for (i = 0; i < rows->count; i++)
		if ((int)strlen(rows->list[i].name) > width)
			width = strlen(rows->list[i].name);
	for (i = 0; i < rows->count; i++) {
		/* the last row is for numbers that no call has */
		if (left_out && i < rows->count - 1 && !rows->list[i].by_arguments &&
		    !strcmp(rows->list[i].text, left_out)) {
			hidden++;
			continue;
		}
		printf("%c %-*s  %s\n", rows->list[i].by_arguments ? '*' : ' ', width,
		       rows->list[i].name, rows->list[i].text);
	}
	if (hidden)
		printf("  and %zu calls  %s (--all lists them)\n", hidden, left_out);
}

int explain_table(const struct subject *subject, const struct arch *arch, enum table table)
{
	struct call_table rows = { 0 };
	int ret = fill_rows(subject, arch, &rows);

	if (!ret) {
		print_summary(arch, &rows);
		if (table != TABLE_SUMMARY)
			print_rows(&rows, table == TABLE_ALL ? NULL : usual_text(&rows.tallies));
	}
	free(rows.list);
	free(rows.tallies.list);
	return ret;
}

/* What one filter returns, as if it were alone. */
static int print_filter(const struct subject *subject, const struct question *question,
			size_t index, struct verdicts *verdicts)
{
	struct subject alone = { subject->source,
				 subject->newest,
				 { subject->stack.programs + index, 1 } };
	const char *which = "";
	char text[512];
	int ret = verdicts_find(&alone.stack, &question->call, verdicts);

	if (ret)
		return ret;
	explain_text(&alone, verdicts, text, sizeof(text));
	if (subject->stack.count > 1 && !index)
		which = ", the newest";
	else if (subject->stack.count > 1 && index == subject->stack.count - 1)
		which = ", the oldest";
	printf("  filter %llu%s: %s\n", source_number(subject->source, subject->newest, index),
	       which, text);
	return 0;
}

static void print_arguments(const struct question *question)
{
	char text[256];
	const char *name;
	unsigned int i;

	for (i = 0; i < 6; i++) {
		if (!(question->call.known & 1u << (BPF_WORD_ARGS + 2 * i)))
			continue;
		name = argument_name(question->name, i);
		constant_text(question->arch.audit, question->name, i, question->call.data.args[i],
			      text, sizeof(text));
		if (name)
			printf(", %s = %s", name, text);
		else
			printf(", argument %u = %s", i, text);
	}
}

/* Whether it looks at the upper half of an argument. The text names both halves alike. */
static bool has_upper_half(const struct way *way)
{
	const size_t first = offsetof(struct seccomp_data, args) / sizeof(uint32_t);
	size_t i;

	for (i = 0; i < way->count; i++)
		if (way->facts[i].word >= first && (way->facts[i].word - first) % 2)
			return true;
	return false;
}

/*
 * Whether the condition adds nothing to another one: the same was already printed, as ways
 * may differ only in the order of jumps, or the other one has a part of these conditions.
 */
static bool way_is_implied(const struct question *question, const struct verdicts *verdicts,
			   size_t way, const char *text)
{
	char other[WAY_SIZE];
	bool whole = !has_upper_half(&verdicts->ways[way]);
	size_t len, i;

	for (i = 0; i < verdicts->n_ways; i++) {
		if (i == way || verdicts->ways[i].verdict != verdicts->ways[way].verdict)
			continue;
		explain_way(question, verdicts, i, other, sizeof(other));
		len = strlen(other);
		if (!len || (!strcmp(text, other) && i < way))
			return true;
		if (whole && !has_upper_half(&verdicts->ways[i]) && !strncmp(text, other, len) &&
		    text[len] == ',')
			return true;
	}
	return false;
}

/* Prints up to @max of the ways to a verdict. Returns how many there are. */
static size_t print_ways(const struct question *question, const struct verdicts *verdicts,
			 size_t verdict, size_t max)
{
	char text[WAY_SIZE];
	size_t count = 0, i;

	for (i = 0; i < verdicts->n_ways; i++) {
		if (verdicts->ways[i].verdict != verdict)
			continue;
		explain_way(question, verdicts, i, text, sizeof(text));
		if (!*text || way_is_implied(question, verdicts, i, text))
			continue;
		if (count++ < max)
			printf("      %s%s\n", count == 1 ? "if " : "or ", text);
	}
	return count;
}

/*
 * The verdict with the most ways, if these are too many to read: it is what remains when
 * the conditions of all others are known.
 */
static size_t find_remaining(const struct question *question, const struct verdicts *verdicts)
{
	size_t found = verdicts->count, most = MAX_SHOWN, ways, i;

	if (!verdicts->all_ways || verdicts->computed || verdicts->unclear || verdicts->count < 2)
		return found;
	for (i = 0; i < verdicts->count; i++) {
		ways = print_ways(question, verdicts, i, 0);
		if (ways > most) {
			found = i;
			most = ways;
		}
	}
	return found;
}

static void print_verdict(const struct subject *subject, const struct verdict *verdict, bool first)
{
	char text[VERDICT_TEXT_SIZE];

	verdict_text(subject, verdict, text, sizeof(text));
	printf("  %s%s%s%s\n", first ? "=> " : "or ", style(STYLE_TITLE), text, style(STYLE_PLAIN));
}

/* All verdicts, and the conditions for each. */
static void print_verdicts(const struct subject *subject, const struct question *question,
			   const struct verdicts *verdicts)
{
	size_t remaining = find_remaining(question, verdicts), printed = 0, ways, i;

	for (i = 0; i < verdicts->count; i++) {
		if (i == remaining)
			continue;
		print_verdict(subject, &verdicts->list[i], !printed++);
		/* the only verdict needs no condition */
		if (verdicts->count == 1 && !verdicts->computed)
			continue;
		ways = print_ways(question, verdicts, i, MAX_SHOWN);
		if (ways > MAX_SHOWN)
			printf("      and in %zu more cases\n", ways - MAX_SHOWN);
	}
	if (remaining < verdicts->count) {
		print_verdict(subject, &verdicts->list[remaining], false);
		puts("      otherwise");
	}
	if (verdicts->computed)
		puts("  or what a filter computes from the arguments");
	if (!verdicts->all_ways)
		puts("  (there are more ways through the filters than are shown)");
}

int explain_call(const struct subject *subject, const struct question *question)
{
	struct verdicts verdicts = { 0 };
	size_t i;
	int ret = 0;

	printf("%s%s %s%s (%u)", style(STYLE_TITLE), question->arch.name, question->name,
	       style(STYLE_PLAIN), question->call.data.nr & ~question->arch.bits);
	print_arguments(question);
	putchar('\n');
	/* a single filter gives the same result as all together */
	for (i = 0; !ret && subject->stack.count > 1 && i < subject->stack.count; i++)
		ret = print_filter(subject, question, i, &verdicts);
	if (!ret)
		ret = verdicts_find(&subject->stack, &question->call, &verdicts);
	if (!ret)
		print_verdicts(subject, question, &verdicts);
	verdicts_free(&verdicts);
	return ret;
}
