// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lock.h"
#include "ns.h"
#include "zdtmtst.h"

int zdtm_seccomp;

static const char *outfile, *pidfile;
static futex_t sig_received;
static pid_t test_pid;

static void on_signal(int sig)
{
	futex_set_and_wake(&sig_received, sig);
}

static void catch (int sig, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };

	if (sigaction(sig, &sa, NULL))
		err(1, "sigaction");
}

static void parse_args(int argc, char **argv)
{
	static const struct option options[] = { { "outfile", required_argument, NULL, 'o' },
						 { "pidfile", required_argument, NULL, 'p' },
						 { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'o')
			outfile = optarg;
		else if (c == 'p')
			pidfile = optarg;
		else
			exit(2);
	}
	if (!outfile || !pidfile) {
		fprintf(stderr, "%s: %s\nKept by: %s\n", argv[0], test_doc, test_author);
		errx(2, "--outfile and --pidfile are needed");
	}
}

/* The file gets its final name only when the verdict is complete. */
static void finish_outfile(void)
{
	char path[PATH_MAX];

	if (getpid() != test_pid)
		return;
	ssprintf(path, "%s.inprogress", outfile);
	if (rename(path, outfile))
		test_msg("FAIL: cannot rename %s: %s\n", path, strerror(errno));
}

static void open_outfile(void)
{
	char path[PATH_MAX];
	int fd, null;

	ssprintf(path, "%s.inprogress", outfile);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0644);
	if (fd < 0)
		err(1, "cannot create %s", path);
	null = open("/dev/null", O_RDONLY);
	if (null < 0)
		err(1, "cannot open /dev/null");
	if (dup2(null, 0) < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0)
		err(1, "dup2");
	close(null);
	close(fd);
}

static void write_pidfile(pid_t pid)
{
	FILE *f = fopen(pidfile, "wx");

	if (!f || fprintf(f, "%d\n", pid) < 0 || fclose(f))
		err(1, "cannot write %s", pidfile);
}

/* Runs in the starter, which is not part of the dumped tree. */
static void wait_for_daemon(pid_t pid)
{
	int status;

	if (futex_wait_while(&sig_received, 0) == SIGTERM) {
		write_pidfile(pid);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	fprintf(stderr, "the test ended before it was ready, wait status 0x%x\n", status);
	_exit(1);
}

static void go_to_background(void)
{
	pid_t pid;

	catch (SIGTERM, on_signal);
	catch (SIGCHLD, on_signal);
	pid = fork();
	if (pid < 0)
		err(1, "fork");
	if (pid)
		wait_for_daemon(pid);
	catch (SIGCHLD, SIG_DFL);
	setsid();
}

static void enter_namespaces(char **argv, const char *newns)
{
	pid_t pid = ns_enter(argv, !strcmp(newns, "uns"));

	write_pidfile(pid);
	_exit(0);
}

void test_init(int argc, char **argv)
{
	const char *newns = getenv("ZDTM_NEWNS");

	parse_args(argc, argv);
	if (newns && strcmp(newns, "init"))
		enter_namespaces(argv, newns);
	open_outfile();
	if (newns)
		ns_init();
	else
		go_to_background();
	catch (SIGTERM, on_signal);
	test_pid = getpid();
	if (atexit(finish_outfile))
		errx(1, "atexit");
}

void test_daemon(void)
{
	if (kill(getppid(), SIGTERM))
		err(1, "the starter of the test is gone");
}

int test_go(void)
{
	return !futex_get(&sig_received);
}

void test_waitsig(void)
{
	futex_wait_while(&sig_received, 0);
}

void test_msg(const char *format, ...)
{
	int saved = errno, len;
	char buf[2048];
	va_list args;

	va_start(args, format);
	len = vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	if (len > (int)sizeof(buf) - 1)
		len = sizeof(buf) - 1;
	/* The outfile is a regular file: after a short write, more writes would fail, too. */
	if (len > 0 && write(2, buf, len) != len)
		_exit(1);
	errno = saved;
}
