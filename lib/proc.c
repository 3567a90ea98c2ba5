// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array.h"
#include "proc.h"

/* An entry of getdents64(2), which the C library does not define. */
struct linux_dirent64 {
	uint64_t d_ino;
	int64_t d_off;
	uint16_t d_reclen;
	uint8_t d_type;
	char d_name[];
};

/*
 * Static, so that no call has to allocate memory. They hold the directory entries of
 * 10,000 threads, 24 bytes each, and the longest possible file, a status with 65,536
 * groups of up to 11 characters.
 */
static char entries[256 * 1024];
static char text[768 * 1024];

/* The errors for a process or thread that has exited. */
static bool is_gone(int error)
{
	return error == -ENOENT || error == -ESRCH;
}

static int open_proc(pid_t tid, const char *name, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", tid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC | flags);
	return fd < 0 ? -errno : fd;
}

static int append(struct proc_threads *threads, pid_t tid)
{
	int ret = array_reserve(&threads->tids, &threads->room, threads->count + 1,
				sizeof(*threads->tids));

	if (!ret)
		threads->tids[threads->count++] = tid;
	return ret;
}

static int append_tids(struct proc_threads *threads, size_t size)
{
	const struct linux_dirent64 *entry;
	size_t at;
	int ret = 0;

	for (at = 0; at < size && !ret; at += entry->d_reclen) {
		entry = (const void *)(entries + at);
		if (isdigit((unsigned char)entry->d_name[0]))
			ret = append(threads, atoi(entry->d_name));
	}
	return ret;
}

/*
 * The link count of the folder gives the number of threads (fs/proc/base.c,
 * proc_task_getattr()). This takes one system call; listing the folder takes three
 * and an inode for each thread, and reading "Threads" in status takes three and the
 * formatting of the file.
 */
static int count_threads(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	if (stat(path, &st))
		return -errno;
	return st.st_nlink - 2;
}

/*
 * getdents64() instead of readdir(), whose buffer holds only a thousand threads, and
 * which calls fstat(2) first. The last call, which would return no entries, is not
 * made if there are as many as @expected.
 */
static int read_tids(int dir, int expected, struct proc_threads *threads)
{
	long size;
	int ret = 0;

	do {
		size = syscall(SYS_getdents64, dir, entries, sizeof(entries));
		if (size < 0)
			return -errno;
		ret = append_tids(threads, size);
	} while (size && !ret && threads->count < (size_t)expected);
	return ret;
}

/* The kernel lists the leader first, but this is not guaranteed. */
static void move_leader_first(struct proc_threads *threads, pid_t pid)
{
	size_t i;

	for (i = 0; i < threads->count; i++)
		if (threads->tids[i] == pid) {
			threads->tids[i] = threads->tids[0];
			threads->tids[0] = pid;
			return;
		}
}

int proc_read_threads(pid_t pid, struct proc_threads *threads)
{
	int expected = count_threads(pid);
	int dir, ret;

	threads->count = 0;
	if (expected < 0)
		return expected;
	if (expected == 1)
		return append(threads, pid);
	dir = open_proc(pid, "task", O_DIRECTORY);
	if (dir < 0)
		return dir;
	ret = read_tids(dir, expected, threads);
	close(dir);
	if (ret)
		return ret;
	move_leader_first(threads, pid);
	return threads->count ? 0 : -ENOENT;
}

void proc_free_threads(struct proc_threads *threads)
{
	free(threads->tids);
	*threads = (struct proc_threads){ 0 };
}

int proc_each_process(int (*visit)(pid_t pid, void *arg), void *arg)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int ret = proc ? 0 : -errno;

	while (!ret) {
		errno = 0;
		entry = readdir(proc);
		if (!entry) {
			ret = -errno;
			break;
		}
		if (atoi(entry->d_name) > 0)
			ret = visit(atoi(entry->d_name), arg);
	}
	if (proc)
		closedir(proc);
	return ret;
}

/* Reads the file into text. One read(2) is enough. Returns 0 or a negative errno. */
static int read_status(pid_t tid)
{
	int fd = open_proc(tid, "status", 0);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		len = -errno;
	close(fd);
	if (len < 0)
		return len;
	text[len] = '\0';
	return 0;
}

/* The text after "name:" at the beginning of a line, or NULL. */
static const char *find_line(const char *status, const char *name)
{
	size_t len = strlen(name);
	const char *line;

	for (line = status; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, name, len) && line[len] == ':')
			return line + len + 1;
	}
	return NULL;
}

/* Parses a number after blanks and moves *at past it. Returns -ENOENT if there is none. */
static int parse_int(const char **at)
{
	const char *digits = *at + strspn(*at, " \t");
	char *end;
	long value;

	if (!isdigit((unsigned char)*digits))
		return -ENOENT;
	errno = 0;
	value = strtol(digits, &end, 10);
	if (errno || value > INT_MAX)
		return -ENOENT;
	*at = end;
	return value;
}

pid_t proc_parse_nspid(const char *status, int index)
{
	const char *at = find_line(status, "NSpid");
	int id = -ENOENT, i;

	if (!at)
		return -ENOENT;
	for (i = 0; i <= index; i++) {
		id = parse_int(&at);
		if (id < 0)
			return id;
	}
	return id;
}

int proc_count_nspid(const char *status)
{
	const char *at = find_line(status, "NSpid");
	int count = 0;

	if (!at)
		return -ENOENT;
	while (parse_int(&at) >= 0)
		count++;
	return count ? count : -ENOENT;
}

int proc_parse_number(const char *status, const char *name)
{
	const char *at = find_line(status, name);

	return at ? parse_int(&at) : -ENOENT;
}

/* A read of this file returns at most a page, so stdio does the buffering. */
int proc_add_children(pid_t pid, pid_t tid, struct proc_threads *pids)
{
	char path[80], first;
	FILE *file;
	int child, fd, ret = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return is_gone(-errno) ? 0 : -errno;
	/* Most threads have none. */
	if (!read(fd, &first, 1)) {
		close(fd);
		return 0;
	}
	lseek(fd, 0, SEEK_SET);
	file = fdopen(fd, "r");
	if (!file) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret && fscanf(file, "%d", &child) == 1)
		ret = append(pids, child);
	if (!ret && ferror(file) && !is_gone(-errno))
		ret = -errno;
	fclose(file);
	return ret;
}

/* Each thread has its own list of children. */
static int append_children_of(pid_t pid, struct proc_threads *threads, struct proc_threads *pids)
{
	size_t i;
	int ret = proc_read_threads(pid, threads);

	if (ret)
		return is_gone(ret) ? 0 : ret;
	for (i = 0; i < threads->count && !ret; i++)
		ret = proc_add_children(pid, threads->tids[i], pids);
	return ret;
}

int proc_read_tree(pid_t pid, struct proc_threads *pids)
{
	struct proc_threads threads = { 0 };
	size_t i;
	int ret;

	pids->count = 0;
	ret = append(pids, pid);
	for (i = 0; i < pids->count && !ret; i++)
		ret = append_children_of(pids->tids[i], &threads, pids);
	proc_free_threads(&threads);
	return ret;
}

int proc_namespace_depth(pid_t tid)
{
	int ret = read_status(tid);

	if (ret)
		return ret;
	ret = proc_count_nspid(text);
	return ret < 0 ? ret : ret - 1;
}

pid_t proc_id_at_depth(pid_t tid, int depth)
{
	int ret;

	if (!depth)
		return tid;
	ret = read_status(tid);
	if (ret)
		return ret;
	ret = proc_parse_nspid(text, depth);
	return ret == -ENOENT ? -ESRCH : ret;
}

int proc_read_status(pid_t tid, const char **status)
{
	*status = text;
	return read_status(tid);
}

const char *proc_parse_text(const char *status, const char *name)
{
	const char *at = find_line(status, name);

	return at ? at + strspn(at, " \t") : NULL;
}

int proc_number(pid_t tid, const char *name)
{
	int ret = read_status(tid);

	return ret ? ret : proc_parse_number(text, name);
}

int proc_filter_count(pid_t tid)
{
	return proc_number(tid, "Seccomp_filters");
}

pid_t proc_tracer(pid_t tid)
{
	return proc_number(tid, "TracerPid");
}

int proc_state(pid_t tid)
{
	const char *state;
	int ret = read_status(tid);

	if (ret)
		return ret;
	state = proc_parse_text(text, "State");
	return state ? *state : -ENOENT;
}

int proc_kill(pid_t pid, int sig)
{
	if (pid <= 0)
		return -ESRCH;
	return kill(pid, sig) ? -errno : 0;
}
