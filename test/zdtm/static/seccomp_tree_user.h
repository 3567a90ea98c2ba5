/* SPDX-License-Identifier: GPL-2.0 */
/* A thread that becomes another user. Include it after seccomp_tree.h. */
#ifndef SECCOMP_TREE_USER_H
#define SECCOMP_TREE_USER_H

#define USER 1234
#define GROUP 4321

/* Raw system calls, so that only this thread changes. */
static inline long do_become_user(long unused, long unused2)
{
	(void)unused;
	(void)unused2;
	if (syscall(__NR_setresgid, GROUP, GROUP, GROUP) ||
	    syscall(__NR_setresuid, USER, USER, USER))
		return -errno;
	return 0;
}

#endif /* SECCOMP_TREE_USER_H */
