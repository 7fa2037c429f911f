/* compose_parts.h - the pieces of compose_import(), private to it. */
#ifndef SOURCE_COMPOSE_PARTS_H
#define SOURCE_COMPOSE_PARTS_H

#include "base/text.h"
#include "source/compose.h"
#include "source/yaml.h"

struct compose_var {
    const char *name;
    const char *value; /* NULL: passed on from Compose's own environment */
    struct place place;
};

struct compose_vars {
    ARRAY(struct compose_var) list;
};

struct service {
    const char *key;
    struct place place;
    const struct node *node;
    const char *image;          /* as written; NULL: none */
    const char *container_name; /* the key where none is written */
    struct compose_vars env;
    enum role role; /* by its image; ROLE__N: no part of an agent */
    size_t used;    /* agents it belongs to */
};

struct moved { /* a secret that was written out: the spec asks for `name` instead */
    const char *name, *value;
};

struct compose {
    struct arena *arena;
    struct report *report;
    struct text out;
    ARRAY(const char *) notes;
    ARRAY(struct moved) moved;
    ARRAY(const char *) agents; /* keys given so far */
    bool has_variables;
    /* The file at hand. */
    const struct source_file *file;
    const struct node *root;
    const char *project;
    ARRAY(struct service) services;
};

/* "docker-compose.yml:12: " and the sentence. */
void compose_note(struct compose *, const struct place *, const char *fmt, ...) PRINTF(3, 4);

/* ---- compose_env.c ---- */

struct compose_vars compose_env(struct compose *, const struct node *service);
const char *compose_value(const struct service *, const char *name); /* NULL: not set */
/* The key `environment`, but for what AVR's wiring and the agent's ports say: `skip`. */
void compose_write_env(struct compose *, const struct service *, unsigned indent,
                       bool (*skip)(const struct service *, const struct compose_var *));

/* ---- compose_service.c ---- */

/* A role of an agent: everything of the service that a spec has a word for. */
void compose_write_role(struct compose *, const struct service *, enum role, const char *agent,
                        bool (*skip)(const struct service *, const struct compose_var *));

/* ---- compose_text.c ---- */

void compose_scalar(struct compose *, const char *);
void compose_line(struct compose *, unsigned indent, const char *key, const char *value);
void compose_node(struct compose *, unsigned indent, const char *key, const struct node *);
/* Something in it is a secret, or looks like one. */
bool compose_hides(struct arena *, const struct node *);

#endif
