/* Which values are hidden.  The name decides first, word by word, so that MONKEY and AUTHOR are
 * shown; then the value, so that a password inside a URL is not.  Prompts, greetings, models and
 * ids stay readable: a diff that hides them helps nobody. */
#include "core/drift.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "core/capability.h"

static bool is_secret_word(const char *word, size_t len)
{
    static const char *const words[] = {
        "KEY",    "KEYS",        "SECRET",        "SECRETS", "TOKEN",      "PASSWORD",
        "PASSWD", "PASSPHRASE",  "PASS",          "PWD",     "CREDENTIAL", "AUTH",
        "APIKEY", "CREDENTIALS", "AUTHORIZATION", "BEARER",  "JWT",
    };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strlen(words[i]) == len && strncasecmp(word, words[i], len) == 0)
            return true;
    return false;
}

/* Words end at anything but a letter, and where a small letter meets a capital. */
static bool has_secret_word(const char *name, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t n = 0;
        while (
            i + n < len && isalpha((unsigned char)name[i + n]) &&
            !(n && islower((unsigned char)name[i + n - 1]) && isupper((unsigned char)name[i + n])))
            n++;
        if (n && is_secret_word(name + i, n))
            return true;
        i += n ? n : 1;
    }
    return false;
}

/* "scheme://user:password@host" anywhere in the text; a bare user is no secret. */
static bool has_userinfo(const char *s)
{
    while ((s = strstr(s, "://"))) {
        s += 3;
        size_t n = strcspn(s, "/?# \t\n\"'<>");
        const char *at = memchr(s, '@', n);
        const char *colon = at ? memchr(s, ':', (size_t)(at - s)) : NULL;
        if (colon && colon + 1 < at)
            return true;
    }
    return false;
}

/* "?api_key=…" in an address: the name of the parameter decides as a variable's would. */
static bool has_secret_parameter(const char *s)
{
    if (!strstr(s, "://"))
        return false;
    for (const char *p = strpbrk(s, "?&"); p; p = strpbrk(p + 1, "?&")) {
        size_t n = strcspn(p + 1, "=&# \n");
        bool has_value = p[1 + n] == '=' && !strchr("& \n#", p[2 + n]);
        if (has_value && has_secret_word(p + 1, n))
            return true;
    }
    return false;
}

static bool is_jwt(const char *s)
{
    static const char base64url[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t parts = 0;

    if (!text_starts(s, "eyJ"))
        return false;
    for (;; s++) {
        size_t n = strspn(s, base64url);
        if (n < 8)
            return false;
        parts++;
        s += n;
        if (!*s)
            return parts == 3;
        if (*s != '.')
            return false;
    }
}

static bool is_uuid(const char *s)
{
    for (size_t i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s[i] != '-' : !isxdigit((unsigned char)s[i]))
            return false;
    }
    return s[36] == '\0';
}

static bool has_vendor_prefix(const char *s)
{
    static const char *const prefixes[] = {"sk-",  "sk_",         "xai-",   "ghp_",
                                           "gho_", "github_pat_", "glpat-", "AKIA",
                                           "AIza", "xoxb-",       "xoxp-",  "hf_"};

    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
        if (text_starts(s, prefixes[i]) && strlen(s) >= strlen(prefixes[i]) + 8)
            return true;
    return false;
}

/* One long word whose kinds of characters change often, as they do in random text and do not in
 * model names ("gpt-4o-realtime-preview-2025"), paths or words.  Without logarithms: in random
 * base64 about 60 of 100 neighbours differ in kind, in random hexadecimal 47, in names under 25. */
static bool is_random(const char *s)
{
    static const char token[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=.~";
    size_t n = strlen(s), changes = 0, digits = 0, letters = 0, distinct = 0;
    bool seen[256] = {false};

    if (n < 24 || strspn(s, token) != n || is_uuid(s))
        return false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        digits += isdigit(c) != 0;
        letters += isalpha(c) != 0;
        distinct += !seen[c];
        seen[c] = true;
        if (i == 0)
            continue;
        unsigned char b = (unsigned char)s[i - 1];
        bool differ =
            (isdigit(b) != 0) != (isdigit(c) != 0) || (isupper(b) != 0) != (isupper(c) != 0);
        changes += differ && isalnum(b) && isalnum(c);
    }
    return digits && letters && distinct >= 10 && changes * 100 >= (n - 1) * 28;
}

bool looks_secret(const char *name, const char *value)
{
    bool lists_names = text_is(name, "live_keys"); /* of a spec */
    if (name && !lists_names && has_secret_word(name, strlen(name)))
        return true;
    if (!value)
        return false;
    size_t len;
    return strstr(value, "-----BEGIN ") || capability_find(value, &len) || has_userinfo(value) ||
           has_secret_parameter(value) || is_jwt(value) || has_vendor_prefix(value) ||
           is_random(value);
}
