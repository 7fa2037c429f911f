#include "tell/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "tell/log_parts.h"

/* People compare a log with other logs, so its times are the clock's as it is now. */
static int64_t real_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char mine[64];
    struct stat st;

    if (!stream || fstat(fd, &st) < 0)
        return false;
    snprintf(mine, sizeof mine, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, mine) == 0;
}

static enum log_look look_of(const struct log_options *o)
{
    if (o->format == LOG_JSON)
        return LOOK_JSON;
    if (o->format == LOG_PREFIXED || is_journal(o->fd))
        return LOOK_JOURNAL;
    return isatty(o->fd) ? LOOK_TERMINAL : LOOK_FILE;
}

struct log *log_open(const struct log_options *o)
{
    struct log *log = calloc(1, sizeof *log);

    if (!log)
        abort();
    sink_open(&log->sink, o->fd);
    log->look = look_of(o);
    log->level = o->level;
    log->color = o->color && log->look == LOOK_TERMINAL;
    log->mono_ms = o->mono_ms ? o->mono_ms : mono_ms;
    log->wall_ms = o->wall_ms ? o->wall_ms : real_ms;
    return log;
}

static bool emit(struct log *log, const struct log_line *line)
{
    struct arena *a = arena_new();
    const char *s = line_format(a, line, log->look, log->color, log->wall_ms());
    bool written = sink_write(&log->sink, s, strlen(s));

    arena_free(a);
    return written;
}

static void say_dropped(struct log *log)
{
    unsigned long n = log->sink.untold;
    char text[128];

    if (n == 0)
        return;
    snprintf(text, sizeof text, "%lu log %s dropped because nobody took them", n,
             n == 1 ? "line was" : "lines were");
    struct log_line line = {.level = LEVEL_WARNING, .text = text};
    bool told = emit(log, &line);
    log->sink.untold = told ? 0 : n; /* a notice that is dropped is no lost line */
    log->sink.dropped -= !told;
}

void log_write(struct log *log, const struct log_line *line)
{
    say_dropped(log);
    emit(log, line);
}

void log_put(struct log *log, const struct log_line *line)
{
    if (line->level <= log->level && repeat_admits(log, line))
        log_write(log, line);
}

void log_say(struct log *log, enum log_level level, const struct log_about *about, const char *fmt,
             ...)
{
    char *text = NULL;
    va_list ap;

    if (level > log->level)
        return;
    va_start(ap, fmt);
    int n = vasprintf(&text, fmt, ap);
    va_end(ap);
    if (n < 0)
        abort();
    struct arena *a = arena_new();
    struct log_line line = line_make(a, level, about, text);
    if (level <= LEVEL_WARNING)
        log_put(log, &line);
    else
        log_write(log, &line); /* steps of the same kind do come again and again */
    arena_free(a);
    free(text);
}

void log_tick(struct log *log)
{
    say_dropped(log);
    repeat_tick(log);
}

void log_close(struct log *log)
{
    if (!log)
        return;
    say_dropped(log);
    repeat_end(log);
    conditions_free(log);
    sink_close(&log->sink);
    free(log);
}

unsigned long log_dropped(const struct log *log)
{
    return log->sink.dropped;
}
