/* What is wrong with registries and their logins.  It holds nobody up, so it is a warning each time
 * it begins and a line when it is over. */
#include <string.h>

#include "base/text.h"
#include "service/service_parts.h"

static const char prefix[] = "registry/";

static bool still_fails(const struct observed *o, const char *ref)
{
    const struct image *image = observed_image(o, ref);

    return image && image->remote_error;
}

static void report_logins(struct service *s)
{
    const char *problem = session_login_problem(s->session);

    if (problem)
        log_condition(s->log, "registry-login", LEVEL_WARNING, NULL, problem);
    else
        log_clear(s->log, "registry-login", "the logins of registries can be found out again");
}

void report_registries(struct service *s, const struct look *look)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const struct observed *o = &look->observed;
    const struct condition *conditions;
    size_t n = log_conditions(s->log, a, &conditions);

    for (size_t i = 0; i < n; i++)
        if (text_starts(conditions[i].key, prefix) &&
            !still_fails(o, conditions[i].key + strlen(prefix)))
            log_clear(s->log, conditions[i].key,
                      arena_printf(a, "the registry answers again: %s",
                                   conditions[i].key + strlen(prefix)));
    for (size_t i = 0; i < o->n_images; i++)
        if (o->images[i].remote_error)
            log_condition(s->log, arena_printf(a, "%s%s", prefix, o->images[i].asked),
                          LEVEL_WARNING, NULL,
                          arena_printf(a, "%s: %s", o->images[i].asked, o->images[i].remote_error));
    report_logins(s);
}
