/* report_line.h - the line an error stands on, as it may be shown. */
#ifndef SOURCE_REPORT_LINE_H
#define SOURCE_REPORT_LINE_H

#include "source/report.h"

/* Length of the line break at s, 0 if there is none; libyaml's notion, since it counts lines. */
size_t line_break_len(const char *s, const char *end);

/* Control characters replaced: a spec must not drive the terminal of whoever reads its errors. */
const char *line_printable(struct arena *, const char *);

/* The line with secrets as asterisks; NULL if there is none or it is better not shown. */
const char *line_shown(struct arena *, const struct place *);

/* How many columns of that line to underline, at least one. */
unsigned line_underlined(const struct place *, const char *line_text);

#endif
