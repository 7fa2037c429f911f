#include "json.h"

#include <stdint.h>
#include <string.h>

enum { MAX_DEPTH = 32 };

static size_t skip_space(const char *s, size_t n, size_t i)
{
    while (i < n && (s[i] == ' ' || s[i] == '\t' || s[i] == '\n' || s[i] == '\r'))
        i++;
    return i;
}

/* The four hex digits at s, or -1. */
static int32_t hex4(const char *s)
{
    int32_t value = 0;
    for (size_t i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *at = memchr(digits, s[i], 32);
        if (at == NULL)
            return -1;
        value = value * 16 + (int32_t)((at - digits) % 16);
    }
    return value;
}

/* Each skip_ function returns the index after what it skipped, or 0. */
static size_t skip_string(const char *s, size_t n, size_t i)
{
    if (i >= n || s[i] != '"')
        return 0;
    for (i++; i < n && s[i] != '"'; i++) {
        if ((unsigned char)s[i] < 0x20)
            return 0;
        if (s[i] != '\\')
            continue;
        i++;
        if (i >= n || memchr("\"\\/bfnrtu", s[i], 9) == NULL)
            return 0;
        if (s[i] == 'u' && (n - i < 5 || hex4(s + i + 1) < 0))
            return 0;
    }
    return i < n ? i + 1 : 0;
}

/* Numbers are only checked for their characters: nobody here calculates with them. */
static size_t skip_word(const char *s, size_t n, size_t i)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t w = 0; w < 3; w++) {
        size_t length = strlen(words[w]);
        if (n - i >= length && memcmp(s + i, words[w], length) == 0)
            return i + length;
    }
    if (s[i] != '-' && (s[i] < '0' || s[i] > '9'))
        return 0;
    while (i < n && memchr("+-.0123456789eE", s[i], 15) != NULL)
        i++;
    return i;
}

static size_t skip_value(const char *s, size_t n, size_t i, int depth)
{
    if (i >= n || depth > MAX_DEPTH)
        return 0;
    if (s[i] == '"')
        return skip_string(s, n, i);
    if (s[i] != '{' && s[i] != '[')
        return skip_word(s, n, i);
    char close = s[i] == '{' ? '}' : ']';
    i = skip_space(s, n, i + 1);
    if (i < n && s[i] == close)
        return i + 1;
    while (i < n) {
        if (close == '}') {
            i = skip_space(s, n, i);
            if ((i = skip_string(s, n, i)) == 0)
                return 0;
            i = skip_space(s, n, i);
            if (i >= n || s[i++] != ':')
                return 0;
        }
        if ((i = skip_value(s, n, skip_space(s, n, i), depth + 1)) == 0)
            return 0;
        i = skip_space(s, n, i);
        if (i < n && s[i] == close)
            return i + 1;
        if (i >= n || s[i++] != ',')
            return 0;
    }
    return 0;
}

size_t json_parse(const char *text, size_t length, struct json *ret_value)
{
    size_t start = skip_space(text, length, 0);
    size_t end = skip_value(text, length, start, 0);
    if (end == 0)
        return 0;
    *ret_value = (struct json){text + start, end - start};
    return skip_space(text, length, end);
}

bool json_next_element(struct json array, size_t *cursor, struct json *ret_value)
{
    if (array.length == 0 || (array.at[0] != '[' && array.at[0] != '{'))
        return false;
    size_t i = skip_space(array.at, array.length, *cursor == 0 ? 1 : *cursor);
    if (i < array.length && (array.at[i] == ',' || array.at[i] == ':'))
        i = skip_space(array.at, array.length, i + 1);
    size_t end = skip_value(array.at, array.length, i, 0);
    if (end == 0)
        return false;
    *ret_value = (struct json){array.at + i, end - i};
    *cursor = end;
    return true;
}

/* In a checked object a member is two elements, set apart by a colon. */
bool json_next_member(struct json object, size_t *cursor, struct json *ret_key,
                      struct json *ret_value)
{
    return object.length > 0 && object.at[0] == '{' && json_next_element(object, cursor, ret_key) &&
           json_next_element(object, cursor, ret_value);
}

bool json_member(struct json object, const char *name, struct json *ret_value)
{
    struct json key;
    size_t cursor = 0;
    while (json_next_member(object, &cursor, &key, ret_value))
        if (key.length == strlen(name) + 2 && memcmp(key.at + 1, name, key.length - 2) == 0)
            return true;
    return false;
}

static void append_utf8(struct buffer *out, uint32_t code)
{
    unsigned char b[4] = {(unsigned char)code};
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length; length > 1 && i-- > 0; code >>= 6)
        b[i] = (unsigned char)(i == 0 ? lead[length] | code : 0x80 | (code & 0x3f));
    buffer_append(out, b, length);
}

/* Decode the \uXXXX whose digits start at s + i; returns the index of its last character. */
static size_t append_escape(struct buffer *out, const char *s, size_t n, size_t i)
{
    uint32_t code = (uint32_t)hex4(s + i);
    i += 3;
    bool is_high = code >= 0xd800 && code < 0xdc00;
    if (is_high && n - i > 6 && s[i + 1] == '\\' && s[i + 2] == 'u') {
        uint32_t low = (uint32_t)hex4(s + i + 3);
        if (low >= 0xdc00 && low < 0xe000) {
            append_utf8(out, 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00));
            return i + 6;
        }
    }
    append_utf8(out, code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
    return i;
}

bool json_text(struct json value, struct buffer *out)
{
    static const char names[] = "bfnrt", bytes[] = "\b\f\n\r\t";
    if (value.length == 0 || value.at[0] == '{' || value.at[0] == '[' || value.at[0] == 'n')
        return false;
    if (value.at[0] != '"') {
        buffer_append(out, value.at, value.length);
        return true;
    }
    for (size_t i = 1; i + 1 < value.length; i++) {
        if (value.at[i] != '\\') {
            buffer_append(out, value.at + i, 1);
            continue;
        }
        const char *name = memchr(names, value.at[++i], 5);
        if (value.at[i] == 'u')
            i = append_escape(out, value.at, value.length, i + 1);
        else
            buffer_append(out, name != NULL ? bytes + (name - names) : value.at + i, 1);
    }
    return true;
}

bool json_member_text(struct json object, const char *name, struct buffer *out)
{
    struct json value;
    buffer_reset(out);
    return json_member(object, name, &value) && json_text(value, out);
}
