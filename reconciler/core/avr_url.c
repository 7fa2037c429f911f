/* Whether JavaScript's `new URL(text)` would take a text, after the WHATWG URL standard's parser
 * without a base.  AVR's backend asks this to tell a prompt from the address of one, so the answer
 * must be the same: a prompt that begins with a word and a colon is an address to it. */
#include "core/avr.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_HOST = 1024 };

struct host_text {
    char s[MAX_HOST];
    size_t n;
    bool address; /* begins with a bracket that was written as one */
    bool decoded; /* something in it was percent-encoded */
};

/* The characters the parser skips wherever they stand. */
static bool is_skipped(char c)
{
    return c == '\t' || c == '\n' || c == '\r';
}

static size_t skipped(const char *s)
{
    return strspn(s, "\t\n\r");
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

/* A part of an IPv4 address: decimal, octal behind a 0, hexadecimal behind 0x. */
static bool ipv4_number(const char *s, size_t len, unsigned long long *ret)
{
    const char *digits = "0123456789";

    *ret = 0;
    if (len == 0)
        return false;
    if (len >= 2 && s[0] == '0' && (s[1] | 32) == 'x') {
        s += 2, len -= 2;
        digits = "0123456789abcdef";
    } else if (len >= 2 && s[0] == '0') {
        digits = "01234567";
    }
    for (size_t i = 0; i < len; i++) {
        const char *digit = strchr(digits, tolower((unsigned char)s[i]));
        if (!digit)
            return false;
        /* Larger than any address is large enough. */
        if (*ret <= UINT32_MAX)
            *ret = *ret * strlen(digits) + (size_t)(digit - digits);
    }
    return true;
}

/* A host whose last label is a number must be an IPv4 address: one to four numbers, all but the
 * last of one byte, the last one filling up what is left. */
static bool ipv4_ok(const char *host)
{
    size_t parts = 0, len = strlen(host);
    unsigned long long n;

    if (host[len - 1] == '.')
        len--;
    size_t last = len;
    while (last && host[last - 1] != '.')
        last--;
    size_t digits = strspn(host + last, "0123456789");
    if ((last == len || digits < len - last) && !ipv4_number(host + last, len - last, &n))
        return true; /* an ordinary name */
    for (size_t at = 0; at < last; parts++) {
        size_t part = strcspn(host + at, ".");
        if (!ipv4_number(host + at, part, &n) || n > 255)
            return false;
        at += part + 1;
    }
    if (parts > 3 || !ipv4_number(host + last, len - last, &n))
        return false;
    return n >> (8 * (4 - parts)) == 0;
}

/* The last four bytes of an IPv6 address in dots; `s` ends in a bracket. */
static bool ipv4_tail_ok(const char *s)
{
    for (int part = 0; part < 4; part++) {
        size_t n = strspn(s, "0123456789");
        if (n == 0 || n > 3 || (n > 1 && s[0] == '0') || strtoul(s, NULL, 10) > 255)
            return false;
        s += n;
        if (*s++ != (part < 3 ? '.' : ']'))
            return false;
    }
    return *s == '\0';
}

/* "…]": eight groups, or fewer and one "::". */
static bool ipv6_ok(const char *s)
{
    size_t groups = 0;
    bool gap = false;

    for (bool first = true; *s != ']'; first = false) {
        if (s[0] == ':' && s[1] == ':') {
            if (gap)
                return false;
            gap = true;
            s += 2;
            if (*s == ']')
                break;
        } else if (!first && *s++ != ':') {
            return false;
        }
        size_t n = strspn(s, "0123456789abcdefABCDEF");
        if (s[n] == '.')
            return ipv4_tail_ok(s) && (gap ? groups < 6 : groups == 6);
        if (n == 0 || n > 4)
            return false;
        groups++;
        s += n;
    }
    return s[1] == '\0' && (gap ? groups < 8 : groups == 8);
}

static bool host_ok(const struct host_text *h, bool special)
{
    const char *s = h->s;

    if (h->address)
        return ipv6_ok(s + 1);
    if (h->n == 0)
        return !special;
    for (size_t i = 0; i < h->n; i++) {
        unsigned char c = (unsigned char)s[i];
        /* strchr() finds the end of its text, too: no zero byte in a host. */
        if (strchr(" #/:<>?@[\\]^|", c) || (special && (c < ' ' || c == '%' || c == 127)))
            return false;
    }
    return !special || ipv4_ok(s);
}

static bool is_drive(const struct host_text *h) /* "C:" or "C|" of a file's URL */
{
    return h->n == 2 && !h->decoded && isalpha((unsigned char)h->s[0]) && strchr(":|", h->s[1]);
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
    for (size_t i = 0; i < len; i++) {
        char c = s[i];
        if (is_skipped(c))
            continue;
        ret->address |= ret->n == 0 && c == '[';
        bool encoded = c == '%' && i + 2 < len && isxdigit((unsigned char)s[i + 1]) &&
                       isxdigit((unsigned char)s[i + 2]);
        if (encoded && decode && !ret->address) {
            c = (char)(hex(s[i + 1]) * 16 + hex(s[i + 2]));
            i += 2;
            ret->decoded = true;
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
        return h.n == 0 || is_drive(&h) || host_ok(&h, true);
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
    at += skipped(s + at);
    if (s[at] != '/')
        return true;
    at += 1 + skipped(s + at + 1);
    return s[at] != '/' || authority_ok(s + at + 1, len - at - 1, false, false);
}
