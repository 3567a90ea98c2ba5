// SPDX-License-Identifier: GPL-2.0
/*
 * init FOLDER PROGRAM...: process 1 of a container, similar to systemd. It starts
 * services, which are tests in zdtm form in /, adopts the processes that they leave
 * behind, and reaps them. It runs as the user of the container.
 *
 * A verdict is written to FOLDER/PROGRAM; FOLDER/ready appears when all services
 * are ready.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void run(const char *folder, const char *program)
{
	char path[128], pidfile[128], outfile[128];

	snprintf(path, sizeof(path), "/%s", program);
	snprintf(pidfile, sizeof(pidfile), "%s/%s.pid", folder, program);
	snprintf(outfile, sizeof(outfile), "%s/%s", folder, program);
	execl(path, path, "--pidfile", pidfile, "--outfile", outfile, (char *)NULL);
	err(1, "cannot run %s", path);
}

/* A service goes to the background when it is ready, and its starter exits. */
static void start(const char *folder, const char *program)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(1, "fork");
	if (pid == 0)
		run(folder, program);
	if (waitpid(pid, &status, 0) != pid)
		err(1, "waitpid");
	if (status)
		errx(1, "%s does not get ready, wait status 0x%x", program, status);
}

static void say_ready(const char *folder)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/ready", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		err(1, "cannot create %s", path);
	close(fd);
}

static void reap_for_ever(void)
{
	for (;;)
		if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
			pause();
}

int main(int argc, char **argv)
{
	int i;

	if (argc < 3)
		errx(2, "usage: init FOLDER PROGRAM...");
	for (i = 2; i < argc; i++)
		start(argv[1], argv[i]);
	say_ready(argv[1]);
	reap_for_ever();
	return 0;
}
