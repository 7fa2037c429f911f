/* view.h - what a guest may see of the service.  What is returned without an arena is lent for as
 * long as the service lives, unless something else is said. */
#ifndef SERVICE_VIEW_H
#define SERVICE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/histogram.h"
#include "core/role.h"

struct condition;
struct config;
struct sources;
struct ev_loop;
struct fleet;
struct hearing;
struct log;
struct look;
struct service;
struct session;
struct sources;
struct store;

/* The last round that was finished; NULL: there was none.  It is const and dies with the next one,
 * unless the arena is shared (arena_share()).  ret_arena and ret_at_ms (wall clock) may be NULL. */
const struct look *service_last_look(const struct service *, struct arena **ret_arena,
                                     int64_t *ret_at_ms);

/* What is asked for, with the database as of its last commit.  It lives as long as the arena; NULL:
 * the sources could not be read yet.  *ret_age_s: 0, or how old its database is that cannot be read
 * or believed any more. */
const struct sources *service_sources_now(struct service *, struct arena *, int64_t *ret_age_s);

/* The same age, of what is in force. */
int64_t service_sources_age_s(const struct service *);

/* This part of the agent asked for its settings, and was told them. */
void service_note_fetch(struct service *, const char *agent_id, enum role);

/* Those that hold, the oldest first, in the arena (tell/log.h). */
size_t service_conditions(const struct service *, struct arena *, const struct condition **ret);

/* Changes the notification's receiver did not take in time, so far. */
unsigned long service_notifications_dropped(const struct service *);

struct ev_loop *service_loop(const struct service *);
struct log *service_log(const struct service *);
struct store *service_store(const struct service *); /* NULL: it could not be opened */
struct session *service_session(const struct service *);
struct hearing *service_hearing(const struct service *);
const struct fleet *service_fleet(const struct service *);
const struct config *service_config(const struct service *);

/* In force by now, which may be newer than the last round; held by the arena.  NULL: nothing could
 * be read yet. */
const struct sources *service_sources(const struct service *, struct arena *);

/* The agent's containers are being changed at this moment. */
bool service_works_on(const void *service, const char *agent_id);

bool service_leads(const struct service *);   /* it works on this engine; false: it stands by */
bool service_is_well(const struct service *); /* the last round could read everything */

struct service_counts {      /* since the program was started */
    struct histogram rounds; /* how long good ones took */
    uint64_t failed_rounds;
};
const struct service_counts *service_counts(const struct service *);

/* A round is made soon: calls come and go without one. */
void service_look_soon(struct service *);

#endif
