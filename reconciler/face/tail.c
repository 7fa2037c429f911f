#include "face/tail.h"

#include <string.h>

#include "base/array.h"
#include "engine/fields.h"
#include "service/last_words.h"

static bool has_time(const char *line)
{
    return strnlen(line, TAIL_TIME + 1) > TAIL_TIME && line[4] == '-' && line[10] == 'T' &&
           line[TAIL_TIME - 1] == 'Z' && line[TAIL_TIME] == ' ';
}

/* A line without a time belongs to the one before it. */
size_t tail_read(struct tail *t, struct arena *a, const char *log, const struct env_list *secrets,
                 const char *const **ret)
{
    const char *const *lines;
    size_t n = last_words(a, log, secrets, &lines);
    ARRAY(const char *) fresh = {0};
    bool is_new = false;

    for (size_t i = 0; i < n; i++) {
        const char *line = lines[i];
        if (has_time(line)) {
            is_new = strncmp(line, t->last, TAIL_TIME) > 0;
            if (is_new)
                memcpy(t->last, line, TAIL_TIME);
            line += TAIL_TIME + 1;
        }
        if (is_new)
            ARRAY_PUSH(a, fresh, line);
    }
    if (*t->last)
        t->since_s = field_time_ms(t->last) / 1000;
    *ret = fresh.items;
    return fresh.n;
}
