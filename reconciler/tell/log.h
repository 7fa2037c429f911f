/* log.h - what a service that runs for months says.
 *
 * Text for terminals (local time, colour by level) and for the journal (level prefixes of
 * sd-daemon(3), no time), or JSON, one object a line:
 *
 *     {"time", "level", "agent", "role", "generation", "cause", "message"}
 *
 * where "time" is RFC 3339 in UTC with milliseconds and what is not known is left out.
 *
 * Whatever is said is made visible first and cut to about 1500 bytes.  Nothing is said endlessly: a
 * warning or error that comes again is counted and said again after 10 s, 20 s, 40 s … 1 h with the
 * count; texts therefore hold no counters and no times of their own.
 *
 * Writing never waits.  What a full pipe, socket or terminal does not take is dropped, counted, and
 * the count is said as soon as somebody reads again.  The process must ignore SIGPIPE. */
#ifndef TELL_LOG_H
#define TELL_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum log_level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

enum log_format {
    LOG_TEXT,     /* the journal's when fd is the journal ($JOURNAL_STREAM), else with the time */
    LOG_PREFIXED, /* text as the journal likes it, whatever fd is */
    LOG_JSON,
};

struct log_options {
    int fd; /* of the caller, who keeps it open and never finds its flags changed */
    enum log_format format;
    enum log_level level; /* less severe lines are left out */
    bool color;           /* allowed; used on a terminal only */
    /* Milliseconds, monotonic and since 1970; NULL: the system's clocks. */
    int64_t (*mono_ms)(void), (*wall_ms)(void);
};

struct log_about { /* what a line is about; each may be NULL */
    const char *agent, *role, *generation, *cause;
};

struct log;

struct log *log_open(const struct log_options *);
void log_close(struct log *); /* says what was counted and not yet said; NULL is fine */

/* about may be NULL. */
void log_say(struct log *, enum log_level, const struct log_about *, const char *fmt, ...)
    PRINTF(4, 5);

/* Says what is due: counts of repeated and of dropped lines.  To be called now and then, at best
 * every few seconds. */
void log_tick(struct log *);

/* A condition holds from the first log_condition() of its key to log_clear().  It is said when it
 * begins, when its text (in more than its numbers) or level changes, and as a reminder with a count
 * at most once an hour.
 * Clearing says `text` ("no longer: …" when NULL) and for how long it held; clearing what does not
 * hold does nothing.  A key names the kind and the thing: "engine", "pull/avr-sts-deepgram". */
void log_condition(struct log *, const char *key, enum log_level, const struct log_about *,
                   const char *text);
void log_clear(struct log *, const char *key, const char *text);

struct condition {
    const char *key;
    enum log_level level;
    int64_t since_ms;   /* since 1970 */
    unsigned long seen; /* times it was found to hold */
    struct log_about about;
    const char *text;
};

/* Those that hold, the oldest first, as visible text; the arena owns them.  Returns how many. */
size_t log_conditions(const struct log *, struct arena *, const struct condition **ret);

unsigned long log_dropped(const struct log *); /* lines so far */

#endif
