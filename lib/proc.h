/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What /proc says about processes: their threads, the ids of these in a pid
 * namespace, how many filters they have. proc(5), pid_namespaces(7). For one
 * thread at a time: the buffers are shared.
 */
#ifndef PROC_H
#define PROC_H

#include <stddef.h>
#include <sys/types.h>

/* The threads of one process, or processes; zero bytes are an empty list. */
struct proc_threads {
	pid_t *tids;
	size_t count;
	size_t room;
};

/**
 * proc_read_threads - the threads of a process, its leader first
 * @threads: filled anew; what it holds is kept for the next time
 *
 * One kernel entry where the leader is alone, else four for some 10,000
 * threads. Returns 0, -ENOENT if there is
 * no such process, another negative errno.
 */
int proc_read_threads(pid_t pid, struct proc_threads *threads);
void proc_free_threads(struct proc_threads *threads);

/**
 * proc_add_children - the child processes of one thread, as far as it has any
 * @pid: its process
 * @pids: they are added to what it holds
 *
 * A thread that has ended has none. Needs CONFIG_PROC_CHILDREN, as CRIU does.
 * Returns 0 or a negative errno.
 */
int proc_add_children(pid_t pid, pid_t tid, struct proc_threads *pids);

/**
 * proc_read_tree - a process and all its descendants, parents first
 * @pids: filled anew; what it holds is kept for the next time
 *
 * Processes that come and go meanwhile may be missed. Returns 0 or a negative
 * errno.
 */
int proc_read_tree(pid_t pid, struct proc_threads *pids);

/**
 * proc_namespace_depth - how deep a thread's pid namespace lies below ours
 *
 * Ours is that of the mounted /proc. Returns 0 for our own, 1 for a child of
 * it, and so on, or a negative errno.
 */
int proc_namespace_depth(pid_t tid);

/**
 * proc_id_at_depth - the id of a thread in a pid namespace below ours
 * @depth: from proc_namespace_depth() of a thread that lives in it; 0 is free
 *
 * Three kernel entries unless @depth is 0. Returns the id, -ESRCH if the
 * thread is not in that namespace or one below, another negative errno.
 */
pid_t proc_id_at_depth(pid_t tid, int depth);

/* The number of filters of a thread (since Linux 5.9), or a negative errno. */
int proc_filter_count(pid_t tid);

/*
 * Any number in /proc/TID/status, by the name of its line: "Tgid", "Seccomp".
 * Returns it, -ENOENT: there is no such thread or line, another negative errno.
 */
int proc_number(pid_t tid, const char *name);

/* Who traces a thread, 0: nobody; or a negative errno. */
pid_t proc_tracer(pid_t tid);

/* The letter of its state ('D': cannot be interrupted), or a negative errno. */
int proc_state(pid_t tid);

/**
 * proc_kill - send a signal to one process
 *
 * kill(2) with the guard that it has not: 0 and negative numbers, which are
 * process groups to it, and -1 everybody, are nobody here. Nothing else calls
 * kill(2). Returns 0, -ESRCH, or another negative errno.
 */
int proc_kill(pid_t pid, int sig);

/**
 * proc_read_status - the text of /proc/TID/status, for several questions at once
 * @status: out; valid until the next call of any function here
 *
 * Returns 0 or a negative errno.
 */
int proc_read_status(pid_t tid, const char **status);

/* What follows the name of a line and its blanks, or NULL if there is no such line. */
const char *proc_parse_text(const char *status, const char *name);

/*
 * What is above, from the text of /proc/PID/status: the index-th id of its NSpid
 * line, the number of ids in it, the value of a line with one number. Each
 * returns -ENOENT where the text has it not.
 */
pid_t proc_parse_nspid(const char *status, int index);
int proc_count_nspid(const char *status);
int proc_parse_number(const char *status, const char *name);

#endif /* PROC_H */
