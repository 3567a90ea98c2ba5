// SPDX-License-Identifier: GPL-2.0
/* PTRACE_O_SUSPEND_SECCOMP, and a tracer that exits */
#include "harness.h"

static long do_set_mark(long mark)
{
	no_new_privs();
	return set_mark(mark, 0);
}

static long do_probe(long mark)
{
	return probe(mark);
}

/* Memory of the tracer, so that it takes long to exit; a kernel that watches itself needs less */
#define BALLAST_MIN (32UL << 20)
#define BALLAST_MAX (512UL << 20)

static size_t ballast_size;

static long do_suspend(long pid)
{
	char *ballast = mmap(NULL, ballast_size, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	CHECK(ballast != MAP_FAILED);
	attach(pid, PTRACE_O_SUSPEND_SECCOMP);
	IS(ptrace(PTRACE_CONT, (pid_t)pid, NULL, NULL), 0);
	return 0;
}

struct stat_fields {
	char state;
	unsigned int flags;
};

/* Reads /proc/PID/stat. PF_EXITING is bit 4 of the flags. */
static struct stat_fields stat_of(pid_t pid)
{
	struct stat_fields fields = { .state = 'X', .flags = 4 };
	char path[32];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f) {
		IS(fscanf(f, "%*d (%*[^)]) %c %*d %*d %*d %*d %*d %u", &fields.state,
			  &fields.flags),
		   2);
		fclose(f);
	}
	return fields;
}

static bool is_gone(pid_t pid)
{
	return strchr("ZX", stat_of(pid).state);
}

/* Kills a tracer that suspends. Returns whether the tracee is confined before the tracer is gone.
 */
static bool ends_before_the_tracer(pid_t pid)
{
	pid_t tracer = start_child(do_suspend, pid);
	bool confined = false, gone = false;

	IS(child_run(pid, do_probe, 1), -EINVAL);
	kill(tracer, SIGKILL);
	while (!(stat_of(tracer).flags & 4))
		;
	/* the flag is set shortly before that */
	while (!confined && !gone) {
		confined = child_run(pid, do_probe, 1) == -1001;
		gone = is_gone(tracer);
	}
	IS(waitpid(tracer, NULL, 0), tracer);
	IS(child_run(pid, do_probe, 1), -1001);
	return confined && !gone;
}

/* On a busy machine, we may look too late to find out. */
TEST(suspension_ends_when_the_tracer_begins_to_exit)
{
	pid_t pid = start_child(do_set_mark, 1);

	ballast_size = BALLAST_MIN;
	while (!ends_before_the_tracer(pid)) {
		ballast_size *= 2;
		CHECK(ballast_size <= BALLAST_MAX);
	}
}
