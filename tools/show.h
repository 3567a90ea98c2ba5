/* SPDX-License-Identifier: GPL-2.0 */
/* The forms in which a snapshot can be shown. */
#ifndef SHOW_H
#define SHOW_H

#include "draw.h"
#include "snapshot.h"

enum show_form { SHOW_TEXT, SHOW_JSON, SHOW_RAW, SHOW_DOT, SHOW_SVG };

/**
 * struct show - what is shown, and how
 * @subcommand: the name of the subcommand
 * @program: for SHOW_RAW, the number of the program
 */
struct show {
	const char *subcommand;
	enum show_form form;
	struct draw_options draw;
	const char *program;
};

/* Chooses the form. Returns false, after a message, if another one was chosen before. */
bool show_as(struct show *wanted, enum show_form form);

/* Shows it on stdout. Returns 0, or a negative errno after a message. */
int show(const struct snapshot *snapshot, const struct show *wanted);

#endif /* SHOW_H */
