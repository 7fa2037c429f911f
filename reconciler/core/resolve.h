/* resolve.h - what exactly a container should be, now that it is known what runs.
 *
 * The last step from "asked for" to "what to create": the image behind the policy, the provider's
 * port (taken over from the running container; AVR draws a random one at every Run), core's URLs
 * that follow those ports, and whatever nobody asked about, carried over as it is. */
#ifndef CORE_RESOLVE_H
#define CORE_RESOLVE_H

#include "core/desired.h"
#include "base/digest.h"
#include "core/observed.h"

struct wanted {
    const struct container_spec *spec;
    /* spec->settings, with what nobody asked about (user, command, logging, …) filled in from the
     * running container; what is created is created from these. */
    const struct settings *settings;
    const char *tenant;     /* value of the label; NULL: none */
    const char *image_ref;  /* NULL: cannot be told, see problem */
    const char *image_id;   /* NULL: not on the engine, pull first */
    const char *image_note; /* "using local image, built 2m ago", or NULL */
    struct origin image_origin;
    bool pull; /* the registry has something newer, or it is missing here */
    const char *pull_why;
    struct env_list env;   /* complete, sorted by name */
    const char *port;      /* text of PORT */
    const char *http_port; /* core: text of HTTP_PORT; NULL: not told, so not to be probed */
    const char *alias;     /* network alias this generation is reached by; NULL: its name will do */
    /* This container and its core change together: the candidate gets `alias` and core's wanted
     * URL names it, so that the old core keeps the old container until its calls have ended.  On
     * core: at least one of its providers does. */
    bool as_set;
    const char *const *binds;
    size_t n_binds;
    const char *const *networks; /* the first one is the network mode */
    size_t n_networks;
    const char *const *carried_ports; /* published ports nobody asked about */
    size_t n_carried_ports;
    struct restart_policy restart;
    int64_t memory, nano_cpus;
    struct engine_check check; /* n_test 0: the image's own */
    bool stop_first;
    struct value restart_order; /* for LABEL_RESTART; text NULL: no restart was ordered */
    const char *problem;        /* not NULL: nothing may be created from this */
};

/* Settles every container of the agent; ret[role].spec is NULL for roles it does not have. */
void resolve_agent(struct arena *, const struct desired *, const struct agent *,
                   const struct observed *, const struct digest_key *, struct wanted ret[ROLE__N]);

/* The same with what was last good of some roles (ROLE_BITs; last_good_role() knows each) in place
 * of what is asked for. */
void resolve_last_good(struct arena *, const struct desired *, const struct agent *,
                       const struct observed *, const struct digest_key *, unsigned roles,
                       struct wanted ret[ROLE__N]);

/* The references that must be looked up on the engine before resolve_agent() can be called: every
 * candidate of every agent, the :local variants the policies prefer, in their full form
 * ("repository:tag"), and the images of generations that are gone back to.  Sorted, unique.  The
 * image id of every box is wanted besides. */
size_t resolve_image_refs(struct arena *, const struct desired *, const char *const **ret);

struct registry_ref {
    const char *ref;
    int64_t every_s; /* the shortest interval of those who name it */
};

/* Those of them whose registry is to be asked: pull_policy always (every 5 minutes) and every_….
 * Sorted, unique. */
size_t resolve_registry_refs(struct arena *, const struct desired *,
                             const struct registry_ref **ret);

#endif
