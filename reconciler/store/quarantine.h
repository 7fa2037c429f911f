/* quarantine.h - images with settings that failed, how often and when. */
#ifndef STORE_QUARANTINE_H
#define STORE_QUARANTINE_H

#include "core/record.h"
#include "store/store.h"

/* Keeps attempts and time of this agent, role, image and settings, in place of what was known. */
int quarantine_set(struct store *, const struct quarantined *, struct err *);
int quarantine_list(struct store *, struct arena *, const char *agent_id, /* NULL: of all */
                    struct quarantine *ret, struct err *);
int quarantine_clear(struct store *, const char *agent_id, struct err *);

#endif
