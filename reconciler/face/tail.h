/* tail.h - what is new in a container's log, read again and again: the engine tells the lines since
 * a second, each with its time, and those that were told already are left out. */
#ifndef FACE_TAIL_H
#define FACE_TAIL_H

#include <stddef.h>
#include <stdint.h>

#include "core/inputs.h"

struct arena;

enum { TAIL_TIME = 30 }; /* "2026-11-22T18:00:00.123456789Z" */

struct tail {                 /* zero-initialised: nothing was read yet */
    char last[TAIL_TIME + 1]; /* time of the last line that was told; "": none was */
    int64_t since_s;          /* from when on to ask; 0: from the beginning */
};

/* The lines of this answer that are new, without their times, fit to be shown (last_words()), in
 * the arena. */
size_t tail_read(struct tail *, struct arena *, const char *log, const struct env_list *secrets,
                 const char *const **ret);

#endif
