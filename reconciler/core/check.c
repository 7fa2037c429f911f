#include "core/check.h"

#include <string.h>

#include "base/text.h"

size_t check_command(struct arena *a, const struct engine_check *c, const char *const **ret)
{
    if (c->n_test < 2) /* none, NONE, or a CMD with nothing behind it */
        return 0;
    if (strcmp(c->test[0], "CMD-SHELL") != 0) {
        *ret = c->test + 1;
        return c->n_test - 1;
    }
    const char **words = arena_alloc(a, 3 * sizeof *words);
    struct text line = {.arena = a};
    for (size_t i = 1; i < c->n_test; i++)
        text_printf(&line, "%s%s", i > 1 ? " " : "", c->test[i]);
    words[0] = "/bin/sh", words[1] = "-c", words[2] = text_str(&line);
    *ret = words;
    return 3;
}

bool check_same_command(struct arena *a, const struct engine_check *x, const struct engine_check *y)
{
    const char *const *left = NULL, *const *right = NULL;
    size_t n = check_command(a, x, &left);

    if (check_command(a, y, &right) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (strcmp(left[i], right[i]) != 0)
            return false;
    return true;
}

/* An unset time and the engine's default are one. */
static bool same_time(int64_t x, int64_t y, int64_t dflt)
{
    return (x ? x : dflt) == (y ? y : dflt);
}

bool check_same(struct arena *a, const struct engine_check *x, const struct engine_check *y)
{
    const int64_t half_a_minute = 30000000000;

    return check_same_command(a, x, y) &&
           same_time(x->interval_ns, y->interval_ns, half_a_minute) &&
           same_time(x->timeout_ns, y->timeout_ns, half_a_minute) &&
           same_time(x->start_period_ns, y->start_period_ns, 0) &&
           same_time(x->retries, y->retries, 3);
}
