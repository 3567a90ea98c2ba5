// SPDX-License-Identifier: GPL-2.0
/*
 * An example of a monitor: lets a container mount file systems of one type, which the
 * kernel otherwise allows only to root of the machine. Nothing in the container's memory is
 * trusted: the monitor creates the mount itself, nosuid and nodev, and the task attaches it
 * at the path that it asked for, with its own view of paths.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "seccomp-monitor.h"

#define CALL(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1)
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, action)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

/* numbers of calls are those of one architecture */
#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "this example has only been tried on x86-64 and arm64"
#endif

/* since Linux 6.15 */
#define SYS_OPEN_TREE_ATTR 467

static const struct sock_filter ask_about_mounts[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	RETURN(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	/* x32 has the same architecture, and other numbers */
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	RETURN(SECCOMP_RET_ERRNO | ENOSYS),
	/* they could remove nosuid and nodev again */
	CALL(SYS_mount_setattr),
	RETURN(SECCOMP_RET_ERRNO | EPERM),
	CALL(SYS_OPEN_TREE_ATTR),
	RETURN(SECCOMP_RET_ERRNO | EPERM),
	CALL(SYS_mount),
	RETURN(SECCOMP_RET_USER_NOTIF),
	CALL(SYS_umount2),
	RETURN(SECCOMP_RET_USER_NOTIF),
	RETURN(SECCOMP_RET_ALLOW),
};

static void __attribute__((noreturn)) die(const char *what, int error)
{
	fprintf(stderr, "let-mount: %s: %s\n", what, strerror(error < 0 ? -error : error));
	exit(1);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		die(path, errno);
	close(fd);
}

/* Whether tasks can be made to make calls: on arm64, for one, they cannot. */
static bool can_run(void)
{
	struct seccomp_fd_features has = { .size = sizeof(has) };

	return !syscall(SYS_seccomp, SECCOMP_FD_FEATURES, 0, &has) &&
	       has.features & SECCOMP_FD_FEATURE_SYSCALL_RUN;
}

/* A minimal container: root in its own namespaces, under the filter. */
static void __attribute__((noreturn)) be_container(const struct monitor *monitor, char **command)
{
	int ret;

	close(monitor->listener);
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		die("unshare", errno);
	write_file("/proc/self/uid_map", "0 0 1");
	ret = monitor_confine(monitor->filter);
	if (ret)
		die("the filter cannot be installed", ret);
	execvp(*command, command);
	die(*command, errno);
}

/* A mount that is not attached yet, and disappears when this descriptor is closed. */
static int make_mount(const char *type)
{
	int fs = syscall(SYS_fsopen, type, FSOPEN_CLOEXEC), mount = -1;

	if (fs >= 0 && !syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mount = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
				MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	if (mount < 0)
		mount = -errno;
	if (fs >= 0)
		close(fs);
	return mount;
}

/* Has the task make a call. Returns its result, or a negative errno if it was not made. */
static int64_t run(int listener, const struct seccomp_notif *call, uint32_t nr, const __u64 args[6])
{
	int64_t result = 0;
	int ret = monitor_run(listener, call, nr, args, &result);

	return ret ? ret : result;
}

/* Attaches the mount at the path that the task gave. The end of the path is an empty path. */
static int64_t attach(int listener, const struct seccomp_notif *call, int mount)
{
	char path[4096];
	long len = monitor_read_text(listener, call, call->data.args[1], path, sizeof(path));
	uint64_t empty = call->data.args[1] + len;
	int64_t dir, source, ret;
	int top;

	if (len < 0)
		return len;
	dir = run(listener, call, SYS_openat,
		  MONITOR_ARGS(AT_FDCWD, call->data.args[1], O_PATH | O_DIRECTORY | O_CLOEXEC));
	if (dir < 0)
		return dir;
	/* an O_PATH descriptor, like that of the mount, cannot be given to another task */
	top = openat(mount, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	source = ret = top < 0 ? -errno : monitor_give(listener, call, top);
	if (top >= 0)
		close(top);
	if (source >= 0) {
		ret = run(listener, call, SYS_move_mount,
			  MONITOR_ARGS(source, empty, dir, empty,
				       MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH));
		run(listener, call, SYS_close, MONITOR_ARGS(source));
	}
	run(listener, call, SYS_close, MONITOR_ARGS(dir));
	return ret;
}

static int64_t do_mount(int listener, const struct seccomp_notif *call, const char *allowed)
{
	char type[64];
	long len = monitor_read_text(listener, call, call->data.args[2], type, sizeof(type));
	int64_t ret;
	int mount;

	if (len < 0 || strcmp(type, allowed) || call->data.args[3] & ~MS_SILENT)
		return -EPERM;
	mount = make_mount(allowed);
	if (mount < 0)
		return mount;
	ret = attach(listener, call, mount);
	close(mount);
	return ret;
}

static void serve(int listener, const struct seccomp_notif *call, const char *allowed)
{
	const __u64 *args = call->data.args;
	int64_t ret;

	if (call->data.nr == SYS_mount) {
		monitor_answer(listener, call, do_mount(listener, call, allowed));
		return;
	}
	/* its own call, but never through a link at the end of the path */
	ret = monitor_instead(listener, call, SYS_umount2,
			      MONITOR_ARGS(args[0], args[1] | UMOUNT_NOFOLLOW));
	if (ret)
		monitor_answer(listener, call, ret);
}

static void __attribute__((noreturn)) supervise(int listener, const char *allowed)
{
	struct seccomp_notif call;
	int ret;

	while ((ret = monitor_receive(listener, &call)) == 0 || ret == -EINTR)
		if (!ret)
			serve(listener, &call, allowed);
	if (ret != -ENOENT)
		die("no calls can be received", ret);
	exit(0);
}

int main(int argc, char **argv)
{
	pid_t pid, supervisor;
	struct monitor monitor;
	int ret, status;

	if (argc < 3) {
		fprintf(stderr,
			"usage: let-mount TYPE COMMAND...\n"
			"Runs COMMAND as root of a container, which may mount file systems of TYPE.\n"
			"Must be run by root.\n");
		return 2;
	}
	if (geteuid())
		die("only root may mount for others", EPERM);
	/* otherwise, a signal could make the task leave in the middle, and mount again */
	ret = monitor_create(ask_about_mounts, sizeof(ask_about_mounts) / sizeof(*ask_about_mounts),
			     SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, &monitor);
	if (ret)
		die("the filter cannot be created (a kernel with kernel-patches/monitor is needed)",
		    ret);
	/* a mount would fail only when the container asks for it */
	if (!can_run())
		die("the kernel cannot have a task make calls (x86-64 is needed)", EOPNOTSUPP);
	pid = fork();
	if (pid < 0)
		die("fork", errno);
	if (!pid)
		be_container(&monitor, argv + 2);
	/* an open filter fd counts as a user, so the listener would never hang up */
	close(monitor.filter);
	/*
	 * The container's parent cannot supervise it: on Linux 6.1, the listener hangs up only
	 * when the container has been reaped.
	 */
	supervisor = fork();
	if (!supervisor)
		supervise(monitor.listener, argv[1]);
	if (supervisor < 0)
		fprintf(stderr, "let-mount: fork: %s\n", strerror(errno));
	/* if nobody supervises any more, calls that wait for an answer fail with ENOSYS */
	close(monitor.listener);
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid", errno);
	/* until no task is left under the filter */
	if (supervisor > 0)
		waitpid(supervisor, NULL, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
