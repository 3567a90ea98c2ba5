// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include <linux/rseq.h>
#include <stdint.h>
#include <sys/rseq.h>

#include "seccomp_tree.h"

const char *test_doc = "A thread in a restartable sequence that another one's area is a part of";
const char *test_author = "criu-seccomp maintainers";

/*
 * A thread is in its restartable sequence, where it may be. What says so, the descriptor, has
 * the same address as the area that another thread has registered. The start of the sequence
 * lies where that thread names its own: who removes this name moves the start to 0, and the
 * sequence then reaches to the first mapping of code, where CRIU makes its calls. The first
 * thread would go on at the abort handler: in its own code, and without its filters.
 *
 * The handler also runs when the thread is interrupted in its loop, where %eax is LOOPS. All
 * this is written for x86-64.
 */
#define MARK 1
#define LOW ((char *)0x10000) /* the lowest that vm.mmap_min_addr allows */
#define FAR (8 << 20)
#define LOOPS 0x5eccc0de
#define LOOP 64 /* where the loop is */

#ifdef __x86_64__
__asm__(".pushsection .text\n"
	".long 0x53053053\n" /* RSEQ_SIG */
	"handler:\n"
	"	cmp $0x5eccc0de, %eax\n"
	"	jne 2f\n"
	"	cmp %rcx, 8(%rdx)\n" /* named again, while it is the one that was meant */
	"	jne 1f\n"
	"	mov %rdx, (%rsi)\n"
	"1:	lea 64(%rcx), %r8\n"
	"	jmp *%r8\n"
	"2:	incl n_own(%rip)\n"
	"	syscall\n"
	"	int3\n"
	".popsection");
#endif

/* until *rdi is not 0 */
static const unsigned char loop[] = {
	0x83, 0x3f, 0x00, /* cmpl $0, (%rdi) */
	0x75, 0x02,	  /* jne +2 */
	0xeb, 0xf9,	  /* jmp to the start */
	0xc3,		  /* ret */
};

#ifdef __x86_64__
extern char handler[];
#else
static char handler[1];
#endif
int n_own; /* how often the handler has run in CRIU's place */
static union {
	struct rseq area;
	struct rseq_cs sequence;
} both;
static char *code;
static futex_t *end, *there, *looked;
static int inside, other;

/* Has the kernel take "both" for the caller's area. */
static long do_register(long unused, long unused2)
{
	char *old = (char *)__builtin_thread_pointer() + __rseq_offset;
	unsigned int size;

	(void)unused;
	(void)unused2;
	for (size = 32; size <= 256; size += 32)
		if (!syscall(__NR_rseq, old, size, RSEQ_FLAG_UNREGISTER, RSEQ_SIG))
			break;
	if (syscall(__NR_rseq, &both.area, 32, 0, RSEQ_SIG))
		return -errno;
	/* the kernel writes to it whenever the thread goes on */
	futex_set_and_wake(there, 1);
	futex_wait_while(looked, 0);
	return 0;
}

static long do_loop(long unused, long unused2)
{
	struct rseq *area = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);

	(void)unused;
	(void)unused2;
	both.sequence = (struct rseq_cs){
		.start_ip = (uintptr_t)code,
		.post_commit_offset = FAR,
		.abort_ip = (uintptr_t)handler,
	};
#ifdef __x86_64__
	__asm__ volatile("sub $128, %%rsp\n"
			 "call handler\n"
			 "add $128, %%rsp\n"
			 :
			 : "D"(end), "S"(&area->rseq_cs), "d"(&both.sequence), "c"(code), "a"(LOOPS)
			 : "r8", "cc", "memory");
#endif
	area->rseq_cs = 0;
	return n_own;
}

static int build(void)
{
	void *shared, *low;

	if (!__rseq_size) {
		skip("no restartable sequences here");
		return -1;
	}
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	low = mmap(LOW, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		   0);
	code = mmap(NULL, FAR, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		    0);
	if (shared == MAP_FAILED || low != LOW || code == MAP_FAILED)
		return -1;
	end = shared;
	there = end + 1;
	looked = end + 2;
	memcpy(code + LOOP, loop, sizeof(loop));
	/* what the other thread seems to name is a sequence, too: an empty one */
	((struct rseq_cs *)code)->abort_ip = (uintptr_t)handler;
	inside = tree_confinable();
	if (inside < 0 || tree_install(inside, MARK, 0))
		return -1;
	other = tree_thread(inside);
	if (other < 0)
		return -1;
	tree_start(other, do_register, 0, 0);
	futex_wait_while(there, 0);
	usleep(100000);
	tree_start(inside, do_loop, 0, 0);
	usleep(100000);
	return 0;
}

static int verify(void)
{
	long own, registered;

	futex_set_and_wake(end, 1);
	own = tree_wait(inside);
	/* not before the sequence, of which it has a part, is no longer used */
	futex_set_and_wake(looked, 1);
	registered = tree_wait(other);
	if (own || registered)
		pr_err("own code has run in CRIU's place: %ld times (the other thread: %ld)\n", own,
		       registered);
	return own || registered || TREE_HAS(inside, MARK) || TREE_HAS(other, MARK) ? -1 : 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the task was not under control");
}
