// SPDX-License-Identifier: GPL-2.0
/*
 * The backend for any kernel with BTF: a BPF program walks the filters of a thread.
 * It can only read; doc/reading-with-bpf.md describes it.
 */
#include "kernel.h"

#ifdef HAVE_BPF

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "array.h"
#include "numbers.h"
#include "proc.h"
#include "walk.h"

/* after walk.h, whose types it uses */
#include "bpf/walk.skel.h"

/* Never freed: handles are indices in @numbers. */
static struct {
	struct seccomp_walk *walk;
	struct numbers numbers;
	struct walk_record *records; /* of the current thread */
	size_t room;
	char why[160];
} bpf;

/* Runs the BPF program once, on @tid. */
static int run_program(pid_t tid)
{
	union bpf_iter_link_info thread;
	struct bpf_iter_attach_opts opts;
	struct bpf_link *link;
	char none[1];
	ssize_t got;
	int fd, ret;

	/* the library requires padding to be zero, too */
	memset(&thread, 0, sizeof(thread));
	memset(&opts, 0, sizeof(opts));
	thread.task.tid = tid;
	opts.sz = sizeof(opts);
	opts.link_info = &thread;
	opts.link_info_len = sizeof(thread);
	link = bpf_program__attach_iter(bpf.walk->progs.walk_thread, &opts);
	if (!link)
		return -errno;
	fd = bpf_iter_create(bpf_link__fd(link));
	ret = fd < 0 ? -errno : 0;
	if (fd >= 0) {
		do {
			got = read(fd, none, sizeof(none));
		} while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
		ret = got < 0 ? -errno : 0;
		close(fd);
	}
	bpf_link__destroy(link);
	return ret;
}

/* Leaves all filters of a thread in the records. */
static int walk(pid_t tid)
{
	int ret;

	bpf.walk->bss->count = 0;
	bpf.walk->bss->mode = SECCOMP_MODE_DISABLED;
	bpf.walk->bss->end = WALK_NO_THREAD;
	ret = run_program(tid);
	if (ret)
		return ret;
	switch (bpf.walk->bss->end) {
	case WALK_DONE:
		return bpf.walk->bss->mode == SECCOMP_MODE_FILTER && bpf.walk->bss->count
			       ? 0
			       : -ENODATA;
	case WALK_TOO_LONG:
		return -E2BIG;
	case WALK_UNKNOWN:
		return -EOPNOTSUPP;
	default:
		return -ESRCH;
	}
}

static bool still_has(const struct walk_thread *thread, uint64_t key, uint32_t depth)
{
	const struct seccomp_walk__bss *seen = bpf.walk->bss;

	return !walk(thread->tid) && seen->thread.task == thread->task &&
	       seen->thread.start == thread->start && seen->count >= depth &&
	       seen->records[seen->count - depth].key == key;
}

/* Reads all filters of a thread. Returns the index of the newest. */
static int read_newest(pid_t tid)
{
	struct walk_thread thread;
	size_t count;
	int ret = walk(tid);

	if (ret)
		return ret;
	/* still_has() overwrites the records */
	count = bpf.walk->bss->count;
	ret = array_reserve(&bpf.records, &bpf.room, count, sizeof(*bpf.records));
	if (ret)
		return ret;
	memcpy(bpf.records, bpf.walk->bss->records, count * sizeof(*bpf.records));
	thread = bpf.walk->bss->thread;
	thread.tid = tid;
	return numbers_add(&bpf.numbers, &thread, bpf.records, count, still_has);
}

static int bpf_identify(pid_t tid, uint64_t *id)
{
	int filter = read_newest(tid);

	if (filter < 0)
		return filter;
	*id = bpf.numbers.filters[filter].info.id;
	return 0;
}

static int parent_of(int filter)
{
	uint64_t parent = bpf.numbers.filters[filter].info.parent_id;

	return parent ? (int)(parent - 1) : -ENOENT;
}

static int bpf_open(pid_t tid, long index)
{
	int filter = read_newest(tid);

	if (index == KERNEL_NEWEST)
		return filter;
	if (filter >= 0 && (index < 0 || index >= bpf.numbers.filters[filter].info.depth))
		return -ENOENT;
	while (filter >= 0 && bpf.numbers.filters[filter].info.depth > index + 1)
		filter = parent_of(filter);
	return filter;
}

static int bpf_info(int filter, struct seccomp_filter_info *info)
{
	*info = bpf.numbers.filters[filter].info;
	return 0;
}

static long ptrace_get_filter(const struct numbered *filter, void *insns)
{
	long ret = syscall(SYS_ptrace, PTRACE_SECCOMP_GET_FILTER, filter->holder.tid,
			   filter->info.depth - 1, insns);

	return ret < 0 ? -errno : ret;
}

/* ptrace(2) does not take the size of the buffer, so it is asked for the length first. */
static int bpf_program(int filter, struct sock_filter *insns, uint32_t len)
{
	const struct numbered *numbered = &bpf.numbers.filters[filter];
	long ret = ptrace_get_filter(numbered, NULL);

	if (ret < 0)
		return ret;
	return ret > len ? -ENOSPC : ptrace_get_filter(numbered, insns);
}

/* Nothing to do: handles are indices. */
static void bpf_release(int filter)
{
	(void)filter;
}

static const struct kernel_reader reader = {
	.name = "BPF",
	.identify = bpf_identify,
	.open = bpf_open,
	.info = bpf_info,
	.program = bpf_program,
	.parent = parent_of,
	.release = bpf_release,
};

static void load_program(void)
{
	/* Our own message replaces those of the library; other users keep theirs. */
	libbpf_print_fn_t print = libbpf_set_print(NULL);

	errno = 0;
	bpf.walk = seccomp_walk__open_and_load();
	libbpf_set_print(print);
}

/* Whether the BPF program finds as many filters of this process as /proc. */
static bool matches_proc(const char **why)
{
	int ret = walk(getpid()), count = proc_filter_count(getpid());

	if (ret == -EOPNOTSUPP) {
		*why = "this kernel stores filters in an unknown way";
		return false;
	}
	if (ret == -ENODATA)
		ret = 0;
	if (!ret && count == (int)bpf.walk->bss->count)
		return true;
	*why = ret ? "the BPF program cannot read this process"
		   : "the BPF program and /proc report different numbers of filters";
	return false;
}

static const char *cannot_load(int error)
{
	if (error == EPERM || error == EACCES)
		return "this process may not load BPF programs that read the kernel (needs CAP_SYS_ADMIN, and a kernel that is not locked down)";
	snprintf(bpf.why, sizeof(bpf.why), "the kernel rejects the BPF program: %s",
		 strerror(error));
	return bpf.why;
}

const struct kernel_reader *kernel_bpf(const char **why)
{
	if (bpf.walk)
		return &reader;
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		*why = "this kernel has no type information (/sys/kernel/btf/vmlinux, CONFIG_DEBUG_INFO_BTF)";
		return NULL;
	}
	load_program();
	if (!bpf.walk) {
		*why = cannot_load(errno);
		return NULL;
	}
	if (matches_proc(why))
		return &reader;
	seccomp_walk__destroy(bpf.walk);
	bpf.walk = NULL;
	return NULL;
}

#else

const struct kernel_reader *kernel_bpf(const char **why)
{
	*why = "this program is built without libbpf";
	return NULL;
}

#endif /* HAVE_BPF */
