/* compose.h - AVR agents in Docker Compose files, as a spec.
 *
 * A core and the containers its STS_URL, or ASR_URL, LLM_URL and TTS_URL, lead to are an agent;
 * everything else is left to Compose, and said.  Variables stay variables.  A secret that is
 * written out is never copied: the spec then asks for a variable of the same name. */
#ifndef SOURCE_COMPOSE_H
#define SOURCE_COMPOSE_H

#include "source/spec.h"

struct compose_import {
    const char *text;         /* the spec */
    const char *const *notes; /* sentences: what was left out, what is to be done; no secrets */
    size_t n_notes;
    size_t n_agents;
};

/* Of files that cannot be read or are no Compose files *errors is filled, and -1 returned. */
int compose_import(struct arena *, const char *const *paths, size_t n_paths,
                   struct compose_import *ret, struct spec_errors *errors) MUST_CHECK;

#endif
