#include "base/visible.h"

#include "base/text.h"

static size_t sequence_len(const char *s)
{
    unsigned char c = (unsigned char)*s;
    size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    for (size_t i = 1; i < len; i++)
        if (!s[i])
            return 0;
    return text_is_utf8(s, len) ? len : 0;
}

/* C1 controls drive terminals as well as C0 ones do; direction overrides and line separators
 * make a text read as something it is not. */
static bool is_unsafe(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;

    if (len == 2)
        return u[0] == 0xc2 && u[1] < 0xa0;
    if (len != 3 || u[0] != 0xe2)
        return false;
    unsigned point = 0x2000u | (u[1] & 0x3fu) << 6 | (u[2] & 0x3fu);
    return point == 0x200e || point == 0x200f || (point >= 0x2028 && point <= 0x202e) ||
           (point >= 0x2066 && point <= 0x2069);
}

static void add_escaped(struct text *t, const char *s, size_t len)
{
    switch (*s) {
    case '\n':
        text_add(t, "\\n");
        return;
    case '\t':
        text_add(t, "\\t");
        return;
    case '\r':
        text_add(t, "\\r");
        return;
    }
    for (size_t i = 0; i < len; i++)
        text_printf(t, "\\x%02x", (unsigned char)s[i]);
}

static const char *spell_out(struct arena *a, const char *s, bool keep_lines)
{
    struct text t = {.arena = a};

    while (*s) {
        size_t len = sequence_len(s);
        unsigned char c = (unsigned char)*s;
        bool plain = len == 1 ? (c >= 0x20 && c != 0x7f) || (c == '\n' && keep_lines)
                              : len > 1 && !is_unsafe(s, len);
        if (len == 0)
            len = 1;
        if (plain)
            text_add_n(&t, s, len);
        else
            add_escaped(&t, s, len);
        s += len;
    }
    return text_str(&t);
}

const char *visible_text(struct arena *a, const char *s)
{
    return spell_out(a, s, false);
}

const char *visible_lines(struct arena *a, const char *s)
{
    return spell_out(a, s, true);
}

const char *visible_cut(struct arena *a, const char *s, size_t columns)
{
    if (columns == 0 || text_columns(s) <= columns)
        return s;
    const char *end = s;
    for (size_t n = 1; n < columns; n++)
        do
            end++;
        while (((unsigned char)*end & 0xc0) == 0x80);
    return arena_printf(a, "%.*s…", (int)(end - s), s);
}
