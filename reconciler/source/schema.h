/* schema.h - every key of a spec, once, as data.
 *
 * A section is a mapping; a field is a key that may stand in it.  The reader, the words of its
 * errors, specs/schema.json and the reference in README.md all come from these tables, so a key
 * that is added here is known everywhere. */
#ifndef SOURCE_SCHEMA_H
#define SOURCE_SCHEMA_H

#include "core/inputs.h"

enum shape {                    /* what is written             what it becomes */
             SHAPE_TEXT,        /* a text                      struct value */
             SHAPE_FLAG,        /* true or false               struct value */
             SHAPE_PATH,        /* a path, from the spec file  struct value */
             SHAPE_INTEGER,     /* a whole number              struct number */
             SHAPE_DURATION,    /* 90s, 1h30m                  struct number, seconds */
             SHAPE_SIZE,        /* 512m, 1g                    struct number, bytes */
             SHAPE_CPUS,        /* 0.5                         struct number, billionths */
             SHAPE_ONE,         /* a text                      struct values, a list of one */
             SHAPE_LIST,        /* a text or a list            struct values */
             SHAPE_VOLUMES,     /* a text or a list            struct values, paths made absolute */
             SHAPE_HOSTS,       /* a list or a mapping         struct values, "name:address" */
             SHAPE_COMMAND,     /* a line or a list            struct values */
             SHAPE_LABELS,      /* a mapping or a list         struct label *, size_t */
             SHAPE_ENV_FILE,    /* a path or a list            struct env_list */
             SHAPE_ENVIRONMENT, /* a mapping or a list         struct env_list, over what is in it
                                 */
             SHAPE_PROBE,       /* TCP, [HTTP, /path], …       struct healthcheck */
             SHAPE_SECTION,     /* a mapping of the section    whatever the section says */
             SHAPE_ENTRIES,     /* names, each with a section  read by source/spec.c */
             SHAPE_INCLUDE,     /* nothing: the section's fields belong to this one, too */
             SHAPE_REFUSED, /* a key of Docker Compose that is not taken; see `expects` and `doc` */
};

struct field {
    const char *name;
    enum shape shape;
    size_t at;           /* where it goes in the section's struct */
    size_t count_at;     /* SHAPE_LABELS: where the number goes */
    const char *doc;     /* one line; SHAPE_REFUSED: what to do instead, or NULL */
    const char *expects; /* "a duration such as 90s"; SHAPE_REFUSED: "is never sent to the …" */
    const char *const *choices; /* the only texts, NULL-terminated; or NULL */
    const char *const *words;   /* near ones are suggested where there is a pattern; or NULL */
    const char *pattern;        /* what a text must match (POSIX ERE and ECMA alike); or NULL */
    int64_t min, max;           /* of a number */
    bool hidden;                /* the value is never shown */
    bool may_be_none;           /* a limit: 0 and "none" stand for no limit */
    /* Says why a text will not do although it matches, or NULL.  The pattern holds already. */
    const char *(*check)(struct arena *, const char *text);
    const struct section *section;
};

struct section {
    const char *name;  /* of its definition in schema.json */
    const char *title; /* of its table in the reference */
    const char *doc;   /* one line */
    const struct field *fields;
    size_t n;
    const char *shorthand; /* the field that is meant where no mapping stands; or NULL */
    bool may_be_empty;     /* `key:` with nothing behind it */
    bool takes_one;        /* exactly one of its keys stands there */
};

extern const struct section schema_top;       /* struct spec */
extern const struct section schema_provider;  /* struct provider_spec */
extern const struct section schema_service;   /* struct service_spec */
extern const struct section schema_agent;     /* struct agent_spec */
extern const struct section schema_role;      /* struct settings */
extern const struct section schema_secret;    /* struct value_source */
extern const struct section schema_env_value; /* struct value_source */

/* Where a value comes from that is not written in the spec itself; one of them. */
struct value_source {
    struct value secret, file, env;
};

/* The field of this name and how far its struct is from the section's own, includes followed. */
const struct field *schema_find(const struct section *, const char *name, size_t *ret_shift);

/* The names of all fields but the refused ones, for suggestions. */
size_t schema_names(struct arena *, const struct section *, const char *const **ret);

#endif
