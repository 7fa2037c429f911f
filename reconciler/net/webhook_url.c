#include "net/webhook_url.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

enum { LONGEST_URL = 2048 };

static bool is_printable(const char *s)
{
    for (; *s; s++)
        if (*s <= ' ' || *s > '~')
            return false;
    return true;
}

/* "host", "host:8443", "[::1]:80" */
static bool is_authority(const char *s, size_t len)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                  "-._:[]";

    return len > 0 && *s != ':' && strspn(s, allowed) >= len;
}

int webhook_url(struct arena *a, const char *url, const char **ret_base, const char **ret_path,
                struct err *err)
{
    const char *host = text_starts(url, "https://")  ? url + strlen("https://")
                       : text_starts(url, "http://") ? url + strlen("http://")
                                                     : NULL;
    if (!host)
        return err_set(err, ERR_INVALID,
                       "the webhook's address must begin with https:// or http://");
    if (strlen(url) > LONGEST_URL || !is_printable(url) || strchr(url, '#'))
        return err_set(err, ERR_INVALID,
                       "the webhook's address is too long or holds characters no address has");
    size_t len = strcspn(host, "/?");
    if (memchr(host, '@', len))
        return err_set(err, ERR_INVALID, "the webhook's address may not hold a user name");
    if (!is_authority(host, len))
        return err_set(err, ERR_INVALID, "the webhook's address has no proper host");
    *ret_base = arena_strndup(a, url, (size_t)(host - url) + len);
    *ret_path = host[len] == '/' ? arena_strdup(a, host + len) : arena_printf(a, "/%s", host + len);
    return 0;
}
