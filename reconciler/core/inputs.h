/* inputs.h - what the sources say, before anything is decided.
 *
 * source/spec.c fills 'struct spec' from YAML, source/database.c fills 'struct database', the
 * command line fills 'struct host'.  core/merge.c turns the three into 'struct desired'.  Strings
 * and arrays live in the arena of the look; NULL or n = 0 means "not said here". */
#ifndef CORE_INPUTS_H
#define CORE_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "core/origin.h"
#include "core/role.h"

struct value { /* a text and where it stands; text NULL: not said */
    const char *text;
    struct origin origin;
};

struct values { /* a list; set tells an empty list from none */
    const struct value *items;
    size_t n;
    bool set;
};

struct number {
    int64_t n;
    bool set;
    struct origin origin;
};

struct env_var {
    const char *name, *value; /* value "" is a value */
    bool secret;              /* hidden everywhere, whatever its name */
    struct origin origin;
    bool
        of_provider; /* set by core/merge.c: a provider's own setting, so AVR's backend serves it */
    bool live;       /* set by core/merge_live.c: fetched at each call, so a change of it needs no
                        restart */
};

struct env_list {
    const struct env_var *items;
    size_t n;
};

struct label {
    const char *key;
    struct value value;
};

struct healthcheck {         /* kind.text NULL: not said; see UX words below */
    struct value kind;       /* "TCP", "WS", "HTTP", "CMD", "CMD-SHELL", "NONE" */
    struct values args;      /* HTTP: the path; CMD, CMD-SHELL: the command */
    struct number timeout_s; /* how long a candidate may take to become ready */
};

/* What one mapping of a spec says about a container: `defaults`, an entry of `providers`, or a
 * role of an agent.  Keys are Docker Compose's. */
struct settings {
    struct value provider;       /* role only: name or id of a provider */
    struct values image;         /* candidates, first present wins */
    struct value pull_policy;    /* prefer_local | missing | always | never | every_<duration> */
    struct env_list environment; /* env_file below environment, in file order, names unique */
    struct values volumes; /* "source:target[:mode]", source made absolute when it is a path */
    struct values ports;   /* "[host_ip:]host:container[/proto]" */
    struct values command;
    struct values cap_drop;
    struct values extra_hosts; /* "name:address" */
    struct values networks;    /* `network: x` is a list of one */
    struct value restart;      /* no | always | unless-stopped | on-failure[:n] */
    struct value user;
    struct value platform;
    struct value container_name;
    struct value config;     /* start | per_call */
    struct values live_keys; /* per_call: which variables are fetched; '*' is any text */
    struct value log_driver;
    const struct label *log_options;
    size_t n_log_options;
    const struct label *labels;
    size_t n_labels;
    struct number stop_grace_s;
    struct number mem_limit; /* bytes */
    struct number nano_cpus;
    struct healthcheck healthcheck;
};

/* How replacements are done: keys `update` and `drain`, in `defaults` and in an agent. */
struct rollout {
    struct value order;         /* start-first | stop-first */
    struct number parallelism;  /* agents at a time; only in defaults */
    struct number delay_s;      /* from the end of one to the begin of the next; only in defaults */
    struct number max_failures; /* agents; then it pauses; only in defaults */
    struct value window;        /* when what serves may be replaced; see core/window.h */
    struct number monitor_s;    /* how long a new container must stay ready */
    struct value failure_action;  /* rollback | pause */
    struct values canary_callers; /* numbers whose calls meet the new container first */
    struct number canary_percent; /* and this share of the others */
    struct number canary_calls;   /* so many must go well; any of the three asks for a canary */
    struct number drain_timeout_s;
    struct value on_timeout; /* wait | force | abort */
    struct number max_call_age_s;
};

struct provider_spec {
    const char *name;
    struct origin origin;
    struct settings settings;
};

struct agent_spec {
    const char *key; /* id or name of a dashboard agent, or a name of its own */
    struct origin origin;
    struct value name;
    struct value state;            /* running | stopped | absent */
    struct number port, http_port; /* of core */
    struct rollout rollout;
    bool has_role[ROLE__N];
    struct origin role_origin[ROLE__N];
    struct settings role[ROLE__N];
};

struct spec_file { /* a file that was read, or should have been */
    const char *path;
    const char *bytes; /* NULL: it could not be read */
    size_t len;
};

/* Options of the service, under `service:`; what the command line says comes first. */
struct service_spec {
    struct value control;
    struct value state_dir;
    struct value log_format; /* text | json */
    struct number resync_s;
    struct number history_keep_s;
    struct value listen;    /* "127.0.0.1:6100,172.18.0.1:6100", none */
    struct value advertise; /* a URL */
    struct value webhook_forward;
    struct value notify;        /* a webhook: whoever knows it may post there */
    struct value notify_format; /* json | slack | discord */
};

/* All spec files together; keys and names are unique across them (the reader saw to it). */
struct spec {
    struct value database;        /* path of the provider database */
    struct value database_agents; /* running | all | none */
    struct value name_prefix;     /* of container names, "avr" */
    struct value prune;           /* "true" | "false" */
    struct service_spec service;  /* several files may say a part of it each */
    struct settings defaults;
    struct rollout rollout;
    const struct provider_spec *providers;
    size_t n_providers;
    const struct agent_spec *agents;
    size_t n_agents;
    const struct spec_file *files; /* the spec files, then those they name, as they were read */
    size_t n_files;
};

struct pair {
    const char *key, *value;
};

/* Rows of AVR's database, as they stand.  `problem`, when not NULL, is a sentence about this row
 * (its JSON does not parse, …); such a provider is an error of the agents that use it only. */
struct provider_row {
    const char *id, *type, *name;
    const char *image;      /* config.image, else config.dockerImage, else NULL */
    const struct pair *env; /* config.env in document order; numbers, booleans as AVR prints them */
    size_t n_env;
    const char *problem;
    const struct provider_row *last; /* with a problem: what it said before; NULL: not known */
    int64_t last_ms;                 /* monotonic: when that was read */
};

struct agent_row {
    const char *id, *name, *status, *mode;
    int port, http_port; /* 0: null */
    const char *provider_id[ROLE__N];
    const char *problem;
};

struct call_row {                /* a row of `call` without endedAt */
    const char *uuid, *agent_id; /* agent_id NULL: cannot be attributed */
    int64_t started_ms;          /* wall clock; 0: null */
    int64_t initiated_ms;        /* of its call_initiated event; 0: none seen */
};

struct database {
    const char *path; /* NULL: no database is used */
    const struct provider_row *providers;
    size_t n_providers;
    const struct agent_row *agents;
    size_t n_agents;
    const struct call_row *calls;
    size_t n_calls;
    bool calls_known; /* false: no `call` table: the witness is left out */
};

/* A part of an agent that had a call and did not ask for its settings: with this image it is taken
 * for one that cannot, whatever its spec says. */
struct cold_part {
    const char *agent_id;
    enum role role;
    const char *image; /* the first candidate, "" if none is named */
};

/* AVR's own settings as this process got them; NULL: not set, so nobody asked. */
struct host {
    const char *tenant, *core_default_image, *webhook_url, *webhook_secret, *ami_url, *backend_url;
    const char *tools_dir, *avr_tools_dir;
    const char *advertise;          /* how containers reach this service; NULL: they do not */
    const struct digest_key *token; /* of core/capability.h; NULL: no tokens can be made */
    const struct cold_part *cold;
    size_t n_cold;
};

#endif
