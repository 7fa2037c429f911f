/* spec_service.h - the keys under `service:`, which several files may share among them.  Private to
 * source/. */
#ifndef SOURCE_SPEC_SERVICE_H
#define SOURCE_SPEC_SERVICE_H

#include "source/read.h"

enum { MAX_SERVICE_KEYS = 16 };

struct service_reading {
    const struct node
        *keys[MAX_SERVICE_KEYS]; /* by field: where it was said first; NULL: nowhere */
};

/* Reads the mapping of one file and adds it to *all.  Two files that say a key differently are an
 * error. */
void read_service(struct reader *, struct service_reading *, const struct node *,
                  struct service_spec *all);

#endif
