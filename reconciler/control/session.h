/* session.h - one reconcile cycle: look, plan, and (unless it is a dry run) carry out.
 *
 * A session is an engine connection with what it has learned (a container's env never changes after
 * creation, so each is inspected once).  A look is one finished observation with its plan, all of
 * it in one arena and const. */
#ifndef CONTROL_SESSION_H
#define CONTROL_SESSION_H

#include "control/sources.h"
#include "control/witness.h"
#include "core/plan.h"

struct cache;
struct client;
struct outage;
struct ev_loop;
struct session;

struct look {
    const struct sources *sources; /* with what this look has to say in their notices */
    struct observed observed;
    struct plan plan;
    const char *engine_text; /* "pbx-01 (Docker 20.10.24)" */
};

enum event_state { EVENT_STARTED, EVENT_PROGRESS, EVENT_DONE, EVENT_FAILED };

struct event {                 /* something happened to an agent while plans are carried out */
    const struct agent *agent; /* NULL: a notice about all of them, said once before the first */
    const struct step *step;   /* NULL: about the agent as a whole */
    enum event_state state;
    const char *text;   /* of a notice, a failure or a progress; may be NULL */
    int64_t elapsed_ms; /* of this step, or of the agent when step is NULL */
};
typedef void on_event(void *ctx, const struct event *);

struct apply_options {
    struct plan_options plan;
    int64_t wait_timeout_s; /* give up waiting for calls after this; -1: never */
    const char *const *only;
    size_t n_only;
    on_event *on_event;
    void *ctx;
};

enum agent_result {
    RESULT_SYNC,    /* as asked for */
    RESULT_FAILED,  /* rolled back or refused; the old one serves */
    RESULT_WAITING, /* calls still open when the time was up */
    RESULT_HELD,    /* left alone: its inputs are wrong, a conflict, a back-off */
    RESULT_INTERRUPTED,
};

struct agent_outcome {
    const struct agent *agent;
    enum agent_result result;
    const char *text; /* why, NULL for SYNC */
    size_t steps;     /* engine changes made */
};

struct outcome {
    const struct agent_outcome *agents; /* those that had something to do, or are held */
    size_t n_agents;
};

/* read_only: nothing but GET can ever be sent through this session.  Never fails: the engine is
 * first asked by the first look. */
struct session *session_new(const struct config *, bool read_only);
void session_free(struct session *);

/* For a process that looks again and again: a look then costs one list request, as long as nothing
 * happens to images. */
void session_watch(struct session *);

/* Takes the engine's lock, which dies with the process: nobody else changes anything meanwhile.
 * Returns its descriptor, or -1: ERR_CONFLICT if somebody holds it.  The engine is asked for its
 * id, once. */
int session_lock(struct session *, struct err *) MUST_CHECK;

/* Looks and plans.  ERR_UNREACHABLE: no engine.  The look dies with the arena. */
int session_look(struct session *, struct arena *, const struct sources *,
                 const struct plan_options *, const char *const *only, size_t n_only,
                 struct look *ret, struct err *) MUST_CHECK;

/* When a look would ask a registry again: monotonic; 0: never. */
int64_t session_registry_due_ms(const struct session *);

/* Why some registry's login cannot be found out, for people; NULL: nothing is wrong. */
const char *session_login_problem(const struct session *);

/* Looks once more under the engine's lock and carries the plan out, until every agent is in sync,
 * held or failed.  A signal (session_interrupt) stops it at the next safe point.  -1 only when
 * nothing could be begun; the rest is in *ret. */
int session_apply(struct session *, struct arena *, const struct sources *,
                  const struct apply_options *, struct outcome *ret, struct err *) MUST_CHECK;

/* The last lines of a container's log, made harmless; the text lives in the arena. */
int session_logs(struct session *, struct arena *, const char *box_id, unsigned tail,
                 const char **ret, struct err *) MUST_CHECK;

void session_interrupt(struct session *); /* safe in a signal handler */

/* For whoever listens to the engine: it is away, it is back (either may be told twice).  A
 * container that ended meanwhile is not held against its image. */
void session_engine_down(struct session *);
void session_engine_up(struct session *);
const struct outage *session_outage(const struct session *);

struct ev_loop *session_loop(const struct session *);
struct client *session_client(struct session *);
struct cache *session_cache(struct session *);

/* Whoever hears of calls by webhook tells of them from now on, at every look and every gate. */
void session_hear(struct session *, witness_heard *, void *ctx);

struct http_stats session_stats(const struct session *);
const struct digest_key *session_key(const struct session *);

#endif
