// SPDX-License-Identifier: GPL-2.0
/*
 * Every call that a dump or a restore makes to the kernel, to CRIU, to /proc and to the
 * C library fails once, with each errno that it can have. Whatever fails, no thread loses
 * a filter, no descriptor is leaked, and a message says what was tried. The same is
 * checked with a second failure after the first. `faults --table` prints a line for
 * each failure; pairs are only counted.
 */
#include "world.h"

#include "dump.h"
#include "files.h"
#include "image.h"
#include "restore.h"
#include "sample.h"

#define LOG SECCOMP_FILTER_FLAG_LOG
#define LISTENER SECCOMP_FILTER_FLAG_NEW_LISTENER

/* Some filters have no thread, and some only have threads above them. */
static const struct model tasks = {
	.filters = { { NONE, 0, 0, 1 },
		     { 0, LOG, 0, 2 },
		     { 1, 0, 0, 3 },
		     { NONE, LOG, 0, 1 },
		     { 2, 0, 0, 4 },
		     { 3, LISTENER, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP, 5 },
		     { NONE, LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, 0, 6 },
		     { NONE, 0, 0, 1 } },
	.n_filters = 8,
	.threads = { { 1, 1, NONE },
		     { 2, 1, 0 },
		     { 10, 10, 2 },
		     { 11, 10, 1 },
		     { 12, 10, NONE },
		     { 20, 20, 3 },
		     { 30, 30, 5 },
		     { 40, 40, 6 },
		     { 50, 50, NONE } },
	.n_threads = 9,
	.files = { { 7, true, 5, false },
		   { 8, false, 4, false },
		   { 9, true, NONE, false },
		   { 11, false, 0, false },
		   { 12, false, 3, true } },
	.n_files = 5,
};

static bool table;

/* Turns an image into a model; it does not have the processes without filters. */
static void from_tree(struct model *m, const struct tree *tree)
{
	const struct tree_thread *thread;
	size_t i;

	*m = tasks;
	m->n_filters = tree->n_filters;
	for (i = 0; i < tree->n_filters; i++) {
		const struct tree_program *p = &tree->programs[tree->filters[i].program];

		m->filters[i].parent = (int)tree->filters[i].parent;
		m->filters[i].flags = tree->filters[i].flags;
		m->filters[i].listener_flags = tree->filters[i].listener_flags;
		m->filters[i].program = p->insns[p->len - 1].k & SECCOMP_RET_DATA;
	}
	for (i = 0; i < m->n_threads; i++) {
		thread = tree_find_thread(tree, m->threads[i].id);
		m->threads[i].filter = thread ? (int)thread->filter : NONE;
	}
	m->n_files = tree->n_files;
	for (i = 0; i < tree->n_files; i++) {
		m->files[i].id = tree->files[i].id;
		m->files[i].listener = tree->files[i].kind == TREE_FILE_LISTENER ||
				       tree->files[i].kind == TREE_FILE_HUNG_UP;
		m->files[i].sealed = tree->files[i].kind == TREE_FILE_SEALED;
		m->files[i].filter = (int)tree->files[i].filter;
	}
}

/* ---- A dump ---- */

static int dump_files(void)
{
	size_t i;
	int fd, ret = 0;

	for (i = 0; i < tasks.n_files && !ret; i++) {
		if (tasks.files[i].sealed)
			fd = model_sealed_fd(tasks.files[i].filter);
		else
			fd = model_fd(tasks.files[i].listener ? LISTENER_FD : FILTER_FD,
				      tasks.files[i].filter);
		ret = files_dump(fd, tasks.files[i].id);
		close(fd);
	}
	return ret;
}

static int dump_tasks(void)
{
	size_t i;
	int ret;

	world.named = world.strict = 0;
	plan.counts = true;
	plan.calls = 0;
	ret = dump_begin();
	for (i = 0; i < tasks.n_threads && !ret; i++)
		if (tasks.threads[i].id == tasks.threads[i].process)
			ret = dump_process(tasks.threads[i].id + model.base);
	if (!ret)
		ret = dump_files();
	dump_end(ret != 0);
	plan.counts = false;
	return ret;
}

static const char *image_fault(const char *wanted)
{
	static struct description found;
	struct tree tree = { 0 };
	struct model in_image;

	if (image_read(world.dir, &tree))
		return "the image cannot be read";
	from_tree(&in_image, &tree);
	tree_free(&tree);
	describe(&found, &in_image);
	if (strcmp(found.text, wanted))
		return "the image is not what the tasks are";
	return NULL;
}

static const char *dump_fault(int ret)
{
	static struct description now, wanted;
	int filtered = 0;
	size_t i;

	describe(&now, &model);
	describe(&wanted, &tasks);
	if (strcmp(now.text, wanted.text))
		return "the tasks have changed";
	if (ret)
		return faccessat(world.dir, IMAGE_NAME, F_OK, 0) ||
				       strstr(all_said, "cannot remove")
			       ? NULL
			       : "an image is left";
	for (i = 0; i < tasks.n_threads; i++)
		filtered += tasks.threads[i].filter >= 0;
	if (world.strict != filtered || world.named != 1)
		return "CRIU's images do not fail closed";
	return image_fault(wanted.text);
}

static int run_dump(const char **why)
{
	int depth = model.depth, base = model.base, ret;

	model = tasks;
	model.depth = depth;
	model.base = base;
	unlinkat(world.dir, IMAGE_NAME, 0);
	ret = dump_tasks();
	*why = dump_fault(ret);
	return ret;
}

/* ---- A restore ---- */

/* Runs in a task; CRIU aborts the restore if a file is missing. */
static int restore_files(int *fds)
{
	size_t i;
	int filter;

	for (i = 0; i < tasks.n_files; i++) {
		fds[i] = files_restore(restore_tree(), tasks.files[i].id);
		if (fds[i] < 0)
			return fds[i];
		filter = model_filter_of(fds[i]);
		model.files[i].sealed = model_is_sealed(fds[i]);
		/* a listener that hung up gets a filter of its own that allows everything */
		model.files[i].filter = model.filters[filter].program ? filter : NONE;
	}
	return 0;
}

static int restore_processes(void)
{
	int ret = 0, failure;
	size_t i;

	for (i = 0; i < tasks.n_threads; i++) {
		if (tasks.threads[i].id != tasks.threads[i].process)
			continue;
		failure = restore_process(tasks.threads[i].id + model.base);
		if (failure)
			ret = failure;
	}
	return ret;
}

static void close_all(const int *fds)
{
	size_t i;

	for (i = 0; i < tasks.n_files; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	while (world.n_store)
		close(world.store[--world.n_store].fd);
}

static int restore_tasks(bool *made)
{
	int fds[MODEL_MAX], ret;

	memset(fds, -1, sizeof(fds));
	world.lost = false;
	plan.counts = true;
	plan.calls = 0;
	ret = restore_begin();
	if (!ret)
		ret = restore_files(fds);
	*made = !ret;
	if (!ret)
		ret = restore_processes();
	restore_end(ret != 0);
	plan.counts = false;
	close_all(fds);
	return ret;
}

/* A thread must be dead, in the placeholder's strict mode, or have all its filters. */
static const char *thread_fault(size_t i, bool killed)
{
	static struct description now, wanted;
	int filter = model.threads[i].filter;

	if (filter == DEAD)
		return NULL;
	if (killed)
		return "a task has survived";
	if (filter == STRICT)
		return NULL;
	now = wanted = (struct description){ 0 };
	describe_path(&now, &model, filter, false);
	describe_path(&wanted, &tasks, tasks.threads[i].filter, false);
	return strcmp(now.text, wanted.text) ? "a task is less confined" : NULL;
}

static const char *restore_fault(int ret, bool made)
{
	static struct description now, wanted;
	const char *why = NULL;
	size_t i;

	for (i = 0; i < tasks.n_threads && !why && made; i++)
		why = thread_fault(i, ret && (!world.lost || i == 0));
	if (why || ret)
		return why;
	describe(&now, &model);
	describe(&wanted, &tasks);
	return strcmp(now.text, wanted.text) ? "the tasks are not what they were" : NULL;
}

static int run_restore(const char **why)
{
	int depth = model.depth, base = model.base, ret;
	bool made;
	size_t i;

	model = tasks;
	model.n_filters = 0;
	model.depth = depth;
	model.base = base;
	for (i = 0; i < model.n_threads; i++)
		if (model.threads[i].filter >= 0)
			model.threads[i].filter = STRICT;
	ret = restore_tasks(&made);
	*why = restore_fault(ret, made);
	return ret;
}

/* ---- Every fault ---- */

/* Whether one of the texts, separated by bars, was logged. */
static bool was_said(const char *texts)
{
	char text[64];
	size_t len;

	for (;; texts += len + 1) {
		len = strcspn(texts, "|");
		snprintf(text, sizeof(text), "%.*s", (int)len, texts);
		if (strstr(all_said, text))
			return true;
		if (!texts[len])
			return false;
	}
}

static const char *message_fault(const struct point *point, int error)
{
	if (!point->said)
		return NULL;
	if (!*all_said)
		return "no message";
	if (!was_said(point->said))
		return "no message names what was tried";
	if (!point->own_words && !strstr(all_said, strerror(error)) &&
	    !(error == ENOMEM && strstr(all_said, "not enough memory")))
		return "no message names the error";
	return NULL;
}

struct trial {
	const char *action;
	int (*run)(const char **why);
	unsigned int tried, bad;
};

static const char *error_name(int error)
{
	return error == CRIU_SAYS_NO ? "-1" : strerrorname_np(error);
}

/* The message has to be about one of the two failures. */
static const char *pair_fault(const struct point *first, const struct point *second, bool fatal)
{
	return second && !fatal ? message_fault(second, plan.second.error)
				: message_fault(first, plan.first.error);
}

static void print_fault(const struct trial *trial, const struct point *first,
			const struct point *second, int ret, const char *why)
{
	char fault[40];

	snprintf(fault, sizeof(fault), "%s%s%s", error_name(plan.first.error), second ? ", " : "",
		 second ? error_name(plan.second.error) : "");
	printf("# %-8s %-34s %-30s %-20s %-8s %s\n", trial->action, first->name,
	       second ? second->name : "", fault, ret ? "refused" : "goes on", why ? why : "good");
}

/*
 * Runs the action with the planned faults, and counts what is wrong after it. Returns
 * whether the first fault made it fail.
 */
static bool try(struct trial *trial, const struct point *first, const struct point *second,
		bool fatal)
{
	unsigned int before = open_descriptors();
	const char *why;
	int ret;

	*all_said = '\0';
	ret = trial->run(&why);
	if (!why && open_descriptors() != before)
		why = "other descriptors than before";
	if (!why && ret)
		why = pair_fault(first, second, fatal);
	trial->tried++;
	trial->bad += why != NULL;
	if ((table && !second) || why)
		print_fault(trial, first, second, ret, why);
	if (why)
		printf("#   call %u of %u; said: %s", plan.first.nth, plan.calls, all_said);
	return ret;
}

/* The handling of the first fault can fail, too: tries each call after it. */
static void try_twice(struct trial *trial, const struct point *first, bool fatal)
{
	const struct point *points[MAX_CALLS];
	unsigned int calls = plan.calls, nth;
	const int *error;

	memcpy(points, plan.points, sizeof(points));
	for (nth = plan.first.nth + 1; nth <= calls; nth++)
		for (error = points[nth - 1]->errors; *error; error++) {
			plan.second = (struct fault){ nth, *error };
			try(trial, first, points[nth - 1], fatal);
		}
	plan.second = (struct fault){ 0 };
}

static void try_all(struct trial *trial)
{
	const struct point *points[MAX_CALLS];
	unsigned int calls, nth;
	const char *why;
	const int *error;

	if (trial->run(&why) || why)
		fail_msg("%s without a fault: %s", trial->action, why ? why : said);
	calls = plan.calls;
	memcpy(points, plan.points, sizeof(points));
	for (nth = 1; nth <= calls; nth++)
		for (error = points[nth - 1]->errors; *error; error++) {
			plan.first = (struct fault){ nth, *error };
			try_twice(trial, points[nth - 1], try(trial, points[nth - 1], NULL, true));
		}
	plan.first = (struct fault){ 0 };
	printf("# %s: %u calls, %u faults, %u bad\n", trial->action, calls, trial->tried,
	       trial->bad);
	assert_true(calls > 50);
}

/* In a pid namespace, the root task is init, and ids are different inside. */
static void set_namespace(bool own)
{
	model.depth = own;
	model.base = own ? 1000 : 0;
}

static void try_both(struct trial *trial)
{
	const char *why;
	int own;

	for (own = 0; own <= 1; own++) {
		set_namespace(own);
		if (trial->run == run_restore)
			assert_int_equal(run_dump(&why), 0);
		try_all(trial);
	}
	assert_int_equal(trial->bad, 0);
}

static void a_dump_loses_nothing(void **state)
{
	struct trial trial = { .action = "dump", .run = run_dump };

	(void)state;
	try_both(&trial);
}

static void a_restore_loses_nothing(void **state)
{
	struct trial trial = { .action = "restore", .run = run_restore };

	(void)state;
	try_both(&trial);
}

static int set_up(void **state)
{
	int ret = make_folder(state);

	world.dir = folder.fd;
	return ret;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_dump_loses_nothing, set_up, remove_folder),
		cmocka_unit_test_setup_teardown(a_restore_loses_nothing, set_up, remove_folder),
	};

	table = argc > 1 && !strcmp(argv[1], "--table");
	return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
