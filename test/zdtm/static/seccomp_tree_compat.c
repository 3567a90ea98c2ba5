// SPDX-License-Identifier: GPL-2.0
#include <sys/wait.h>

#include "zdtmtst.h"

const char *test_doc = "32-bit programs: what their filters refuse, and to whom";
const char *test_author = "criu-seccomp maintainers";

/* arch/x86/entry/syscalls/syscall_32.tbl */
enum { GETPPID = 64, GETPGRP = 65, GETUID32 = 199 };

/* The program, compat-task.c, and its child */
static struct {
	int question, result;
} tasks[2];
static pid_t program;

/* The program is in the folder of the test. */
static int program_path(char *path, size_t size)
{
	ssize_t len = readlink("/proc/self/exe", path, size - 1);
	char *name;

	if (len < 0)
		return -1;
	path[len] = '\0';
	name = strrchr(path, '/') + 1;
	if ((size_t)(path + size - name) < sizeof("compat-task"))
		return -1;
	strcpy(name, "compat-task");
	return 0;
}

static int start(void)
{
	char path[4096];
	int pipes[4][2], i;

	if (program_path(path, sizeof(path)))
		return -1;
	for (i = 0; i < 4; i++)
		if (pipe(pipes[i]))
			return -1;
	program = fork();
	if (program == 0) {
		/* above all of them first, as one may have the number of another */
		for (i = 0; i < 4; i++)
			if (dup2(pipes[i][i % 2], 100 + i) < 0)
				_exit(4);
		for (i = 0; i < 4; i++)
			if (dup2(100 + i, 3 + i) < 0)
				_exit(4);
		/* if it kept the other end of its own pipe, it would never see the end of it */
		for (i = 7; i < 104; i++)
			close(i);
		execl(path, path, NULL);
		_exit(5);
	}
	for (i = 0; i < 4; i++)
		close(pipes[i][i % 2]);
	for (i = 0; i < 2; i++) {
		tasks[i].question = pipes[2 * i][1];
		tasks[i].result = pipes[2 * i + 1][0];
	}
	return program < 0 ? -1 : 0;
}

static int makes(int task, int nr, int want)
{
	int result = 0;

	if (write(tasks[task].question, &nr, sizeof(nr)) != sizeof(nr) ||
	    read(tasks[task].result, &result, sizeof(result)) != sizeof(result)) {
		pr_perror("task %d does not answer", task);
		return -1;
	}
	if (result == want)
		return 0;
	pr_err("task %d, call %d: %d, not %d\n", task, nr, result, want);
	return -1;
}

static int verify(void)
{
	int i;

	for (i = 0; i < 2; i++)
		if (makes(i, GETPPID, -41) || makes(i, GETPGRP, -42))
			return -1;
	return makes(0, GETUID32, getuid()) || makes(1, GETUID32, -43) ? -1 : 0;
}

int main(int argc, char **argv)
{
	int i, status = -1;

	test_init(argc, argv);
	if (start() || verify()) {
		pr_perror("cannot set up");
		return 1;
	}
	test_daemon();
	test_waitsig();
	if (verify()) {
		fail("the 32-bit programs are not as they were");
		return 1;
	}
	for (i = 0; i < 2; i++)
		close(tasks[i].question);
	if (waitpid(program, &status, 0) != program || status) {
		fail("the program ended with %#x", status);
		return 1;
	}
	pass();
	return 0;
}
