#include "engine/published.h"

#include <stdbool.h>
#include <string.h>

static bool is_port(const char *s)
{
    size_t n = strspn(s, "0123456789");
    return n > 0 && s[n] == '\0';
}

/* Cuts s at its last colon and returns what stood behind it; NULL if there is none. */
static char *cut_last(char *s)
{
    char *colon = strrchr(s, ':');

    if (!colon || strchr(colon, ']')) /* inside "[::1]" */
        return NULL;
    *colon = '\0';
    return colon + 1;
}

static const char *without_brackets(struct arena *a, const char *s)
{
    size_t n = strlen(s);
    return n > 2 && s[0] == '[' && s[n - 1] == ']' ? arena_strndup(a, s + 1, n - 2) : s;
}

int published_parse(struct arena *a, const char *text, struct published *ret)
{
    char *rest = arena_strdup(a, text);
    char *slash = strrchr(rest, '/');
    const char *protocol = "tcp";

    if (slash) {
        *slash = '\0';
        protocol = slash + 1;
    }
    const char *container = cut_last(rest), *host = container ? cut_last(rest) : NULL;
    const char *first = rest; /* an address before two colons, a host port before one */
    if (host)
        *ret = (struct published){.host_ip = without_brackets(a, first), .host = host};
    else
        *ret = (struct published){.host_ip = "", .host = container ? first : ""};
    if (!container)
        container = first;
    ret->container = arena_printf(a, "%s/%s", container, protocol);
    return is_port(container) && (!*ret->host || is_port(ret->host)) && *protocol ? 0 : -1;
}

const char *published_text(struct arena *a, const struct published *port)
{
    bool v6 = strchr(port->host_ip, ':') != NULL;

    if (*port->host_ip)
        return arena_printf(a, "%s%s%s:%s:%s", v6 ? "[" : "", port->host_ip, v6 ? "]" : "",
                            port->host, port->container);
    if (*port->host)
        return arena_printf(a, "%s:%s", port->host, port->container);
    return arena_strdup(a, port->container);
}
