#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/visible.h"
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

/* A number and the units of a duration: 12, 1m30s. */
static const char *after_numbers(const char *s)
{
    while (isdigit((unsigned char)*s)) {
        s += strspn(s, "0123456789");
        s += *s && strchr("dhms", *s) && !isalpha((unsigned char)s[1]);
    }
    return s;
}

/* Texts that differ in numbers alone: time passes in them, which is no news. */
static bool differ_in_numbers(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
            a = after_numbers(a) - 1;
            b = after_numbers(b) - 1;
        } else if (*a != *b) {
            return false;
        }
    }
    return *a == *b;
}

static bool is_news(const struct held_condition *c, const struct log_line *line)
{
    struct log_line known = c->line;

    if (!c->arena || !differ_in_numbers(known.text, line->text))
        return true;
    known.text = line->text;
    return !line_is(&known, line);
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
    bool news = is_news(c, &line);
    c->seen++;
    arena_free(c->arena);
    c->arena = a;
    c->line = line;
    if (!news && log->mono_ms() - c->said_ms < REMIND_MS)
        return;
    c->said_ms = log->mono_ms();
    if (news)
        log_put(log, &c->line);
    else
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
                   ((struct condition){.key = visible_text(a, c->key),
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
