/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The part of the zdtm interface that our tests use. Names and meanings are those of
 * CRIU's test suite, so that a file in static/ compiles in either. A test prints into
 * its outfile; the last line is the verdict, and begins with PASS, FAIL or SKIP.
 */
#ifndef ZDTMTST_H
#define ZDTMTST_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Each test defines these two: one sentence about it, and who maintains it. */
extern const char *test_doc;
extern const char *test_author;

/**
 * test_init - begin: reads --pidfile and --outfile, opens the outfile as
 * stdout and stderr, and goes into the background. Returns only in the
 * process that is the test; its starter waits for test_daemon().
 *
 * With ZDTM_NEWNS=ns or uns in the environment, the test is the child of an
 * init process in namespaces of its own, below the folder ZDTM_ROOT.
 */
void test_init(int argc, char **argv);

/** test_daemon - setup is done: the starter writes the pidfile and exits */
void test_daemon(void);

/** test_waitsig - sleep until SIGTERM; the dump and the restore happen meanwhile */
void test_waitsig(void);

/** test_go - 1 until SIGTERM has come, then 0 */
int test_go(void);

/**
 * test_msg - print into the outfile with one write(2), errno kept
 * @format: as printf
 */
void test_msg(const char *format, ...) __attribute__((__format__(__printf__, 1, 2)));

/* Set by a test that is confined: test_msg() then makes no system call but write. */
extern int zdtm_seccomp;

#define pr_err(format, arg...) test_msg("ERR: %s:%d: " format, __FILE__, __LINE__, ##arg)
#define pr_perror(format, arg...)                                                                \
	test_msg("ERR: %s:%d: " format " (errno = %d (%s))\n", __FILE__, __LINE__, ##arg, errno, \
		 strerror(errno))
#define fail(format, arg...)                                                                      \
	test_msg("FAIL: %s:%d: " format " (errno = %d (%s))\n", __FILE__, __LINE__, ##arg, errno, \
		 strerror(errno))
#define skip(format, arg...) test_msg("SKIP: %s:%d: " format "\n", __FILE__, __LINE__, ##arg)
#define pass() test_msg("PASS\n")

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))

/* snprintf into an array; a text that does not fit is a bug in the test. */
#define ssprintf(s, fmt, ...)                                           \
	({                                                              \
		int len__ = snprintf(s, sizeof(s), fmt, ##__VA_ARGS__); \
                                                                        \
		if (len__ < 0 || (size_t)len__ >= sizeof(s))            \
			abort();                                        \
		len__;                                                  \
	})

#endif /* ZDTMTST_H */
