/* view.h - what a guest may see of the service.  What is returned without an arena is lent for as
 * long as the service lives, unless something else is said. */
#ifndef SERVICE_VIEW_H
#define SERVICE_VIEW_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct condition;
struct config;
struct ev_loop;
struct fleet;
struct log;
struct look;
struct service;
struct session;
struct store;

/* The last round that was finished; NULL: there was none.  It is const and dies with the next one,
 * unless the arena is shared (arena_share()).  ret_arena and ret_at_ms (wall clock) may be NULL. */
const struct look *service_last_look(const struct service *, struct arena **ret_arena,
                                     int64_t *ret_at_ms);

/* Those that hold, the oldest first, in the arena (tell/log.h). */
size_t service_conditions(const struct service *, struct arena *, const struct condition **ret);

struct ev_loop *service_loop(const struct service *);
struct log *service_log(const struct service *);
struct store *service_store(const struct service *); /* NULL: it could not be opened */
struct session *service_session(const struct service *);
const struct fleet *service_fleet(const struct service *);
const struct config *service_config(const struct service *);

#endif
