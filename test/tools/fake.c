// SPDX-License-Identifier: GPL-2.0
/*
 * A kernel for tests on the host, where filters have no identity: linked in place of
 * kernel_detect_reader(). It knows how many filters a thread has; the thread's name says
 * the rest. The nth filter is the same one for all threads, except for a filter of
 * its own
 *   - for each process whose name has "own" in it
 *   - for each thread whose name has "lone" in it
 *   - for all threads, if FAKE_COPIES is in the environment, as after a restore
 *     without the plugin
 * With FAKE_SYNCED, a thread has another id after the first time that it is asked for in
 * a row, and all threads seem to have the same newest filter.
 * The newest filter of a thread logs if its name has "log" in it. The nth filter
 * is a program of n instructions, of n + 1 for a name with "odd" in it.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel.h"
#include "proc.h"

const struct kernel_reader *__wrap_kernel_detect_reader(void);

/* The contents of the file that stands for a filter. */
struct fake_filter {
	uint64_t owner;
	int place; /* from 1 on */
	uint32_t len, flags;
};

static uint64_t id_of(const struct fake_filter *filter, int place)
{
	return place ? filter->owner << 16 | place : 0;
}

static bool has(const char *name, const char *word)
{
	return memmem(name, strcspn(name, "\n"), word, strlen(word));
}

/* The newest filter of a thread. Returns 0, or -ENODATA if it has none. */
static int newest(pid_t tid, struct fake_filter *filter)
{
	const char *status, *name;
	int ret = proc_read_status(tid, &status);

	if (ret)
		return -ESRCH;
	name = proc_parse_text(status, "Name");
	*filter = (struct fake_filter){ .place = proc_parse_number(status, "Seccomp_filters") };
	if (filter->place <= 0)
		return -ENODATA;
	if (has(name, "own") || getenv("FAKE_COPIES"))
		filter->owner = proc_parse_number(status, "Tgid");
	if (has(name, "lone"))
		filter->owner = tid;
	filter->len = filter->place + has(name, "odd");
	filter->flags = has(name, "log") ? SECCOMP_FILTER_FLAG_LOG : 0;
	return 0;
}

static int fake_identify(pid_t tid, uint64_t *id)
{
	static pid_t last;
	struct fake_filter filter;
	int ret = newest(tid, &filter);

	*id = ret ? 0 : id_of(&filter, filter.place);
	if (getenv("FAKE_SYNCED") && tid == last)
		++*id;
	last = tid;
	return ret;
}

static int fake_same_newest(pid_t a, pid_t b)
{
	struct fake_filter one, other;
	int ret = newest(a, &one) ?: newest(b, &other);

	if (ret || getenv("FAKE_SYNCED"))
		return ret ?: 1;
	return id_of(&one, one.place) == id_of(&other, other.place);
}

static int as_descriptor(const struct fake_filter *filter)
{
	int fd = memfd_create("filter", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	return pwrite(fd, filter, sizeof(*filter), 0) == sizeof(*filter) ? fd : -EIO;
}

static int fake_open(pid_t tid, long index)
{
	struct fake_filter filter;
	int ret = newest(tid, &filter);

	if (ret)
		return ret;
	return index == KERNEL_NEWEST ? as_descriptor(&filter) : -ENOENT;
}

static int load(int fd, struct fake_filter *filter)
{
	return pread(fd, filter, sizeof(*filter), 0) == sizeof(*filter) ? 0 : -EBADF;
}

static int fake_info(int fd, struct seccomp_filter_info *info)
{
	struct fake_filter filter;

	if (load(fd, &filter))
		return -EBADF;
	*info = (struct seccomp_filter_info){
		.id = id_of(&filter, filter.place),
		.parent_id = id_of(&filter, filter.place - 1),
		.depth = filter.place,
		.len = filter.len,
		.flags = filter.flags,
	};
	return 0;
}

static int fake_program(int fd, struct sock_filter *insns, uint32_t len)
{
	struct fake_filter filter;
	uint32_t i;

	if (load(fd, &filter))
		return -EBADF;
	for (i = 0; i < filter.len && i < len; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 4 * (i % 16));
	insns[i - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	return filter.len;
}

static int fake_parent(int fd)
{
	struct fake_filter filter;

	if (load(fd, &filter))
		return -EBADF;
	if (!--filter.place)
		return -ENOENT;
	filter.len = filter.place;
	filter.flags = 0;
	return as_descriptor(&filter);
}

static void fake_release(int fd)
{
	close(fd);
}

const struct kernel_reader *__wrap_kernel_detect_reader(void)
{
	static const struct kernel_reader reader = {
		.name = "a kernel for tests",
		.identify = fake_identify,
		.open = fake_open,
		.info = fake_info,
		.program = fake_program,
		.parent = fake_parent,
		.release = fake_release,
		.same_newest = fake_same_newest,
	};

	return getenv("FAKE_NO_KERNEL") ? NULL : &reader;
}
