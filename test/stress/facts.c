// SPDX-License-Identifier: GPL-2.0
/* Invariants: the identity of filters, and the marks that a task is under. */
#include "stress.h"

#include <string.h>
#include <unistd.h>

/* A hash of what never changes about a filter; it is remembered with the id. */
static uint64_t fact_of(const struct seccomp_filter_info *info)
{
	uint64_t flags = info->flags & ~SECCOMP_FILTER_FLAG_NEW_LISTENER;
	uint64_t x = info->parent_id * 0x9e3779b97f4a7c15 + info->depth;
	/* of a filter whose program is replaced, that of the day */
	unsigned int len = info->flags & SECCOMP_FILTER_FLAG_REPLACEABLE ? 0 : info->len;

	x = (x ^ (x >> 29)) * 0xbf58476d1ce4e5b9 + len;
	x = (x ^ (x >> 32)) * 0x94d049bb133111eb + flags;
	return info->id << 32 | (uint32_t)(x >> 16);
}

static void check_numbers(const struct seccomp_filter_info *info)
{
	uint64_t *place = &shared->facts[info->id % NR_FACTS];
	uint64_t known = __atomic_load_n(place, __ATOMIC_RELAXED), fact = fact_of(info);

	if (known >> 32 == fact >> 32 && known != fact)
		wrong("filter %llu is not what it was: parent %llu, depth %u, len %u, flags %x",
		      (unsigned long long)info->id, (unsigned long long)info->parent_id,
		      info->depth, info->len, info->flags);
	__atomic_store_n(place, fact, __ATOMIC_RELAXED);

	if (!info->id || info->parent_id >= info->id)
		wrong("filter %llu has the parent %llu", (unsigned long long)info->id,
		      (unsigned long long)info->parent_id);
	if ((info->depth == 1) != !info->parent_id)
		wrong("filter %llu has depth %u and the parent %llu", (unsigned long long)info->id,
		      info->depth, (unsigned long long)info->parent_id);
}

void check_facts(const struct seccomp_filter_info *info)
{
	const bool replaceable = info->flags & SECCOMP_FILTER_FLAG_REPLACEABLE;

	if (!info->depth || !info->len)
		wrong("a filter has depth %u and %u instructions", info->depth, info->len);
	if (shared->has & HAS_REPLACEABLE && (!info->progs || (info->progs > 1 && !replaceable) ||
					      (info->generation > 0) != replaceable))
		wrong("a filter with flags %x has %u programs and generation %llu", info->flags,
		      info->progs, (unsigned long long)info->generation);
	if (info->mask & INFO_IDS)
		check_numbers(info);
}

void check_created(const struct seccomp_filter_info *info, const struct seccomp_filter_info *parent)
{
	uint64_t id = info->id % NR_IDS, bit = 1ull << id % 64;

	check_facts(info);
	if (info->depth != (parent ? parent->depth : 0) + 1)
		wrong("a child of a filter at depth %u has depth %u", parent ? parent->depth : 0,
		      info->depth);
	/* a confined creator cannot read more */
	if (!(info->mask & INFO_IDS))
		return;
	if (__atomic_fetch_or(&shared->created[id / 64], bit, __ATOMIC_RELAXED) & bit)
		wrong("a new filter has the number %llu of another one",
		      (unsigned long long)info->id);
	if ((!parent || parent->mask & INFO_IDS) && info->parent_id != (parent ? parent->id : 0))
		wrong("a child of filter %llu has the parent %llu",
		      (unsigned long long)(parent ? parent->id : 0),
		      (unsigned long long)info->parent_id);
}

/* ---- Marks ---- */

void add_mark(struct marks *marks, unsigned int mark)
{
	__atomic_fetch_or(&marks->bits[mark / 64], 1ull << mark % 64, __ATOMIC_SEQ_CST);
}

void add_marks(struct marks *to, const struct marks *from)
{
	unsigned int i;

	for (i = 0; i < NR_MARKS / 64; i++)
		__atomic_fetch_or(&to->bits[i], from->bits[i], __ATOMIC_SEQ_CST);
}

/* How far down learn() and walk() go; filters below were usually seen before. */
#define STEPS_DOWN 4

void remember(const struct seccomp_filter_info *info, const struct sock_filter *insns)
{
	struct origin *origin = &shared->origins[info->id % NR_FACTS];
	unsigned int mark = NR_MARKS;

	if (!(info->mask & INFO_IDS))
		return;
	if (!program_mark(insns, &mark))
		mark = NR_MARKS;
	/* a reader takes it only if the id is the same before and after */
	__atomic_store_n(&origin->id, 0, __ATOMIC_SEQ_CST);
	__atomic_store_n(&origin->parent, info->parent_id, __ATOMIC_SEQ_CST);
	__atomic_store_n(&origin->mark, mark, __ATOMIC_SEQ_CST);
	__atomic_store_n(&origin->id, info->id, __ATOMIC_SEQ_CST);
}

static bool recall(uint64_t id, struct origin *origin)
{
	struct origin *from = &shared->origins[id % NR_FACTS];

	origin->id = __atomic_load_n(&from->id, __ATOMIC_SEQ_CST);
	origin->parent = __atomic_load_n(&from->parent, __ATOMIC_SEQ_CST);
	origin->mark = __atomic_load_n(&from->mark, __ATOMIC_SEQ_CST);
	return origin->id == id && __atomic_load_n(&from->id, __ATOMIC_SEQ_CST) == id;
}

void learn(int fd, struct marks *marks)
{
	static __thread struct sock_filter insns[MAX_LEN];
	struct seccomp_filter_info info;
	struct origin origin;
	unsigned int mark;
	int i;

	if (fd_prog(fd, insns, MAX_LEN) || fd_info(fd, &info))
		return;
	check_facts(&info);
	if (program_mark(insns, &mark))
		add_mark(marks, mark);
	origin.parent = info.parent_id;
	for (i = 1; i < STEPS_DOWN && origin.parent && recall(origin.parent, &origin); i++)
		if (origin.mark < NR_MARKS)
			add_mark(marks, origin.mark);
}

/* The parent of a filter fd. Only an unconfined caller may read it. */
static int parent_of(int fd)
{
	const bool confined = is_confined();
	int parent = fd_parent(fd);

	if (confined && (parent >= 0 || parent == -ENOENT))
		wrong("PARENT tells a confined task %d", parent);
	if (is_tracer() && parent == -EACCES)
		wrong("PARENT is refused to a tracer");
	return parent;
}

int walk(int fd)
{
	struct seccomp_filter_info info, child = {};
	int i, next, held = -1;

	for (i = 0; i < STEPS_DOWN; i++) {
		if (fd_info(fd, &info))
			break;
		check_facts(&info);
		/* another thread may have just confined this one */
		if (!(info.mask & SECCOMP_FILTER_INFO_ID))
			break;
		if (i && (child.parent_id != info.id || child.depth != info.depth + 1))
			wrong("PARENT of filter %llu gave filter %llu",
			      (unsigned long long)child.id, (unsigned long long)info.id);
		child = info;
		next = parent_of(fd);
		if (info.mask & INFO_IDS && next != -EACCES &&
		    (next == -ENOENT) != !info.parent_id && !injecting())
			wrong("PARENT of filter %llu, whose parent is %llu, says %d",
			      (unsigned long long)info.id, (unsigned long long)info.parent_id,
			      next);
		if (next < 0)
			break;
		if (held >= 0)
			close(held);
		held = fd = next;
	}
	return held;
}

bool is_below(const struct seccomp_filter_info *below, int fd)
{
	struct seccomp_filter_info info;
	int next, held = -1;
	bool found = true;

	/* if it cannot be found out, that is not an error */
	while (!fd_info(fd, &info) && info.depth > below->depth) {
		next = fd_parent(fd);
		if (held >= 0)
			close(held);
		held = fd = next;
	}
	/* the walk ends too early where INFO was made to fail once */
	if (fd >= 0 && !fd_info(fd, &info) && info.depth <= below->depth)
		found = info.id == below->id;
	if (held >= 0)
		close(held);
	return found;
}

void learn_own(struct marks *marks)
{
	unsigned int mark;

	for (mark = 0; mark < NR_MARKS; mark++)
		if (probe(mark) == -(long)(MARK_ERRNO + mark))
			add_mark(marks, mark);
}

static void check_mark(unsigned int mark)
{
	long ret = probe(mark);

	if (ret != -(long)(MARK_ERRNO + mark))
		wrong("the filter with mark %u does not act any more: %ld", mark, ret);
}

struct marks marks_of(const struct worker *worker)
{
	const struct group *its = &shared->group[(worker - shared->worker) / WORKERS_PER_GROUP];
	struct marks marks = {};

	if (!its->loose) {
		add_marks(&marks, &worker->own);
		add_marks(&marks, &its->all);
	}
	return marks;
}

struct marks expected_marks(void)
{
	return marks_of(self);
}

bool has_mark(const struct marks *marks, unsigned int mark)
{
	return marks->bits[mark / 64] >> mark % 64 & 1;
}

void check_marks(const struct marks *marks)
{
	unsigned int mark;

	for (mark = 0; mark < NR_MARKS; mark++)
		if (has_mark(marks, mark))
			check_mark(mark);
}

void check_some_mark(uint32_t n)
{
	struct marks marks = expected_marks();
	unsigned int i;

	for (i = 0; i < NR_MARKS; i++) {
		unsigned int mark = (n + i) % NR_MARKS;

		if (has_mark(&marks, mark)) {
			check_mark(mark);
			return;
		}
	}
	probe(n % NR_MARKS);
}
