// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin for CRIU that measures the seccomp plugin. It loads the plugin that
 * BENCH_PLUGIN names, passes everything on to it, and at the end writes to the file
 * BENCH_SHARE a line for each of init, exit and the hooks:
 *
 *   NAME CALLS NANOSECONDS ENTRIES...
 *
 * where ENTRIES are kernel entries, one number for each of kinds[]: of CRIU, and of the
 * tasks that the plugin starts to make filters with the module. They are counted
 * if BENCH_ENTRIES is set. Counting takes time, so a run is either timed or counted.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "criu-plugin.h"

#define TRACEPOINT "/sys/kernel/tracing/events/raw_syscalls/sys_enter/id"
#define TEXT_OF(number) #number
#define IS(number) "id == " TEXT_OF(number)

/* newer architectures, such as arm64, have only openat() */
#ifdef SYS_open
#define OPEN IS(SYS_open) "||"
#else
#define OPEN
#endif

/* In the syntax of the tracepoint's filter. */
static const char *const kinds[] = {
	/* all of them */
	"id >= 0",
	/* filters; prctl() is the strict mode that the module needs, ioctl() is also its device */
	IS(SYS_ptrace) "||" IS(SYS_seccomp) "||" IS(SYS_ioctl) "||" IS(SYS_prctl),
	/* /proc, and what else has to be opened and closed */
	OPEN IS(SYS_openat) "||" IS(SYS_getdents64) "||" IS(SYS_read) "||" IS(SYS_close) "||" IS(
		SYS_newfstatat),
	/* the image */
	IS(SYS_pwrite64) "||" IS(SYS_write) "||" IS(SYS_unlinkat),
	/* memory */
	IS(SYS_brk) "||" IS(SYS_mmap) "||" IS(SYS_munmap) "||" IS(SYS_mremap),
	/* tasks that make filters */
	IS(SYS_clone) "||" IS(SYS_wait4) "||" IS(SYS_kill) "||" IS(SYS_tgkill) "||" IS(
		SYS_getpid) "||" IS(SYS_gettid) "||" IS(SYS_exit) "||" IS(SYS_rt_sigprocmask),
};

#define KINDS (sizeof(kinds) / sizeof(*kinds))

/* What read() returns for a group of counters. */
struct counts {
	uint64_t n;
	uint64_t value[KINDS];
};

struct meter {
	const char *name;
	uint64_t calls, ns;
	uint64_t entries[KINDS];
};

static struct meter at_init = { .name = "init" }, at_exit = { .name = "exit" };
static struct meter at_dump = { .name = "CHECKPOINT_DEVICES" };
static struct meter at_restore = { .name = "RESUME_DEVICES_LATE" };
static struct meter at_dump_file = { .name = "DUMP_EXT_FILE" };

static struct criu_plugin_desc *inner;
static int counters = -1;

/* The state of clock and counters when a call begins. */
struct mark {
	uint64_t ns;
	struct counts counts;
};

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void read_counts(struct counts *counts)
{
	if (counters >= 0 && read(counters, counts, sizeof(*counts)) != sizeof(*counts))
		abort();
}

static struct mark begin(void)
{
	struct mark mark = { 0 };

	read_counts(&mark.counts);
	mark.ns = now();
	return mark;
}

static void end(struct meter *meter, const struct mark *mark)
{
	struct counts counts = { 0 };
	uint64_t ns = now();
	size_t i;

	read_counts(&counts);
	meter->calls++;
	meter->ns += ns - mark->ns;
	for (i = 0; i < KINDS; i++)
		meter->entries[i] += counts.value[i] - mark->counts.value[i];
}

static int die(const char *what)
{
	fprintf(stderr, "share: %s: %s\n", what, strerror(errno));
	return -1;
}

static int tracepoint_id(void)
{
	FILE *file = fopen(TRACEPOINT, "re");
	int id = -1;

	if (!file)
		return -1;
	if (fscanf(file, "%d", &id) != 1)
		id = -1;
	fclose(file);
	return id;
}

/* Counts kernel entries of this task and its children; the first counter leads the group. */
static int open_counter(int id, const char *filter)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_TRACEPOINT,
		.size = sizeof(attr),
		.config = id,
		.inherit = 1,
		.read_format = PERF_FORMAT_GROUP,
	};
	int fd = syscall(SYS_perf_event_open, &attr, 0, -1, counters, PERF_FLAG_FD_CLOEXEC);

	if (fd < 0)
		return die("perf_event_open");
	if (ioctl(fd, PERF_EVENT_IOC_SET_FILTER, filter))
		return die(filter);
	return fd;
}

static int open_counters(void)
{
	int id = tracepoint_id(), fd;
	size_t i;

	if (id < 0)
		return die(TRACEPOINT);
	for (i = 0; i < KINDS; i++) {
		fd = open_counter(id, kinds[i]);
		if (fd < 0)
			return -1;
		if (counters < 0)
			counters = fd;
	}
	return 0;
}

static int load_plugin(void)
{
	const char *path = getenv("BENCH_PLUGIN");
	void *handle = path ? dlopen(path, RTLD_NOW) : NULL;

	inner = handle ? dlsym(handle, CRIU_PLUGIN_SYMBOL) : NULL;
	if (inner)
		return 0;
	fprintf(stderr, "share: BENCH_PLUGIN: %s\n", path ? dlerror() : "not set");
	return -1;
}

static int meter_init(int stage)
{
	struct mark mark;
	int ret;

	if (load_plugin() || (getenv("BENCH_ENTRIES") && open_counters()))
		return -1;
	mark = begin();
	ret = inner->init(stage);
	end(&at_init, &mark);
	return ret;
}

static void write_meters(FILE *file)
{
	const struct meter *meters[] = { &at_init, &at_dump, &at_dump_file, &at_restore, &at_exit };
	size_t i, k;

	for (i = 0; i < sizeof(meters) / sizeof(*meters); i++) {
		fprintf(file, "%s %lu %lu", meters[i]->name, meters[i]->calls, meters[i]->ns);
		/* without the read() in end(), which counts for "all" and for "/proc" */
		for (k = 0; k < KINDS && counters >= 0; k++)
			fprintf(file, " %lu",
				meters[i]->entries[k] - (k == 0 || k == 2) * meters[i]->calls);
		fputc('\n', file);
	}
}

static void meter_exit(int stage, int ret)
{
	struct mark mark = begin();
	FILE *file;

	inner->exit(stage, ret);
	end(&at_exit, &mark);
	file = fopen(getenv("BENCH_SHARE") ?: "", "we");
	if (!file) {
		die("BENCH_SHARE");
		return;
	}
	write_meters(file);
	fclose(file);
}

static int meter_hook(struct meter *meter, int hook, int pid)
{
	struct mark mark = begin();
	int ret = ((int (*)(int))inner->hooks[hook])(pid);

	end(meter, &mark);
	return ret;
}

static int meter_dump(int pid)
{
	return meter_hook(&at_dump, CRIU_HOOK_CHECKPOINT_DEVICES, pid);
}

static int meter_restore(int pid)
{
	return meter_hook(&at_restore, CRIU_HOOK_RESUME_DEVICES_LATE, pid);
}

static int meter_dump_file(int fd, int id)
{
	struct mark mark = begin();
	int ret = ((int (*)(int, int))inner->hooks[CRIU_HOOK_DUMP_EXT_FILE])(fd, id);

	end(&at_dump_file, &mark);
	return ret;
}

struct criu_plugin_desc CR_PLUGIN_DESC = {
	.name = "seccomp_plugin",
	.init = meter_init,
	.exit = meter_exit,
	.version = CRIU_PLUGIN_VERSION,
	.max_hooks = CRIU_HOOKS,
	.hooks = {
		[CRIU_HOOK_CHECKPOINT_DEVICES] = meter_dump,
		[CRIU_HOOK_RESUME_DEVICES_LATE] = meter_restore,
		[CRIU_HOOK_DUMP_EXT_FILE] = meter_dump_file,
	},
};
