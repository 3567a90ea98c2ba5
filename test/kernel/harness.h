/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of the raw kernel interface, without CRIU: one function for each
 * promise of doc/kernel-interface.md. Each runs in a process of its own, so
 * that it may confine itself, and prints one line of TAP.
 */
#ifndef HARNESS_H
#define HARNESS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp-fd.h"

struct test {
	const char *name;
	void (*run)(void);
	struct test *next;
};

void add_test(struct test *test);

/* A test: TEST(what_is_promised) { ... }; it passes when it returns. */
#define TEST(what)                                                       \
	static void what(void);                                          \
	static struct test test_##what = { .name = #what, .run = what }; \
	__attribute__((constructor)) static void add_##what(void)        \
	{                                                                \
		add_test(&test_##what);                                  \
	}                                                                \
	static void what(void)

/* Both end the test, whatever process of it they are called in. */
void test_failed(const char *file, int line, const char *what, long long got, long long want)
	__attribute__((noreturn));
void test_skipped(const char *why) __attribute__((noreturn));
/* The test is of patches that this kernel does not have: it does not count. */
void test_absent(void) __attribute__((noreturn));

/** write_setting - write to a file of /proc or /sys; returns whether it could */
bool write_setting(const char *folder, const char *name, const char *value);
/** is_6_1 - the kernel is the oldest of those that the patches are for */
bool is_6_1(void);

/* CHECK(condition); IS(expression, the value that it must have), both integers */
#define CHECK(condition)                                                   \
	do {                                                               \
		if (!(condition))                                          \
			test_failed(__FILE__, __LINE__, #condition, 0, 1); \
	} while (0)
#define IS(expression, value)                                                      \
	do {                                                                       \
		long long got_ = (expression), want_ = (value);                    \
		if (got_ != want_)                                                 \
			test_failed(__FILE__, __LINE__, #expression, got_, want_); \
	} while (0)

/* ---- The calls: what they return, or -errno ---- */

long fd_create(struct seccomp_fd_create *args);
long fd_install_args(struct seccomp_fd_install *args);
long fd_install(int fd, unsigned int flags);
long fd_features(struct seccomp_fd_features *args);
long set_filter(const struct sock_filter *insns, unsigned int len, unsigned int flags);
long get_fd(pid_t tid, long index);
long set_fd(pid_t tid, int fd);
/* kcmp by the inspector: unconfined and root, whatever the test has become; and by the caller */
long compare(pid_t a, long index_a, pid_t b, long index_b);
long compare_as_caller(pid_t a, long index_a, pid_t b, long index_b);
long fd_ioctl(int fd, unsigned long request, void *arg);
/* every field of struct seccomp_filter_info */
#define INFO_ALL 0x1ff
struct seccomp_filter_info info_of(int fd);
uint64_t id_of(int fd);

/* ---- Filters with a mark: they answer a probe and allow all the rest ---- */

#define MARK_LEN 6

/** mark_program - the program of the filter with @mark; a probe gets -(1000 + mark) */
void mark_program(struct sock_filter insns[MARK_LEN], int mark);
/** mark_fd - a filter fd of such a filter; it must work */
int mark_fd(int parent, int mark);
/** mark_fd_flags - the same with flags; fd or -errno, and the listener */
long mark_fd_flags(int parent, int mark, unsigned int flags, int *listener);
/** set_mark - install one as SECCOMP_SET_MODE_FILTER does */
long set_mark(int mark, unsigned int flags);
/** probe - -(1000 + mark) under a filter with @mark, else -EINVAL */
long probe(int mark);

/* ---- Tasks ---- */

void no_new_privs(void);
/** drop_privileges - become nobody, without any capability */
void drop_privileges(void);
/** status_field - a number of /proc/PID/task/TID/status; -1 if it is not there */
long status_field(pid_t pid, pid_t tid, const char *field);

/**
 * start_child - fork a process that runs @body and then waits to be killed
 *
 * Returns its pid when @body is done. child_run() has it run another function
 * afterwards, and returns that one's result.
 */
pid_t start_child(long (*body)(long), long arg);
long child_run(pid_t pid, long (*body)(long), long arg);
void end_child(pid_t pid);

/** start_thread - the same for a thread of the caller */
pid_t start_thread(long (*body)(long), long arg);

/* seize and stop, and the way back; the tracee goes on as it was */
void attach(pid_t tid, unsigned long options);
void detach(pid_t tid);

#endif /* HARNESS_H */
