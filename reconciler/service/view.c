#include "service/view.h"

#include "base/clock.h"
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

const struct sources *service_sources_now(struct service *s, struct arena *a, int64_t *ret_age_s)
{
    if (s->database)
        database_watch_ask(s->database);
    intake_read_now(s->intake);
    *ret_age_s = intake_age_s(s->intake);
    return intake_sources(s->intake, a);
}

int64_t service_sources_age_s(const struct service *s)
{
    return intake_age_s(s->intake);
}

void service_note_fetch(struct service *s, const char *agent_id, enum role role)
{
    fetches_note(s->fetches, agent_id, role, wall_ms());
}

size_t service_conditions(const struct service *s, struct arena *a, const struct condition **ret)
{
    return log_conditions(s->log, a, ret);
}

struct ev_loop *service_loop(const struct service *s)
{
    return s->loop;
}

unsigned long service_notifications_dropped(const struct service *s)
{
    return s->notify ? notify_dropped(s->notify) : 0;
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

struct hearing *service_hearing(const struct service *s)
{
    return s->hearing;
}

const struct fleet *service_fleet(const struct service *s)
{
    return s->fleet;
}

bool service_works_on(const void *service, const char *agent_id)
{
    const struct service *s = service;

    return fleet_works_on(s->fleet, agent_id);
}

const struct config *service_config(const struct service *s)
{
    return s->config;
}

const struct sources *service_sources(const struct service *s, struct arena *a)
{
    return intake_sources(s->intake, a);
}

bool service_leads(const struct service *s)
{
    return s->lock >= 0;
}

bool service_is_well(const struct service *s)
{
    return s->last.arena && s->failed_rounds == 0;
}

const struct service_counts *service_counts(const struct service *s)
{
    return &s->counts;
}

void service_look_soon(struct service *s)
{
    service_mark(s, NULL);
}
