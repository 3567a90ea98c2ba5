// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent.h"
#include "alone.h"
#include "arch.h"
#include "array.h"
#include "collect.h"
#include "compat.h"
#include "criu.h"
#include "dump.h"
#include "image.h"
#include "kernel.h"
#include "modes.h"
#include "proc.h"
#include "report.h"
#include "rseq.h"
#include "stuck.h"
#include "tree.h"

static struct dump {
	bool begun;    /* false for a pre-dump, which records no filters */
	int permitted; /* result of kernel_permits() */
	const struct kernel *kernel;
	const char *unusable; /* why there is none, though there should be */
	struct tree tree;
	struct collect collect;
	struct image image;
	pid_t root; /* 0: CRIU has not stopped all tasks yet */
	int depth;  /* of the root task's pid namespace */

	/* reused for each process */
	struct proc_threads tids;
	struct tree_thread *threads;
	size_t threads_room;
} dump = { .image.fd = -1 };

const struct kernel *dump_kernel(void)
{
	return dump.kernel;
}

int dump_begin(void)
{
	dump.begun = true;
	dump.permitted = kernel_permits();
	/* not if CRIU has filters itself: they might kill it for the attempt */
	dump.kernel = dump.permitted ? NULL : kernel_detect(&dump.unusable);
	dump.collect = (struct collect){ .tree = &dump.tree };
	if (dump.kernel)
		dump.collect.reader = &dump.kernel->reader;
	if (!dump.permitted && !dump.kernel && !dump.unusable)
		pr_info("this kernel has no support for restoring seccomp filters as a tree: CRIU dumps them without the plugin");
	return 0;
}

int dump_filter(int fd, uint32_t *index)
{
	return collect_filter(&dump.collect, fd, index);
}

static void report_unreadable(pid_t tid, int error)
{
	pr_err("cannot read the seccomp filters of task %d: %s%s", tid, strerror(-error),
	       error == -EACCES || error == -EPERM
		       ? " (CRIU needs CAP_SYS_ADMIN in the initial user namespace, and must not be in a seccomp mode itself)"
		       : "");
}

/*
 * Adds the filters of a thread to the tree. *filter is its newest, or TREE_NONE.
 *
 * A thread that a filter is killing seems to have none, or to be gone. CRIU could not
 * dump it either, and would not say why.
 */
static int read_filter(pid_t tid, uint32_t *filter)
{
	int ret = collect_thread(&dump.collect, tid, filter), fault = 0;

	if (ret == -ESRCH || (!ret && *filter == TREE_NONE))
		fault = modes_check(tid);
	if (ret && fault != -ESRCH)
		report_unreadable(tid, ret);
	return ret ? ret : fault;
}

/* *filtered: number of threads in filter mode. */
static int read_filters(const struct proc_threads *tids, size_t *filtered)
{
	size_t i;
	int ret;

	ret = array_reserve(&dump.threads, &dump.threads_room, tids->count, sizeof(*dump.threads));
	if (ret) {
		pr_err("not enough memory for %zu threads of process %d", tids->count,
		       tids->tids[0]);
		return ret;
	}
	for (i = 0; i < tids->count; i++) {
		ret = read_filter(tids->tids[i], &dump.threads[i].filter);
		if (ret)
			return ret;
		*filtered += dump.threads[i].filter != TREE_NONE;
	}
	return 0;
}

static int read_ids(const struct proc_threads *tids)
{
	size_t i;
	int id;

	for (i = 0; i < tids->count; i++) {
		id = proc_id_at_depth(tids->tids[i], dump.depth);
		if (id < 0) {
			pr_err("cannot read the id of task %d in its pid namespace: %s",
			       tids->tids[i], strerror(-id));
			return id;
		}
		dump.threads[i].tid = id;
	}
	return 0;
}

/*
 * criu dump --stream sends its images through this socket, but only CRIU's own: ours
 * would be missing from the stream.
 */
static bool is_streaming(void)
{
	struct stat st;

	return !fstatat(criu_get_image_dir(), "streamer-capture.sock", &st, 0) &&
	       S_ISSOCK(st.st_mode);
}

static int begin_image(void)
{
	if (is_streaming()) {
		pr_err("criu dump --stream leaves out %s: dump to files", IMAGE_NAME);
		return -EOPNOTSUPP;
	}
	if (tree_set_run_id(&dump.tree, criu_run_id, strnlen(criu_run_id, TREE_RUN_ID_SIZE))) {
		pr_err("this CRIU does not name its runs, so %s could not be told apart from that of another dump: use another CRIU",
		       IMAGE_NAME);
		return -EOPNOTSUPP;
	}
	dump.tree.arch = ARCH_NATIVE;
	if (add_inventory_plugin(PLUGIN_NAME)) {
		pr_err("cannot name the plugin in CRIU's inventory");
		return -ENOMEM;
	}
	return 0;
}

/* Creates the file if there is none yet, and writes all changes. */
static int sync_image(void)
{
	int ret = dump.image.fd < 0 ? begin_image() : 0;

	if (ret)
		return ret;
	return image_sync(&dump.image, criu_get_image_dir(), &dump.tree);
}

static int record_process(const struct proc_threads *tids)
{
	int ret = read_ids(tids);

	if (ret)
		return ret;
	ret = tree_add_process(&dump.tree, dump.threads, tids->count);
	if (ret < 0) {
		pr_err("cannot record process %d: %s", tids->tids[0], strerror(-ret));
		return ret;
	}
	return sync_image();
}

static int set_placeholder(pid_t tid)
{
	if (!seccomp_collect_entry(tid, SECCOMP_MODE_STRICT))
		return 0;
	pr_err("CRIU does not accept strict mode for task %d", tid);
	return -EIO;
}

/*
 * Another thread may have given it the filters after CRIU stopped it, and may have exited
 * since: so also where there is only one.
 */
static int set_placeholders(const struct proc_threads *tids)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < tids->count; i++) {
		if (dump.threads[i].filter == TREE_NONE)
			continue;
		ret = set_placeholder(tids->tids[i]);
		if (!ret)
			ret = modes_suspend(tids->tids[i]);
	}
	return ret;
}

/* Others would be dumped by CRIU alone, and their tree be lost without a word. */
static int report_unusable(pid_t tid)
{
	pr_err("cannot read the seccomp filters of task %d: %s", tid, dump.unusable);
	return -EOPNOTSUPP;
}

/*
 * The kernel does not let this CRIU read any filters, or cannot at the moment. So only
 * /proc is read, and tasks without filters can still be dumped.
 */
static int refuse_filters(const struct proc_threads *tids)
{
	size_t i;
	int mode;

	for (i = 0; i < tids->count; i++) {
		mode = proc_number(tids->tids[i], "Seccomp");
		if (mode == SECCOMP_MODE_DISABLED || mode == SECCOMP_MODE_STRICT)
			continue;
		if (mode > 0 && dump.unusable)
			return report_unusable(tids->tids[i]);
		if (mode > 0)
			mode = dump.permitted;
		report_unreadable(tids->tids[i], mode);
		return mode;
	}
	return 0;
}

/*
 * Called when CRIU has stopped all tasks. If a dump fails earlier, CRIU's own images of
 * a previous dump are not touched, either.
 */
static int remove_old_image(void)
{
	if (!unlinkat(criu_get_image_dir(), IMAGE_NAME, 0) || errno == ENOENT)
		return 0;
	pr_err("cannot remove the old %s: %s", IMAGE_NAME, strerror(errno));
	return -EIO;
}

/* All ids in the image are those in the root task's pid namespace. */
static int read_root_depth(void)
{
	dump.depth = proc_namespace_depth(dump.root);
	if (dump.depth >= 0)
		return 0;
	pr_err("cannot read the pid namespace of task %d: %s", dump.root, strerror(-dump.depth));
	return dump.depth;
}

/* The first process is the root task; does nothing for the others. */
static int set_root(pid_t pid)
{
	int ret;

	if (dump.root)
		return 0;
	dump.root = pid;
	ret = remove_old_image();
	return ret || !dump.kernel ? ret : read_root_depth();
}

static int leave_to_criu(const struct proc_threads *tids)
{
	int ret = modes_settle(tids);

	if (!ret)
		alone_warn(tids);
	return ret;
}

int dump_process(pid_t pid)
{
	size_t filtered = 0;
	int ret;

	if (!dump.begun)
		return 0;
	ret = set_root(pid);
	if (!ret)
		ret = compat_check(pid);
	if (ret)
		return ret;
	ret = proc_read_threads(pid, &dump.tids);
	if (ret) {
		pr_err("cannot list the threads of process %d: %s", pid, strerror(-ret));
		return ret;
	}
	ret = rseq_disarm(&dump.tids);
	if (ret)
		return ret;
	if (dump.permitted || dump.unusable)
		return refuse_filters(&dump.tids);
	if (!dump.kernel)
		return leave_to_criu(&dump.tids);
	ret = read_filters(&dump.tids, &filtered);
	if (ret || !filtered)
		return ret;
	ret = record_process(&dump.tids);
	return ret ? ret : set_placeholders(&dump.tids);
}

int dump_file(const struct tree_file *file)
{
	int ret = tree_add_file(&dump.tree, file);

	if (ret >= 0)
		return sync_image();
	pr_err("cannot record file %u: %s", file->id,
	       tree_file_fault(&dump.tree, file) ?: strerror(-ret));
	return ret;
}

/* The images do not contain external supervisors. */
static void warn_external_supervisors(void)
{
	size_t outside = agent_count(&dump.tree);

	if (outside)
		pr_warn("filters have a supervisor outside of the dump (%zu): a restore needs a seccomp agent that takes their listeners",
			outside);
}

static size_t count_filters(uint32_t flags, uint32_t without)
{
	const struct tree *tree = &dump.tree;
	size_t i, count = 0;

	for (i = 0; i < tree->n_filters; i++)
		count += (tree->filters[i].flags & flags) == flags &&
			 !(tree->filters[i].flags & without) &&
			 tree->filters[i].listener == TREE_NONE;
	return count;
}

/* What an external monitor can do, and the image does not contain; see doc/monitor.md. */
static void warn_monitors(void)
{
	const uint32_t outside = SECCOMP_FILTER_FLAG_REPLACEABLE | SECCOMP_FILTER_FLAG_NEW_LISTENER;
	size_t replaceable = count_filters(outside, 0);
	size_t lost = count_filters(SECCOMP_FILTER_FLAG_KEEP, SECCOMP_FILTER_FLAG_NEW_LISTENER);

	if (replaceable)
		pr_warn("a supervisor outside of the dump can replace programs of filters (%zu): what it has replaced since they were read is not in %s",
			replaceable, IMAGE_NAME);
	if (lost)
		pr_warn("filters have lost their listener, and calls wait for another (%zu): after a restore, a descriptor of such a filter opens one; if nobody holds any, PTRACE_SECCOMP_GET_FILTER_FD gets it",
			lost);
}

void dump_end(bool failed)
{
	if (!failed) {
		warn_external_supervisors();
		warn_monitors();
	} else if (dump.kernel && !dump.root) {
		stuck_explain();
	}
	if (failed && dump.image.fd >= 0 && unlinkat(criu_get_image_dir(), IMAGE_NAME, 0))
		pr_warn("cannot remove %s of the failed dump: %s", IMAGE_NAME, strerror(errno));
	if (!failed && dump.tree.n_filters)
		pr_info("%zu filters with %zu programs, %zu threads of %zu processes written to %s",
			dump.tree.n_filters, dump.tree.n_programs, dump.tree.n_threads,
			dump.tree.n_processes, IMAGE_NAME);
	image_close(&dump.image);
	tree_free(&dump.tree);
	collect_end(&dump.collect);
	alone_end();
	proc_free_threads(&dump.tids);
	free(dump.threads);
	dump = (struct dump){ .image.fd = -1 };
}
