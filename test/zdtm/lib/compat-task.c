// SPDX-License-Identifier: GPL-2.0
/*
 * A 32-bit program for seccomp_tree_compat.c, which starts it with the descriptors 3 to 6:
 * it installs two filters, has a child that installs a third, and both make the calls that
 * they are asked for, 3 and 5 the questions, 4 and 6 the results. There need not be a 32-bit
 * C library, nor its headers.
 */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;

/* arch/x86/entry/syscalls/syscall_32.tbl */
enum { NR_EXIT = 1, NR_FORK = 2, NR_READ = 3, NR_WRITE = 4, NR_PRCTL = 172, NR_SECCOMP = 354 };

#define AUDIT_ARCH_I386 0x40000003u
#define PR_SET_NO_NEW_PRIVS 38
#define SECCOMP_SET_MODE_FILTER 1
#define RET_ERRNO 0x00050000u
#define RET_ALLOW 0x7fff0000u

struct insn {
	u16 code;
	u8 jt, jf;
	u32 k;
};

struct program {
	u16 len;
	struct insn *insns;
};

static int call(int nr, int a, int b, int c)
{
	int ret;

	/* prctl(2) wants the rest to be 0 */
	asm volatile("int $0x80"
		     : "=a"(ret)
		     : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(0), "D"(0)
		     : "memory");
	return ret;
}

/* Refuses one call to 32-bit programs. */
static void refuse(u32 nr, u32 error)
{
	struct insn insns[] = {
		{ 0x20, 0, 0, 4 }, /* the architecture */
		{ 0x15, 0, 3, AUDIT_ARCH_I386 },
		{ 0x20, 0, 0, 0 }, /* the number */
		{ 0x15, 0, 1, nr },
		{ 0x06, 0, 0, RET_ERRNO | error },
		{ 0x06, 0, 0, RET_ALLOW },
	};
	struct program program = { sizeof(insns) / sizeof(insns[0]), insns };

	if (call(NR_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, (int)&program))
		call(NR_EXIT, 2, 0, 0);
}

static void serve(int questions, int results)
{
	int nr, ret;

	while (call(NR_READ, questions, (int)&nr, sizeof(nr)) == sizeof(nr)) {
		ret = call(nr, 0, 0, 0);
		call(NR_WRITE, results, (int)&ret, sizeof(ret));
	}
	call(NR_EXIT, 0, 0, 0);
}

void _start(void);

void _start(void)
{
	if (call(NR_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0))
		call(NR_EXIT, 3, 0, 0);
	/* getppid, getpgrp */
	refuse(64, 41);
	refuse(65, 42);
	if (call(NR_FORK, 0, 0, 0))
		serve(3, 4);
	/* getuid32 */
	refuse(199, 43);
	serve(5, 6);
}
