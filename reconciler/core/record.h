/* record.h - what is remembered of agents, as plain data: changes, generations, calls, orders.
 *
 * The store keeps it for people; nothing that is decided about a container depends on it, but for
 * the orders, which are wishes of people.  Times are wall-clock milliseconds, 0: not yet or not
 * known.  Texts that may be missing are NULL. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/inputs.h"

#define ROLE_BIT(role) (1u << (role))

/* How a run of work on an agent ended, or what holds it up. */
enum change_result {
    CHANGE_UNDERWAY,
    CHANGE_DONE,
    CHANGE_FAILED, /* what was done and what was not, `failure` tells */
    CHANGE_WAITING,
    CHANGE_HELD,
    CHANGE_INTERRUPTED,
    CHANGE__N
};
extern const char *const change_result_name[CHANGE__N];  /* for programs: "underway", … */
extern const char *const change_result_words[CHANGE__N]; /* for people: "under way", … */

/* One run of work on one agent. */
struct change {
    int64_t id; /* given by the store; later ones are larger */
    const char *agent_id, *agent_name;
    unsigned roles; /* ROLE_BITs */
    int64_t began_ms, ended_ms;
    const char *cause; /* `provider "Deepgram night" changed`, "image tag moved", … */
    enum change_result result;
    const char *failure;
    const char *const *drifts; /* a line each, secrets already hidden */
    size_t n_drifts;
    const char *const *log; /* the last lines of a failed candidate */
    size_t n_log;
    unsigned calls_waited; /* for how many calls it waited, */
    int64_t waited_ms;     /* and how long */
    unsigned from, to;     /* generations; 0: none */
};

struct changes {
    const struct change *items; /* newest first */
    size_t n;
};

struct record_env {
    const char *name;
    const char *value; /* NULL: sealed under another key, it cannot be opened */
    bool secret;
    const char *origin; /* as text */
};

/* One container of a generation. */
struct record_role {
    enum role role;
    const char *image_ref, *image_id, *image_digest, *settings_hash;
    const struct record_env *env; /* sorted by name */
    size_t n_env;
};

/* What an agent's containers were made from while it was in force. */
struct generation {
    const char *agent_id;
    unsigned number; /* 1, 2, 3… per agent; never given twice */
    int64_t since_ms;
    int64_t good_ms; /* when it had proved itself; 0: it has not */
    const char *cause;
    const struct record_role *roles; /* in role order */
    size_t n_roles;
};

struct generations {
    const struct generation *items; /* newest first */
    size_t n;
};

/* The container of this role, or NULL. */
const struct record_role *generation_role(const struct generation *, enum role);

/* A variable of it whose value cannot be opened; NULL: all can. */
const char *record_sealed(const struct record_role *);

struct record_difference {
    enum role role;
    const char *name; /* "image", "image id", "settings" or a variable; "container": all of it */
    bool variable;
    bool secret;
    bool sealed; /* a value on one side cannot be opened: whether it differs is not known */
    const char *have, *want; /* NULL: not there, or sealed */
};

struct record_differences {
    const struct record_difference *items; /* by role, then name */
    size_t n;
};

/* What of `have` would have to change to make it `want`; nothing of origins and times. */
struct record_differences generation_diff(struct arena *, const struct generation *have,
                                          const struct generation *want);

/* A phone call, and what answered it. */
struct call_record {
    const char *uuid, *agent_id;
    unsigned generation; /* 0: not known */
    int64_t first_seen_ms, ended_ms;
    const struct call_role {
        enum role role;
        const char *image_digest, *settings_hash;
    } * roles;
    size_t n_roles;
};

enum order_kind { ORDER_PAUSE, ORDER_STOP, ORDER_RESTART, ORDER_ROLLBACK, ORDER__N };
extern const char *const order_name[ORDER__N]; /* "pause", … */

/* What an operator asked for, until it is done or taken back. */
struct order {
    const char *agent_id;
    enum order_kind kind;
    const char *who, *why;
    int64_t at_ms;
    unsigned to_generation; /* ORDER_ROLLBACK, */
    const char *away_from;  /* and the settings hash it leaves */
};

struct orders {
    const struct order *items; /* by agent, then kind */
    size_t n;
};

#endif
