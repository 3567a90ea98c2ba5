// SPDX-License-Identifier: GPL-2.0
/*
 * installed COUNT [SEED] - has the running kernel the action caches that an unpatched one
 * would make? Of COUNT random programs, each on a filter before it. Needs root, and
 * /proc/PID/seccomp_cache. TAP.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cache.h"
#include "dice.h"
#include "programs.h"

#define ARCHES 2
#define NUMBERS 463

/* In the order in which the kernel prints them. */
static const uint32_t arches[ARCHES] = { CACHE_NATIVE, CACHE_COMPAT };

struct caches {
	unsigned int nr[ARCHES];
	unsigned long allowed[ARCHES][CACHE_LONGS];
};

/* The filter before, which refuses some calls but none that the child makes. */
static struct sock_filter first[BPF_MAXINSNS], second[BPF_MAXINSNS];
static unsigned int first_len, second_len;

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

static void make_first(void)
{
	struct sock_filter load =
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	unsigned int count = dice(60);

	first_len = 0;
	first[first_len++] = load;
	while (count--) {
		uint32_t nr = dice(NUMBERS);

		if (nr == SYS_seccomp || nr == SYS_exit_group)
			continue;
		first[first_len++] =
			(struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1);
		first[first_len++] =
			(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | 1);
	}
	first[first_len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
}

static int install(struct sock_filter *insns, unsigned int len)
{
	struct sock_fprog program = { .len = len, .filter = insns };

	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) ? errno : 0;
}

/* After the second it may be that no call works, so it makes none. */
static void be_child(volatile int *state)
{
	int error = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ? errno : install(first, first_len);

	*state = error ? -error : 1;
	if (!error) {
		error = install(second, second_len);
		*state = error ? -error : 2;
	}
	for (;;)
		;
}

static void read_caches(pid_t pid, struct caches *caches)
{
	char path[64], arch[16], verdict[16], last[16] = "";
	unsigned int nr;
	int i = -1;
	FILE *file;

	memset(caches, 0, sizeof(*caches));
	snprintf(path, sizeof(path), "/proc/%d/seccomp_cache", pid);
	file = fopen(path, "r");
	if (!file)
		die(path);
	while (fscanf(file, "%15s %u %15s", arch, &nr, verdict) == 3) {
		if (strcmp(arch, last))
			i++;
		strcpy(last, arch);
		if (i == ARCHES || nr != caches->nr[i] || nr == CACHE_MAX_NR)
			die("the cache is not what this can read");
		caches->nr[i]++;
		if (!strcmp(verdict, "ALLOW"))
			caches->allowed[i][nr / 64] |= 1UL << nr % 64;
	}
	fclose(file);
}

static bool is_set(const unsigned long *bitmap, unsigned int nr)
{
	return bitmap[nr / 64] >> nr % 64 & 1;
}

/* uretprobe() and uprobe(), which kernels that know them never refuse. */
static bool is_exception(uint32_t arch, unsigned int nr)
{
	return arch == AUDIT_ARCH_X86_64 && (nr == 335 || nr == 336);
}

/* Compares with what an unpatched kernel makes; adds to the number of those allowed. */
static bool same(const struct caches *caches, uint64_t *allowed)
{
	unsigned int i, nr, differ = 0;

	for (i = 0; i < ARCHES; i++) {
		unsigned long before[CACHE_LONGS] = {}, want[CACHE_LONGS] = {};
		struct cache_order order = {
			.insns = first, .len = first_len, .nr = caches->nr[i], .arch = arches[i]
		};

		if (!order.nr)
			continue;
		cache_before(&order, before);
		order.insns = second;
		order.len = second_len;
		order.prev = before;
		cache_before(&order, want);
		for (nr = 0; nr < order.nr; nr++) {
			*allowed += is_set(want, nr);
			if (is_set(want, nr) == is_set(caches->allowed[i], nr) ||
			    is_exception(arches[i], nr))
				continue;
			if (!differ++)
				printf("# architecture 0x%x, %u: always allowed %u, should be %u\n",
				       arches[i], nr, is_set(caches->allowed[i], nr),
				       is_set(want, nr));
		}
	}
	return !differ;
}

struct outcome {
	uint64_t bad, refused, allowed;
};

static void try(uint64_t seed, volatile int *state, struct outcome *outcome)
{
	struct caches caches;
	pid_t pid;
	int end;

	dice_seed(seed);
	make_first();
	second_len = program_random(seed % PROGRAM_KINDS, NUMBERS, second);
	*state = 0;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		be_child(state);
	while ((end = *state) >= 0 && end < 2)
		usleep(100);
	if (end == 2)
		read_caches(pid, &caches);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	if (end == -EINVAL) {
		/* it reads scratch memory that it may not have written */
		outcome->refused++;
		return;
	}
	if (end < 0) {
		errno = -end;
		die("a program that the kernel does not take");
	}
	if (!caches.nr[0])
		die("/proc/PID/seccomp_cache is empty");
	if (same(&caches, &outcome->allowed))
		return;
	outcome->bad++;
	printf("# seed %" PRIu64 ", kind %s\n", seed, program_kinds[seed % PROGRAM_KINDS]);
}

int main(int argc, char *argv[])
{
	uint64_t count = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
	uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 0) : 1;
	struct outcome outcome = { 0 };
	uint64_t i;
	volatile int *state =
		mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (!count || argc > 3) {
		fputs("usage: installed COUNT [SEED]\n", stderr);
		return 2;
	}
	if (state == MAP_FAILED)
		die("mmap");
	setbuf(stdout, NULL);
	if (access("/proc/self/seccomp_cache", F_OK)) {
		puts("ok 1 - action caches # SKIP no /proc/PID/seccomp_cache "
		     "(CONFIG_SECCOMP_CACHE_DEBUG)\n1..1");
		return 0;
	}
	for (i = 0; i < count && outcome.bad < 5; i++)
		try(seed + i, state, &outcome);
	printf("# %" PRIu64 " numbers always allowed, %" PRIu64 " programs refused\n",
	       outcome.allowed, outcome.refused);
	if (!outcome.allowed || outcome.refused > count / 10)
		outcome.bad++;
	printf("%s 1 - the kernel's action caches of %" PRIu64 " random programs from seed %" PRIu64
	       " are those of an unpatched one\n1..1\n",
	       outcome.bad ? "not ok" : "ok", count, seed);
	return !!outcome.bad;
}
