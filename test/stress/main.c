// SPDX-License-Identifier: GPL-2.0
#include "stress.h"

#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
	"usage: stress [OPTION]...\n"
	"Random operations of the kernel interface of filter fds; needs root.\n"
	"  --seed N      which operations (1); the same seed gives the same ones\n"
	"  --seconds N   for how long (10, or until --ops are done)\n"
	"  --ops N       so many steps of each worker\n"
	"  --workers N   how many threads and processes do steps (8)\n"
	"  --fail-nth    fail each allocation of each operation once\n"
	"  --list        print the steps of each worker, --ops of them, and do none\n"
	"  --log DIR     write the steps done to a file for each worker\n"
	"Exit status: 0 nothing was wrong, 1 something was, 2 bad usage,\n"
	"77 the kernel cannot do it.\n";

/* seconds: longer than any machine runs */
#define FOREVER 1000000000

struct shared *shared;
__thread struct worker *self;
__thread struct group *group;

struct options {
	uint64_t seed, seconds, steps, workers;
	bool list, fail_nth;
	const char *log;
};

bool next_step(struct step *step)
{
	char line[STEP_LINE + 1];
	uint64_t nr = self->next_step;

	if (shared->stop || (shared->steps && nr >= shared->steps))
		return false;
	*step = step_draw(shared->seed, self_number(), nr);
	/* at a fixed place: a worker that is killed before it counts the step writes it again */
	if (shared->log) {
		step_line(step, line);
		if (pwrite(FD_LOG + self_number(), line, STEP_LINE, nr * STEP_LINE) != STEP_LINE)
			wrong("the log cannot be written");
	}
	self->next_step = nr + 1;
	return true;
}

void perform(const struct step *step)
{
	unsigned int nth;
	bool failed;

	if (step->op->needs & ~shared->has)
		return;
	if (!shared->fail_nth || !step->op->may_fail) {
		step->op->run(step);
		return;
	}
	nth = 1;
	do {
		fail_start(nth++);
		step->op->run(step);
		failed = fail_stop();
	} while (failed && !shared->stop);
}

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(1);
}

static void list(const struct options *options)
{
	char line[STEP_LINE + 1];
	uint64_t worker, nr;

	for (worker = 0; worker < options->workers; worker++) {
		printf("worker %llu\n", (unsigned long long)worker);
		for (nr = 0; nr < options->steps; nr++) {
			struct step step = step_draw(options->seed, worker, nr);

			step_line(&step, line);
			fputs(line, stdout);
		}
	}
}

/* ---- Before and after ---- */

static void map_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, FD_SHARED, 0);
	if (shared == MAP_FAILED)
		die("mmap");
}

static void move_fd(int fd, int to)
{
	if (fd < 0 || dup2(fd, to) < 0)
		die("descriptors");
	close(fd);
}

/* A socket pair for each group: what is written to the second end is read at the first. */
static void open_inboxes(void)
{
	unsigned int i;
	int ends[2];

	for (i = 0; i < shared->groups; i++) {
		if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends))
			die("socketpair");
		move_fd(ends[0], FD_INBOX + 2 * i);
		move_fd(ends[1], FD_INBOX + 2 * i + 1);
	}
}

static void open_logs(const char *dir)
{
	char path[4096];
	unsigned int i;

	for (i = 0; i < shared->workers; i++) {
		snprintf(path, sizeof(path), "%s/%u", dir, i);
		move_fd(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644), FD_LOG + i);
	}
	shared->log = true;
}

static void setup(const struct options *options)
{
	struct rlimit files = { FD_END, FD_END }, core = { 0, 0 };

	if (setrlimit(RLIMIT_NOFILE, &files) || setrlimit(RLIMIT_CORE, &core))
		die("setrlimit");
	move_fd(memfd_create("stress", 0), FD_SHARED);
	if (ftruncate(FD_SHARED, sizeof(*shared)))
		die("ftruncate");
	map_shared();
	shared->seed = options->seed;
	shared->steps = options->steps;
	shared->workers = options->workers;
	shared->groups = options->workers / WORKERS_PER_GROUP;
	shared->has = fd_has();
	shared->fail_nth = options->fail_nth;
	open_inboxes();
	if (options->log)
		open_logs(options->log);
}

double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void start_groups(void)
{
	unsigned int i;

	for (i = 0; i < shared->groups; i++) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (pid)
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_group(i);
		_exit(0);
	}
}

static void wait_groups(double end)
{
	unsigned int left = shared->groups;
	int status;

	while (left) {
		pid_t pid = waitpid(-1, &status, WNOHANG);

		if (pid > 0) {
			left--;
			if (status)
				wrong("a keeper ended with status %x", status);
		} else {
			usleep(20000);
		}
		if (now() >= end)
			shared->stop = true;
	}
}

static int run(const struct options *options)
{
	double start = now();
	uint64_t done;

	printf("seed %llu, %llu workers%s\n", (unsigned long long)options->seed,
	       (unsigned long long)options->workers,
	       options->fail_nth ? ", each allocation fails once" : "");
	fflush(stdout);
	self = shared->worker;
	start_groups();
	wait_groups(start + options->seconds);
	done = print_table(now() - start);
	print_left_out();
	printf("%llu targets were stuck and killed, %llu things were wrong\n",
	       (unsigned long long)shared->kills, (unsigned long long)shared->wrong);
	return shared->wrong || !done ? 1 : 0;
}

/* ---- Options ---- */

static uint64_t number(const char *text, uint64_t most)
{
	char *end;
	uint64_t value;

	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || !*text || *end || *text == '-' || value > most) {
		fprintf(stderr, "%s: not a number up to %llu\n%s", text, (unsigned long long)most,
			usage);
		exit(2);
	}
	return value;
}

static struct options parse(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "ops", required_argument, NULL, 'o' },
		{ "workers", required_argument, NULL, 'w' },
		{ "fail-nth", no_argument, NULL, 'f' },
		{ "list", no_argument, NULL, 'l' },
		{ "log", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{},
	};
	struct options options = { .seed = 1, .workers = 8 };
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 's':
			options.seed = number(optarg, UINT64_MAX);
			break;
		case 't':
			options.seconds = number(optarg, 1000000);
			break;
		case 'o':
			options.steps = number(optarg, UINT32_MAX);
			break;
		case 'w':
			options.workers = number(optarg, MAX_WORKERS);
			break;
		case 'f':
			options.fail_nth = true;
			break;
		case 'l':
			options.list = true;
			break;
		case 'd':
			options.log = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind < argc || !options.workers || options.workers % WORKERS_PER_GROUP) {
		fprintf(stderr, "the number of workers has to be a multiple of %d\n%s",
			WORKERS_PER_GROUP, usage);
		exit(2);
	}
	if (!options.seconds)
		options.seconds = options.steps ? FOREVER : 10;
	return options;
}

int main(int argc, char **argv)
{
	struct options options;

	/* internal: how a target continues after exec */
	if (argc == 3 && !strcmp(argv[1], "--go-on")) {
		map_shared();
		go_on(number(argv[2], MAX_WORKERS - 1));
	}
	options = parse(argc, argv);
	if (options.list) {
		list(&options);
		return 0;
	}
	if (fd_install(-1, 0) != -EBADF) {
		fprintf(stderr, "this kernel has no filter fds\n");
		return 77;
	}
	if (options.fail_nth && fail_setup())
		return 77;
	setup(&options);
	return run(&options);
}
