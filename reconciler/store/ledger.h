/* ledger.h - which settings answered a call. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include "core/record.h"
#include "store/store.h"

/* Remembers a call once: what is noted later of the same uuid changes nothing.  ERR_INVALID if the
 * uuid is empty or longer than 64 bytes. */
int ledger_note(struct store *, const struct call_record *, struct err *);
int ledger_end(struct store *, const char *uuid, int64_t ended_ms, struct err *);

/* ERR_NOT_FOUND if nothing is known of it. */
int ledger_find(struct store *, struct arena *, const char *uuid, struct call_record *ret,
                struct err *);

/* How long the last calls of the agent that began before before_ms and have ended took, newest
 * first: at most LEDGER_DURATIONS, looked for among a bounded number of calls. */
enum { LEDGER_DURATIONS = 200 };
int ledger_durations(struct store *, struct arena *, const char *agent_id, int64_t before_ms,
                     const int64_t **ret_ms, size_t *ret_n, struct err *);

#endif
