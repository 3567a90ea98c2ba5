// SPDX-License-Identifier: GPL-2.0
/*
 * Is the action cache that the patch makes the same as that of an unpatched kernel,
 * bit by bit? Of random programs, and of programs from files. TAP.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "dice.h"
#include "program.h"
#include "programs.h"

/* As Linux 6.12 has them. */
#define NR_X86_64 463
#define NR_I386 463

/*
 * What the patch may need at most, in pieces of code (work) that are run: somewhat more
 * for each instruction that both emulate, and something for each number it parts.
 */
#define WORK_FACTOR 2
#define WORK_A_NUMBER 100

struct result {
	uint64_t programs;
	uint64_t allowed, numbers;
	uint64_t before, after;
	double worst;
};

static struct sock_filter insns[BPF_MAXINSNS];
static int tests, failed;

/* The compiler puts a call of this into each piece of cache.c without a branch. */
void __sanitizer_cov_trace_pc(void);
static uint64_t work;

void __sanitizer_cov_trace_pc(void)
{
	work++;
}

static uint64_t worked(void (*make)(const struct cache_order *, unsigned long *),
		       const struct cache_order *order, unsigned long *bitmap)
{
	work = 0;
	memset(bitmap, 0, CACHE_LONGS * sizeof(long));
	make(order, bitmap);
	return work;
}

static bool is_set(const unsigned long *bitmap, unsigned int nr)
{
	return bitmap[nr / (8 * sizeof(long))] >> nr % (8 * sizeof(long)) & 1;
}

static void show(const struct cache_order *order)
{
	unsigned int i;

	printf("# %u numbers, architecture 0x%x, %s filter before\n", order->nr, order->arch,
	       order->prev ? "a" : "no");
	for (i = 0; i < order->len && i < 200; i++)
		printf("# %4u: code 0x%02x jt %u jf %u k 0x%x\n", i, order->insns[i].code,
		       order->insns[i].jt, order->insns[i].jf, order->insns[i].k);
}

/* Make it both ways; what differs, or is too much work, is said. */
static bool same(const struct cache_order *order, struct result *result)
{
	unsigned long before[CACHE_LONGS], after[CACHE_LONGS];
	uint64_t work_before = worked(cache_before, order, before);
	uint64_t work_after = worked(cache_after, order, after);
	unsigned int nr;

	result->programs++;
	result->numbers += order->nr;
	result->before += work_before;
	result->after += work_after;
	for (nr = 0; nr < order->nr; nr++)
		result->allowed += is_set(before, nr);
	if (work_before && (double)work_after / work_before > result->worst)
		result->worst = (double)work_after / work_before;

	if (memcmp(before, after, sizeof(before))) {
		for (nr = 0; nr < order->nr; nr++)
			if (is_set(before, nr) != is_set(after, nr))
				printf("# %u: always allowed %u before, %u after\n", nr,
				       is_set(before, nr), is_set(after, nr));
	} else if (work_after > WORK_FACTOR * work_before + WORK_A_NUMBER * order->nr) {
		printf("# work: %" PRIu64 " before, %" PRIu64 " after\n", work_before, work_after);
	} else {
		return true;
	}
	show(order);
	return false;
}

static void say(bool ok, const char *what)
{
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++tests, what);
	failed |= !ok;
}

static void say_result(const char *name, const struct result *result)
{
	printf("# %s: %" PRIu64 " caches, %.1f %% of the numbers always allowed", name,
	       result->programs, 100.0 * result->allowed / result->numbers);
	if (result->before)
		printf(", work x%.3f, at worst x%.2f", (double)result->after / result->before,
		       result->worst);
	printf("\n");
}

/* The cache of a filter before, which may allow anything. */
static const unsigned long *random_cache(unsigned long *bitmap)
{
	unsigned int kind = dice(6), i;

	for (i = 0; i < CACHE_LONGS; i++) {
		bitmap[i] = dice_bits();
		if (kind == 1)
			bitmap[i] &= dice_bits() & dice_bits();
		if (kind == 2)
			bitmap[i] |= dice_bits() | dice_bits();
		if (kind == 3)
			bitmap[i] = 0;
	}
	return kind > 3 ? NULL : bitmap;
}

/* A number that @seed says all of. */
static bool random_program(uint64_t seed, enum program_kind kind, struct result *result)
{
	static const unsigned int sizes[] = { NR_X86_64, NR_I386, 336, CACHE_MAX_NR };
	unsigned long prev[CACHE_LONGS];
	struct cache_order order = { .insns = insns };

	dice_seed(seed);
	order.prev = random_cache(prev);
	order.arch = dice(4) ? CACHE_NATIVE : CACHE_COMPAT;
	/* small ones are quick, and have as many edges */
	if (!dice(8))
		order.nr = sizes[dice(4)];
	else
		order.nr = 1 + dice(dice(4) ? 70 : CACHE_MAX_NR);
	order.len = program_random(kind, order.nr, insns);
	if (same(&order, result))
		return true;
	printf("# kind %s, --seed %" PRIu64 " --programs 1\n", program_kinds[kind], seed);
	return false;
}

/* Programs @seed to before @seed + @count, each of the kind that its seed says. */
static void random_programs(uint64_t seed, uint64_t count)
{
	struct result results[PROGRAM_KINDS] = {};
	uint64_t i, bad = 0;
	char what[128];
	int kind;

	for (i = 0; i < count && bad < 5; i++) {
		kind = (seed + i) % PROGRAM_KINDS;
		bad += !random_program(seed + i, kind, &results[kind]);
	}
	for (kind = 0; kind < PROGRAM_KINDS; kind++) {
		if (!results[kind].programs)
			continue;
		say_result(program_kinds[kind], &results[kind]);
		/* a comparison of nothing with nothing would be no test */
		bad += results[kind].programs > 500 &&
		       (!results[kind].allowed || results[kind].allowed == results[kind].numbers);
	}
	snprintf(what, sizeof(what), "%" PRIu64 " random programs from seed %" PRIu64 ": the same",
		 count, seed);
	say(!bad, what);
}

/* The program in insns, for both architectures. */
static bool both(unsigned int len, struct result *result)
{
	struct cache_order order = { .insns = insns, .len = len };
	bool ok;

	order.nr = NR_X86_64;
	order.arch = CACHE_NATIVE;
	ok = same(&order, result);
	order.nr = NR_I386;
	order.arch = CACHE_COMPAT;
	return same(&order, result) && ok;
}

/* A program as it is given to the kernel. */
static unsigned int read_program(const char *path)
{
	FILE *file = fopen(path, "r");
	unsigned int len = file ? fread(insns, sizeof(*insns), BPF_MAXINSNS, file) : 0;

	if (!len) {
		fprintf(stderr, "compare: %s: %s\n", path, file ? "no program" : strerror(errno));
		exit(2);
	}
	fclose(file);
	return len;
}

static void files(char *paths[], int count)
{
	struct result result = {};
	int i, bad = 0;
	char what[128];

	for (i = 0; i < count; i++) {
		if (both(read_program(paths[i]), &result))
			continue;
		printf("# %s\n", paths[i]);
		bad++;
	}
	say_result(count == 1 ? paths[0] : "files", &result);
	snprintf(what, sizeof(what), "%d programs from files, two architectures: the same", count);
	say(!bad, what);
}

/* What bench/ measures. */
static void list(unsigned int len)
{
	struct result result = {};
	char what[128];

	program_make(insns, len, 1);
	snprintf(what, sizeof(what), "a list of %u instructions: the same", len);
	say(both(len, &result), what);
}

static void usage(FILE *to)
{
	fputs("usage: compare [--seed S] [--programs N] [--list LEN] [FILE]...\n"
	      "Compares the action caches of N random programs, which begin with seed S, of a\n"
	      "list of LEN instructions as bench/ has it, and of the programs in the files.\n",
	      to);
}

int main(int argc, char *argv[])
{
	static const struct option options[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "list", required_argument, NULL, 'l' },
		{ "programs", required_argument, NULL, 'p' },
		{ "seed", required_argument, NULL, 's' },
		{},
	};
	uint64_t seed = 1, programs = 0;
	unsigned int len = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'p')
			programs = strtoull(optarg, NULL, 0);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 0);
		else if (option == 'l')
			len = strtoul(optarg, NULL, 0);
		else {
			usage(option == 'h' ? stdout : stderr);
			return option == 'h' ? 0 : 2;
		}
	}
	if (programs)
		random_programs(seed, programs);
	if (len >= PROGRAM_MIN && len <= BPF_MAXINSNS)
		list(len);
	if (optind < argc)
		files(argv + optind, argc - optind);
	printf("1..%d\n", tests);
	return failed;
}
