// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent.h"
#include "arch.h"
#include "criu.h"
#include "files.h"
#include "filters.h"
#include "image.h"
#include "kernel.h"
#include "load.h"
#include "proc.h"
#include "report.h"
#include "reserve.h"
#include "restore.h"
#include "tree.h"

static struct restore {
	const struct kernel *kernel;
	struct tree tree;
	int *filters;	   /* a filter fd for each filter; -1: not open */
	pid_t root;	   /* the root task; 0: not seen yet */
	int depth;	   /* of its pid namespace */
	bool root_is_init; /* of that namespace */
	int failed;	   /* the error, or 0 */
	size_t restored;   /* number of processes that have their filters */
	struct proc_threads tids;
} restore;

/*
 * An inventory of a CRIU before 4.1 does not name plugins. Then CRIU returns true for
 * every name, which can only be recognised by a name that no plugin has.
 */
static bool inventory_names_plugin(void)
{
	static const char nobody[] = "no such plugin";
	bool named = check_and_remove_inventory_plugin(PLUGIN_NAME, sizeof(PLUGIN_NAME));

	return named && !check_and_remove_inventory_plugin(nobody, sizeof(nobody));
}

/*
 * If the inventory does not name the plugin, an image comes from an older dump, or from a
 * newer one that was interrupted. Then some of CRIU's images may be older than others, and
 * the tasks may have had filters in the meantime.
 */
static int refuse_stale_image(void)
{
	if (faccessat(criu_get_image_dir(), IMAGE_NAME, F_OK, 0))
		return 0;
	pr_err("%s belongs to another dump than inventory.img, which does not name it: if a later dump into this folder was cut off, dump again; if CRIU has dumped here without the plugin since, remove %s",
	       IMAGE_NAME, IMAGE_NAME);
	return -ESTALE;
}

/* Each run of CRIU has an id; CRIU has read that of the dump from the inventory. */
static int check_run(void)
{
	const char *run = dump_criu_run_id;
	bool named = *run && *run != CRIU_NO_RUN_ID;

	if (named && !strcmp(run, restore.tree.run_id))
		return 0;
	pr_err("%s belongs to another dump (CRIU run %s) than inventory.img (%s%s): copy all files of one dump, or dump again if this one was cut off",
	       IMAGE_NAME, restore.tree.run_id, named ? "run " : "which names none",
	       named ? run : "");
	return -ESTALE;
}

/* CRIU itself checks this later, in each of the tasks that it has forked. */
static int check_arch(void)
{
	char dumped[ARCH_NAME_SIZE], here[ARCH_NAME_SIZE];

	/* there is no tree */
	if (!restore.tree.arch || restore.tree.arch == ARCH_NATIVE)
		return 0;
	pr_err("%s was dumped on %s, and this is %s: restore it on a machine of the same kind",
	       IMAGE_NAME, arch_text(restore.tree.arch, dumped), arch_text(ARCH_NATIVE, here));
	return -ENOEXEC;
}

static int read_image(void)
{
	int ret;

	if (!inventory_names_plugin())
		return refuse_stale_image();
	ret = image_read(criu_get_image_dir(), &restore.tree);
	if (ret == -ENOENT)
		pr_err("%s is missing, and the inventory says that the dump wrote it: without it the tasks have no filters; copy all files of the dump",
		       IMAGE_NAME);
	return ret ? ret : check_run();
}

static bool is_empty(const struct tree *tree)
{
	return !tree->n_filters && !tree->n_files;
}

/* Without permission, setting filters would fail only after all tasks are restored. */
static int check_permission(void)
{
	int ret = restore.tree.n_processes ? kernel_permits() : 0;

	if (ret == -EACCES)
		pr_err("CRIU is under seccomp itself, so the kernel does not let it set filters: start it outside of the sandbox or container");
	else if (ret)
		pr_err("CRIU lacks CAP_SYS_ADMIN in the initial user namespace, so the kernel does not let it set filters: run it as root, and not in a user namespace");
	return ret;
}

/* Something else in place of a descriptor, by which a task confines others, is no restore. */
static int check_files(void)
{
	const struct tree_file *file = restore.tree.files;
	size_t i;

	for (i = 0; !restore.kernel->copy && i < restore.tree.n_files; i++, file++) {
		if (file->kind != TREE_FILE_FILTER && file->kind != TREE_FILE_SEALED)
			continue;
		pr_err("tasks have descriptors of filters (file %u in %s), which this kernel does not know: boot a kernel with kernel-patches/",
		       file->id, IMAGE_NAME);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int create_filters(void)
{
	size_t i, n = restore.tree.n_filters;

	restore.filters = calloc(n + 1, sizeof(*restore.filters));
	if (!restore.filters) {
		pr_err("not enough memory for %zu filters", n);
		return -ENOMEM;
	}
	for (i = 0; i < n; i++)
		restore.filters[i] = -1;
	return filters_create(restore.kernel, &restore.tree, restore.filters);
}

/* @unusable: why a kernel that could do it cannot at the moment, or NULL */
static void report_no_kernel(const char *unusable)
{
	struct kernel_choice choice;
	size_t i;

	if (unusable) {
		pr_err("%s cannot be restored now: %s", IMAGE_NAME, unusable);
		return;
	}
	kernel_choose(&choice);
	for (i = 0; i < choice.n_refused; i++)
		pr_err("cannot use %s: %s", choice.refused[i].name, choice.refused[i].why);
	pr_err("%s needs a kernel with the seccomp filter descriptors, which this one does not have: boot a kernel with the patches, or load the module criu_seccomp",
	       IMAGE_NAME);
}

static int make_filters(void)
{
	const char *unusable;
	int ret;

	/* not before: nothing of this machine changes for an image that is refused */
	load_module();
	restore.kernel = kernel_detect(&unusable);
	if (!restore.kernel) {
		report_no_kernel(unusable);
		return -EOPNOTSUPP;
	}
	ret = check_permission();
	if (!ret)
		ret = check_files();
	if (!ret)
		ret = agent_begin(&restore.tree);
	if (!ret)
		ret = create_filters();
	if (!ret)
		ret = files_offer(restore.kernel, &restore.tree, restore.filters);
	if (!ret)
		ret = reserve_numbers();
	return ret;
}

int restore_begin(void)
{
	int ret = read_image();

	if (!ret)
		ret = check_arch();
	if (!ret && !is_empty(&restore.tree))
		ret = make_filters();
	if (ret)
		restore_end(true);
	return ret;
}

const struct tree *restore_tree(void)
{
	return &restore.tree;
}

static const char *set_hint(int error)
{
	switch (error) {
	case -EACCES:
		return " (CRIU needs CAP_SYS_ADMIN in the initial user namespace, and must not be in a seccomp mode itself)";
	case -EPERM:
		return " (CRIU has not suspended seccomp for it, or it has other filters because CRIU's images belong to another dump: copy all files of one dump)";
	default:
		return "";
	}
}

static int set_filter(pid_t tid, const struct tree_thread *thread)
{
	int filter, ret;

	if (thread->filter == TREE_NONE)
		return 0;
	/* the filters are closed when all processes have theirs: this is one of them, again */
	filter = restore.filters ? restore.filters[thread->filter] : -1;
	ret = restore.kernel->set(tid, filter);
	if (ret)
		pr_err("cannot give task %d (%d in the image) filter %u: %s%s", tid, thread->tid,
		       thread->filter, strerror(-ret), set_hint(ret));
	return ret;
}

/* Finds a restored thread in the image. *thread is NULL if it is not there. */
static int find_thread(pid_t tid, const struct tree_thread **thread)
{
	int id = proc_id_at_depth(tid, restore.depth);

	if (id < 0) {
		pr_err("cannot read the id of task %d in its pid namespace: %s", tid,
		       strerror(-id));
		return id;
	}
	*thread = tree_find_thread(&restore.tree, id);
	return 0;
}

static int set_thread(pid_t tid, uint32_t process)
{
	const struct tree_thread *thread;
	int ret = find_thread(tid, &thread);

	if (ret)
		return ret;
	if (!thread || thread->process != process) {
		pr_err("%s does not have thread %d of process %d", IMAGE_NAME, tid,
		       restore.tids.tids[0]);
		return -EBADMSG;
	}
	return set_filter(tid, thread);
}

/* The first thread is the leader, which was already found in the tree. */
static int set_threads(const struct proc_threads *tids, const struct tree_thread *leader)
{
	const struct tree_process *process = &restore.tree.processes[leader->process];
	size_t i;
	int ret;

	if (tids->count != process->count) {
		pr_err("process %d has %zu threads, in %s it has %u", tids->tids[0], tids->count,
		       IMAGE_NAME, process->count);
		return -EBADMSG;
	}
	ret = set_filter(tids->tids[0], leader);
	for (i = 1; i < tids->count && !ret; i++)
		ret = set_thread(tids->tids[i], leader->process);
	restore.restored += !ret;
	return ret;
}

/* The first process is the root task. All tasks exist now, and have opened their files. */
static int set_root(pid_t pid)
{
	int id;

	if (restore.root)
		return 0;
	restore.root = pid;
	files_release();
	restore.depth = proc_namespace_depth(pid);
	id = restore.depth < 0 ? restore.depth : proc_id_at_depth(pid, restore.depth);
	if (id < 0) {
		pr_err("cannot read the pid namespace of task %d: %s", pid, strerror(-id));
		return id;
	}
	restore.root_is_init = restore.depth && id == 1;
	return 0;
}

static int set_process(pid_t pid)
{
	const struct tree_thread *leader;
	int ret;

	ret = find_thread(pid, &leader);
	if (!ret)
		ret = agent_hand_over(leader ? leader->process : TREE_NONE, pid, restore.root);
	if (ret || !leader)
		return ret;
	ret = proc_read_threads(pid, &restore.tids);
	if (ret) {
		pr_err("cannot list the threads of process %d: %s", pid, strerror(-ret));
		return ret;
	}
	return set_threads(&restore.tids, leader);
}

/*
 * A listener does not hang up as long as a descriptor of its filter is open. CRIU may
 * run until the tasks have exited, and a supervisor among them may wait for the
 * listener to hang up.
 */
static void close_filters(void)
{
	size_t i;

	for (i = 0; restore.filters && i < restore.tree.n_filters; i++)
		if (restore.filters[i] >= 0)
			close(restore.filters[i]);
	free(restore.filters);
	restore.filters = NULL;
}

/* Waits for the threads of a killed process, as their tracer; not for the root task. */
static void reap(pid_t pid)
{
	struct proc_threads *tids = &restore.tids;
	size_t i;
	int status;

	if (proc_read_threads(pid, tids))
		return;
	for (i = tids->count; i--;)
		while (tids->tids[i] != restore.root &&
		       waitpid(tids->tids[i], &status, __WALL) > 0 && WIFSTOPPED(status))
			;
}

/*
 * Only CRIU's ptrace keeps the tasks from running, so they must be dead before it ends.
 * The init of a pid namespace exits only after a tracer has waited for all others. CRIU
 * is that tracer, but only waits for init, so this is done here. In other cases CRIU may
 * still use their ids, which must not be reused: then they are not waited for.
 *
 * Processes that are not found have their filters, are in strict mode, or come later;
 * if the root task is dead, CRIU kills them.
 */
static void kill_tree(pid_t pid)
{
	struct proc_threads pids = { 0 };
	size_t i;
	int ret;

	/* the failure may be a lack of descriptors */
	close_filters();
	ret = proc_read_tree(restore.root, &pids);
	for (i = 0; i < pids.count; i++)
		proc_kill(pids.tids[i], SIGKILL);
	if (ret) {
		pr_err("cannot find all processes below task %d: %s", restore.root, strerror(-ret));
		proc_kill(restore.root, SIGKILL);
		proc_kill(pid, SIGKILL);
	}
	for (i = 0; i < pids.count && restore.root_is_init; i++)
		reap(pids.tids[i]);
	proc_free_threads(&pids);
}

/*
 * For a process that comes after the failure. If its pid namespace has died with init, it
 * is already dead.
 */
static void kill_late(pid_t pid)
{
	if (restore.root_is_init)
		reap(pid);
	else
		proc_kill(pid, SIGKILL);
}

int restore_process(pid_t pid)
{
	int ret;

	if (is_empty(&restore.tree))
		return 0;
	if (restore.failed) {
		kill_late(pid);
		return restore.failed;
	}
	ret = set_root(pid);
	if (!ret)
		ret = set_process(pid);
	if (!ret) {
		if (restore.restored == restore.tree.n_processes)
			close_filters();
		return 0;
	}
	pr_err("the filters of process %d are not restored: killing all processes", pid);
	restore.failed = ret;
	kill_tree(pid);
	return ret;
}

void restore_end(bool failed)
{
	if (!failed && restore.restored != restore.tree.n_processes)
		pr_err("%zu of %zu processes did not get their filters, because another plugin has ended the chain of hooks, or %s belongs to other tasks: they are in strict mode and die at their next system call",
		       restore.tree.n_processes - restore.restored, restore.tree.n_processes,
		       IMAGE_NAME);
	close_filters();
	tree_free(&restore.tree);
	files_end();
	agent_end();
	proc_free_threads(&restore.tids);
	restore = (struct restore){ 0 };
}
