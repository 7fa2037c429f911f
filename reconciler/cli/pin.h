/* pin.h - the two places an image can be pinned in: the pieces of the verb `pin`. */
#ifndef CLI_PIN_H
#define CLI_PIN_H

#include "base/array.h"
#include "cli/cmd.h"

struct pin { /* one container */
    const struct agent *agent;
    enum role role;
    const char *image; /* the reference to write */
    /* Filled by the place: */
    struct pos at;        /* in a spec; file NULL: in the database */
    const char *provider; /* in the database: its name */
    const char *old;      /* NULL: nothing stood there */
    bool changed;
};

struct pins {
    ARRAY(struct pin) list;
    size_t n_failed; /* said already: nothing may be written then */
};

/* Finds what would change, and writes it unless `dry` or something failed.  Says what is wrong;
 * false if anything is. */
bool pin_in_specs(struct cli *, const struct sources *, struct pins *, bool dry);
bool pin_in_database(struct cli *, const struct sources *, struct pins *, bool dry);

#endif
