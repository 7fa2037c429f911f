/* desired.h - what was asked for, agent by agent.  Built by core/merge.c, const afterwards.
 *
 * It does not depend on what runs.  What must be taken over from running containers (a provider's
 * port, things nobody asked about) is left open here and settled in core/resolve.c. */
#ifndef CORE_DESIRED_H
#define CORE_DESIRED_H

#include "core/canary.h"
#include "core/orders.h"
#include "core/window.h"

enum pull_policy { PULL_PREFER_LOCAL, PULL_MISSING, PULL_ALWAYS, PULL_NEVER };

struct image_policy {
    const struct value *candidates; /* n = 0: nobody named one: keep the running one, or fallback */
    size_t n;
    enum pull_policy pull;
    int64_t every_s;      /* every_<duration>: ask the registry at most this often; else 0 */
    const char *fallback; /* used when nobody named one and nothing runs; may be NULL */
};

enum probe_kind { PROBE_TCP, PROBE_WS, PROBE_HTTP, PROBE_ENGINE, PROBE_NONE };

struct probe {
    enum probe_kind kind; /* PROBE_ENGINE: the container's own HEALTHCHECK */
    const char *path;     /* PROBE_HTTP */
    int64_t timeout_s;    /* to become ready after a start */
};

struct container_spec {
    enum role role;
    const char *name; /* canonical: avr-sts-<agent id> */
    struct origin origin;
    struct image_policy image;
    /* AVR's rules, database and specs merged; sorted by name, unique.  PORT and core's URLs are
     * in here only when somebody fixed them. */
    struct env_list env;
    /* Wanted only where the running container has the name at all: AVR's main branch does not
     * write PROVIDER_ID, its fork does. */
    struct env_list if_present;
    /* Names nobody asked about (an unset WEBHOOK_URL, say): a running value is kept as it is. */
    const char *const *keep;
    size_t n_keep;
    bool volumes_exact; /* a spec lists the volumes: a running bind that is not listed must go */
    struct value port;  /* text NULL: taken over; see resolve.h */
    struct value http_port; /* core only */
    bool per_call;          /* fetches its settings at each call: what is `live` needs no restart */
    /* per_call, and from this service: what is live is not in `env`, nor is any secret. */
    bool asks_us;
    bool cold;               /* per_call is asked for, and it did not ask in a call: it is none */
    const char *provider_id; /* under which it asks; NULL: it has no provider, or is core */
    /* What it is told when it asks: its environment without the wiring, sorted by name.  Known of
     * every container with a provider, for one that is not per_call any more may still ask. */
    struct env_list fetched;
    const struct settings *settings; /* everything else, already merged; unset = nobody asked */
    struct probe probe;
};

enum wish { WISH_RUN, WISH_STOP, WISH_ABSENT };

struct drain_policy {
    int64_t timeout_s, max_call_age_s;
    enum on_timeout { ON_TIMEOUT_WAIT, ON_TIMEOUT_FORCE, ON_TIMEOUT_ABORT } on_timeout;
};

struct agent {
    const char *id, *name; /* name is for people */
    struct origin origin;
    enum wish wish;
    struct origin wish_origin;
    bool pipeline;
    bool stop_first; /* asked for; a published port makes a slot stop-first without asking */
    bool pause_on_failure;
    int64_t monitor_s;
    struct window window; /* when it may be replaced while it serves */
    struct drain_policy drain;
    struct canary_policy canary;
    const char *problem; /* not NULL: cannot be built from its inputs; it is left as it is */
    struct pos problem_at;
    const struct container_spec *containers; /* in role order */
    size_t n_containers;
    /* Orders that stand; NULL: there is none.  One to stop is in `wish` already. */
    const struct order *pause, *stop, *restart, *rollback;
    const struct generation *goal; /* of the rollback; NULL: it is not remembered any more */
};

struct desired {
    const struct agent *agents; /* sorted by name, then id */
    size_t n_agents;
    /* Ids of dashboard agents that `database: {agents: none}` leaves to the dashboard: their
     * containers are neither wanted nor orphans. */
    const char *const *ignored;
    size_t n_ignored;
    const char *tenant;   /* NULL: any */
    const char *prefix;   /* "avr" */
    int64_t parallelism;  /* agents at a time */
    int64_t delay_s;      /* from the end of one replacement to the begin of the next */
    int64_t max_failures; /* so many agents that failed pause a roll-out; 0: no number does */
    bool prune;
    bool complete;              /* every source was read completely: absence may be believed */
    const char *const *notices; /* sentences worth a line in every listing */
    size_t n_notices;
};

/* Merges the sources and the orders (may be NULL), all of which must live as long as the result.
 * Never fails as a whole: what cannot be built is an agent with a problem.  `complete` is copied
 * into the result. */
void merge(struct arena *, const struct spec *, const struct database *, const struct host *,
           const struct standing_orders *, bool complete, struct desired *ret);

/* As which image it is remembered that a container did not ask (struct cold_part). */
const char *live_image(const struct container_spec *);

/* The container of this role, or NULL. */
const struct container_spec *agent_container(const struct agent *, enum role);

#endif
