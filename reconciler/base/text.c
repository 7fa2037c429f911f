#include "base/text.h"

#include <ctype.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void reserve(struct text *t, size_t more)
{
    if (t->s && t->cap - t->len > more)
        return;
    size_t cap = t->cap ? 2 * t->cap : 128;
    while (cap - t->len <= more)
        cap *= 2;
    char *grown = arena_alloc(t->arena, cap);
    if (t->s)
        memcpy(grown, t->s, t->len);
    t->s = grown;
    t->cap = cap;
}

void text_add_n(struct text *t, const char *s, size_t len)
{
    reserve(t, len);
    if (len)
        memcpy(t->s + t->len, s, len);
    t->len += len;
    t->s[t->len] = '\0';
}

void text_add(struct text *t, const char *s)
{
    text_add_n(t, s, strlen(s));
}

void text_printf(struct text *t, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n > 0) {
        reserve(t, (size_t)n);
        vsnprintf(t->s + t->len, (size_t)n + 1, fmt, again);
        t->len += (size_t)n;
    }
    va_end(again);
}

const char *text_str(struct text *t)
{
    return t->s ? t->s : "";
}

bool text_is(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool text_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && strcmp(s + n - m, suffix) == 0;
}

/* Length of the well-formed sequence at s, 0 if there is none. */
static size_t utf8_len(const unsigned char *s, size_t left)
{
    static const struct {
        unsigned char first, last, low, high; /* range of the first byte, range of the second */
        size_t len;
    } forms[] = {
        {0x01, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
        {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
        {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (s[0] < forms[i].first || s[0] > forms[i].last)
            continue;
        if (forms[i].len > left)
            return 0;
        if (forms[i].len > 1 && (s[1] < forms[i].low || s[1] > forms[i].high))
            return 0;
        for (size_t k = 2; k < forms[i].len; k++)
            if (s[k] < 0x80 || s[k] > 0xbf)
                return 0;
        return forms[i].len;
    }
    return 0;
}

bool text_is_utf8(const char *s, size_t len)
{
    while (len) {
        size_t n = utf8_len((const unsigned char *)s, len);
        if (n == 0)
            return false;
        s += n;
        len -= n;
    }
    return true;
}

size_t text_columns(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

/* Reads digits at *s; -1 if there are none or they do not fit. */
static int64_t read_number(const char **s)
{
    char *end;

    if (!isdigit((unsigned char)**s))
        return -1;
    unsigned long long n = strtoull(*s, &end, 10);
    *s = end;
    return n > INT64_MAX ? -1 : (int64_t)n;
}

static int64_t scaled(int64_t n, int64_t factor)
{
    return n > INT64_MAX / factor ? -1 : n * factor;
}

int64_t text_duration_s(const char *s)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};
    int64_t sum = 0;
    size_t next = 0; /* units only get smaller */

    if (!*s)
        return -1;
    while (*s) {
        int64_t n = read_number(&s);
        if (n < 0)
            return -1;
        if (!*s && next == 0)
            return n;
        while (next < 4 && units[next].unit != *s)
            next++;
        if (next == 4)
            return -1;
        n = scaled(n, units[next].seconds);
        if (n < 0 || n > INT64_MAX - sum)
            return -1;
        sum += n;
        next++;
        s++;
    }
    return sum;
}

const char *text_duration(struct arena *a, int64_t s)
{
    if (s < 0)
        s = 0;
    if (s < 60)
        return arena_printf(a, "%llds", (long long)s);
    if (s < 3600)
        return arena_printf(a, "%lldm%02llds", (long long)(s / 60), (long long)(s % 60));
    if (s < 86400)
        return arena_printf(a, "%lldh%02lldm", (long long)(s / 3600), (long long)(s / 60 % 60));
    return arena_printf(a, "%lldd%02lldh", (long long)(s / 86400), (long long)(s / 3600 % 24));
}

int64_t text_bytes(const char *s)
{
    static const struct {
        const char *unit;
        int64_t bytes;
    } units[] = {
        {"", 1},        {"b", 1},        {"k", 1 << 10}, {"kb", 1 << 10},
        {"m", 1 << 20}, {"mb", 1 << 20}, {"g", 1 << 30}, {"gb", 1 << 30},
    };
    int64_t n = read_number(&s);

    if (n < 0)
        return -1;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcasecmp(s, units[i].unit) == 0)
            return scaled(n, units[i].bytes);
    return -1;
}

/* Edit distance in which swapping two neighbours counts as one edit; texts over 63 bytes are
 * too long to be typos of each other. */
static size_t distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    size_t n = strlen(a), m = strlen(b);
    size_t row[3][MAX];

    if (n >= MAX || m >= MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= m; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *now = row[i % 3], *before = row[(i + 2) % 3], *two_before = row[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t best = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < best)
                best = before[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && two_before[j - 2] + 1 < best)
                best = two_before[j - 2] + 1;
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *text_suggest(const char *word, const char *const *candidates, size_t n)
{
    size_t limit = strlen(word) / 3 + 1;
    const char *best = NULL;

    for (size_t i = 0; i < n; i++) {
        size_t d = distance(word, candidates[i]);
        if (d > limit || d >= strlen(candidates[i]))
            continue;
        best = candidates[i];
        limit = d ? d - 1 : 0;
        if (d == 0)
            break;
    }
    return best;
}

void text_wipe(void *s)
{
    if (s)
        explicit_bzero(s, strlen(s));
}
