/* generations.h - what each agent's containers were made from, numbered.
 *
 * Secret values are sealed; those that look secret are, whether they are marked or not. */
#ifndef STORE_GENERATIONS_H
#define STORE_GENERATIONS_H

#include "core/record.h"
#include "store/store.h"

/* The number of what is in force: that of the newest generation if image ids, settings hashes and
 * environments are the same (no write, one look-up), else a new one.  Roles in role order, their
 * environments sorted by name and unique; at most 1 MiB of text in all, else ERR_INVALID. */
int generation_note(struct store *, const char *agent_id, const struct record_role *,
                    size_t n_roles, const char *cause, int64_t now_ms, unsigned *ret_number,
                    struct err *);

/* ERR_NOT_FOUND if there is none of this number (any more). */
int generation_get(struct store *, struct arena *, const char *agent_id, unsigned number,
                   struct generation *ret, struct err *);

/* The newest ones, without their environments (n_env is 0). */
int generation_list(struct store *, struct arena *, const char *agent_id, unsigned limit,
                    struct generations *ret, struct err *);

/* It has proved itself.  A second time, or of a number that is gone: nothing. */
int generation_mark_good(struct store *, const char *agent_id, unsigned number, int64_t now_ms,
                         struct err *);
/* The number of the newest good one; 0: none. */
int generation_last_good(struct store *, const char *agent_id, unsigned *ret_number, struct err *);

#endif
