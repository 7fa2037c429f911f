/* reference.h - image references: "repo", "repo:tag", "host:5000/repo:tag@sha256:…".
 *
 * The grammar is that of Docker's distribution/reference; a colon behind the last slash starts a
 * tag, one before it belongs to a port. */
#ifndef CORE_REFERENCE_H
#define CORE_REFERENCE_H

#include <stdbool.h>

#include "base/arena.h"

struct reference {
    const char *repository; /* with the registry, as written: "127.0.0.1:5000/avr-core" */
    const char *tag;        /* NULL: none written */
    const char *digest;     /* "sha256:…" or NULL */
};

int reference_parse(struct arena *, const char *, struct reference *ret, struct err *) MUST_CHECK;

/* "repository:tag[@digest]", with "latest" where neither tag nor digest was written. */
const char *reference_full(struct arena *, const struct reference *);
const char *reference_with_tag(struct arena *, const struct reference *, const char *tag);

/* Who has it: "docker.io", "127.0.0.1:5000". */
const char *reference_registry(struct arena *, const struct reference *);

/* The last part of the repository: "avr-sts-deepgram". */
const char *reference_basename(const struct reference *);

/* True if both name the same image: "a" is "a:latest" is "docker.io/library/a:latest". */
bool reference_same(struct arena *, const char *a, const char *b);

#endif
