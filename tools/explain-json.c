// SPDX-License-Identifier: GPL-2.0
#include <linux/seccomp.h>
#include <stdio.h>

#include "action.h"
#include "explain.h"

static struct json_object *numbers(const uint64_t *list, size_t count)
{
	struct json_object *array = json_object_new_array();
	char text[24];
	size_t i;

	/* as text: in many languages, a JSON number cannot hold 64 bits */
	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "%#llx", (unsigned long long)list[i]);
		json_append(array, json_object_new_string(text));
	}
	return array;
}

static struct json_object *conditions(const struct question *question,
				      const struct verdicts *verdicts, size_t verdict)
{
	struct json_object *array = json_object_new_array();
	char text[WAY_SIZE];
	size_t i;

	for (i = 0; i < verdicts->n_ways; i++) {
		if (verdicts->ways[i].verdict != verdict)
			continue;
		explain_way(question, verdicts, i, text, sizeof(text));
		json_append(array, json_object_new_string(text));
	}
	return array;
}

static struct json_object *one_verdict(const struct subject *subject,
				       const struct question *question,
				       const struct verdicts *verdicts, size_t index)
{
	const struct verdict *verdict = &verdicts->list[index];
	struct json_object *object = json_object_new_object();
	const char *name = action_name(verdict->ret);

	json_add(object, "action", json_object_new_string(name ? name : "KILL_PROCESS"));
	json_add(object, "value", json_object_new_int64(verdict->ret));
	if ((verdict->ret & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		json_add(object, "errno", json_object_new_int(action_errno(verdict->ret)));
	if (verdict->filter != VERDICT_NO_FILTER)
		json_add(object, "filter",
			 json_object_new_int64(
				 source_number(subject->source, subject->newest, verdict->filter)));
	json_add(object, "certain", json_object_new_boolean(verdict->certain));
	if (verdicts->count < 2)
		return object;
	if (verdict->certain)
		json_add(object, "example", numbers((const uint64_t *)verdict->example.args, 6));
	json_add(object, "conditions", conditions(question, verdicts, index));
	return object;
}

static void add_verdicts(const struct subject *subject, const struct question *question,
			 const struct verdicts *verdicts, struct json_object *to)
{
	struct json_object *array = json_object_new_array();
	size_t i;

	for (i = 0; i < verdicts->count; i++)
		json_append(array, one_verdict(subject, question, verdicts, i));
	json_add(to, "verdicts", array);
	json_add(to, "computed", json_object_new_boolean(verdicts->computed));
}

/* @nr: add name and number; without them, the object stands for all numbers without a name */
static int add_call(const struct subject *subject, const struct question *question, bool nr,
		    struct verdicts *verdicts, struct json_object *call)
{
	int ret = verdicts_find(&subject->stack, &question->call, verdicts);

	if (ret)
		return ret;
	if (nr) {
		json_add(call, "name", json_object_new_string(question->name));
		json_add(call, "nr", json_object_new_int64((uint32_t)question->call.data.nr));
	}
	add_verdicts(subject, question, verdicts, call);
	return 0;
}

int explain_json_table(const struct subject *subject, const struct arch *arch,
		       struct json_object *to)
{
	struct json_object *object = json_object_new_object(), *calls = json_object_new_array();
	struct json_object *call = json_object_new_object();
	struct verdicts verdicts = { 0 };
	struct question question;
	uint32_t nr = arch->bits;
	int ret = 0;

	json_add(object, "arch", json_object_new_string(arch->name));
	while (!ret && explain_next(arch, nr, &question)) {
		ret = add_call(subject, &question, true, &verdicts, call);
		json_append(calls, call);
		call = json_object_new_object();
		nr = question.call.data.nr + 1;
	}
	json_add(object, "calls", calls);
	if (!ret)
		ret = add_call(subject, &question, false, &verdicts, call);
	json_add(object, "others", call);
	json_append(to, object);
	verdicts_free(&verdicts);
	return ret;
}

static int add_filter(const struct subject *subject, const struct question *question, size_t index,
		      struct verdicts *verdicts, struct json_object *to)
{
	struct subject alone = { subject->source,
				 subject->newest,
				 { subject->stack.programs + index, 1 } };
	struct json_object *filter = json_object_new_object();
	int ret = verdicts_find(&alone.stack, &question->call, verdicts);
	size_t i;

	/* the places in a stack of one mean nothing to the reader */
	for (i = 0; i < verdicts->count; i++)
		verdicts->list[i].filter = VERDICT_NO_FILTER;
	json_add(filter, "filter",
		 json_object_new_int64(source_number(subject->source, subject->newest, index)));
	if (!ret)
		add_verdicts(&alone, question, verdicts, filter);
	json_append(to, filter);
	return ret;
}

int explain_json_call(const struct subject *subject, const struct question *question,
		      struct json_object *to)
{
	struct json_object *object = json_object_new_object(), *calls = json_object_new_array();
	struct json_object *call = json_object_new_object(), *filters = json_object_new_array();
	struct verdicts verdicts = { 0 };
	size_t i;
	int ret;

	json_add(object, "arch", json_object_new_string(question->arch.name));
	ret = add_call(subject, question, true, &verdicts, call);
	for (i = 0; !ret && i < subject->stack.count; i++)
		ret = add_filter(subject, question, i, &verdicts, filters);
	json_add(call, "filters", filters);
	json_append(calls, call);
	json_add(object, "calls", calls);
	json_append(to, object);
	verdicts_free(&verdicts);
	return ret;
}
