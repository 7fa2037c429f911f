#include "render/metrics.h"

#include "base/text.h"
#include "core/slot.h"
#include "render/agent_status.h"

/* --- the format ------------------------------------------------------------------------------ */

#define PREFIX "avr_reconciler_"

static void head(struct text *t, const char *name, const char *type, const char *help)
{
    text_printf(t, "# HELP " PREFIX "%s %s\n# TYPE " PREFIX "%s %s\n", name, help, name, type);
}

/* An id is any text: what would end the label is escaped. */
static const char *label_value(struct arena *a, const char *s)
{
    struct text t = {.arena = a};

    for (; *s; s++)
        if (*s == '\n')
            text_add(&t, "\\n");
        else if (*s == '"' || *s == '\\')
            text_printf(&t, "\\%c", *s);
        else
            text_add_n(&t, s, 1);
    return text_str(&t);
}

static void sample(struct text *t, const char *name, const char *label, const char *value, double n)
{
    text_printf(t, PREFIX "%s", name);
    if (label)
        text_printf(t, "{%s=\"%s\"}", label, label_value(t->arena, value));
    text_printf(t, " %.15g\n", n);
}

static void gauge(struct text *t, const char *name, const char *help, double n)
{
    head(t, name, "gauge", help);
    sample(t, name, NULL, NULL, n);
}

static void counter(struct text *t, const char *name, const char *help, double n)
{
    head(t, name, "counter", help);
    sample(t, name, NULL, NULL, n);
}

static void histogram(struct text *t, const char *name, const char *help, const struct histogram *h)
{
    head(t, name, "histogram", help);
    for (size_t i = 0; i < HISTOGRAM_BOUNDS; i++)
        text_printf(t, PREFIX "%s_bucket{le=\"%g\"} %llu\n", name, histogram_bounds[i],
                    (unsigned long long)h->under[i]);
    text_printf(t, PREFIX "%s_bucket{le=\"+Inf\"} %llu\n", name, (unsigned long long)h->count);
    text_printf(t, PREFIX "%s_sum %.15g\n" PREFIX "%s_count %llu\n", name, h->sum, name,
                (unsigned long long)h->count);
}

/* --- the program ----------------------------------------------------------------------------- */

static void put_program(struct text *t, const struct metrics *m)
{
    head(t, "build_info", "gauge", "Which program this is.");
    sample(t, "build_info", "version", m->version, 1);
    gauge(t, "leader", "1: it works on this engine; 0: it stands by for another instance.",
          m->leader);
    gauge(t, "healthy", "1: the last round could read engine and sources.", m->healthy);
    if (m->looked_ms)
        gauge(t, "last_cycle_timestamp_seconds", "When the last good round was finished.",
              (double)m->looked_ms / 1000.);
    head(t, "cycles_total", "counter", "Rounds: a look at everything, and a plan.");
    sample(t, "cycles_total", "result", "good", (double)m->since.cycles.count);
    sample(t, "cycles_total", "result", "failed", (double)m->since.cycles_failed);
    histogram(t, "cycle_duration_seconds", "How long good rounds took.", &m->since.cycles);
    head(t, "conditions", "gauge", "What is wrong now and needs somebody.");
    sample(t, "conditions", "level", "error", (double)m->errors);
    sample(t, "conditions", "level", "warning", (double)m->warnings);
    counter(t, "log_lines_dropped_total", "Lines of the log that nobody read in time.",
            (double)m->since.log_dropped);
    counter(t, "notifications_dropped_total", "Changes of which nobody could be notified.",
            (double)m->since.notifications_dropped);
}

static void put_engine(struct text *t, const struct metrics *m)
{
    head(t, "engine_requests_total", "counter", "HTTP requests, to the engine and registries.");
    sample(t, "engine_requests_total", "kind", "read", (double)m->since.engine_reads);
    sample(t, "engine_requests_total", "kind", "write", (double)m->since.engine_writes);
    counter(t, "engine_request_errors_total", "Those that got no answer.",
            (double)m->since.engine_failures);
}

/* --- the fleet ------------------------------------------------------------------------------- */

static void put_states(struct text *t, const struct metrics *m)
{
    const struct render r = {.works_on = m->works_on, .works_ctx = m->works_ctx};
    size_t n[STATE__N] = {0};

    for (size_t i = 0; i < m->plan->n_agents; i++)
        n[agent_state(&r, &m->plan->agents[i])]++;
    head(t, "agents", "gauge", "Agents by state.");
    for (enum agent_state s = 0; s < STATE__N; s++)
        sample(t, "agents", "state", agent_state_word[s], (double)n[s]);
}

struct field_count {
    const char *field;
    size_t n;
};

static void count_drift(struct field_count *counts, size_t *n, const char *field)
{
    size_t i = 0;

    while (i < *n && !text_is(counts[i].field, field))
        i++;
    if (i == *n)
        counts[(*n)++] = (struct field_count){field, 0};
    counts[i].n++;
}

static void put_drift(struct text *t, const struct plan *plan)
{
    size_t all = 0, n = 0;

    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++)
            all += plan->agents[i].roles[k].drifts.n;
    struct field_count *counts = arena_alloc(t->arena, (all + 1) * sizeof *counts);
    for (size_t i = 0; i < plan->n_agents; i++)
        for (size_t k = 0; k < plan->agents[i].n_roles; k++) {
            const struct drifts *drifts = &plan->agents[i].roles[k].drifts;
            for (size_t j = 0; j < drifts->n; j++)
                count_drift(counts, &n, drifts->items[j].field);
        }
    head(t, "drifts", "gauge", "Settings of live containers that differ, by field.");
    for (size_t i = 0; i < n; i++)
        sample(t, "drifts", "field", counts[i].field, (double)counts[i].n);
}

static void put_each(struct text *t, const struct plan *plan, const char *name, const char *help,
                     int (*value)(const struct agent_plan *))
{
    head(t, name, "gauge", help);
    for (size_t i = 0; i < plan->n_agents; i++) {
        int n = value(&plan->agents[i]);
        if (n >= 0)
            sample(t, name, "agent_id", plan->agents[i].agent->id, n);
    }
}

static int calls_of(const struct agent_plan *plan)
{
    return plan->live_calls;
}

static int in_sync_of(const struct agent_plan *plan)
{
    return verdict_of(plan) == VERDICT_SYNC;
}

static int ready_of(const struct agent_plan *plan)
{
    return agent_is_ready(plan);
}

static void put_calls(struct text *t, const struct metrics *m)
{
    size_t draining = 0;

    for (size_t i = 0; m->observed && i < m->observed->n_boxes; i++) {
        enum place place;
        draining += place_parse(m->observed->boxes[i].name, &place, NULL) && place == PLACE_DRAIN;
    }
    gauge(t, "draining_containers", "Replaced containers that finish their calls.",
          (double)draining);
    put_each(t, m->plan, "live_calls", "Phone calls, where they can be counted.", calls_of);
    put_each(t, m->plan, "agent_in_sync", "1: it is as it was asked for.", in_sync_of);
    put_each(t, m->plan, "agent_ready", "1: what it should have runs.", ready_of);
}

static void put_work(struct text *t, const struct metrics *m)
{
    static const enum change_result ends[] = {CHANGE_DONE, CHANGE_FAILED, CHANGE_INTERRUPTED};

    gauge(t, "agents_working", "Agents whose containers are being changed.", (double)m->working);
    gauge(t, "rollout_paused", "1: failures have paused the roll-out.", m->rollout_paused);
    head(t, "changes_total", "counter",
         "Work on agents that ended; failed: what served before serves on.");
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sample(t, "changes_total", "result", change_result_name[ends[i]],
               (double)m->since.changes[ends[i]]);
    counter(t, "drained_calls_total", "Calls that containers were kept for.",
            (double)m->since.calls_waited);
    counter(t, "drain_wait_seconds_total", "How long they were kept for calls.", m->since.waited_s);
}

/* --- what containers ask and tell ------------------------------------------------------------ */

static void put_settings(struct text *t, const struct metrics *m)
{
    gauge(t, "config_age_seconds",
          "How old the settings are while the database cannot be read; 0: it can.",
          (double)m->settings_age_s);
    head(t, "config_requests_total", "counter", "Questions of containers for their settings.");
    sample(t, "config_requests_total", "result", "answered", (double)m->since.settings_told);
    sample(t, "config_requests_total", "result", "refused", (double)m->since.settings_refused);
}

static void put_webhooks(struct text *t, const struct metrics *m)
{
    head(t, "webhooks_total", "counter", "Events of calls that were heard, by type.");
    for (size_t i = 0; i < m->since.n_webhooks; i++)
        sample(t, "webhooks_total", "type", m->since.webhooks[i].label,
               (double)m->since.webhooks[i].n);
    counter(t, "webhooks_refused_total", "Those without the secret, or that were no events.",
            (double)m->since.webhooks_refused);
    if (!m->relays)
        return;
    head(t, "webhooks_relayed_total", "counter",
         "Events for the backend; failed: it did not take them; dropped: too many waited.");
    sample(t, "webhooks_relayed_total", "result", "sent", (double)m->since.relay_sent);
    sample(t, "webhooks_relayed_total", "result", "failed", (double)m->since.relay_failed);
    sample(t, "webhooks_relayed_total", "result", "dropped", (double)m->since.relay_dropped);
    gauge(t, "webhooks_waiting", "Events that wait to be passed on.", (double)m->relay_waiting);
}

/* --- the web room ---------------------------------------------------------------------------- */

static void put_web(struct text *t, const struct metrics *m)
{
    static const char *const codes[] = {NULL, "1xx", "2xx", "3xx", "4xx", "5xx"};

    head(t, "web_requests_total", "counter", "HTTP requests that were answered.");
    for (size_t i = 2; i < sizeof codes / sizeof codes[0]; i++)
        sample(t, "web_requests_total", "code", codes[i], (double)m->since.web_requests[i]);
    gauge(t, "web_connections", "HTTP connections that are open.", (double)m->web_connections);
    gauge(t, "web_streams", "Of these, event streams.", (double)m->web_streams);
    counter(t, "web_refused_total", "HTTP connections that were one too many.",
            (double)m->since.web_refused);
    counter(t, "web_timeouts_total", "HTTP connections cut because nothing came.",
            (double)m->since.web_timed_out);
    counter(t, "web_streams_dropped_total", "Event streams whose readers were too slow.",
            (double)m->since.web_dropped);
}

const char *render_metrics(struct arena *a, const struct metrics *m)
{
    struct text t = {.arena = a};

    put_program(&t, m);
    put_engine(&t, m);
    if (m->plan) {
        put_states(&t, m);
        put_drift(&t, m->plan);
        put_calls(&t, m);
    }
    put_work(&t, m);
    put_settings(&t, m);
    put_webhooks(&t, m);
    put_web(&t, m);
    return text_str(&t);
}
