#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/render.h"
#include "service/log_parts.h"

enum { REMIND_MS = 60 * 60 * 1000 };

static struct held_condition *find(const struct log *log, const char *key)
{
    struct held_condition *c;

    TAILQ_FOREACH(c, &log->conditions, entry)
        if (text_is(c->key, key))
            return c;
    return NULL;
}

static struct held_condition *begin(struct log *log, const char *key)
{
    struct held_condition *c = calloc(1, sizeof *c);

    if (!c || !(c->key = strdup(key)))
        abort();
    c->since_ms = log->mono_ms();
    c->since_wall_ms = log->wall_ms();
    TAILQ_INSERT_TAIL(&log->conditions, c, entry);
    return c;
}

static void drop(struct log *log, struct held_condition *c)
{
    TAILQ_REMOVE(&log->conditions, c, entry);
    arena_free(c->arena);
    free(c->key);
    free(c);
}

static const char *held_for(struct arena *a, const struct log *log, const struct held_condition *c)
{
    return text_duration(a, (log->mono_ms() - c->since_ms) / 1000);
}

static void remind(struct log *log, struct held_condition *c)
{
    struct arena *a = arena_new();

    c->line.more = arena_printf(a, " (for %s, seen %lu times)", held_for(a, log, c), c->seen);
    log_put(log, &c->line);
    c->line.more = NULL;
    arena_free(a);
}

void log_condition(struct log *log, const char *key, enum log_level level,
                   const struct log_about *about, const char *text)
{
    struct arena *a = arena_new();
    struct log_line line = line_make(a, level, about, text);
    struct held_condition *c = find(log, key);

    if (!c)
        c = begin(log, key);
    c->seen++;
    if (!c->arena || !line_is(&c->line, &line)) {
        arena_free(c->arena);
        c->arena = a;
        c->line = line;
        c->said_ms = log->mono_ms();
        log_put(log, &c->line);
        return;
    }
    arena_free(a);
    if (log->mono_ms() - c->said_ms < REMIND_MS)
        return;
    c->said_ms = log->mono_ms();
    remind(log, c);
}

void log_clear(struct log *log, const char *key, const char *text)
{
    struct held_condition *c = find(log, key);

    if (!c)
        return;
    struct arena *a = arena_new();
    if (!text)
        text = arena_printf(a, "no longer: %s", c->line.text);
    struct log_line line = line_make(a, LEVEL_INFO, &c->line.about, text);
    line.more = arena_printf(a, " (after %s)", held_for(a, log, c));
    log_put(log, &line);
    drop(log, c);
    arena_free(a);
}

size_t log_conditions(const struct log *log, struct arena *a, const struct condition **ret)
{
    ARRAY(struct condition) found = {0};
    const struct held_condition *c;

    TAILQ_FOREACH(c, &log->conditions, entry) {
        struct log_line line = line_copy(a, &c->line);
        ARRAY_PUSH(a, found,
                   ((struct condition){.key = render_visible(a, c->key),
                                       .level = line.level,
                                       .since_ms = c->since_wall_ms,
                                       .seen = c->seen,
                                       .about = line.about,
                                       .text = line.text}));
    }
    *ret = found.items;
    return found.n;
}

void conditions_free(struct log *log)
{
    struct held_condition *c;

    while ((c = TAILQ_FIRST(&log->conditions)))
        drop(log, c);
}
