#include "service/view.h"

#include "service/service_parts.h"

const struct look *service_last_look(const struct service *s, struct arena **ret_arena,
                                     int64_t *ret_at_ms)
{
    if (!s->last.arena)
        return NULL;
    if (ret_arena)
        *ret_arena = s->last.arena;
    if (ret_at_ms)
        *ret_at_ms = s->last.at_ms;
    return &s->last.look;
}

size_t service_conditions(const struct service *s, struct arena *a, const struct condition **ret)
{
    return log_conditions(s->log, a, ret);
}

struct ev_loop *service_loop(const struct service *s)
{
    return s->loop;
}

struct log *service_log(const struct service *s)
{
    return s->log;
}

struct store *service_store(const struct service *s)
{
    return s->store;
}

struct session *service_session(const struct service *s)
{
    return s->session;
}

const struct fleet *service_fleet(const struct service *s)
{
    return s->fleet;
}

const struct config *service_config(const struct service *s)
{
    return s->config;
}
