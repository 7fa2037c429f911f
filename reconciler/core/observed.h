/* observed.h - what runs: one look at the engine.
 *
 * The engine is the only store correctness rests on.  A replacement under way is told by names
 * (core/slot.h); nothing here was remembered from an earlier run but `health`, which the process
 * that probes fills in. */
#ifndef CORE_OBSERVED_H
#define CORE_OBSERVED_H

#include "core/check.h"
#include "core/heard.h"
#include "core/record.h"

enum box_state { BOX_CREATED, BOX_RUNNING, BOX_PAUSED, BOX_RESTARTING, BOX_EXITED };

enum health { /* of a running box, as far as it was looked at */
              HEALTH_UNKNOWN,
              HEALTH_GOOD,
              HEALTH_BAD, /* did not become ready, died or stopped answering: a verdict */
};

enum engine_health {
    ENGINE_HEALTH_NONE,
    ENGINE_HEALTH_STARTING,
    ENGINE_HEALTH_GOOD,
    ENGINE_HEALTH_BAD
};

struct box_network {
    const char *name, *ip; /* ip "" while it does not run */
    const char *const *aliases;
    size_t n_aliases;
};

struct restart_policy {
    const char *name; /* "no" when the engine says "" */
    int max_retries;
};

/* A container, as inspect tells it (Engine API: GET /containers/{id}/json). */
struct box {
    const char *id;   /* 64 hex digits */
    const char *name; /* without the slash */
    const char *image_ref, *image_id;
    enum box_state state;
    enum engine_health engine_health;
    int pid, exit_code, restart_count;
    const char *error;                           /* State.Error, "" if none */
    int64_t created_ms, started_ms, finished_ms; /* wall clock; 0: never */
    const struct pair *env; /* sorted by key; a repeated key keeps its last value */
    size_t n_env;
    const struct pair *labels; /* sorted by key */
    size_t n_labels;
    const char *const *binds;
    size_t n_binds;
    const char *const *ports; /* published, as asked for: "[host_ip:][host:]container/proto" */
    size_t n_ports;
    const struct box_network *networks; /* sorted by name */
    size_t n_networks;
    const char *network_mode;
    struct restart_policy restart;
    int64_t memory, nano_cpus;
    const char *user;
    const char *const *command; /* Config.Cmd */
    size_t n_command;
    const char *const *entrypoint;
    size_t n_entrypoint;
    const char *const *cap_drop;
    size_t n_cap_drop;
    const char *const *extra_hosts;
    size_t n_extra_hosts;
    const char *log_driver;
    const struct pair *log_options;
    size_t n_log_options;
    int stop_timeout_s;        /* -1: the engine's default */
    struct engine_check check; /* the image's own where nobody gave another */

    /* Filled by whoever probes and counts, not by the engine driver. */
    enum health health;
    const char *health_text; /* why it is BAD, "" otherwise */
    int64_t ready_ms;        /* since when GOOD without a break; 0 */
    int64_t asked_ms;        /* when it was last found ready; 0 */
    int sockets;             /* established connections to its PORT; -1: not known */
    int64_t quiet_ms;        /* since when none was seen without a break; 0: some, or not known */
    int64_t waiting_ms;      /* since when its calls are waited for; 0 */
    const char *last_line; /* that it wrote, of one that failed: fit to be shown; NULL: not known */
};

/* A box that is not ours but holds a name we need. */
struct foreign {
    const char *id, *name;
};

struct image {
    const char *asked;          /* the reference or id that was asked for */
    const char *id;             /* NULL: not on the engine */
    int64_t created_ms;         /* 0: not known */
    const char *const *digests; /* RepoDigests: "repo@sha256:…" */
    size_t n_digests;
    const struct pair *env; /* the image's own, sorted: never drift */
    size_t n_env;
    struct engine_check check;
    const char *const *command; /* Config.Cmd: what a container without `command` runs */
    size_t n_command;
    const char *user;          /* Config.User */
    const char *remote_digest; /* what the registry says for this tag; NULL: not known */
    const char *remote_error;  /* why the registry did not answer when it was asked last, or NULL;
                                * what it said before may still stand in remote_digest */
};

struct network { /* texts never NULL */
    const char *name;
    bool missing;
    const char *subnet;   /* of IPv4, "172.18.0.0/16"; "": none, or not told */
    size_t n_containers;  /* running ones: those that hold an address */
    const char *gateway;  /* of IPv4: how its containers reach the host; "": not told */
    bool gateway_is_here; /* an address of this machine, as far as this process sees it */
};

struct observed {
    int64_t now_ms; /* wall clock of this look, from a clock that never jumps within a run */
    const struct box *boxes; /* ours only: label app=AVR, tenant, and a name or slot of ours */
    size_t n_boxes;
    const struct foreign *foreign;
    size_t n_foreign;
    const struct image *images;
    size_t n_images;
    const struct call_row *calls;
    size_t n_calls;
    struct heard heard;
    /* What agents were made from when they last proved themselves, as far as somebody remembers:
     * one each; see core/fall_back.h. */
    struct generations last_good;
    bool calls_known;   /* the database witness exists */
    bool sockets_known; /* the socket witness exists */
    bool canary_passed; /* of a model: what calls have to show on a candidate is shown */
};

const struct image *observed_image(const struct observed *, const char *asked); /* or NULL */
bool image_has_digest(const struct image *, const char *digest); /* among its RepoDigests */
bool box_runs(const struct box *); /* running, paused or restarting: it may carry calls */
bool box_has_alias(const struct box *, const char *alias);            /* on any of its networks */
const char *pair_get(const struct pair *, size_t n, const char *key); /* sorted by key; or NULL */

#endif
