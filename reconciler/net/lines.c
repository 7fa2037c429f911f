#include "net/lines.h"

#include <stdlib.h>
#include <string.h>

static void make_room(struct lines *l, size_t n)
{
    if (l->taken) {
        memmove(l->buf, l->buf + l->taken, l->len - l->taken);
        l->len -= l->taken;
        l->scanned -= l->taken;
        l->taken = 0;
    }
    if (l->cap - l->len > n)
        return;
    size_t cap = l->cap ? l->cap : 1024;
    while (cap - l->len <= n)
        cap *= 2;
    char *grown = realloc(l->buf, cap);
    if (!grown)
        abort();
    l->buf = grown;
    l->cap = cap;
}

/* What is not yet a line is counted only behind the last newline: a large piece may well hold
 * many lines. */
bool lines_add(struct lines *l, const char *s, size_t n)
{
    if (n == 0)
        return true;
    make_room(l, n);
    memcpy(l->buf + l->len, s, n);
    l->len += n;
    l->buf[l->len] = '\0';

    const char *last = memrchr(l->buf + l->taken, '\n', l->len - l->taken);
    size_t open = last ? (size_t)(l->buf + l->len - last) - 1 : l->len - l->taken;
    return open <= l->max;
}

/* Hands out the bytes up to end and goes on behind next. */
static void take(struct lines *l, size_t end, size_t next, const char **ret, size_t *ret_len)
{
    if (end > l->taken && l->buf[end - 1] == '\r')
        end--;
    l->buf[end] = '\0';
    *ret = l->buf + l->taken;
    *ret_len = end - l->taken;
    l->taken = l->scanned = next;
}

bool lines_next(struct lines *l, const char **ret, size_t *ret_len)
{
    if (l->scanned == l->len)
        return false;
    const char *newline = memchr(l->buf + l->scanned, '\n', l->len - l->scanned);
    if (!newline) {
        l->scanned = l->len;
        return false;
    }
    size_t end = (size_t)(newline - l->buf);
    take(l, end, end + 1, ret, ret_len);
    return true;
}

bool lines_rest(struct lines *l, const char **ret, size_t *ret_len)
{
    if (l->taken == l->len)
        return false;
    take(l, l->len, l->len, ret, ret_len);
    return true;
}

bool lines_piece(struct lines *l, const char **ret, size_t *ret_len)
{
    *ret = l->buf + l->taken;
    *ret_len = l->len - l->taken;
    l->taken = l->scanned = l->len;
    return *ret_len > 0;
}

void lines_free(struct lines *l)
{
    free(l->buf);
    *l = (struct lines){.max = l->max};
}
