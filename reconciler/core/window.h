/* window.h - the hours in which what serves may be replaced: "Mon-Fri 02:00-05:00".
 *
 * Everything is decided by the fields of a local time, which the caller makes: nothing here knows a
 * clock or a time zone.  So on the day the clock is put forward an hour does not come, and on the
 * day it is put back it comes twice, for a window as for the people who wrote it. */
#ifndef CORE_WINDOW_H
#define CORE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "base/arena.h"

struct window_span {
    unsigned days;    /* on which it begins; bit 0: Sunday, as in tm_wday */
    int64_t from_s;   /* since midnight */
    int64_t length_s; /* may reach into the next day */
};

struct window {
    const char *text; /* as it was written; NULL: nobody said anything */
    const struct window_span *spans;
    size_t n; /* 0: always open */
};

/* Times, each with the days on which they begin (none: every day), separated by commas, or
 * "always".  Returns NULL, or a sentence about what is wrong with the text. */
const char *window_parse(struct arena *, const char *text, struct window *ret);

bool window_is_open(const struct window *, const struct tm *local);

/* Seconds until it closes if it is open, until it opens if it is not; -1: never.  They are those of
 * the clock on the wall: where that one is put forward or back meanwhile, it comes earlier or
 * later.
 */
int64_t window_turns_in_s(const struct window *, const struct tm *local);

#endif
