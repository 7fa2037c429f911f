/* log_parts.h - what the files of the log share.  Private to log*.c. */
#ifndef TELL_LOG_PARTS_H
#define TELL_LOG_PARTS_H

#include "tell/log.h"
#include "tell/log_sink.h"

struct log_line {
    enum log_level level;
    struct log_about about;
    const char *text;
    const char *more; /* behind the text; does not make a line another one; may be NULL */
};

/* Visible and cut, on the arena. */
struct log_line line_make(struct arena *, enum log_level, const struct log_about *,
                          const char *text);
struct log_line line_copy(struct arena *, const struct log_line *);
bool line_is(const struct log_line *, const struct log_line *);

enum log_look { LOOK_TERMINAL, LOOK_JOURNAL, LOOK_FILE, LOOK_JSON };

/* The line as it is written, its line break included. */
const char *line_format(struct arena *, const struct log_line *, enum log_look, bool color,
                        int64_t wall_ms);

enum { REPEATS = 64 };

struct repeat { /* a line that was said lately; free when arena is NULL */
    struct arena *arena;
    struct log_line line;
    unsigned long held;       /* not said since it was last said */
    int64_t said_ms, last_ms; /* monotonic; last_ms: when it last came */
    int64_t window_ms;        /* not again before said_ms + window_ms */
};

/* False if the line came just now too, and so is only counted. */
bool repeat_admits(struct log *, const struct log_line *);
void repeat_tick(struct log *);
void repeat_end(struct log *); /* says all counts, frees all */

struct held_condition {
    struct held_condition *next;
    struct arena *arena; /* of key, text and about; a new one when these change */
    char *key;
    struct log_line line;
    int64_t since_ms, since_wall_ms, said_ms;
    unsigned long seen;
};

void conditions_free(struct log *);

struct log {
    struct sink sink;
    enum log_look look;
    enum log_level level;
    bool color;
    int64_t (*mono_ms)(void), (*wall_ms)(void);
    struct repeat repeats[REPEATS];
    struct held_condition *conditions; /* the oldest first */
};

void log_put(struct log *, const struct log_line *);   /* unless its level is left out or it
                                                          repeats */
void log_write(struct log *, const struct log_line *); /* in any case */

#endif
