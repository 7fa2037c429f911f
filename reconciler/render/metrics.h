/* metrics.h - what a Prometheus server is told, in its text format (version 0.0.4).
 *
 * Names, units and kinds keep to Prometheus' conventions: avr_reconciler_*, seconds, _total for
 * what only grows.  Labels are words of this program but for agent_id: no name, no value and no
 * text of anybody's becomes one.  What is not known is left out. */
#ifndef RENDER_METRICS_H
#define RENDER_METRICS_H

#include "base/histogram.h"
#include "core/plan.h"
#include "core/record.h"

struct metrics_count {
    const char *label; /* a word of this program */
    uint64_t n;
};

struct metrics {
    const char *version;
    const struct plan *plan; /* both NULL: nothing was seen yet */
    const struct observed *observed;
    int64_t looked_ms; /* wall clock: when that was; 0: never */
    bool healthy;      /* the last round could read engine and sources */
    bool leader;       /* it works; false: it stands by */
    size_t working;    /* agents whose containers are being changed */
    bool (*works_on)(const void *works_ctx, const char *agent_id); /* this one's are; or NULL */
    const void *works_ctx;
    bool rollout_paused;
    size_t errors, warnings; /* conditions that hold */

    struct { /* since the program was started */
        struct histogram cycles;
        uint64_t cycles_failed;
        uint64_t changes[CHANGE__N]; /* those that ended so */
        uint64_t calls_waited;       /* for which containers were kept */
        double waited_s;
        uint64_t engine_reads, engine_writes, engine_failures;
        uint64_t log_dropped, notifications_dropped;
        uint64_t web_requests[6]; /* by the first digit of their status */
        uint64_t web_refused, web_timed_out, web_dropped;
        uint64_t settings_told, settings_refused; /* to containers that asked */
        const struct metrics_count *webhooks;     /* that were heard, by type */
        size_t n_webhooks;
        uint64_t webhooks_refused;
        uint64_t relay_sent, relay_failed, relay_dropped; /* webhooks, to the backend */
    } since;
    int64_t settings_age_s; /* of a database that cannot be read; 0: it can */
    bool relays;            /* webhooks are passed on */
    size_t relay_waiting;
    size_t web_connections, web_streams;
};

const char *render_metrics(struct arena *, const struct metrics *);

#endif
