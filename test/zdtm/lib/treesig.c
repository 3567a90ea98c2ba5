// SPDX-License-Identifier: GPL-2.0
/*
 * treesig PID: the signature of a task tree's seccomp state, a line for each
 * thread, the same whatever the pids outside and the addresses inside are.
 *
 *   2/3 mode=2 0:8/1f2e/1#1 1:8/77aa/0#2
 *
 * is thread 3 of process 2, as the root task's pid namespace numbers them, in
 * filter mode with two filters, the oldest first: instructions, a hash of the
 * program, flags, and after # which filter object it is: two filters of the
 * tree are the same object where the number is the same. The numbers come
 * from kcmp(KCMP_SECCOMP_FILTER), or from the module; a kernel with neither
 * leaves them out, and the first line says so.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "regs.h"
#include "seccomp-fd.h"
#include "seccomp-module.h"

/* What the kernel leaves in a register for nanosleep and the like. */
#define ERESTART_RESTARTBLOCK 516

struct filter {
	unsigned int len;
	uint32_t hash;
	unsigned long long flags;
	unsigned int class; /* 1.., 0: not known */
	uint64_t id;	    /* the module's */
};

struct thread {
	pid_t pid, tid;
	int ns_pid, ns_tid, mode, nr_filters;
	bool dead;
	struct filter *filters;
};

/* A filter that is the first of its class. */
struct object {
	pid_t tid;
	int index;
	unsigned int class;
};

static struct thread *threads;
static size_t nr_threads;
static struct object *objects; /* in kcmp's order */
static size_t nr_objects;
static int ns_level; /* of the root task */
static bool have_kcmp;
static int module = -1;

static void *grow(void *array, size_t nr, size_t size)
{
	/* to the next power of two, when the last one is full */
	if (nr & (nr - 1))
		return array;
	array = realloc(array, (nr ? 2 * nr : 1) * size);
	if (!array)
		err(1, "realloc");
	return array;
}

/* ---- Who is there ---- */

static int ids_at_level(const char *line, int level)
{
	int id = 0;

	for (line = strchr(line, '\t'); line && level >= 0; line = strchr(line + 1, '\t'), level--)
		id = atoi(line + 1);
	return level < 0 ? id : -1;
}

static int level_of(const char *line)
{
	int level = -1;

	for (line = strchr(line, '\t'); line; line = strchr(line + 1, '\t'))
		level++;
	return level;
}

static void read_status(struct thread *t, bool root)
{
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/status", t->pid, t->tid);
	f = fopen(path, "r");
	if (!f)
		err(1, "cannot open %s", path);
	while (fgets(line, sizeof(line), f)) {
		if (root && !strncmp(line, "NSpid:", 6))
			ns_level = level_of(line);
		if (!strncmp(line, "NSpid:", 6))
			t->ns_tid = ids_at_level(line, ns_level);
		sscanf(line, "Seccomp: %d", &t->mode);
		if (!strncmp(line, "State:\tZ", 8))
			t->dead = true;
	}
	fclose(f);
}

static int by_tid(const void *a, const void *b)
{
	const struct thread *x = a, *y = b;

	if (x->ns_pid != y->ns_pid)
		return x->ns_pid < y->ns_pid ? -1 : 1;
	return (x->ns_tid > y->ns_tid) - (x->ns_tid < y->ns_tid);
}

static void add_process(pid_t pid);

static void add_children(pid_t pid, pid_t tid)
{
	char path[64];
	pid_t child;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	f = fopen(path, "r");
	if (!f)
		err(1, "cannot open %s", path);
	while (fscanf(f, "%d", &child) == 1)
		add_process(child);
	fclose(f);
}

static void add_thread(pid_t pid, pid_t tid)
{
	struct thread t = { .pid = pid, .tid = tid };

	read_status(&t, !nr_threads);
	/* The dead have no filters. */
	if (t.dead)
		return;
	threads = grow(threads, nr_threads, sizeof(*threads));
	threads[nr_threads++] = t;
}

static void add_process(pid_t pid)
{
	size_t first = nr_threads, i;
	struct dirent *entry;
	char path[64];
	int ns_pid = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	dir = opendir(path);
	if (!dir)
		err(1, "cannot open %s", path);
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			add_thread(pid, atoi(entry->d_name));
	closedir(dir);

	for (i = first; i < nr_threads; i++)
		if (threads[i].tid == pid)
			ns_pid = threads[i].ns_tid;
	for (i = first; i < nr_threads; i++)
		threads[i].ns_pid = ns_pid;
	for (i = first; i < nr_threads && threads[i].pid == pid; i++)
		add_children(pid, threads[i].tid);
}

/* ---- What each runs under ---- */

static void stop(const struct thread *t)
{
	int status;

	if (ptrace(PTRACE_SEIZE, t->tid, NULL, NULL))
		err(1, "cannot trace thread %d", t->tid);
	if (ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL))
		err(1, "cannot interrupt thread %d", t->tid);
	if (waitpid(t->tid, &status, __WALL) != t->tid || !WIFSTOPPED(status))
		errx(1, "thread %d does not stop", t->tid);
	/* a tight filter and strict mode punish it with death; CRIU has the same care */
	if (t->mode)
		regs_spare_restart_syscall(t->tid);
}

/* Of a thread that is stopped. */
static uint64_t ask_module(pid_t tid, int index)
{
	const struct seccomp_module_thread thread = { .tid = tid, .index = index };
	struct seccomp_filter_info info = { .mask = UINT64_MAX };
	int fd = ioctl(module, SECCOMP_MODULE_OPEN, &thread);

	if (fd < 0 || ioctl(fd, SECCOMP_IOCTL_FILTER_INFO, &info))
		err(1, "the module does not tell filter %d of thread %d", index, tid);
	close(fd);
	return info.id;
}

static struct sock_filter insns[BPF_MAXINSNS];

static void add_program(struct filter *f, long len)
{
	const unsigned char *byte = (const unsigned char *)insns;
	size_t i;

	f->len += len;
	for (i = 0; i < len * sizeof(*insns); i++)
		f->hash = (f->hash ^ byte[i]) * 16777619u;
}

/* One that was tightened has several programs, which only a filter fd tells. */
static void read_tightened(pid_t tid, int index, struct filter *f)
{
	struct seccomp_filter_prog prog = { .insns = (uintptr_t)insns };
	int fd = ptrace(PTRACE_SECCOMP_GET_FILTER_FD, tid, (void *)(long)index, NULL);

	do {
		prog.len = BPF_MAXINSNS;
		if (fd < 0 || ioctl(fd, SECCOMP_IOCTL_FILTER_PROG, &prog))
			break;
		add_program(f, prog.len);
	} while (++prog.index);
	if (!prog.index || errno != EINVAL)
		err(1, "cannot read all programs of filter %d of thread %d", index, tid);
	close(fd);
}

/* The index-th filter; false when there is none. */
static bool read_filter(pid_t tid, int index, struct filter *f)
{
	struct seccomp_metadata_id meta = { .filter_off = index };
	long len;

	*f = (struct filter){ .hash = 2166136261u };
	len = ptrace(PTRACE_SECCOMP_GET_FILTER, tid, (void *)(long)index, insns);
	if (len < 0 && errno == ENOENT)
		return false;
	if (len >= 0)
		add_program(f, len);
	else if (errno == EMEDIUMTYPE)
		read_tightened(tid, index, f);
	else
		err(1, "cannot read filter %d of thread %d", index, tid);
	/* the 16 bytes that every kernel fills */
	if (ptrace(PTRACE_SECCOMP_GET_METADATA, tid, (void *)16L, &meta) < 0)
		err(1, "cannot read the flags of filter %d of thread %d", index, tid);

	f->flags = meta.flags;
	if (module >= 0)
		f->id = ask_module(tid, index);
	return true;
}

static void read_filters(struct thread *t)
{
	struct filter f;

	if (t->mode != SECCOMP_MODE_FILTER)
		return;
	stop(t);
	while (read_filter(t->tid, t->nr_filters, &f)) {
		t->filters = grow(t->filters, t->nr_filters, sizeof(f));
		t->filters[t->nr_filters++] = f;
	}
	ptrace(PTRACE_DETACH, t->tid, NULL, NULL);
}

/* ---- Which are the same object ---- */

/* 0: the same, 1: less, 2: greater, as kcmp(2) has it */
static int compare(pid_t a, int index_a, pid_t b, int index_b)
{
	long ret = syscall(SYS_kcmp, a, b, KCMP_SECCOMP_FILTER, (long)index_a, (long)index_b);

	if (ret < 0 || ret > 2)
		err(1, "kcmp(%d, %d, KCMP_SECCOMP_FILTER, %d, %d) is %ld", a, b, index_a, index_b,
		    ret);
	return ret;
}

static unsigned int class_of(pid_t tid, int index)
{
	size_t low = 0, high = nr_objects;

	while (low < high) {
		size_t mid = (low + high) / 2;
		int order = compare(tid, index, objects[mid].tid, objects[mid].index);

		if (order == 0)
			return objects[mid].class;
		if (order == 1)
			high = mid;
		else
			low = mid + 1;
	}
	objects = grow(objects, nr_objects, sizeof(*objects));
	memmove(&objects[low + 1], &objects[low], (nr_objects - low) * sizeof(*objects));
	objects[low] = (struct object){ tid, index, ++nr_objects };
	return nr_objects;
}

static unsigned int class_of_id(uint64_t id)
{
	static uint64_t *ids;
	static size_t nr_ids;
	size_t i;

	for (i = 0; i < nr_ids; i++)
		if (ids[i] == id)
			return i + 1;
	ids = grow(ids, nr_ids, sizeof(*ids));
	ids[nr_ids++] = id;
	return nr_ids;
}

static void classify(void)
{
	struct filter *f;
	size_t i;
	int n;

	for (i = 0; i < nr_threads; i++) {
		for (n = 0; n < threads[i].nr_filters; n++) {
			f = &threads[i].filters[n];
			f->class = have_kcmp ? class_of(threads[i].tid, n) : class_of_id(f->id);
		}
	}
}

static void print(const struct thread *t)
{
	int n;

	printf("%d/%d mode=%d", t->ns_pid, t->ns_tid, t->mode);
	for (n = 0; n < t->nr_filters; n++) {
		printf(" %d:%u/%08x/%llx", n, t->filters[n].len, t->filters[n].hash,
		       t->filters[n].flags);
		if (t->filters[n].class)
			printf("#%u", t->filters[n].class);
	}
	printf("\n");
}

int main(int argc, char **argv)
{
	size_t i;

	if (argc != 2 || atoi(argv[1]) <= 0)
		errx(2, "usage: treesig PID");
	add_process(atoi(argv[1]));
	qsort(threads, nr_threads, sizeof(*threads), by_tid);

	syscall(SYS_kcmp, getpid(), getpid(), KCMP_SECCOMP_FILTER, 0, 0);
	have_kcmp = errno != EINVAL;
	if (!have_kcmp)
		module = open("/dev/" SECCOMP_MODULE_DEVICE, O_RDWR | O_CLOEXEC);
	if (!have_kcmp && module < 0)
		printf("# no identities: this kernel's kcmp does not know KCMP_SECCOMP_FILTER, and the module is not there\n");
	for (i = 0; i < nr_threads; i++)
		read_filters(&threads[i]);
	if (have_kcmp || module >= 0)
		classify();
	for (i = 0; i < nr_threads; i++)
		print(&threads[i]);
	return 0;
}
