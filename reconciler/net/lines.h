/* lines.h - cuts a byte stream into lines, wherever the pieces of it end.
 *
 *     struct lines l = {.max = 1 << 20};
 *     lines_add(&l, piece, n);              false: a line grew beyond max
 *     while (lines_next(&l, &line, &len))   the line ends at \n or \r\n, both taken off
 *     lines_rest(&l, &line, &len)           at the end: what no newline followed
 *     lines_piece(&l, &piece, &len)         or, instead of lines: all there is, as it came
 *     lines_free(&l);
 *
 * A line is NUL-terminated and stays valid until the next lines_add(). */
#ifndef NET_LINES_H
#define NET_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
    size_t max; /* of one line */
    char *buf;
    size_t len, cap;
    size_t taken;   /* bytes that were handed out */
    size_t scanned; /* no newline between taken and here */
};

bool lines_add(struct lines *, const char *, size_t n);
bool lines_next(struct lines *, const char **ret, size_t *ret_len);
bool lines_rest(struct lines *, const char **ret, size_t *ret_len);
bool lines_piece(struct lines *, const char **ret, size_t *ret_len);
void lines_free(struct lines *);

#endif
