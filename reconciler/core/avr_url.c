/* Whether JavaScript's `new URL(text)` would take a text, after the WHATWG URL standard's parser
 * without a base.  AVR's backend asks this to tell a prompt from the address of one, so the answer
 * must be the same: a prompt that begins with a word and a colon is an address to it. */
#include "core/avr.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_HOST = 1024 };

struct host_text {
    char s[MAX_HOST];
    size_t n;
};

/* The characters the parser skips wherever they stand. */
static bool is_skipped(char c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

static const char *trim(const char *s, size_t *len)
{
    *len = strlen(s);
    while (*len && (unsigned char)*s <= ' ')
        s++, --*len;
    while (*len && (unsigned char)s[*len - 1] <= ' ')
        --*len;
    return s;
}

static bool ipv4_number(const char *s, size_t len)
{
    if (len == 0)
        return false;
    if (len >= 2 && s[0] == '0' && (s[1] | 32) == 'x')
        return strspn(s + 2, "0123456789abcdefABCDEF") >= len - 2;
    return strspn(s, "0123456789") >= len;
}

/* A host whose last label is a number must be an IPv4 address. */
static bool ipv4_ok(const char *host)
{
    size_t parts = 0;
    size_t len = strlen(host);

    if (len && host[len - 1] == '.')
        len--;
    size_t last = len;
    while (last && host[last - 1] != '.')
        last--;
    if (!ipv4_number(host + last, len - last))
        return true; /* an ordinary name */
    for (size_t at = 0; at <= len; parts++) {
        size_t n = strcspn(host + at, ".");
        if (n > len - at)
            n = len - at;
        if (!ipv4_number(host + at, n) || (n <= 10 && strtoul(host + at, NULL, 0) > 0xffffffffUL))
            return false;
        bool is_last = at + n >= len;
        unsigned long value = strtoul(host + at, NULL, 0);
        if (!is_last && value > 255)
            return false;
        at += n + 1;
    }
    return parts <= 4;
}

static bool ipv6_ok(const char *s, size_t len)
{
    size_t colons = 0;

    for (size_t i = 0; i < len; i++) {
        colons += s[i] == ':';
        if (!isxdigit((unsigned char)s[i]) && s[i] != ':' && s[i] != '.')
            return false;
    }
    return colons >= 2 && colons <= 8;
}

static bool host_ok(const struct host_text *h, bool special)
{
    const char *s = h->s;

    if (h->n && s[0] == '[')
        return s[h->n - 1] == ']' && h->n > 2 && ipv6_ok(s + 1, h->n - 2);
    if (h->n == 0)
        return !special;
    for (size_t i = 0; i < h->n; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '\0' || strchr(" #/:<>?@[\\]^|", c) ||
            (special && (c < ' ' || c == '%' || c == 127)))
            return false;
    }
    return !special || ipv4_ok(s);
}

static bool port_ok(const char *s, size_t len)
{
    unsigned long port = 0;

    for (size_t i = 0; i < len; i++) {
        if (is_skipped(s[i]))
            continue;
        if (!isdigit((unsigned char)s[i]))
            return false;
        port = port * 10 + (unsigned long)(s[i] - '0');
        if (port > 65535)
            return false;
    }
    return true;
}

static int hex(char c)
{
    return isdigit((unsigned char)c) ? c - '0' : (c | 32) - 'a' + 10;
}

/* Copies a host without skipped characters, percent-decoded if the scheme is a special one. */
static bool copy_host(struct host_text *ret, const char *s, size_t len, bool decode)
{
    ret->n = 0;
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (is_skipped(c))
            continue;
        if (decode && c == '%' && i + 2 < len && isxdigit((unsigned char)s[i + 1]) &&
            isxdigit((unsigned char)s[i + 2])) {
            c = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
            i += 2;
        }
        if (ret->n + 1 >= sizeof ret->s)
            return false;
        ret->s[ret->n++] = c;
    }
    ret->s[ret->n] = '\0';
    return true;
}

/* [user[:password]@]host[:port], up to the path. */
static bool authority_ok(const char *s, size_t len, bool special, bool file)
{
    size_t end = 0, host = 0;
    struct host_text h = {.n = 0};

    while (end < len && !strchr(special ? "/?#\\" : "/?#", s[end]))
        end++;
    for (size_t i = 0; !file && i < end; i++)
        if (s[i] == '@')
            host = i + 1;
    bool bracket = false;
    size_t colon = end;
    for (size_t i = host; i < end && colon == end; i++) {
        if (s[i] == '[' || s[i] == ']')
            bracket = s[i] == '[';
        else if (s[i] == ':' && !bracket && !file)
            colon = i;
    }
    if (!copy_host(&h, s + host, colon - host, special))
        return false;
    if (file)
        return h.n == 0 || (h.n == 2 && strchr(":|", h.s[1])) || host_ok(&h, true);
    if (h.n == 0 && (host > 0 || colon < end))
        return false; /* a user or a port, and no host */
    return host_ok(&h, special) && port_ok(s + colon + (colon < end), end - colon - (colon < end));
}

bool avr_is_url(const char *text)
{
    static const char *const special[] = {"http", "https", "ws", "wss", "ftp", "file"};
    char scheme[8] = "";
    size_t len, at = 0, n = 0;
    const char *s = trim(text, &len);

    for (; at < len && s[at] != ':'; at++) {
        if (is_skipped(s[at]))
            continue;
        bool first = n == 0;
        if (!isalpha((unsigned char)s[at]) &&
            (first || (!isdigit((unsigned char)s[at]) && !strchr("+-.", s[at]))))
            return false;
        if (n < sizeof scheme - 1)
            scheme[n] = s[at];
        n++;
    }
    if (at == len || n == 0)
        return false;
    at++;
    for (size_t i = 0; n < sizeof scheme && i < sizeof special / sizeof special[0]; i++) {
        if (strcasecmp(scheme, special[i]) != 0)
            continue;
        bool file = strcmp(special[i], "file") == 0;
        size_t slashes = 0;
        while (at < len && (s[at] == '/' || s[at] == '\\' || is_skipped(s[at])) &&
               !(file && slashes == 2))
            slashes += !is_skipped(s[at++]);
        return (file && slashes < 2) || authority_ok(s + at, len - at, true, file);
    }
    while (at < len && is_skipped(s[at]))
        at++;
    if (len - at >= 2 && s[at] == '/' && s[at + 1] == '/')
        return authority_ok(s + at + 2, len - at - 2, false, false);
    return true;
}
