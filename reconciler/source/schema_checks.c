#include "source/schema_checks.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/reference.h"
#include "core/window.h"

const char *check_image(struct arena *a, const char *s)
{
    struct reference ref;
    struct err err;

    if (reference_parse(a, s, &ref, &err) == 0)
        return NULL;
    const char *reason = strstr(err.text, "\": "); /* the image itself is named already */
    return arena_strdup(a, reason ? reason + 3 : err.text);
}

const char *check_pull_policy(struct arena *a, const char *s)
{
    (void)a;
    if (!text_starts(s, "every_"))
        return NULL;
    int64_t seconds = text_duration_s(s + strlen("every_"));
    if (seconds < 0)
        return "what stands behind every_ is no duration";
    return seconds < 60 ? "registries are asked every_1m at most" : NULL;
}

static bool is_port(const char *s)
{
    long n = strtol(s, NULL, 10);
    return n >= 1 && n <= 65535;
}

const char *check_ports(struct arena *a, const char *s)
{
    const char *container = strrchr(s, ':') + 1; /* the pattern has seen to it */
    const char *host = container - 1;

    (void)a;
    while (host > s && host[-1] != ':')
        host--;
    return is_port(host) && is_port(container) ? NULL : "a port is a number from 1 to 65535";
}

const char *check_network(struct arena *a, const char *s)
{
    static const char *const words[] = {"host", "none", "bridge", "default"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_is(s, words[i]))
            return arena_printf(a, "containers on \"%s\" cannot find each other by name", s);
    return NULL;
}

const char *check_window(struct arena *a, const char *s)
{
    struct window window;

    return window_parse(a, s, &window);
}

const char *check_live_key(struct arena *a, const char *s)
{
    size_t stars = 0;

    for (const char *c = s; *c; c++)
        stars += *c == '*';
    if (stars > 2)
        return "two * are enough";
    return avr_is_wiring(s) ? arena_printf(a, "%s is given to a container when it is made", s)
                            : NULL;
}
