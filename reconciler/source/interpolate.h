/* interpolate.h - ${VAR} in the values of a spec, with Docker Compose's forms:
 *
 *     $VAR ${VAR}        the value; not set is an error
 *     ${VAR:-text}       text if VAR is not set or empty;  ${VAR-text}: if it is not set
 *     ${VAR:?message}    an error with that message;       ${VAR?message}
 *     ${VAR:+text}       text if VAR is set and not empty; ${VAR+text}: if it is set
 *     $$                 a plain $
 *
 * text may hold variables again. */
#ifndef SOURCE_INTERPOLATE_H
#define SOURCE_INTERPOLATE_H

#include "source/report.h"

struct interpolation {
    struct arena *arena;
    struct report *report;
    const struct spec_env *env;
};

/* NULL after errors were reported, each at its own place inside the scalar at `place`.
 * *ret_secret (may be NULL) becomes true if a variable that names a secret was filled in. */
const char *interpolate(const struct interpolation *, const struct place *, const char *text,
                        bool *ret_secret);

/* The value of the variable, or NULL.  A value that is not UTF-8 counts as an error of its own. */
const char *interpolate_variable(const struct interpolation *, const char *name,
                                 const struct place *, bool *ret_failed);

#endif
