/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A model of the kernel's tree of seccomp filters, and of the threads and files that
 * refer to them. It is filled from a kernel or from an image, and depends on neither.
 * It rejects whatever is not consistent.
 *
 * Programs, filters, processes, threads and files are identified by their index.
 * All zero is an empty tree.
 */
#ifndef TREE_H
#define TREE_H

#include <linux/filter.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "map.h"
#include "seccomp-fd.h"

/* No filter: the parent of a root, or the filter of a thread that has none. */
#define TREE_NONE UINT32_MAX

/* kernel/seccomp.c: on a path, every filter counts as its instructions plus 4 */
#define TREE_MAX_PATH_INSNS 32768
#define TREE_FILTER_PENALTY 4
/* There, too: a replaceable filter counts as this many, for any program. Two fit on a path. */
#define TREE_REPLACEABLE_INSNS 16380
/* include/linux/threads.h: PID_MAX_LIMIT */
#define TREE_MAX_TID 4194304
/* Including the NUL; the ids of CRIU have 37 bytes. */
#define TREE_RUN_ID_SIZE 64

/*
 * Limits on the resources that a restore needs. In the kernel, each filter has its
 * own copy of the program, which takes at least one page (512 instructions): all
 * together may need 512 MiB. A listener that has hung up keeps a filter, too. All files
 * are open in one process at the same time, twice, beside the filters, and there are no
 * more descriptors than the default of fs.nr_open, 1048576.
 */
#define TREE_MAX_INSNS 67108864
#define TREE_PAGE_INSNS 512
#define TREE_MAX_FILES 262144

#define TREE_FILTER_FLAGS                                                           \
	(SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_NEW_LISTENER |               \
	 SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV | SECCOMP_FILTER_FLAG_REPLACEABLE | \
	 SECCOMP_FILTER_FLAG_KEEP | SECCOMP_FILTER_FLAG_ALLOW_NESTED_LISTENERS)
#define TREE_LISTENER_FLAGS SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP

/* A program. @used is set by the tree: a filter has this program. */
struct tree_program {
	struct sock_filter *insns;
	uint32_t len;
	bool used;
};

/**
 * struct tree_filter - one filter object of the kernel
 * @program: its program; filters with equal programs share it. The oldest, if there are
 *           several
 * @parent: the filter below it, or TREE_NONE
 * @flags: SECCOMP_FILTER_FLAG_{LOG,WAIT_KILLABLE_RECV,REPLACEABLE,KEEP,
 *         ALLOW_NESTED_LISTENERS}, and NEW_LISTENER if it has a listener. The
 *         kernel decides which filters of a path may have one
 * @listener_flags: SECCOMP_USER_NOTIF_FD_* of that listener
 * @generation: that of the newest program of a replaceable filter, otherwise 0
 * @newer: programs that have tightened the first one and run in addition to it; the
 *         tree keeps a copy
 * @n_newer: how many
 * @path_insns: instructions on its path, as the kernel counts them for its limit
 * @supervised: a filter on its path has a listener
 * @used: a thread or a file refers to it, or it is the parent of a filter
 * @listener: the file that is its listener, or TREE_NONE
 *
 * The members from @path_insns on are set by the tree.
 */
struct tree_filter {
	uint32_t program;
	uint32_t parent;
	uint32_t flags;
	uint32_t listener_flags;
	uint64_t generation;
	const uint32_t *newer;
	uint32_t n_newer;
	uint32_t path_insns;
	bool supervised;
	bool used;
	uint32_t listener;
};

/**
 * struct tree_thread - one thread
 * @tid: as seen in the root task's pid namespace
 * @filter: its newest filter, or TREE_NONE
 * @process: its process
 */
struct tree_thread {
	pid_t tid;
	uint32_t filter;
	uint32_t process;
};

/* A process: @count threads, starting with @first, its leader. */
struct tree_process {
	uint32_t first;
	uint32_t count;
};

enum tree_file_kind {
	TREE_FILE_FILTER = 1,
	TREE_FILE_LISTENER,
	TREE_FILE_HUNG_UP,
	TREE_FILE_SEALED,
};

/* The flags of an open file that can be changed with fcntl(2). */
#define TREE_FILE_FLAGS (O_APPEND | O_NONBLOCK)

/**
 * struct tree_file - an open file of a task
 * @id: CRIU's id of the file
 * @kind: a filter fd, a listener, a listener whose filter is gone, or a sealed
 *        filter fd
 * @filter: its filter; TREE_NONE for a listener whose filter is gone
 * @flags: O_*
 */
struct tree_file {
	uint32_t id;
	enum tree_file_kind kind;
	uint32_t filter;
	uint32_t flags;
};

/*
 * @run_id: the run of CRIU that dumps or has dumped it; empty if there was no dump
 * @arch: AUDIT_ARCH_* of the machine that it was dumped on
 */
struct tree {
	char run_id[TREE_RUN_ID_SIZE];
	uint32_t arch;
	struct tree_program *programs;
	struct tree_filter *filters;
	struct tree_thread *threads;
	struct tree_process *processes;
	struct tree_file *files;
	size_t n_programs, n_filters, n_threads, n_processes, n_files;

	/* private */
	size_t insns; /* of all filters, as counted for TREE_MAX_INSNS */
	size_t programs_room, filters_room, threads_room, processes_room, files_room;
	struct map program_by_hash;
	struct map thread_by_tid;
	struct map file_by_id;
};

/**
 * tree_set_run_id - set the run of CRIU that dumps the tree
 * @id: printable ASCII without blanks, because it is shown in messages
 * @len: its length
 *
 * Returns 0, or -EINVAL if it is empty, too long or not printable.
 */
int tree_set_run_id(struct tree *tree, const char *id, size_t len);

/**
 * tree_add_program - add a program, or find an equal one
 * @insns: copied
 * @len: number of instructions, 1 to BPF_MAXINSNS
 *
 * Returns its index, -EINVAL if @len is out of range, or -ENOMEM.
 */
int tree_add_program(struct tree *tree, const struct sock_filter *insns, size_t len);

/**
 * tree_filter_fault - check whether a filter can be added
 *
 * Returns NULL if it can, otherwise the reason, as the end of a sentence that begins
 * with the filter.
 */
const char *tree_filter_fault(const struct tree *tree, const struct tree_filter *filter);

/**
 * tree_add_filter - add a filter, after its program and its parent
 *
 * Returns its index, -EINVAL if tree_filter_fault() finds a fault, or -ENOMEM.
 */
int tree_add_filter(struct tree *tree, const struct tree_filter *filter);

/* tree_process_fault - check whether a process can be added, as tree_filter_fault() */
const char *tree_process_fault(const struct tree *tree, const struct tree_thread *threads,
			       size_t count);

/**
 * tree_add_process - add a process with all its threads, the leader first
 * @threads: copied; only @tid and @filter are read
 *
 * Returns its index, -EINVAL if tree_process_fault() finds a fault or two threads
 * have the same id, or -ENOMEM. After a failure, only tree_free() may be called.
 */
int tree_add_process(struct tree *tree, const struct tree_thread *threads, size_t count);

/* tree_file_fault - check whether a file can be added, as tree_filter_fault() */
const char *tree_file_fault(const struct tree *tree, const struct tree_file *file);

/**
 * tree_add_file - add a file, after its filter
 *
 * Returns its index, -EINVAL if tree_file_fault() finds a fault, or -ENOMEM.
 */
int tree_add_file(struct tree *tree, const struct tree_file *file);

/**
 * tree_find_unused - find a program without a filter, or a filter that is not used
 * @index: out, its index
 *
 * The kernel frees such a filter, so a dump never has one; in an image it would only
 * cost memory. Parents come before their children, so if all are used, a thread or
 * a file refers to every filter or to a descendant of it.
 *
 * Returns "program" or "filter", or NULL if all are used.
 */
const char *tree_find_unused(const struct tree *tree, size_t *index);

/* The file with that id of CRIU, or NULL. */
const struct tree_file *tree_find_file(const struct tree *tree, uint32_t id);

/* The thread with that id, or NULL. */
const struct tree_thread *tree_find_thread(const struct tree *tree, pid_t tid);

/* The process whose leader has that id, or NULL. */
const struct tree_process *tree_find_process(const struct tree *tree, pid_t leader);

/* Frees everything; the tree is empty then. */
void tree_free(struct tree *tree);

#endif /* TREE_H */
