/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stand-ins for CRIU, /proc and the C library, between the plugin and a model: each call
 * is a point that can fail. The linker's --wrap redirects functions of the product and of
 * the C library to these.
 */
#ifndef WORLD_H
#define WORLD_H

/* before <linux/ptrace.h> */
#include <sys/ptrace.h>

#include "model.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "agent.h"
#include "array.h"
#include "compat.h"
#include "criu.h"
#include "load.h"
#include "proc.h"
#include "reserve.h"
#include "rseq.h"
#include "sample.h"
#include "stuck.h"

#define CRIU_SAYS_NO 4095 /* CRIU's functions give no reason */

static struct {
	int dir;	   /* of the images */
	int named, strict; /* what CRIU was told on a dump */
	struct {
		int fd;
		const char *key;
	} store[MODEL_MAX]; /* what tasks may inherit */
	size_t n_store;
	bool lost; /* not all processes could be found */
	int at_agent[MODEL_MAX];
	size_t n_at_agent;
} world;

/* ---- CRIU ---- */

static inline bool criu_refuses(const char *name, const char *words)
{
	/* one for each caller: a point is known by its address */
	static struct point points[5];
	struct point *point = points;

	while (point->name && strcmp(point->name, name))
		point++;
	*point = (struct point){
		.name = name, .said = words, .errors = { CRIU_SAYS_NO }, .own_words = true
	};
	return fault(point);
}

/* The run of the dump, as the restore reads it from the inventory. */
char criu_run_id[] = RUN_ID;
char dump_criu_run_id[] = RUN_ID;

int criu_get_image_dir(void)
{
	return world.dir;
}

int add_inventory_plugin(const char *name)
{
	(void)name;
	world.named++;
	return criu_refuses("CRIU's inventory", "inventory") ? -1 : 0;
}

bool check_and_remove_inventory_plugin(const char *name, size_t n)
{
	(void)n;
	return !strcmp(name, PLUGIN_NAME);
}

int seccomp_collect_entry(pid_t tid, unsigned int mode)
{
	if (criu_refuses("CRIU's mode of a thread", "strict mode for task"))
		return -1;
	assert_true(model_thread(tid)->filter >= 0);
	world.strict += mode == SECCOMP_MODE_STRICT;
	return 0;
}

int inherit_fd_add(int fd, char *key)
{
	if (criu_refuses("CRIU's store of descriptors", "let tasks inherit"))
		return -1;
	world.store[world.n_store].fd = fd;
	world.store[world.n_store++].key = key;
	return 0;
}

int inherit_fd_lookup_id(char *key)
{
	size_t i;

	if (criu_refuses("a descriptor of CRIU's store", "lets tasks inherit"))
		return -1;
	for (i = 0; i < world.n_store; i++)
		if (!strcmp(world.store[i].key, key))
			return dup(world.store[i].fd);
	return -1;
}

int compat_check(pid_t pid)
{
	assert_true(pid > 0);
	return 0;
}

int rseq_disarm(const struct proc_threads *tids)
{
	assert_true(tids->count > 0);
	return 0;
}

void stuck_explain(void)
{
}

/* ---- The agent ---- */

size_t agent_count(const struct tree *tree)
{
	size_t i, count = 0;

	for (i = 0; i < tree->n_filters; i++)
		count += tree->filters[i].flags & SECCOMP_FILTER_FLAG_NEW_LISTENER &&
			 tree->filters[i].listener == TREE_NONE;
	return count;
}

int reserve_numbers(void)
{
	POINT("numbers for CRIU", NULL, EMFILE);

	return -fault(&point);
}

void load_module(void)
{
}

int agent_begin(const struct tree *tree)
{
	POINT("connect to the agent", NULL, ECONNREFUSED);

	assert_int_equal(agent_count(tree), 1);
	return -fault(&point);
}

void agent_keep_listener(uint32_t filter, int listener)
{
	(void)filter;
	world.at_agent[world.n_at_agent++] = listener;
}

int agent_hand_over(uint32_t process, pid_t pid, pid_t root)
{
	POINT("hand a listener over", NULL, EPIPE);

	(void)process;
	(void)pid;
	(void)root;
	return -fault(&point);
}

void agent_end(void)
{
	while (world.n_at_agent)
		close(world.at_agent[--world.n_at_agent]);
}

/* ---- /proc, and tasks ---- */

#define PROC_SAID                                     \
	"cannot list the threads|cannot read the id|" \
	"cannot read the pid namespace"

const struct kernel *__wrap_kernel_detect(const char **unusable);
int __wrap_kernel_permits(void);
int __wrap_proc_number(pid_t tid, const char *name);
long __wrap_ptrace(int request, pid_t tid, void *addr, void *data);
int __wrap_proc_read_threads(pid_t pid, struct proc_threads *threads);
int __wrap_proc_read_tree(pid_t pid, struct proc_threads *pids);
int __wrap_proc_namespace_depth(pid_t tid);
pid_t __wrap_proc_id_at_depth(pid_t tid, int depth);
int __wrap_kill(pid_t pid, int sig);
pid_t __wrap_waitpid(pid_t pid, int *status, int options);

const struct kernel *__wrap_kernel_detect(const char **unusable)
{
	*unusable = NULL;
	return &model_kernel;
}

/* A message is only needed once a filter is found, if the dump does not fail before. */
int __wrap_kernel_permits(void)
{
	static const struct point point = {
		.name = "may filters be set",
		.said = "let it set filters|cannot read the seccomp filters|"
			"cannot list the threads|cannot remove the old",
		.errors = { EACCES, EPERM },
		.own_words = true
	};

	return -fault(&point);
}

int __wrap_proc_number(pid_t tid, const char *name)
{
	POINT("a thread's seccomp mode",
	      "cannot read the seccomp mode|cannot read the seccomp filters", ENOENT, EMFILE);
	int error = fault(&point);

	assert_string_equal(name, "Seccomp");
	if (error)
		return -error;
	return model_thread(tid)->filter == NONE ? 0 : SECCOMP_MODE_FILTER;
}

/* Only modes.c calls it. */
long __wrap_ptrace(int request, pid_t tid, void *addr, void *data)
{
	POINT("suspend seccomp", "cannot suspend seccomp", ESRCH, EPERM);

	assert_int_equal(request, PTRACE_SETOPTIONS);
	assert_null(addr);
	assert_true((long)data & PTRACE_O_SUSPEND_SECCOMP);
	assert_true(model_thread(tid)->filter >= 0);
	errno = fault(&point);
	return errno ? -1 : 0;
}

/* Adds the leaders of all processes, or the threads of one. */
static inline int add_tids(struct proc_threads *list, pid_t process)
{
	const struct model_thread *thread = model.threads;
	size_t i;
	int ret = 0;

	list->count = 0;
	for (i = 0; i < model.n_threads && !ret; i++, thread++) {
		if (process ? thread->process != process : thread->id != thread->process)
			continue;
		ret = array_reserve(&list->tids, &list->room, list->count + 1, sizeof(*list->tids));
		if (!ret)
			list->tids[list->count++] = thread->id + model.base;
	}
	return ret;
}

int __wrap_proc_read_threads(pid_t pid, struct proc_threads *threads)
{
	POINT("threads of a process", PROC_SAID, ENOENT, EMFILE, ENOMEM, EACCES);
	int error = fault(&point);

	return error ? -error : add_tids(threads, pid - model.base);
}

int __wrap_proc_read_tree(pid_t pid, struct proc_threads *pids)
{
	POINT("processes below the root task", "killing all", EMFILE, ENOMEM);
	int error = fault(&point), ret;

	assert_int_equal(pid, model.threads[0].id + model.base);
	ret = add_tids(pids, 0);
	/* as far as it came */
	if (error)
		pids->count = error == ENOMEM ? 0 : 2;
	world.lost = error || ret;
	return error ? -error : ret;
}

int __wrap_proc_namespace_depth(pid_t tid)
{
	POINT("depth of a pid namespace", PROC_SAID, ENOENT, EMFILE);
	int error = fault(&point);

	(void)tid;
	return error ? -error : model.depth;
}

pid_t __wrap_proc_id_at_depth(pid_t tid, int depth)
{
	POINT("a thread's id in its namespace", PROC_SAID, ESRCH, EMFILE);
	int error = fault(&point);

	assert_int_equal(depth, model.depth);
	return error ? -error : tid - model.base;
}

/* The init of a namespace takes all its processes with it. */
int __wrap_kill(pid_t pid, int sig)
{
	pid_t process = pid - model.base;
	size_t i;

	assert_true(pid > 0 && sig == SIGKILL);
	for (i = 0; i < model.n_threads; i++)
		if (model.threads[i].process == process || (model.depth && process == 1))
			model.threads[i].filter = DEAD;
	return 0;
}

pid_t __wrap_waitpid(pid_t pid, int *status, int options)
{
	assert_true(pid > 0 && options == __WALL);
	*status = SIGKILL;
	return model_thread(pid)->filter == DEAD ? pid : -1;
}

/* ---- The C library ---- */

#define FAULT(failed)                  \
	do {                           \
		errno = fault(&point); \
		if (errno)             \
			return failed; \
	} while (0)

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
int __real_openat(int dir, const char *path, int flags, mode_t mode);
int __wrap_openat(int dir, const char *path, int flags, mode_t mode);
ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __real_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset);
ssize_t __real_read(int fd, void *data, size_t size);
ssize_t __wrap_read(int fd, void *data, size_t size);
int __real_fstat(int fd, struct stat *st);
int __wrap_fstat(int fd, struct stat *st);
int __real_unlinkat(int dir, const char *path, int flags);
int __wrap_unlinkat(int dir, const char *path, int flags);
int __real_fcntl(int fd, int command, long arg);
int __wrap_fcntl(int fd, int command, long arg);
int __real_socketpair(int family, int type, int protocol, int *ends);
int __wrap_socketpair(int family, int type, int protocol, int *ends);
ssize_t __real_sendmsg(int socket, const struct msghdr *message, int flags);
ssize_t __wrap_sendmsg(int socket, const struct msghdr *message, int flags);
ssize_t __real_recvmsg(int socket, struct msghdr *message, int flags);
ssize_t __wrap_recvmsg(int socket, struct msghdr *message, int flags);
ssize_t __real_readlink(const char *path, char *name, size_t size);
ssize_t __wrap_readlink(const char *path, char *name, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
	POINT("calloc()", "", ENOMEM);
	FAULT(NULL);
	return __real_calloc(count, size);
}

void *__wrap_malloc(size_t size)
{
	POINT("malloc()", "", ENOMEM);
	FAULT(NULL);
	return __real_malloc(size);
}

void *__wrap_reallocarray(void *old, size_t count, size_t size)
{
	POINT("reallocarray()", "", ENOMEM);
	FAULT(NULL);
	return __real_reallocarray(old, count, size);
}

int __wrap_openat(int dir, const char *path, int flags, mode_t mode)
{
	POINT("openat()", "seccomp-tree.img", EACCES, EROFS, ENOSPC, EMFILE, ENFILE, ENOMEM);
	FAULT(-1);
	return __real_openat(dir, path, flags, mode);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
	POINT("pwrite()", "cannot write seccomp-tree.img", ENOSPC, EDQUOT, EIO, EFBIG);
	FAULT(-1);
	return __real_pwrite(fd, data, size, offset);
}

ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset)
{
	POINT("pread()", "seccomp-tree.img", EIO);
	FAULT(-1);
	return __real_pread(fd, data, size, offset);
}

ssize_t __wrap_read(int fd, void *data, size_t size)
{
	POINT("read()", "seccomp-tree.img", EIO);
	FAULT(-1);
	return __real_read(fd, data, size);
}

int __wrap_fstat(int fd, struct stat *st)
{
	POINT("fstat()", "seccomp-tree.img", EIO);
	FAULT(-1);
	return __real_fstat(fd, st);
}

int __wrap_unlinkat(int dir, const char *path, int flags)
{
	POINT("unlinkat()", "cannot remove", EACCES, EROFS, EBUSY);
	FAULT(-1);
	return __real_unlinkat(dir, path, flags);
}

int __wrap_fcntl(int fd, int command, long arg)
{
	POINT("fcntl()",
	      "let tasks inherit|cannot read the filter|cannot set flags|cannot write seccomp-tree.img",
	      EMFILE, EBADF);
	FAULT(-1);
	return __real_fcntl(fd, command, arg);
}

int __wrap_socketpair(int family, int type, int protocol, int *ends)
{
	POINT("socketpair()", "let tasks inherit", EMFILE, ENFILE, ENOMEM);
	FAULT(-1);
	return __real_socketpair(family, type, protocol, ends);
}

ssize_t __wrap_sendmsg(int socket, const struct msghdr *message, int flags)
{
	POINT("sendmsg()", "let tasks inherit", ENOBUFS, ETOOMANYREFS, ENOMEM);
	FAULT(-1);
	return __real_sendmsg(socket, message, flags);
}

ssize_t __wrap_recvmsg(int socket, struct msghdr *message, int flags)
{
	POINT("recvmsg()", "out of its parcel", ENOMEM, EBADF);
	FAULT(-1);
	return __real_recvmsg(socket, message, flags);
}

/* The link text of descriptors of the model, as the kernel has it. */
ssize_t __wrap_readlink(const char *path, char *name, size_t size)
{
	static const char from[] = "/memfd:", to[] = "anon_inode:", end[] = " (deleted)";
	POINT("readlink()", "cannot read what file", ENOMEM);
	char text[64];
	ssize_t len;

	FAULT(-1);
	len = __real_readlink(path, text, sizeof(text) - 1);
	assert_true(len > 0);
	text[len] = '\0';
	if (strncmp(text, from, strlen(from)) || len < (ssize_t)(strlen(from) + strlen(end)))
		return snprintf(name, size, "%s", text);
	text[len - strlen(end)] = '\0';
	return snprintf(name, size, "%s%s", to, text + strlen(from));
}

#endif /* WORLD_H */
