/* sources.h - reads specs, database and what is remembered, and merges them; needs no
 * engine. */
#ifndef CONTROL_SOURCES_H
#define CONTROL_SOURCES_H

#include "control/config.h"
#include "core/desired.h"
#include "core/observed.h"

struct sources {
    struct spec spec;
    struct database database; /* path NULL: none is used */
    struct standing_orders orders;
    struct desired desired;
    const char *text;              /* "specs/agents.yaml, data.db": for the head of a diff */
    const char *const *bind_roots; /* the config's and the specs' folders */
    size_t n_bind_roots;
    /* What agents were made from when they last proved themselves, as far as somebody remembers. */
    struct generations last_good;
    int64_t read_ms; /* monotonic: when the calls in the database were read; 0: long ago */
};

/* ERR_INVALID with errors->n > 0: the specs are wrong.  ERR_UNREACHABLE: the database
 * cannot be read, or is not AVR's, or there are orders that cannot be read; nothing may be changed.
 */
int sources_read(struct arena *, const struct config *, struct sources *ret,
                 struct spec_errors *errors, struct err *) MUST_CHECK;

/* The database this spec and the configuration speak of; NULL: none. */
const char *sources_database_path(const struct config *, const struct spec *);

/* The same in parts, for whoever keeps a part that was good while another is not.  complete: both
 * parts are of this moment, so that absence may be believed. */
int sources_read_database(struct arena *, const char *path, struct database *ret,
                          struct err *) MUST_CHECK;
void sources_merge(struct arena *, const struct config *, const struct spec *,
                   const struct database *, const struct standing_orders *, bool complete,
                   struct sources *ret);

#endif
