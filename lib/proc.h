/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Reads /proc: the threads of processes, their ids in a pid namespace, the number
 * of their filters. See proc(5), pid_namespaces(7). Not thread-safe: the buffers
 * are shared.
 */
#ifndef PROC_H
#define PROC_H

#include <stddef.h>
#include <sys/types.h>

/* A list of thread or process ids. All zero is an empty list. */
struct proc_threads {
	pid_t *tids;
	size_t count;
	size_t room;
};

/**
 * proc_read_threads - list the threads of a process, the leader first
 * @threads: overwritten; its memory is reused
 *
 * One system call if there is only the leader, otherwise four for up to some 10,000
 * threads. Returns 0, -ENOENT if there is no such process, or another negative errno.
 */
int proc_read_threads(pid_t pid, struct proc_threads *threads);
void proc_free_threads(struct proc_threads *threads);

/**
 * proc_add_children - add the child processes of one thread to a list
 * @pid: the process of the thread
 * @pids: the list
 *
 * A thread that has exited has no children. Needs CONFIG_PROC_CHILDREN, as CRIU does.
 * Returns 0 or a negative errno.
 */
int proc_add_children(pid_t pid, pid_t tid, struct proc_threads *pids);

/**
 * proc_read_tree - list a process and all its descendants, parents first
 * @pids: overwritten; its memory is reused
 *
 * Processes that start or exit at the same time may be missed. Returns 0 or a
 * negative errno.
 */
int proc_read_tree(pid_t pid, struct proc_threads *pids);

/**
 * proc_each_process - call a function for each process there is
 * @visit: returns 0 to go on
 *
 * Processes that start or exit at the same time may be missed. Returns 0, what @visit
 * returned, or a negative errno.
 */
int proc_each_process(int (*visit)(pid_t pid, void *arg), void *arg);

/**
 * proc_namespace_depth - get the depth of a thread's pid namespace below ours
 *
 * Ours is that of the mounted /proc. Returns 0 for ours, 1 for a child of it, and
 * so on, or a negative errno.
 */
int proc_namespace_depth(pid_t tid);

/**
 * proc_id_at_depth - get the id of a thread in a pid namespace below ours
 * @depth: what proc_namespace_depth() returns for a thread in that namespace
 *
 * Three system calls, none if @depth is 0. Returns the id, -ESRCH if the thread is
 * not in that namespace or one below, or another negative errno.
 */
pid_t proc_id_at_depth(pid_t tid, int depth);

/* The number of filters of a thread (since Linux 5.9), or a negative errno. */
int proc_filter_count(pid_t tid);

/*
 * A number in /proc/TID/status by the name of its line: "Tgid", "Seccomp". Returns
 * the number, -ENOENT if there is no such thread or line, or another negative errno.
 */
int proc_number(pid_t tid, const char *name);

/* The tracer of a thread, 0 if it has none, or a negative errno. */
pid_t proc_tracer(pid_t tid);

/* The letter of its state ('D': uninterruptible sleep), or a negative errno. */
int proc_state(pid_t tid);

/**
 * proc_kill - send a signal to one process
 *
 * A safe kill(2), to which 0 and negative ids are process groups, and -1 is every
 * process: here they are -ESRCH. Nothing else calls kill(2). Returns 0, -ESRCH, or
 * another negative errno.
 */
int proc_kill(pid_t pid, int sig);

/**
 * proc_read_status - read /proc/TID/status, to parse several lines of it
 * @status: out; valid until the next call of any function here
 *
 * Returns 0 or a negative errno.
 */
int proc_read_status(pid_t tid, const char **status);

/* The text after the name of a line and blanks, or NULL if there is no such line. */
const char *proc_parse_text(const char *status, const char *name);

/*
 * These parse the text of /proc/PID/status: the id at an index of the NSpid line,
 * the number of ids in it, the value of a line with one number. They return -ENOENT
 * if the text does not have it.
 */
pid_t proc_parse_nspid(const char *status, int index);
int proc_count_nspid(const char *status);
int proc_parse_number(const char *status, const char *name);

#endif /* PROC_H */
