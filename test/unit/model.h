/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A kernel in memory: filters, threads that have them, and descriptors, which are real,
 * so that leaks are noticed. And points: every call that can fail is one, and the nth of
 * them can be made to fail.
 */
#ifndef MODEL_H
#define MODEL_H

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "kernel.h"

#define NONE (-1)
#define STRICT (-2)
#define DEAD (-3)

/* A filter, whose program only says which filter it is. */
struct model_filter {
	int parent; /* or NONE */
	uint32_t flags, listener_flags;
	int program;
};

struct model_thread {
	pid_t id, process; /* in the root task's pid namespace */
	int filter;	   /* or NONE, STRICT, DEAD */
};

struct model_file {
	uint32_t id;
	bool listener;
	int filter; /* or NONE: hung up */
	bool sealed;
};

#define MODEL_MAX 32

struct model {
	struct model_filter filters[MODEL_MAX];
	struct model_thread threads[MODEL_MAX];
	struct model_file files[MODEL_MAX];
	size_t n_filters, n_threads, n_files;
	int depth;  /* of their pid namespace */
	pid_t base; /* what is added to an id for its value outside */
};

static struct model model;

/* ---- Points ---- */

struct point {
	const char *name;
	const char *said; /* the text in a message about its failure; NULL: no message is needed */
	int errors[10];
	bool own_words; /* for the error */
};

#define POINT(what, words, ...) \
	static const struct point point = { .name = what, .said = words, .errors = { __VA_ARGS__ } }

#define MAX_CALLS 500

/* The nth call fails. */
struct fault {
	unsigned int nth; /* 0: none */
	int error;
};

/* Counts the calls that the product makes. There may be a second fault after the first. */
static struct {
	bool counts;
	struct fault first, second;
	unsigned int calls;
	const struct point *points[MAX_CALLS]; /* of each call */
} plan;

/* The error that the next call has to fail with, or 0. */
static inline int fault(const struct point *point)
{
	if (!plan.counts)
		return 0;
	assert_true(plan.calls < MAX_CALLS);
	plan.points[plan.calls++] = point;
	if (plan.calls == plan.first.nth)
		return plan.first.error;
	return plan.calls == plan.second.nth ? plan.second.error : 0;
}

/* ---- Descriptors ---- */

#define FILTER_FD "seccomp filter"
#define LISTENER_FD "seccomp notify"

static inline int model_fd(const char *name, int filter)
{
	int fd = memfd_create(name, MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, &filter, sizeof(filter)), sizeof(filter));
	return fd;
}

/* The filter that a descriptor, or a copy of it, stands for. */
static inline int model_filter_of(int fd)
{
	bool counts = plan.counts;
	int filter;

	plan.counts = false;
	if (pread(fd, &filter, sizeof(filter), 0) != sizeof(filter))
		filter = NONE;
	plan.counts = counts;
	return filter;
}

/* A sealed descriptor has the number of its filter in it twice. */
static inline int model_sealed_fd(int filter)
{
	int fd = model_fd(FILTER_FD, filter);

	assert_int_equal(write(fd, &filter, sizeof(filter)), sizeof(filter));
	return fd;
}

static inline bool model_is_sealed(int fd)
{
	bool counts = plan.counts, sealed;
	int filter;

	plan.counts = false;
	sealed = pread(fd, &filter, sizeof(filter), sizeof(filter)) == sizeof(filter);
	plan.counts = counts;
	return sealed;
}

static inline unsigned int open_descriptors(void)
{
	unsigned int fd, count = 0;
	bool counts = plan.counts;

	plan.counts = false;
	for (fd = 0; fd < 300; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	plan.counts = counts;
	return count;
}

/* ---- The kernel ---- */

static inline struct model_thread *model_thread(pid_t tid)
{
	size_t i;

	for (i = 0; i < model.n_threads; i++)
		if (model.threads[i].id + model.base == tid)
			return &model.threads[i];
	return NULL;
}

static inline uint32_t model_program(int program, struct sock_filter *insns)
{
	uint32_t i, len = 1 + program % 3;

	for (i = 0; i + 1 < len; i++)
		insns[i] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0);
	insns[i] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | program);
	return len;
}

static inline int model_identify(pid_t tid, uint64_t *id)
{
	POINT("which filter a thread has", "seccomp filters of task", EACCES, ESRCH, EFAULT,
	      EOPNOTSUPP);
	int error = fault(&point);

	if (error)
		return -error;
	*id = 1 + model_thread(tid)->filter;
	return model_thread(tid)->filter < 0 ? -ENODATA : 0;
}

static inline int model_open(pid_t tid, long index)
{
	POINT("open a filter", "seccomp filters of task", EACCES, ENODATA, ENOENT, ESRCH, EMFILE,
	      ENFILE, ENOMEM);
	int error = fault(&point);

	assert_int_equal(index, KERNEL_NEWEST);
	return error ? -error : model_fd(FILTER_FD, model_thread(tid)->filter);
}

static inline int model_info(int fd, struct seccomp_filter_info *info)
{
	POINT("a filter's facts", "cannot read the", EINVAL, EFAULT);
	int error = fault(&point), filter = model_filter_of(fd);
	struct sock_filter insns[3];

	if (error || filter < 0)
		return error ? -error : -EINVAL;
	*info = (struct seccomp_filter_info){
		.id = 1 + filter,
		.parent_id = 1 + model.filters[filter].parent,
		.len = model_program(model.filters[filter].program, insns),
		.flags = model.filters[filter].flags,
		.listener_flags = model.filters[filter].listener_flags,
		.fd_flags = model_is_sealed(fd) ? SECCOMP_FILTER_FD_SEALED : 0,
	};
	return 0;
}

static inline int model_get_program(int fd, struct sock_filter *insns, uint32_t len)
{
	POINT("a filter's program", "cannot read the", EINVAL, ENOSPC, EFAULT);
	int error = fault(&point);

	(void)len;
	return error ? -error
		     : (int)model_program(model.filters[model_filter_of(fd)].program, insns);
}

static inline int model_parent(int fd)
{
	POINT("a filter's parent", "cannot read the", EACCES, ENOENT, EINVAL, EMFILE, ENFILE,
	      ENOMEM);
	int error = fault(&point), parent = model.filters[model_filter_of(fd)].parent;

	if (error || parent == NONE)
		return error ? -error : -ENOENT;
	return model_fd(FILTER_FD, parent);
}

static inline int model_create(int parent, uint32_t flags, const struct sock_filter *insns,
			       uint32_t len, int *listener)
{
	POINT("make a filter", "let tasks inherit|the kernel refuses filter", EFAULT, E2BIG, EINVAL,
	      EBADF, ENOMEM, EBUSY, EMFILE, ENFILE);
	struct model_filter *filter = &model.filters[model.n_filters];
	int error = fault(&point);

	if (error)
		return -error;
	assert_true(model.n_filters < MODEL_MAX);
	*filter = (struct model_filter){
		.parent = parent < 0 ? NONE : model_filter_of(parent),
		.flags = flags,
		.program = insns[len - 1].k & SECCOMP_RET_DATA,
	};
	if (flags & SECCOMP_FILTER_FLAG_NEW_LISTENER)
		*listener = model_fd(LISTENER_FD, model.n_filters);
	return model_fd(FILTER_FD, model.n_filters++);
}

static inline int model_copy(int fd, bool sealed)
{
	POINT("another filter fd", "let tasks inherit", ENOMEM, EMFILE, ENFILE);
	int error = fault(&point), filter = model_filter_of(fd);

	if (error)
		return -error;
	return sealed ? model_sealed_fd(filter) : model_fd(FILTER_FD, filter);
}

static inline int model_listener_filter(int listener)
{
	POINT("a listener's filter", "of a listener", EINVAL, EMFILE, ENFILE, ENOMEM);
	int error = fault(&point), filter = model_filter_of(listener);

	if (error || filter == NONE)
		return error ? -error : -ENOENT;
	return model_fd(FILTER_FD, filter);
}

static inline int model_set_listener_flags(int listener, uint32_t flags)
{
	POINT("a listener's flags", "on a listener", EINVAL, ENOTTY);
	int error = fault(&point);

	if (!error)
		model.filters[model_filter_of(listener)].listener_flags = flags;
	return -error;
}

static inline int model_set(pid_t tid, int fd)
{
	POINT("give a thread its filter", "cannot give task", EACCES, EINVAL, EBADF, EPERM, ESRCH);
	int error = fault(&point), filter = model_filter_of(fd);

	if (!error && filter < 0)
		return -EBADF;
	if (!error && model_is_sealed(fd))
		return -EPERM;
	if (!error)
		model_thread(tid)->filter = filter;
	return -error;
}

static inline void model_release(int fd)
{
	close(fd);
}

static const struct kernel model_kernel = {
	.reader = {
		.name = "model",
		.identify = model_identify,
		.open = model_open,
		.info = model_info,
		.program = model_get_program,
		.parent = model_parent,
		.release = model_release,
	},
	.create = model_create,
	.copy = model_copy,
	.listener_filter = model_listener_filter,
	.set_listener_flags = model_set_listener_flags,
	.set = model_set,
};

/* ---- A model as text, to compare ---- */

struct description {
	char text[2048];
	int seen[MODEL_MAX]; /* filters in the order in which they are met */
	size_t n_seen;
};

static inline void add_text(struct description *d, const char *format, ...)
{
	size_t len = strlen(d->text);
	va_list args;

	va_start(args, format);
	vsnprintf(d->text + len, sizeof(d->text) - len, format, args);
	va_end(args);
	assert_true(strlen(d->text) < sizeof(d->text) - 1);
}

static inline size_t place(struct description *d, int filter)
{
	size_t i;

	for (i = 0; i < d->n_seen; i++)
		if (d->seen[i] == filter)
			return i;
	d->seen[d->n_seen++] = filter;
	return i;
}

/* A filter and all below it. With names, also which object each of them is. */
static inline void describe_path(struct description *d, const struct model *m, int filter,
				 bool names)
{
	for (; filter >= 0; filter = m->filters[filter].parent) {
		add_text(d, " %d/%x/%x", m->filters[filter].program, m->filters[filter].flags,
			 m->filters[filter].listener_flags);
		if (names)
			add_text(d, "#%zu", place(d, filter));
	}
	add_text(d, " %d\n", filter);
}

static inline void describe(struct description *d, const struct model *m)
{
	size_t i;

	*d = (struct description){ 0 };
	for (i = 0; i < m->n_threads; i++) {
		add_text(d, "%d/%d", m->threads[i].process, m->threads[i].id);
		describe_path(d, m, m->threads[i].filter, true);
	}
	for (i = 0; i < m->n_files; i++) {
		add_text(d, "%s%s %u", m->files[i].sealed ? "sealed " : "",
			 m->files[i].listener ? "listener" : "filter", m->files[i].id);
		describe_path(d, m, m->files[i].filter, true);
	}
}

#endif /* MODEL_H */
