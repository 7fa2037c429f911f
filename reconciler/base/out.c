#include "base/out.h"

#include <assert.h>
#include <string.h>

static void add_unit(struct text *t, unsigned unit)
{
    text_printf(t, "\\u%04x", unit);
}

/* The code point of the well-formed sequence at s; its length, 0 if it is malformed. */
static size_t decode(const char *s, unsigned *ret)
{
    unsigned char c = (unsigned char)*s;
    size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    if (strnlen(s, len) < len || !text_is_utf8(s, len))
        return 0;
    *ret = len == 1 ? c : c & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++)
        *ret = *ret << 6 | ((unsigned char)s[i] & 0x3fu);
    return len;
}

static bool drives_terminals(unsigned point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0x200e || point == 0x200f ||
           (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

static void add_string(struct text *t, const char *s)
{
    unsigned point = 0;

    text_add(t, "\"");
    while (*s) {
        size_t len = decode(s, &point);
        if (len == 0)
            text_add(t, "\xef\xbf\xbd");
        else if (*s == '"' || *s == '\\')
            text_printf(t, "\\%c", *s);
        else if (*s == '\n')
            text_add(t, "\\n");
        else if (drives_terminals(point))
            add_unit(t, point);
        else
            text_add_n(t, s, len);
        s += len ? len : 1;
    }
    text_add(t, "\"");
}

static void next_line(struct out *o)
{
    if (o->indented)
        text_printf(&o->text, "\n%*s", (int)(2 * o->depth), "");
}

static void begin(struct out *o, const char *key)
{
    if (o->filled)
        text_add(&o->text, o->indented ? "," : ", ");
    if (o->depth)
        next_line(o);
    o->filled = true;
    if (!key)
        return;
    add_string(&o->text, key);
    text_add(&o->text, ": ");
}

static void enter(struct out *o, const char *key, const char *opening, char closing)
{
    begin(o, key);
    text_add(&o->text, opening);
    assert(o->depth < sizeof o->closing);
    o->closing[o->depth++] = closing;
    o->filled = false;
}

void out_object(struct out *o, const char *key)
{
    enter(o, key, "{", '}');
}

void out_array(struct out *o, const char *key)
{
    enter(o, key, "[", ']');
}

void out_end(struct out *o)
{
    assert(o->depth > 0);
    o->depth--;
    if (o->filled)
        next_line(o);
    text_add_n(&o->text, &o->closing[o->depth], 1);
    o->filled = true;
}

void out_text(struct out *o, const char *key, const char *value)
{
    begin(o, key);
    if (value)
        add_string(&o->text, value);
    else
        text_add(&o->text, "null");
}

void out_number(struct out *o, const char *key, int64_t n)
{
    begin(o, key);
    text_printf(&o->text, "%lld", (long long)n);
}

void out_count(struct out *o, const char *key, int64_t n)
{
    if (n < 0)
        out_null(o, key);
    else
        out_number(o, key, n);
}

void out_bool(struct out *o, const char *key, bool value)
{
    begin(o, key);
    text_add(&o->text, value ? "true" : "false");
}

void out_null(struct out *o, const char *key)
{
    begin(o, key);
    text_add(&o->text, "null");
}
