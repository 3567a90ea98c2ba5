/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The model: seccomp filters as the tree that they are in the kernel, and the
 * threads that stand on them. It is filled from a kernel or from an image and
 * knows neither. What is not consistent is not let in.
 *
 * Programs, filters, processes and threads are named by their index. Zero
 * bytes are an empty tree.
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

/* Stands for "no filter": below a root, or of a thread without filters. */
#define TREE_NONE UINT32_MAX

/* kernel/seccomp.c: every filter counts its program and 4 instructions more */
#define TREE_MAX_PATH_INSNS 32768
#define TREE_FILTER_PENALTY 4
/* include/linux/threads.h: PID_MAX_LIMIT */
#define TREE_MAX_TID 4194304
/* With its NUL; CRIU's have 37. */
#define TREE_RUN_ID_SIZE 64

/*
 * What a tree may ask of the kernel that makes it again. All filters together,
 * each with its own copy of its program in at least one page (512
 * instructions): 512 MiB. Files are all held by one process for a while, which
 * can have so many (the default of fs.nr_open).
 */
#define TREE_MAX_INSNS 67108864
#define TREE_PAGE_INSNS 512
#define TREE_MAX_FILES 1048576

#define TREE_FILTER_FLAGS                                             \
	(SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_NEW_LISTENER | \
	 SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV)
#define TREE_LISTENER_FLAGS SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP

/* A program; @used (set by the tree): a filter has it. */
struct tree_program {
	struct sock_filter *insns;
	uint32_t len;
	bool used;
};

/**
 * struct tree_filter - one filter object of the kernel
 * @program: its program; filters with equal programs share it
 * @parent: the filter below it, or TREE_NONE
 * @flags: SECCOMP_FILTER_FLAG_{LOG,WAIT_KILLABLE_RECV}, and NEW_LISTENER if it
 *         has a listener
 * @listener_flags: SECCOMP_USER_NOTIF_FD_* of that listener
 * @path_insns: what the kernel's limit counts on its path (set by the tree)
 * @supervised: a filter on its path has a listener (set by the tree)
 * @used: a thread or another filter stands on it, or a file stands for it (set
 *        by the tree)
 * @listener: the file that is its listener, or TREE_NONE (set by the tree)
 */
struct tree_filter {
	uint32_t program;
	uint32_t parent;
	uint32_t flags;
	uint32_t listener_flags;
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

/* A process: @count threads from @first on, its leader the first of them. */
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

/* Of the flags of an open file those that can be set afterwards. */
#define TREE_FILE_FLAGS (O_APPEND | O_NONBLOCK)

/**
 * struct tree_file - an open file of a task
 * @id: CRIU's number for it
 * @kind: a filter fd, the listener of a filter, one whose filter is gone, or a
 *        filter fd that is sealed
 * @filter: TREE_NONE for a listener whose filter is gone
 * @flags: O_*
 */
struct tree_file {
	uint32_t id;
	enum tree_file_kind kind;
	uint32_t filter;
	uint32_t flags;
};

/*
 * @run_id: the run of CRIU that dumps it, or has dumped it; empty: of no dump
 */
struct tree {
	char run_id[TREE_RUN_ID_SIZE];
	struct tree_program *programs;
	struct tree_filter *filters;
	struct tree_thread *threads;
	struct tree_process *processes;
	struct tree_file *files;
	size_t n_programs, n_filters, n_threads, n_processes, n_files;

	/* private */
	size_t insns; /* what counts towards TREE_MAX_INSNS */
	size_t programs_room, filters_room, threads_room, processes_room, files_room;
	struct map program_by_hash;
	struct map thread_by_tid;
	struct map file_by_id;
};

/**
 * tree_set_run_id - say whose dump it is
 * @id: printable ASCII without blanks, as it is shown to people
 * @len: its length
 *
 * Returns 0, or -EINVAL if it is empty, too long or not printable.
 */
int tree_set_run_id(struct tree *tree, const char *id, size_t len);

/**
 * tree_add_program - put a program in, or find it there
 * @insns: copied
 * @len: instructions, 1 to BPF_MAXINSNS
 *
 * Returns its index, -EINVAL for the length, -ENOMEM.
 */
int tree_add_program(struct tree *tree, const struct sock_filter *insns, size_t len);

/**
 * tree_filter_fault - why a filter cannot be put in
 *
 * Returns NULL if it can, else the end of a sentence about the filter.
 */
const char *tree_filter_fault(const struct tree *tree, const struct tree_filter *filter);

/**
 * tree_add_filter - put a filter in, its parent is there already
 *
 * Returns its index, -EINVAL if tree_filter_fault() has something to say,
 * -ENOMEM.
 */
int tree_add_filter(struct tree *tree, const struct tree_filter *filter);

/**
 * tree_process_fault - why a process cannot be put in; as tree_filter_fault()
 */
const char *tree_process_fault(const struct tree *tree, const struct tree_thread *threads,
			       size_t count);

/**
 * tree_add_process - put a process in with all its threads, the leader first
 * @threads: copied; only @tid and @filter are read
 *
 * Returns its index, -EINVAL if tree_process_fault() has something to say or a
 * thread id is there twice, -ENOMEM. After a failure the tree is good for
 * nothing but tree_free().
 */
int tree_add_process(struct tree *tree, const struct tree_thread *threads, size_t count);

/* tree_file_fault - why a file cannot be put in; as tree_filter_fault() */
const char *tree_file_fault(const struct tree *tree, const struct tree_file *file);

/**
 * tree_add_file - put a file in, its filter is there already
 *
 * Returns its index, -EINVAL if tree_file_fault() has something to say,
 * -ENOMEM.
 */
int tree_add_file(struct tree *tree, const struct tree_file *file);

/**
 * tree_find_unused - the first program that no filter has, or the first filter
 * that nothing uses
 * @index: its number
 *
 * The kernel frees such a filter, so no dump has one; in an image it can only
 * cost memory. Parents come before their children, so where there is none, every
 * filter has a thread or a file on it or above it.
 *
 * Returns what it is, a word for messages, or NULL: all are used.
 */
const char *tree_find_unused(const struct tree *tree, size_t *index);

/* The file with that number of CRIU's, or NULL. */
const struct tree_file *tree_find_file(const struct tree *tree, uint32_t id);

/* The thread with that id, or NULL. */
const struct tree_thread *tree_find_thread(const struct tree *tree, pid_t tid);

/* The process whose leader has that id, or NULL. */
const struct tree_process *tree_find_process(const struct tree *tree, pid_t leader);

/* Empties the tree. */
void tree_free(struct tree *tree);

#endif /* TREE_H */
