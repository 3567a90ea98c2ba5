// SPDX-License-Identifier: GPL-2.0
#include "zdtmtst.h"

#include "seccomp_tree.h"

const char *test_doc =
	"Strict mode, filter mode and no mode, in threads of one process and in processes";
const char *test_author = "criu-seccomp maintainers";

/* A process with a thread of each mode; then a process of each. */
static int mixed, filtered_thread;
static int filtered, nothing, strict;

/* The pipes that a task in strict mode reads from, and answers on. */
struct line {
	int ask[2], answer[2];
};

static struct line thread_line, process_line;
static futex_t *thread_is_strict;

/*
 * Strict mode allows read and write (and exit and sigreturn): every byte is answered
 * with its successor, and on 'x' the task makes a forbidden call.
 */
static void serve_strictly(struct line *line)
{
	char byte;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0))
		syscall(__NR_exit, 1);
	while (syscall(__NR_read, line->ask[0], &byte, 1) == 1) {
		if (byte == 'x')
			syscall(__NR_getpid);
		byte++;
		syscall(__NR_write, line->answer[1], &byte, 1);
	}
	syscall(__NR_exit, 1);
}

static void *strict_thread(void *tid)
{
	futex_set_and_wake(tid, syscall(__NR_gettid));
	serve_strictly(&thread_line);
	return NULL;
}

static long do_strict_thread(long unused, long unused2)
{
	pthread_t thread;

	(void)unused;
	(void)unused2;
	return -pthread_create(&thread, NULL, strict_thread, thread_is_strict);
}

static long do_strict(long unused, long unused2)
{
	(void)unused;
	(void)unused2;
	serve_strictly(&process_line);
	return 0;
}

/* An answer also proves that the task is in strict mode: it answers only after that. */
static int answers(struct line *line)
{
	char byte = 'a';

	if (write(line->ask[1], &byte, 1) == 1 && read(line->answer[0], &byte, 1) == 1 &&
	    byte == 'b')
		return 0;
	pr_perror("a task in strict mode does not answer");
	return -1;
}

static int open_line(struct line *line)
{
	if (!pipe(line->ask) && !pipe(line->answer))
		return 0;
	pr_perror("pipe");
	return -1;
}

static void close_line(struct line *line)
{
	close(line->ask[0]);
	close(line->ask[1]);
	close(line->answer[0]);
	close(line->answer[1]);
}

static int build(void)
{
	if (!thread_is_strict)
		thread_is_strict = mmap(NULL, sizeof(*thread_is_strict), PROT_READ | PROT_WRITE,
					MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (thread_is_strict == MAP_FAILED || open_line(&thread_line) || open_line(&process_line))
		return -1;
	futex_set(thread_is_strict, 0);

	mixed = tree_confinable();
	if (mixed < 0 || tree_call(mixed, do_strict_thread, 0, 0))
		return -1;
	futex_wait_while(thread_is_strict, 0);
	filtered_thread = tree_thread(mixed);
	if (filtered_thread < 0 || tree_install(filtered_thread, 1, 0))
		return -1;

	filtered = tree_confinable();
	nothing = tree_process();
	strict = tree_process();
	if (filtered < 0 || nothing < 0 || strict < 0 || tree_install(filtered, 1, 0))
		return -1;
	tree_start(strict, do_strict, 0, 0);
	return answers(&thread_line) || answers(&process_line) ? -1 : 0;
}

static int mode_of(pid_t pid, pid_t tid)
{
	char path[64], line[256];
	int mode = -1;
	FILE *f;

	ssprintf(path, "/proc/%d/task/%d/status", pid, tid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "Seccomp: %d", &mode) == 1)
			break;
	if (f)
		fclose(f);
	return mode;
}

static int has_mode(pid_t pid, pid_t tid, int want)
{
	int mode = mode_of(pid, tid);

	if (mode == want)
		return 0;
	pr_err("thread %d of %d is in mode %d, not %d\n", tid, pid, mode, want);
	return -1;
}

/* A forbidden call kills the thread and nothing else. */
static int strict_thread_dies(void)
{
	struct timespec nap = { .tv_nsec = 1000000 };
	pid_t pid = tree->task[mixed].pid;
	int i;

	if (write(thread_line.ask[1], "x", 1) != 1)
		return -1;
	for (i = 0; i < 30000; i++) {
		if (syscall(__NR_tgkill, pid, futex_get(thread_is_strict), 0))
			return 0;
		nanosleep(&nap, NULL);
	}
	pr_err("a thread in strict mode survives a forbidden call\n");
	return -1;
}

static int strict_process_dies(void)
{
	pid_t pid = tree->task[strict].pid;
	int status;

	if (write(process_line.ask[1], "x", 1) != 1 || waitpid(pid, &status, 0) != pid)
		return -1;
	/* Killed with SIGKILL; in a thread, strict mode kills only the thread. */
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		return 0;
	pr_err("a process in strict mode: wait status 0x%x after a forbidden call\n", status);
	return -1;
}

static int verify(void)
{
	struct tree_task *t = tree->task;

	if (has_mode(t[mixed].pid, t[mixed].tid, 0) ||
	    has_mode(t[mixed].pid, futex_get(thread_is_strict), 1) ||
	    has_mode(t[mixed].pid, t[filtered_thread].tid, 2) ||
	    has_mode(t[filtered].pid, t[filtered].pid, 2) ||
	    has_mode(t[nothing].pid, t[nothing].pid, 0) ||
	    has_mode(t[strict].pid, t[strict].pid, 1))
		return -1;
	if (answers(&thread_line) || answers(&process_line))
		return -1;
	if (TREE_HAS(mixed) || TREE_HAS(filtered_thread, 1) || TREE_HAS(filtered, 1) ||
	    TREE_HAS(nothing))
		return -1;
	if (strict_thread_dies() || strict_process_dies())
		return -1;
	/* The rest of that process lives, and without the strict thread TSYNC works. */
	if (tree_synced(filtered_thread, 2) || TREE_HAS(mixed, 1, 2))
		return -1;
	close_line(&thread_line);
	close_line(&process_line);
	return 0;
}

int main(int argc, char **argv)
{
	return tree_test(argc, argv, build, verify, "the modes are not as they were");
}
