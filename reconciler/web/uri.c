#include "web/uri.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/text.h"

enum { MAX_PAIRS = 32, MAX_HOST = 255 };

const char *web_pair_get(const struct web_pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->n; i++)
        if (strcmp(pairs->items[i].name, name) == 0)
            return pairs->items[i].value;
    return NULL;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

const char *uri_decode(struct arena *a, const char *s, size_t len, bool plus)
{
    char *decoded = arena_alloc(a, len + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = plus && s[i] == '+' ? ' ' : s[i];
        if (c == '%') {
            int high = i + 2 < len ? hex_digit(s[i + 1]) : -1;
            int low = high < 0 ? -1 : hex_digit(s[i + 2]);
            if (low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            i += 2;
        }
        if ((unsigned char)c < ' ' || c == 0x7f)
            return NULL;
        decoded[n++] = c;
    }
    return text_is_utf8(decoded, n) ? decoded : NULL;
}

bool uri_query(struct arena *a, const char *query, struct web_pairs *ret)
{
    while (*query) {
        size_t len = strcspn(query, "&"), name = strcspn(query, "=&");
        size_t value = name < len ? name + 1 : len;
        struct web_pair pair = {uri_decode(a, query, name, true),
                                uri_decode(a, query + value, len - value, true)};

        if (!pair.name || !pair.value || ret->n == MAX_PAIRS)
            return false;
        if (len)
            ARRAY_PUSH(a, *ret, pair);
        query += len + (query[len] == '&');
    }
    return true;
}

static size_t segment(const char *path)
{
    return strspn(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~%-");
}

/* A parameter is one name: nothing in it may look like a way to somewhere else. */
static const char *parameter(struct arena *a, const char *path, size_t len)
{
    const char *value = uri_decode(a, path, len, false);

    return !value || !*value || strchr(value, '/') || text_is(value, ".") || text_is(value, "..")
               ? NULL
               : value;
}

bool uri_match(struct arena *a, const char *pattern, const char *path, struct web_pairs *ret)
{
    struct web_pairs pairs = {0};

    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        size_t name = strcspn(++pattern, "}"), len = segment(path);
        struct web_pair pair = {arena_strndup(a, pattern, name), parameter(a, path, len)};
        if (!pair.value)
            return false;
        ARRAY_PUSH(a, pairs, pair);
        pattern += name + 1;
        path += len;
    }
    *ret = pairs;
    return *path == '\0';
}

struct uri_found uri_route(struct arena *a, const struct web_route *routes, size_t n,
                           const char *method, const char *path)
{
    struct uri_found found = {0};
    struct text allow = {.arena = a};
    const char *wanted = text_is(method, "HEAD") ? "GET" : method;

    for (size_t i = 0; i < n; i++) {
        if (!uri_match(a, routes[i].path, path, &found.params))
            continue;
        if (text_is(routes[i].method, wanted)) {
            found.route = &routes[i];
            return found;
        }
        text_printf(&allow, "%s%s", allow.len ? ", " : "", routes[i].method);
        if (text_is(routes[i].method, "GET"))
            text_add(&allow, ", HEAD");
    }
    found.allow = allow.len ? text_str(&allow) : NULL;
    return found;
}

static bool is_port(const char *s)
{
    return *s == '\0' || (*s == ':' && s[1 + strspn(s + 1, "0123456789")] == '\0');
}

bool uri_host_is_served(const char *host, const char *const *names, size_t n)
{
    struct in6_addr six;
    struct in_addr four;
    char name[MAX_HOST + 1];
    bool bracket = *host == '[';
    size_t len = strcspn(host + bracket, bracket ? "]" : ":");
    const char *behind = host + bracket + len;

    if (len == 0 || len > MAX_HOST || (bracket && *behind != ']') || !is_port(behind + bracket))
        return false;
    snprintf(name, sizeof name, "%.*s", (int)len, host + bracket);
    if (bracket)
        return inet_pton(AF_INET6, name, &six) == 1;
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return strcasecmp(name, "localhost") == 0 || inet_pton(AF_INET, name, &four) == 1;
}
