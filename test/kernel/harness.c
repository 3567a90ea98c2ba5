// SPDX-License-Identifier: GPL-2.0
#include "harness.h"

#include <grp.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sys/utsname.h>

/* The exit status of a test's process. */
enum { PASSED = 0, FAILED = 1, SKIPPED = 77, ABSENT = 78 };
/* seconds; emulation is slow */
#define LIMIT 60

#define ASK 0x5ec00000
#define MAX_HELPERS 512

static struct test *tests;

void add_test(struct test *test)
{
	struct test **end = &tests;

	/* constructors run in the order of the file, and files in link order */
	while (*end)
		end = &(*end)->next;
	*end = test;
}

void test_failed(const char *file, int line, const char *what, long long got, long long want)
{
	fprintf(stderr, "# %s:%d: %s is %lld, not %lld\n", file, line, what, got, want);
	_exit(FAILED);
}

void test_skipped(const char *why)
{
	fprintf(stderr, "# %s\n", why);
	_exit(SKIPPED);
}

void test_absent(void)
{
	_exit(ABSENT);
}

bool write_setting(const char *folder, const char *name, const char *value)
{
	char path[128];
	bool written;
	int fd;

	snprintf(path, sizeof(path), "%s%s", folder, name);
	fd = open(path, O_WRONLY);
	written = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close(fd);
	return written;
}

bool is_6_1(void)
{
	struct utsname name;

	IS(uname(&name), 0);
	return !strncmp(name.release, "6.1.", 4);
}

/* ---- The calls ---- */

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

long fd_create(struct seccomp_fd_create *args)
{
	return result(syscall(SYS_seccomp, SECCOMP_FD_CREATE, 0, args));
}

long fd_install_args(struct seccomp_fd_install *args)
{
	return result(syscall(SYS_seccomp, SECCOMP_FD_INSTALL, 0, args));
}

long fd_install(int fd, unsigned int flags)
{
	struct seccomp_fd_install args = {
		.size = sizeof(args), .flags = flags, .filter_fd = fd, .pidfd = -1
	};

	return fd_install_args(&args);
}

long fd_features(struct seccomp_fd_features *args)
{
	return result(syscall(SYS_seccomp, SECCOMP_FD_FEATURES, 0, args));
}

long set_filter(const struct sock_filter *insns, unsigned int len, unsigned int flags)
{
	struct sock_fprog prog = { .len = len, .filter = (struct sock_filter *)insns };

	return result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog));
}

long get_fd(pid_t tid, long index)
{
	return result(ptrace(PTRACE_SECCOMP_GET_FILTER_FD, tid, (void *)index, NULL));
}

long set_fd(pid_t tid, int fd)
{
	return result(ptrace(PTRACE_SECCOMP_SET_FILTER_FD, tid, NULL, (void *)(long)fd));
}

long compare_as_caller(pid_t a, long index_a, pid_t b, long index_b)
{
	return result(syscall(SYS_kcmp, a, b, KCMP_SECCOMP_FILTER, index_a, index_b));
}

long fd_ioctl(int fd, unsigned long request, void *arg)
{
	return result(ioctl(fd, request, arg));
}

struct seccomp_filter_info info_of(int fd)
{
	struct seccomp_filter_info info = { .mask = INFO_ALL };

	IS(fd_ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, &info), 0);
	return info;
}

uint64_t id_of(int fd)
{
	return info_of(fd).id;
}

/* ---- Filters with a mark ---- */

void mark_program(struct sock_filter insns[MARK_LEN], int mark)
{
	const struct sock_filter program[MARK_LEN] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpriority, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ASK + mark, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (1000 + mark)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};

	memcpy(insns, program, sizeof(program));
}

long mark_fd_flags(int parent, int mark, unsigned int flags, int *listener)
{
	struct sock_filter insns[MARK_LEN];
	struct seccomp_fd_create args = {
		.size = sizeof(args),
		.flags = flags,
		.parent_fd = parent,
		.len = MARK_LEN,
		.insns = (uintptr_t)insns,
		.listener_fd = -2,
	};
	long ret;

	mark_program(insns, mark);
	ret = fd_create(&args);
	if (listener)
		*listener = args.listener_fd;
	return ret;
}

int mark_fd(int parent, int mark)
{
	long fd = mark_fd_flags(parent, mark, 0, NULL);

	CHECK(fd >= 0);
	return fd;
}

long set_mark(int mark, unsigned int flags)
{
	struct sock_filter insns[MARK_LEN];

	mark_program(insns, mark);
	return set_filter(insns, MARK_LEN, flags);
}

long probe(int mark)
{
	return result(syscall(SYS_getpriority, ASK + mark, 0));
}

/* ---- Tasks ---- */

void no_new_privs(void)
{
	IS(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
}

void drop_privileges(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = {};

	IS(setgroups(0, NULL), 0);
	IS(setresgid(65534, 65534, 65534), 0);
	IS(setresuid(65534, 65534, 65534), 0);
	IS(syscall(SYS_capset, &header, none), 0);
	IS(prctl(PR_SET_DUMPABLE, 1), 0);
}

long status_field(pid_t pid, pid_t tid, const char *field)
{
	char path[64], line[256];
	size_t len = strlen(field);
	long value = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", pid, tid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, len) && line[len] == ':')
			value = atol(line + len + 1);
	if (f)
		fclose(f);
	return value;
}

/* What a process or thread of the test is asked to do, in shared memory. */
struct helper {
	unsigned int todo;
	pid_t tid;
	long (*body)(long);
	long arg, result;
};

static struct helper *helpers;
static int nr_helpers;

static void futex(unsigned int *word, int op, unsigned int value)
{
	syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void set_todo(struct helper *h, unsigned int value)
{
	__atomic_store_n(&h->todo, value, __ATOMIC_SEQ_CST);
	futex(&h->todo, FUTEX_WAKE, INT32_MAX);
}

static void wait_todo(struct helper *h, unsigned int value)
{
	while (__atomic_load_n(&h->todo, __ATOMIC_SEQ_CST) != value)
		futex(&h->todo, FUTEX_WAIT, !value);
}

static void *__attribute__((noreturn)) serve(void *arg)
{
	struct helper *h = arg;

	h->tid = syscall(SYS_gettid);
	for (;;) {
		wait_todo(h, 1);
		h->result = h->body(h->arg);
		set_todo(h, 0);
	}
}

static struct helper *new_helper(void)
{
	if (!helpers)
		helpers = mmap(NULL, MAX_HELPERS * sizeof(*helpers), PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(helpers != MAP_FAILED && nr_helpers < MAX_HELPERS);
	return &helpers[nr_helpers++];
}

static long run_in(struct helper *h, long (*body)(long), long arg)
{
	h->body = body;
	h->arg = arg;
	set_todo(h, 1);
	wait_todo(h, 0);
	return h->result;
}

pid_t start_child(long (*body)(long), long arg)
{
	struct helper *h = new_helper();
	pid_t pid = fork();

	CHECK(pid >= 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(h);
	}
	IS(run_in(h, body, arg), 0);
	return pid;
}

pid_t start_thread(long (*body)(long), long arg)
{
	struct helper *h = new_helper();
	pthread_t thread;

	IS(pthread_create(&thread, NULL, serve, h), 0);
	IS(run_in(h, body, arg), 0);
	return h->tid;
}

long child_run(pid_t pid, long (*body)(long), long arg)
{
	int i;

	for (i = 0; i < nr_helpers; i++)
		if (helpers[i].tid == pid)
			return run_in(&helpers[i], body, arg);
	test_failed(__FILE__, __LINE__, "no such child", pid, 0);
}

/* The test's inspector, and what it is asked to compare, in shared memory. */
static pid_t inspector;
struct comparison {
	pid_t a, b;
	long index_a, index_b;
};

static struct comparison *comparison;

static long do_nothing(long unused)
{
	return unused;
}

static void start_inspector(void)
{
	comparison = mmap(NULL, sizeof(*comparison), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(comparison != MAP_FAILED);
	inspector = start_child(do_nothing, 0);
}

static long do_compare(long unused)
{
	(void)unused;
	return compare_as_caller(comparison->a, comparison->index_a, comparison->b,
				 comparison->index_b);
}

long compare(pid_t a, long index_a, pid_t b, long index_b)
{
	*comparison = (struct comparison){ a, b, index_a, index_b };
	return child_run(inspector, do_compare, 0);
}

void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	IS(waitpid(pid, NULL, 0), pid);
}

void attach(pid_t tid, unsigned long options)
{
	int status;

	IS(result(ptrace(PTRACE_SEIZE, tid, NULL, (void *)options)), 0);
	IS(result(ptrace(PTRACE_INTERRUPT, tid, NULL, NULL)), 0);
	IS(waitpid(tid, &status, __WALL), tid);
	CHECK(WIFSTOPPED(status));
}

void detach(pid_t tid)
{
	IS(result(ptrace(PTRACE_DETACH, tid, NULL, NULL)), 0);
}

/* ---- All of them ---- */

static int run_one(struct test *test, int number)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		alarm(LIMIT);
		start_inspector();
		test->run();
		_exit(PASSED);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) {
		perror("fork or wait");
		exit(1);
	}
	if (WIFSIGNALED(status))
		printf("# signal %d%s\n", WTERMSIG(status),
		       WTERMSIG(status) == SIGALRM ? ": not done in time" : "");
	status = WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
	if (status == ABSENT)
		return status;
	printf("%s %d - %s%s\n", status == PASSED || status == SKIPPED ? "ok" : "not ok", number,
	       test->name, status == SKIPPED ? " # SKIP" : "");
	return status;
}

static bool wanted(struct test *test, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strstr(test->name, argv[i]))
			return true;
	return argc < 2;
}

/* A name that is mistyped must not look as if all had passed. */
static bool all_there(int argc, char **argv)
{
	struct test *test;
	int i;

	for (i = 1; i < argc; i++) {
		for (test = tests; test && !strstr(test->name, argv[i]);)
			test = test->next;
		if (!test) {
			fprintf(stderr, "there is no test with \"%s\" in its name\n", argv[i]);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct seccomp_fd_features features = { .size = sizeof(features) };
	int nr = 0, passed = 0, failed = 0, skipped = 0;
	struct test *test;

	if (!all_there(argc, argv))
		return 2;
	if (fd_features(&features)) {
		printf("not ok 1 - this kernel has no filter fds\n1..1\n");
		return 1;
	}
	for (test = tests; test; test = test->next) {
		int status;

		if (!wanted(test, argc, argv))
			continue;
		status = run_one(test, nr + 1);
		if (status == ABSENT)
			continue;
		nr++;
		passed += status == PASSED;
		skipped += status == SKIPPED;
		failed += status != PASSED && status != SKIPPED;
	}
	printf("1..%d\n%d passed, %d failed, %d skipped\n", nr, passed, failed, skipped);
	return failed ? 1 : 0;
}
