// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "group.h"
#include "stress.h"

static const char usage[] =
	"usage: stress [OPTION]...\n"
	"Random operations on the kernel module, which is unloaded and loaded now and then;\n"
	"needs root, and that nobody else uses the module.\n"
	"  --seed N      which operations (1); the same seed gives the same ones\n"
	"  --seconds N   for how long (10)\n"
	"  --workers N   how many processes do steps (6)\n"
	"  --list N      print the first N steps of each worker, and do none\n"
	"  --warm-up     not everything has to come about\n"
	"  --untested    without the self-test, which may notice mistakes before we do\n"
	"Exit status: 0 nothing was wrong, 1 something was, 2 bad usage.\n";

/* how long a round takes, in seconds */
#define ROUND 20
/* a filter that is let go may still be on its way, in ms */
#define PATIENCE 20000

struct shared *shared;
struct worker *self;
const struct kernel *kernel;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void __attribute__((noreturn)) die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- A round, in a process of its own: only it has the module open ---- */

static long held_by(int device)
{
	struct seccomp_module_state state;

	if (ioctl(device, SECCOMP_MODULE_STATE, &state))
		return -errno;
	return state.held;
}

static int open_device(void)
{
	return open("/dev/" SECCOMP_MODULE_DEVICE, O_RDWR | O_CLOEXEC);
}

static void open_module(void)
{
	const char *why;
	bool there;
	int device;

	if (shared->untested) {
		device = open_device();
		ioctl(device, SECCOMP_MODULE_VERDICT, (long)SECCOMP_MODULE_TRUSTED);
		close(device);
	}
	kernel = kernel_module(&why, &there);
	if (kernel)
		return;
	wrong("%s", why);
	_exit(1);
}

/* Tracees and tracers die at any moment. */
static void kill_someone(uint64_t *random)
{
	const uint32_t n = draw(random);
	struct worker *worker = &shared->worker[n % shared->workers];
	pid_t pid = worker->tracee[(n >> 8) % NR_TRACEES];

	if (sometimes(n >> 16, 16) && worker->pid) {
		if (!kill(worker->pid, SIGKILL))
			note(CALL_WORKER_KILLED, 0);
	} else if (pid) {
		kill(pid, SIGKILL);
	}
}

static void end_groups(const pid_t *keepers)
{
	unsigned int i;
	int status;

	shared->stop = true;
	for (i = 0; i < shared->workers / WORKERS_PER_GROUP; i++)
		if (waitpid(keepers[i], &status, 0) != keepers[i] || status)
			wrong("a keeper ended with status %x", status);
}

/* Whatever was open is closed: the module must hold nothing. */
static void check_nothing_held(void)
{
	int device = open_device(), ms;

	for (ms = 0; ms < PATIENCE && held_by(device) > 0; ms++)
		usleep(1000);
	if (held_by(device))
		wrong("the module holds %ld filters that nobody has", held_by(device));
	close(device);
}

static void __attribute__((noreturn)) run_round(unsigned int number, double end)
{
	uint64_t random = shared->seed + number;
	pid_t keepers[MAX_WORKERS / WORKERS_PER_GROUP];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* the module's device becomes the lowest, and is all that keepers leave open */
	syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	open_module();
	start_groups(keepers);
	while (now() < end && !shared->wrong) {
		usleep(250000);
		kill_someone(&random);
	}
	end_groups(keepers);
	check_nothing_held();
	_exit(0);
}

/* ---- Between rounds ---- */

static long unload(void)
{
	long ret;
	int ms;

	for (ms = 0; ms < PATIENCE; ms++) {
		ret = note(CALL_UNLOAD,
			   result(syscall(SYS_delete_module, SECCOMP_MODULE_NAME, O_NONBLOCK)));
		if (ret != -EAGAIN)
			return ret;
		usleep(10000);
	}
	return ret;
}

static void reload(void)
{
	if (unload())
		wrong("the module cannot be unloaded, and nobody uses it");
	else if (system("modprobe " SECCOMP_MODULE_NAME))
		wrong("the module cannot be loaded again");
	else
		note(CALL_LOAD, 0);
}

static void round_with(unsigned int number, double end)
{
	int status = 0;
	pid_t pid;

	shared->stop = false;
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		run_round(number, end);
	if (waitpid(pid, &status, 0) != pid || status)
		wrong("a round ended with status %x", status);
	reload();
}

static int run(double seconds)
{
	const double start = now();
	unsigned int number;

	printf("seed %llu, %u workers\n", (unsigned long long)shared->seed, shared->workers);
	fflush(stdout);
	self = &shared->worker[MAX_WORKERS];
	for (number = 0; now() < start + seconds && !shared->wrong; number++)
		round_with(number,
			   now() + ROUND < start + seconds ? now() + ROUND : start + seconds);
	print_table(now() - start);
	printf("%u rounds, %llu things were wrong\n", number, (unsigned long long)shared->wrong);
	return shared->wrong ? 1 : 0;
}

static void setup(void)
{
	struct rlimit core = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &core))
		die("setrlimit");
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (shared == MAP_FAILED)
		die("mmap");
	self = &shared->worker[MAX_WORKERS];
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

static int list(uint64_t steps)
{
	unsigned int worker;
	uint64_t nr;

	for (worker = 0; worker < shared->workers; worker++) {
		printf("worker %u\n", worker);
		for (nr = 0; nr < steps; nr++) {
			struct step step = step_draw(shared->seed, worker, nr);

			step_print(&step);
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static const struct option known[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "seconds", required_argument, NULL, 't' },
		{ "workers", required_argument, NULL, 'w' },
		{ "list", required_argument, NULL, 'l' },
		{ "warm-up", no_argument, NULL, 'p' },
		{ "untested", no_argument, NULL, 'u' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	uint64_t seconds = 10, steps = 0;
	int c;

	setup();
	/* internal: what a tracee is after exec */
	if (argc == 3 && !strcmp(argv[1], "--tracee"))
		tracee_main(FILTERS, number(argv[2], UINT32_MAX), &self->thread[0], -1);
	shared->seed = 1;
	shared->workers = 6;
	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 's':
			shared->seed = number(optarg, UINT64_MAX);
			break;
		case 't':
			seconds = number(optarg, 1000000);
			break;
		case 'w':
			shared->workers = number(optarg, MAX_WORKERS);
			break;
		case 'l':
			steps = number(optarg, UINT32_MAX);
			break;
		case 'p':
			shared->warm_up = true;
			break;
		case 'u':
			shared->untested = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind < argc || !shared->workers || shared->workers % WORKERS_PER_GROUP) {
		fprintf(stderr, "the number of workers has to be a multiple of %d\n%s",
			WORKERS_PER_GROUP, usage);
		return 2;
	}
	return steps ? list(steps) : run(seconds);
}
