/* SPDX-License-Identifier: GPL-2.0 */
/* Colours and bold text on a terminal. */
#ifndef STYLE_H
#define STYLE_H

enum style { STYLE_PLAIN, STYLE_TITLE, STYLE_FILTER, STYLE_NOTE, STYLE_GOOD, STYLE_BAD };

/**
 * style - the escape sequence that switches stdout to a style
 *
 * STYLE_PLAIN ends every other style. Returns "" if stdout is not a terminal, TERM
 * is "dumb", or NO_COLOR is set (no-color.org).
 */
const char *style(enum style style);

#endif /* STYLE_H */
