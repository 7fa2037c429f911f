#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/render.h"
#include "tell/log_parts.h"

enum { REMIND_MS = 60 * 60 * 1000 };

/* Where the condition hangs; what is there is NULL if it does not hold. */
static struct held_condition **find(struct log *log, const char *key)
{
    struct held_condition **at = &log->conditions;

    while (*at && !text_is((*at)->key, key))
        at = &(*at)->next;
    return at;
}

static struct held_condition *begin(struct log *log, const char *key)
{
    struct held_condition *c = calloc(1, sizeof *c);

    if (!c || !(c->key = strdup(key)))
        abort();
    c->since_ms = log->mono_ms();
    c->since_wall_ms = log->wall_ms();
    return c;
}

static void drop(struct held_condition **at)
{
    struct held_condition *c = *at;

    *at = c->next;
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
    struct held_condition **at = find(log, key);

    if (!*at)
        *at = begin(log, key); /* at the end */
    struct held_condition *c = *at;
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
    struct held_condition **at = find(log, key), *c = *at;

    if (!c)
        return;
    struct arena *a = arena_new();
    if (!text)
        text = arena_printf(a, "no longer: %s", c->line.text);
    struct log_line line = line_make(a, LEVEL_INFO, &c->line.about, text);
    line.more = arena_printf(a, " (after %s)", held_for(a, log, c));
    log_put(log, &line);
    drop(at);
    arena_free(a);
}

size_t log_conditions(const struct log *log, struct arena *a, const struct condition **ret)
{
    ARRAY(struct condition) found = {0};

    for (const struct held_condition *c = log->conditions; c; c = c->next) {
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
    while (log->conditions)
        drop(&log->conditions);
}
