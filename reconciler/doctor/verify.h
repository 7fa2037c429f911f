/* verify.h - does what runs have what was asked for?  A list of checks, each held or not.
 *
 * Pure: what only the engine, the network or a log can tell is given as facts.  What could not be
 * found out from here is neither held nor failed, and says so. */
#ifndef DOCTOR_VERIFY_H
#define DOCTOR_VERIFY_H

#include "core/plan.h"

enum check_state { CHECK_OK, CHECK_FAILED, CHECK_UNKNOWN, CHECK__N };

struct check {
    enum check_state state;
    const char *kind; /* for programs: "image", "env", "settings", "config", … */
    const struct agent *agent;
    const char *role, *container; /* NULL: about the agent as a whole */
    const char *text;             /* what was found; never a secret */
};

struct checks {
    const struct check *items; /* by agent, role, kind */
    size_t n, count[CHECK__N];
};

/* The config endpoint's answer to one who asked. */
struct config_answer {
    enum {
        CONFIG_NOT_ASKED,
        CONFIG_UNASKABLE, /* it cannot be asked from there: `why` */
        CONFIG_SILENT,    /* it was asked and did not answer: `why` */
        CONFIG_ANSWERED,  /* status; env where the body is one */
    } kind;
    const char *why;
    int status;
    bool readable;          /* the body is {"env": {…}} */
    const struct pair *env; /* sorted by key */
    size_t n_env;
};

struct config_line { /* a line of a container's log that begins with [CONFIG] */
    int64_t at_ms;
    const char *text;
};

struct box_facts { /* of a running live box */
    const char *box_id;
    bool probed, ready;
    const char *probe_text; /* why it is not ready, or was not probed; may be NULL */
    struct config_answer here, inside;
    const struct config_line *lines; /* in the order of the log */
    size_t n_lines;
    const char *log_problem; /* why the log could not be read; NULL: it was */
};

struct last_call {
    const char *agent_id;
    int64_t started_ms;
};

struct verify_facts {
    const struct box_facts *boxes;
    size_t n_boxes;
    const struct last_call *calls; /* the newest of each agent that ever had one */
    size_t n_calls;
    const char *calls_problem; /* why nobody knows them; NULL: they are known */
};

struct verify_input {
    const struct desired *desired;
    const struct database *database;
    const struct observed *observed;
    const struct plan *plan;
    const struct verify_facts *facts;
};

struct checks verify_all(struct arena *, const struct verify_input *);

/* Where a container fetches its settings; false if it was not told both of a backend and of a
 * provider.  ret_path is the path of the request, escaped. */
bool verify_endpoint(struct arena *, const struct box *, const char **ret_base,
                     const char **ret_path);

#endif
