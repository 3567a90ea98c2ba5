/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel in memory that implements struct kernel. A descriptor of a filter or of a
 * listener is a memory file here, and its inode identifies it: so copies, and what comes
 * out of a socket, refer to the same object.
 */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include "unit.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "descriptors.h"
#include "kernel.h"

#define FAKE_FILTERS 128
#define FAKE_INSNS 4

#define FAKE_NEWER 3

struct fake_program {
	uint32_t len;
	struct sock_filter insns[FAKE_INSNS];
};

/* The kernel's number of filter n is n + 1. */
struct fake_filter {
	int parent; /* -1: a root */
	uint32_t flags, listener_flags, len;
	struct sock_filter insns[FAKE_INSNS];
	/* of a replaceable filter: of its newest program; and those that have tightened it */
	uint64_t generation;
	uint32_t n_newer;
	struct fake_program newer[FAKE_NEWER];
	bool gone; /* its listener no longer finds it */
};

struct fake_thread {
	pid_t tid;
	int filter; /* -1: none */
};

static struct fake_kernel {
	struct fake_filter filters[FAKE_FILTERS];
	struct fake_thread threads[FAKE_FILTERS];
	int n_filters, n_threads;
	struct {
		ino_t inode;
		int filter;
		bool listener, sealed;
	} files[512];
	int n_files;

	/* One call with this name returns @result, after @after calls that do not. */
	const char *odd;
	int after, result;
	int entries; /* calls so far */
	/* so many times a program is replaced while it is read */
	int replaced;
} fake;

static inline void fake_reset(void)
{
	memset(&fake, 0, sizeof(fake));
}

/* One call with this name is odd, after @after calls that are not. */
static inline void fake_make_odd(const char *call, int after, int result)
{
	fake.odd = call;
	fake.after = after;
	fake.result = result;
}

/* Whether this call is the odd one. */
static inline bool fake_is_odd(const char *call)
{
	fake.entries++;
	return fake.odd && !strcmp(fake.odd, call) && !fake.after--;
}

/* Adds a filter with a program of two instructions that no other has. */
static inline int fake_filter(int parent, uint32_t flags)
{
	struct fake_filter *filter = &fake.filters[fake.n_filters];

	*filter = (struct fake_filter){ .parent = parent, .flags = flags, .len = 2 };
	filter->insns[0] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	filter->insns[1] =
		(struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | fake.n_filters);
	return fake.n_filters++;
}

static inline void fake_thread(pid_t tid, int filter)
{
	fake.threads[fake.n_threads++] = (struct fake_thread){ .tid = tid, .filter = filter };
}

static inline struct fake_thread *fake_find(pid_t tid)
{
	int i;

	for (i = 0; i < fake.n_threads; i++)
		if (fake.threads[i].tid == tid)
			return &fake.threads[i];
	return NULL;
}

static inline int fake_open(int filter, bool listener)
{
	int fd = memfd_create("fake", MFD_CLOEXEC);
	struct stat st;

	assert_true(fd >= 0 && !fstat(fd, &st));
	fake.files[fake.n_files].inode = st.st_ino;
	fake.files[fake.n_files].filter = filter;
	fake.files[fake.n_files++].listener = listener;
	return fd;
}

/* The filter that a descriptor refers to, or supervises; -1 if there is none. */
static inline int fake_of(int fd, bool listener)
{
	struct stat st;
	int i;

	if (fstat(fd, &st))
		return -1;
	for (i = 0; i < fake.n_files; i++)
		if (fake.files[i].inode == st.st_ino)
			return fake.files[i].listener == listener ? fake.files[i].filter : -1;
	return -1;
}

static inline bool fake_is_sealed(int fd)
{
	struct stat st;
	int i;

	assert_int_equal(fstat(fd, &st), 0);
	for (i = 0; i < fake.n_files; i++)
		if (fake.files[i].inode == st.st_ino)
			return fake.files[i].sealed;
	return false;
}

/* A sealed descriptor of the filter. */
static inline int fake_open_sealed(int filter)
{
	int fd = fake_open(filter, false);

	fake.files[fake.n_files - 1].sealed = true;
	return fd;
}

static inline int fake_identify(pid_t tid, uint64_t *id)
{
	const struct fake_thread *thread = fake_find(tid);

	if (fake_is_odd("identify"))
		return fake.result;
	if (!thread || thread->filter < 0)
		return -ENODATA;
	*id = thread->filter + 1;
	return 0;
}

static inline int fake_newest(pid_t tid, long index)
{
	const struct fake_thread *thread = fake_find(tid);

	if (fake_is_odd("open"))
		return fake.result;
	assert_int_equal(index, KERNEL_NEWEST);
	return thread && thread->filter >= 0 ? fake_open(thread->filter, false) : -ENODATA;
}

static inline int fake_info(int fd, struct seccomp_filter_info *info)
{
	int filter = fake_of(fd, false);

	if (fake_is_odd("info"))
		return fake.result;
	if (filter < 0)
		return -ENOTTY;
	*info = (struct seccomp_filter_info){
		.id = filter + 1,
		.parent_id = fake.filters[filter].parent + 1,
		.len = fake.filters[filter].len,
		.flags = fake.filters[filter].flags,
		.listener_flags = fake.filters[filter].listener_flags,
		.progs = 1 + fake.filters[filter].n_newer,
		.generation = fake.filters[filter].generation,
		.fd_flags = fake_is_sealed(fd) ? SECCOMP_FILTER_FD_SEALED : 0,
	};
	return 0;
}

static inline int fake_program(int fd, struct sock_filter *insns, uint32_t len)
{
	int filter = fake_of(fd, false);

	if (fake_is_odd("program"))
		return fake.result;
	if (filter < 0 || len < fake.filters[filter].len)
		return -EINVAL;
	memcpy(insns, fake.filters[filter].insns, fake.filters[filter].len * sizeof(*insns));
	if (fake.replaced > 0 && fake.filters[filter].generation) {
		fake.replaced--;
		fake.filters[filter].generation++;
	}
	return fake.filters[filter].len;
}

static inline int fake_newer_program(int fd, uint32_t index, struct sock_filter *insns,
				     uint32_t len)
{
	int filter = fake_of(fd, false);
	const struct fake_program *program;

	if (fake_is_odd("newer_program"))
		return fake.result;
	assert_true(filter >= 0 && index >= 1);
	if (index > fake.filters[filter].n_newer)
		return -EINVAL;
	program = &fake.filters[filter].newer[index - 1];
	assert_true(len >= program->len);
	memcpy(insns, program->insns, program->len * sizeof(*insns));
	return program->len;
}

static inline int fake_parent(int fd)
{
	int filter = fake_of(fd, false);

	if (fake_is_odd("parent"))
		return fake.result;
	if (filter < 0 || fake.filters[filter].parent < 0)
		return -ENOENT;
	return fake_open(fake.filters[filter].parent, false);
}

/* Does a filter from @filter down have a listener, and allow no other? */
static inline bool fake_is_beside_another(int filter)
{
	for (; filter >= 0; filter = fake.filters[filter].parent)
		if (fake.filters[filter].flags & SECCOMP_FILTER_FLAG_NEW_LISTENER &&
		    !(fake.filters[filter].flags & SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS))
			return true;
	return false;
}

static inline int fake_create(int parent, uint32_t flags, const struct sock_filter *insns,
			      uint32_t len, int *listener)
{
	int below = parent < 0 ? -1 : fake_of(parent, false), filter;

	if (fake_is_odd("create"))
		return fake.result;
	if ((parent >= 0 && below < 0) || len > FAKE_INSNS)
		return -EBADF;
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER && fake_is_beside_another(below))
		return -EBUSY;
	filter = fake_filter(below, flags);
	fake.filters[filter].len = len;
	memcpy(fake.filters[filter].insns, insns, len * sizeof(*insns));
	fake.filters[filter].generation = !!(flags & SECCOMP_FILTER_FLAG_REPLACEABLE);
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		*listener = fake_open(filter, true);
	return fake_open(filter, false);
}

static inline int fake_copy(int fd, bool sealed)
{
	int filter = fake_of(fd, false);

	if (fake_is_odd("copy"))
		return fake.result;
	if (filter < 0)
		return -EBADF;
	return sealed ? fake_open_sealed(filter) : fake_open(filter, false);
}

static inline int fake_listener_filter(int fd)
{
	int filter = fake_of(fd, true);

	if (fake_is_odd("listener_filter"))
		return fake.result;
	return filter < 0 || fake.filters[filter].gone ? -ENOENT : fake_open(filter, false);
}

static inline int fake_set_program(int fd, uint32_t flags, const struct sock_filter *insns,
				   uint32_t len, uint64_t generation)
{
	int index = fake_of(fd, true);
	struct fake_filter *filter;

	if (fake_is_odd("set_program"))
		return fake.result;
	assert_true(index >= 0 && len <= FAKE_INSNS);
	filter = &fake.filters[index];
	assert_true(filter->generation);
	if (generation <= filter->generation)
		return -ESTALE;
	filter->generation = generation;
	if (flags & SECCOMP_NOTIF_PROG_TIGHTEN) {
		assert_true(filter->n_newer < FAKE_NEWER);
		filter->newer[filter->n_newer].len = len;
		memcpy(filter->newer[filter->n_newer++].insns, insns, len * sizeof(*insns));
		return 0;
	}
	filter->n_newer = 0;
	filter->len = len;
	memcpy(filter->insns, insns, len * sizeof(*insns));
	return 0;
}

static inline int fake_set_listener_flags(int fd, uint32_t flags)
{
	int filter = fake_of(fd, true);

	if (fake_is_odd("set_listener_flags"))
		return fake.result;
	if (filter < 0)
		return -ENOTTY;
	fake.filters[filter].listener_flags = flags;
	return 0;
}

static inline int fake_set(pid_t tid, int fd)
{
	int filter = fake_of(fd, false);

	if (fake_is_odd("set"))
		return fake.result;
	if (filter < 0)
		return -EBADF;
	if (fake_is_sealed(fd))
		return -EPERM;
	fake_thread(tid, filter);
	return 0;
}

static inline void fake_release(int fd)
{
	close(fd);
}

static const struct kernel fake_kernel = {
	.reader = {
		.name = "fake",
		.identify = fake_identify,
		.open = fake_newest,
		.info = fake_info,
		.program = fake_program,
		.newer_program = fake_newer_program,
		.parent = fake_parent,
		.release = fake_release,
	},
	.create = fake_create,
	.copy = fake_copy,
	.listener_filter = fake_listener_filter,
	.set_program = fake_set_program,
	.set_listener_flags = fake_set_listener_flags,
	.set = fake_set,
};

#endif /* FAKE_KERNEL_H */
