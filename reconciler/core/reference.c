/* The grammar, from the outside in: name [ ":" tag ] [ "@" digest ], where name is path components
 * joined by slashes and the first of them is a registry if it could not be a component of a
 * Docker Hub name: it has a dot, a colon or capitals, or it is "localhost". */
#include "core/reference.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

enum { MAX_NAME = 255, MAX_TAG = 128, SHA256_HEX = 64 };

static bool is_lower_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
    return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

static bool is_registry(const char *s, size_t len)
{
    if (len == 9 && memcmp(s, "localhost", 9) == 0)
        return true;
    for (size_t i = 0; i < len; i++)
        if (s[i] == '.' || s[i] == ':' || (s[i] >= 'A' && s[i] <= 'Z'))
            return true;
    return false;
}

/* "host", "host:5000", "[::1]:5000" */
static bool registry_ok(const char *s, size_t len)
{
    size_t i = 0;

    if (s[0] == '[') {
        while (i < len && s[i] != ']')
            i++;
        if (i < 3 || i == len || strspn(s + 1, "0123456789abcdefABCDEF:") != i - 1)
            return false;
        i++;
    } else {
        for (; i < len && s[i] != ':'; i++) {
            bool edge = i == 0 || i + 1 == len || strchr(".:", s[i - 1]) || strchr(".:", s[i + 1]);
            if (!is_alnum(s[i]) && (edge || (s[i] != '-' && s[i] != '.')))
                return false;
        }
        if (i == 0)
            return false;
    }
    if (i == len)
        return true;
    if (s[i++] != ':' || i == len)
        return false;
    for (; i < len; i++)
        if (!isdigit((unsigned char)s[i]))
            return false;
    return true;
}

/* Letters and digits, joined by ".", "_", "__" or any number of "-". */
static bool component_ok(const char *s, size_t len)
{
    size_t i = 0;

    while (i < len) {
        size_t word = i;
        while (i < len && is_lower_alnum(s[i]))
            i++;
        if (i == word)
            return false;
        if (i == len)
            return true;
        size_t separator = i;
        while (i < len && s[i] == s[separator])
            i++;
        size_t most = s[separator] == '.'   ? 1
                      : s[separator] == '_' ? 2
                      : s[separator] == '-' ? len
                                            : 0;
        if (i - separator > most || i == len)
            return false;
    }
    return false;
}

static bool name_ok(const char *name, size_t len)
{
    const char *s = name, *end = name + len;

    if (len == 0 || len > MAX_NAME)
        return false;
    for (bool first = true;; first = false) {
        const char *slash = memchr(s, '/', (size_t)(end - s));
        size_t n = (size_t)((slash ? slash : end) - s);
        bool registry = first && slash && is_registry(s, n);
        if (!(registry ? registry_ok(s, n) : component_ok(s, n)))
            return false;
        if (!slash)
            return true;
        s = slash + 1;
    }
}

static bool tag_ok(const char *s, size_t len)
{
    if (len == 0 || len > MAX_TAG || !(is_alnum(s[0]) || s[0] == '_'))
        return false;
    for (size_t i = 1; i < len; i++)
        if (!is_alnum(s[i]) && !strchr("_.-", s[i]))
            return false;
    return true;
}

static bool digest_ok(const char *s)
{
    const char *hex = strchr(s, ':');

    if (!hex || hex == s || !isalpha((unsigned char)s[0]))
        return false;
    for (const char *p = s; p < hex; p++)
        if (!is_alnum(*p) && (!strchr("-_+.", *p) || !is_alnum(p[1])))
            return false;
    size_t n = strspn(++hex, "0123456789abcdef");
    return !hex[n] && (text_starts(s, "sha256:") ? n == SHA256_HEX : n >= 32);
}

int reference_parse(struct arena *a, const char *s, struct reference *ret, struct err *err)
{
    const char *at = strchr(s, '@');
    const char *end = at ? at : s + strlen(s);
    const char *tag = NULL;

    for (const char *p = end; p > s && p[-1] != '/'; p--)
        if (p[-1] == ':')
            tag = p;
    size_t name_len = (size_t)((tag ? tag - 1 : end) - s);
    if (!*s)
        return err_set(err, ERR_INVALID, "an image reference is empty");
    if (!name_ok(s, name_len))
        return err_set(err, ERR_INVALID, "image \"%s\": \"%.*s\" is not a valid repository name%s",
                       s, (int)name_len, s,
                       strpbrk(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ? ", it must be lower case" : "");
    if (tag && !tag_ok(tag, (size_t)(end - tag)))
        return err_set(err, ERR_INVALID, "image \"%s\": \"%.*s\" is not a valid tag", s,
                       (int)(end - tag), tag);
    if (at && !digest_ok(at + 1))
        return err_set(err, ERR_INVALID, "image \"%s\": \"%s\" is not a valid digest", s, at + 1);
    *ret = (struct reference){
        .repository = arena_strndup(a, s, name_len),
        .tag = tag ? arena_strndup(a, tag, (size_t)(end - tag)) : NULL,
        .digest = at ? arena_strdup(a, at + 1) : NULL,
    };
    return 0;
}

const char *reference_full(struct arena *a, const struct reference *r)
{
    if (r->digest)
        return arena_printf(a, "%s%s%s@%s", r->repository, r->tag ? ":" : "", r->tag ? r->tag : "",
                            r->digest);
    return reference_with_tag(a, r, r->tag ? r->tag : "latest");
}

const char *reference_with_tag(struct arena *a, const struct reference *r, const char *tag)
{
    return arena_printf(a, "%s:%s", r->repository, tag);
}

const char *reference_basename(const struct reference *r)
{
    const char *slash = strrchr(r->repository, '/');
    return slash ? slash + 1 : r->repository;
}

/* The repository as Docker Hub's short forms stand for it. */
static const char *normal_repository(struct arena *a, const char *repository)
{
    const char *slash = strchr(repository, '/');

    if (!slash)
        return arena_printf(a, "docker.io/library/%s", repository);
    if (!is_registry(repository, (size_t)(slash - repository)))
        return arena_printf(a, "docker.io/%s", repository);
    if (!text_starts(repository, "docker.io/") && !text_starts(repository, "index.docker.io/"))
        return repository;
    return arena_printf(a, "docker.io/%s%s", strchr(slash + 1, '/') ? "" : "library/", slash + 1);
}

const char *reference_registry(struct arena *a, const struct reference *r)
{
    const char *full = normal_repository(a, r->repository);

    return arena_strndup(a, full, strcspn(full, "/"));
}

bool reference_same(struct arena *a, const char *x, const char *y)
{
    struct reference p = {0}, q = {0};
    struct err err;

    if (strcmp(x, y) == 0)
        return true;
    if (reference_parse(a, x, &p, &err) || reference_parse(a, y, &q, &err))
        return false;
    if (!text_is(normal_repository(a, p.repository), normal_repository(a, q.repository)))
        return false;
    if (p.digest || q.digest)
        return text_is(p.digest, q.digest);
    return strcmp(p.tag ? p.tag : "latest", q.tag ? q.tag : "latest") == 0;
}
