#ifndef MINI_LOG_H
#define MINI_LOG_H

/*
 * Lines on standard output.  Each call writes one whole line, whatever the
 * other threads do.  Text that came from outside goes through log_quote first,
 * so that no caller can break a line or move a terminal's cursor.
 */

#include "buffer.h"

/* Switch standard output to whole lines; call once at start. */
void log_start(void);

__attribute__((format(printf, 1, 2))) void log_line(const char *format, ...);

/* Append text with every control character made a space. */
void log_quote(struct buffer *out, const char *text, size_t length);

#endif
