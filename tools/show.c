// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>

#include "arch.h"
#include "graphic.h"
#include "report.h"
#include "show.h"
#include "snapshot-json.h"

bool show_as(struct show *wanted, enum show_form form)
{
	if (wanted->form != SHOW_TEXT && wanted->form != form) {
		pr_err("only one of --dot, --json, --raw and --svg can be given");
		return false;
	}
	wanted->form = form;
	return true;
}

static int show_json(const struct snapshot *snapshot, const struct show *wanted)
{
	struct json_object *document = json_document(wanted->subcommand);

	snapshot_to_json(document, snapshot, wanted->draw.programs);
	return json_print(document);
}

int show(const struct snapshot *snapshot, const struct show *wanted)
{
	char arch[ARCH_NAME_SIZE];

	switch (wanted->form) {
	case SHOW_TEXT:
		if (*snapshot->tree.run_id)
			printf("dumped by CRIU run %s on %s\n", snapshot->tree.run_id,
			       arch_text(snapshot->tree.arch, arch));
		return draw(snapshot, &wanted->draw);
	case SHOW_JSON:
		return show_json(snapshot, wanted);
	case SHOW_DOT:
		return graphic_dot(snapshot, wanted->draw.collapse);
	case SHOW_SVG:
		return graphic_svg(snapshot, wanted->draw.collapse);
	case SHOW_RAW:
		return snapshot_write_program(snapshot, wanted->program);
	}
	return -EINVAL;
}
