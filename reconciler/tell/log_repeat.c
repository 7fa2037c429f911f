#include "base/text.h"
#include "tell/log_parts.h"

enum { FIRST_WINDOW_MS = 10 * 1000, LAST_WINDOW_MS = 60 * 60 * 1000, FORGET_MS = 10 * 60 * 1000 };

static void forget(struct repeat *r)
{
    arena_free(r->arena);
    *r = (struct repeat){0};
}

/* It was said just now. */
static void begin_window(struct repeat *r, int64_t now_ms)
{
    int64_t window_ms = r->window_ms ? 2 * r->window_ms : FIRST_WINDOW_MS;

    r->window_ms = window_ms < LAST_WINDOW_MS ? window_ms : LAST_WINDOW_MS;
    r->said_ms = now_ms;
    r->held = 0;
}

static void say_count(struct log *log, struct repeat *r, int64_t now_ms)
{
    struct arena *a = arena_new();

    r->line.more =
        arena_printf(a, " … repeated %lu %s in %s", r->held, r->held == 1 ? "time" : "times",
                     text_duration(a, (now_ms - r->said_ms + 999) / 1000));
    log_write(log, &r->line);
    r->line.more = NULL;
    begin_window(r, now_ms);
    arena_free(a);
}

static struct repeat *find(struct log *log, const struct log_line *line)
{
    for (size_t i = 0; i < REPEATS; i++)
        if (log->repeats[i].arena && line_is(&log->repeats[i].line, line))
            return &log->repeats[i];
    return NULL;
}

/* A free place; else that of the line that came longest ago, its count said. */
static struct repeat *place(struct log *log, int64_t now_ms)
{
    struct repeat *oldest = &log->repeats[0];

    for (size_t i = 0; i < REPEATS; i++) {
        struct repeat *r = &log->repeats[i];
        if (!r->arena)
            return r;
        if (r->last_ms < oldest->last_ms)
            oldest = r;
    }
    if (oldest->held)
        say_count(log, oldest, now_ms);
    forget(oldest);
    return oldest;
}

bool repeat_admits(struct log *log, const struct log_line *line)
{
    int64_t now_ms = log->mono_ms();
    struct repeat *r = find(log, line);

    if (!r) {
        r = place(log, now_ms);
        r->arena = arena_new();
        r->line = line_copy(r->arena, line);
        begin_window(r, now_ms);
    } else if (r->held || now_ms < r->said_ms + r->window_ms) {
        r->held++;
    } else {
        begin_window(r, now_ms);
    }
    r->last_ms = now_ms;
    return r->held == 0;
}

void repeat_tick(struct log *log)
{
    int64_t now_ms = log->mono_ms();

    for (size_t i = 0; i < REPEATS; i++) {
        struct repeat *r = &log->repeats[i];
        if (!r->arena || now_ms < r->said_ms + r->window_ms)
            continue;
        if (r->held)
            say_count(log, r, now_ms);
        else if (now_ms >= r->last_ms + FORGET_MS)
            forget(r);
    }
}

void repeat_end(struct log *log)
{
    int64_t now_ms = log->mono_ms();

    for (size_t i = 0; i < REPEATS; i++) {
        if (log->repeats[i].held)
            say_count(log, &log->repeats[i], now_ms);
        forget(&log->repeats[i]);
    }
}
