/* What specs say of the service itself.  It was started with some of it, which stays as it is until
 * the next start; what command line or environment decided no spec changes. */
#include <stdio.h>

#include "base/text.h"
#include "service/service_parts.h"
#include "source/schema.h"

static bool is_decided(const struct service *s, const char *name)
{
    for (size_t i = 0; i < s->options->n_decided; i++)
        if (text_is(s->options->decided[i], name))
            return true;
    return false;
}

static void take_time(struct service *s, const char *name, const struct number *said, int64_t dflt,
                      int64_t *in_force)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    int64_t now = said->set ? said->n : dflt;

    if (is_decided(s, name) || now == *in_force)
        return;
    *in_force = now;
    log_say(s->log, LEVEL_INFO, NULL, "%s is %s from now on", name, text_duration(a, now));
    service_mark(s, NULL); /* when the next look is due may be another time now */
}

/* The names of those that differ from what it was started with. */
static const char *waiting(const struct service *s, struct arena *a, const struct service_spec *now)
{
    static const char *const taken_at_once[] = {"resync", "history-keep"};
    struct text names = {.arena = a};

    for (size_t i = 0; i < schema_service.n; i++) {
        const char *name = schema_service.fields[i].name;
        if (is_decided(s, name) || text_is(name, taken_at_once[0]) ||
            text_is(name, taken_at_once[1]) ||
            text_is(spec_service_text(a, &s->options->spec, name, NULL),
                    spec_service_text(a, now, name, NULL)))
            continue;
        text_printf(&names, "%s%s", names.len ? ", " : "", name);
    }
    return names.len ? text_str(&names) : "";
}

void settings_take(struct service *s, const struct service_spec *now)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *later = waiting(s, a, now);

    take_time(s, "resync", &now->resync_s, SERVICE_RESYNC_S, &s->resync_s);
    take_time(s, "history-keep", &now->history_keep_s, SERVICE_HISTORY_KEEP_S, &s->history_keep_s);
    if (text_is(later, s->later))
        return;
    snprintf(s->later, sizeof s->later, "%s", later);
    if (*later)
        log_condition(s->log, "service", LEVEL_WARNING, NULL,
                      arena_printf(a,
                                   "specs have changed what they say under service: (%s), which "
                                   "takes effect at the next start",
                                   later));
    else
        log_clear(s->log, "service", "what specs say under service: is what it was started with");
}

void settings_open(struct service *s)
{
    s->resync_s = s->options->resync_s;
    s->history_keep_s = s->options->history_keep_s;
}
