// SPDX-License-Identifier: GPL-2.0
#include "bpf.h"
#include "decider.h"
#include "proc.h"
#include "source.h"
#include "verdicts.h"

/* @several: more than one filter may have decided */
struct votes {
	struct decision decision;
	bool several;
};

static void vote(struct votes *votes, unsigned long long filter)
{
	if (votes->decision.known && votes->decision.filter != filter)
		votes->several = true;
	votes->decision = (struct decision){ true, filter };
}

static void ask_stack(const struct source *source, uint32_t newest,
		      const struct audit_record *record, struct votes *votes)
{
	struct call call = {
		.data = { .nr = record->nr,
			  .arch = record->arch,
			  .instruction_pointer = record->ip },
		.known = 1 << BPF_WORD_NR | 1 << BPF_WORD_ARCH | 3 << BPF_WORD_IP,
	};
	struct verdicts verdicts = { 0 };
	struct stack stack;
	size_t i;

	if (source_stack(source, newest, &stack))
		return;
	if (verdicts_find(&stack, &call, &verdicts) || verdicts.computed)
		votes->several = true;
	for (i = 0; i < verdicts.count; i++)
		if (verdict_action(verdicts.list[i].ret) == verdict_action(record->code) &&
		    verdicts.list[i].filter != VERDICT_NO_FILTER)
			vote(votes, source_number(source, newest, verdicts.list[i].filter));
	verdicts_free(&verdicts);
	source_free_stack(&stack);
}

/* @process: its leader's id; neighbouring threads with the same newest filter count once */
static void ask_threads(const struct source *source, pid_t process,
			const struct audit_record *record, struct votes *votes)
{
	const struct tree *tree = &source->snapshot.tree;
	const struct tree_process *found = tree_find_process(tree, process);
	uint32_t last = TREE_NONE, i;

	for (i = 0; found && i < found->count; i++) {
		const struct tree_thread *thread = &tree->threads[found->first + i];

		if (thread->filter != TREE_NONE && thread->filter != last)
			ask_stack(source, thread->filter, record, votes);
		last = thread->filter;
	}
}

static void ask_process(const struct audit_record *record, struct votes *votes)
{
	struct source source;

	if (source_open_process(&source, record->pid, true))
		return;
	ask_threads(&source, record->pid, record, votes);
	source_free(&source);
}

/* If the process has ended, its id in the image is unknown, and taken to be the same. */
static void ask_image(const struct snapshot *image, const struct audit_record *record,
		      struct votes *votes)
{
	const struct source source = { .snapshot = *image };
	int depth = proc_namespace_depth(record->pid);
	pid_t id = depth < 0 ? record->pid : proc_id_at_depth(record->pid, depth);

	ask_threads(&source, id, record, votes);
}

void decider_ask(const struct decider *decider, const struct audit_record *record,
		 struct decision *decision)
{
	struct votes votes = { 0 };

	if (decider->stops)
		ask_process(record, &votes);
	else if (decider->image)
		ask_image(decider->image, record, &votes);
	if (!votes.several)
		*decision = votes.decision;
}
