// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include <linux/rseq.h>
#include <stdbool.h>
#include <sys/rseq.h>

#include "seccomp_tree.h"

const char *test_doc = "A restartable sequence around the place where CRIU runs its own calls";
const char *test_author = "criu-seccomp maintainers";

/*
 * CRIU has a stopped thread make system calls at the start of its first executable mapping,
 * with seccomp suspended. A thread that has registered a restartable sequence around this
 * place would go on at the sequence's abort handler instead: in its own code, without its
 * filters. The handler here counts, and makes CRIU's call. One task sleeps, and another one
 * does not: kernels with a newer rseq(2) look at the sequence only where a task was interrupted.
 */
#define MARK 1
#define NEAR 64 /* bytes, more than CRIU's instructions have */

#ifdef __x86_64__
__asm__(".pushsection .text\n"
	".long 0x53053053\n" /* RSEQ_SIG */
	"own_code:\n"
	"	incl n_own(%rip)\n"
	"	syscall\n"
	"	int3\n"
	".popsection");
#else
__asm__(".pushsection .text\n"
	".long 0xd428bc00\n" /* RSEQ_SIG */
	"own_code:\n"
	"	adrp x16, n_own\n"
	"	add x16, x16, :lo12:n_own\n"
	"	ldr w17, [x16]\n"
	"	add w17, w17, #1\n"
	"	str w17, [x16]\n"
	"	svc #0\n"
	"	brk #0\n"
	".popsection");
#endif

extern char own_code[];
int n_own; /* how often the handler has run */
static struct rseq_cs sequence;
static futex_t *end;
static int sleeper, spinner;

/* Where CRIU puts its instructions; 0 on failure. */
static unsigned long first_executable(void)
{
	unsigned long start, found = 0;
	char line[512], mode[8];
	FILE *maps = fopen("/proc/self/maps", "r");

	if (!maps)
		return 0;
	while (!found && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%*x %7s", &start, mode) == 2 && mode[2] == 'x')
			found = start;
	fclose(maps);
	return found;
}

static long do_tempt(long sleeps, long unused)
{
	struct rseq *area = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);
	const struct timespec moment = { .tv_nsec = 20000000 };

	(void)unused;
	/* the kernel removes it whenever it finds the thread outside of the sequence */
	while (!futex_get(end)) {
		__atomic_store_n(&area->rseq_cs, (uintptr_t)&sequence, __ATOMIC_RELAXED);
		if (sleeps)
			syscall(__NR_nanosleep, &moment, NULL);
	}
	return n_own;
}

static int build(void)
{
	sequence.start_ip = first_executable();
	sequence.post_commit_offset = NEAR;
	sequence.abort_ip = (uintptr_t)own_code;
	if (!sequence.start_ip || !__rseq_size) {
		skip("no restartable sequences here");
		return -1;
	}
	end = mmap(NULL, sizeof(*end), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	sleeper = tree_confinable();
	spinner = tree_confinable();
	if (end == MAP_FAILED || sleeper < 0 || spinner < 0 || tree_install(sleeper, MARK, 0) ||
	    tree_install(spinner, MARK, 0))
		return -1;
	tree_start(sleeper, do_tempt, true, 0);
	tree_start(spinner, do_tempt, false, 0);
	return 0;
}

static int verify(void)
{
	long slept, spun;

	futex_set_and_wake(end, 1);
	slept = tree_wait(sleeper);
	spun = tree_wait(spinner);
	if (slept || spun)
		pr_err("own code has run in CRIU's place: %ld times asleep, %ld times awake\n",
		       slept, spun);
	return slept || spun || TREE_HAS(sleeper, MARK) || TREE_HAS(spinner, MARK) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the task was not under control");
}
