/* origin.h - where a value came from; shown beside it in every diff, listing and error. */
#ifndef CORE_ORIGIN_H
#define CORE_ORIGIN_H

#include "base/arena.h"

enum origin_kind {
    FROM_AVR,       /* AVR's own rule, e.g. AGENT_ID */
    FROM_DEFAULT,   /* our default */
    FROM_HOST,      /* an environment variable of this process, e.g. WEBHOOK_URL */
    FROM_DATABASE,  /* a row of the provider database */
    FROM_SPEC,      /* a YAML spec */
    FROM_CONTAINER, /* taken over from the running container */
    FROM_ORDER,     /* an operator's order */
};

struct origin {
    enum origin_kind kind;
    struct pos at;     /* FROM_SPEC */
    const char *where; /* FROM_DATABASE: `provider "Deepgram night", data.db`; FROM_HOST: the
                          variable's name; FROM_ORDER: "order: stopped by root"; the others: NULL or
                          a word */
};

/* "specs/agents.yaml:9:17", `provider "Deepgram night", data.db`, "$WEBHOOK_URL", "AVR", … */
const char *origin_text(struct arena *, const struct origin *);

#endif
