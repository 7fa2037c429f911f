#include "engine/harmless.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* Length of the well-formed character at s, 0 if there is none. */
static size_t character(const char *s, size_t left)
{
    unsigned char c = (unsigned char)*s;
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    return n <= left && (c == 0 || text_is_utf8(s, n)) ? n : 0;
}

/* Length of a terminal's escape sequence at s: ESC [ … letter, ESC ] … BEL, or ESC and one more. */
static size_t escape(const char *s, size_t left)
{
    size_t n = 2;

    if (left < 2)
        return left;
    if (s[1] == '[') {
        while (n < left && (s[n] < '@' || s[n] > '~'))
            n++;
    } else if (s[1] == ']') {
        while (n < left && s[n] != '\a' && s[n] != '\n')
            n++;
    } else {
        return n;
    }
    return n < left ? n + (s[n] != '\n') : left;
}

static bool is_control(const char *s, size_t n)
{
    unsigned char c = (unsigned char)s[0];

    return (n == 1 && (c < 0x20 || c == 0x7f)) ||
           (n == 2 && c == 0xc2 && (unsigned char)s[1] < 0xa0);
}

/* Copies at most max bytes, whole characters only; stops at the first that does not fit. */
static const char *copy(struct arena *a, const char *s, size_t len, bool lines, size_t max)
{
    struct text t = {.arena = a};

    for (size_t i = 0, n; i < len; i += n) {
        n = character(s + i, len - i);
        if (n && s[i] == '\033') {
            n = escape(s + i, len - i);
            continue;
        }
        bool space = s[i] == '\n' || s[i] == '\t';
        if (n && !space && is_control(s + i, n))
            continue;
        if (t.len + (n ? n : 1) > max)
            break;
        if (n == 0)
            text_add(&t, "?");
        else if (space && !lines)
            text_add(&t, " ");
        else
            text_add_n(&t, s + i, n);
        n = n ? n : 1;
    }
    return text_str(&t);
}

const char *harmless_lines(struct arena *a, const char *s, size_t len)
{
    return copy(a, s, len, true, SIZE_MAX);
}

/* "https://user:word@host/…" -> "https://host/…".  A password may hold any character, so that
 * the last @ before a slash or the end of the word ends it. */
static const char *without_userinfo(struct arena *a, const char *s)
{
    struct text t = {.arena = a};
    const char *scheme;

    while ((scheme = strstr(s, "://"))) {
        const char *authority = scheme + 3;
        const char *at = memrchr(authority, '@', strcspn(authority, "/ \"'"));
        text_add_n(&t, s, (size_t)(authority - s));
        s = at ? at + 1 : authority;
    }
    text_add(&t, s);
    return text_str(&t);
}

const char *harmless_sentence(struct arena *a, const char *s, size_t len, size_t max)
{
    const char *clean = without_userinfo(a, copy(a, s, len, false, SIZE_MAX));
    size_t n = strlen(clean);

    while (n && clean[n - 1] == ' ')
        n--;
    return n <= max ? arena_strndup(a, clean, n)
                    : arena_printf(a, "%s…", copy(a, clean, n, false, max - strlen("…")));
}
