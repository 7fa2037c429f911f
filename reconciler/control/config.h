/* config.h - what the command line, the environment and defaults decided, before any file is read.
 * Filled by cli/options.c, const afterwards. */
#ifndef CONTROL_CONFIG_H
#define CONTROL_CONFIG_H

#include "core/inputs.h"
#include "net/http.h"
#include "source/spec.h"

struct config {
    const char *const *spec_paths; /* files or folders; may be none */
    size_t n_spec_paths;
    const char *database; /* DB_DATABASE; a spec's `database` comes first; NULL: not set */
    struct endpoint engine;
    const char *engine_name; /* for people: "pbx-01", "tcp://10.0.0.2:2376" */
    const char *state_dir;
    const char *docker_config; /* Docker's config.json, for registry logins; NULL: none is known */
    const char *control_path;  /* the socket of the service */
    struct host host;
    struct spec_env env;           /* for ${VAR} in specs */
    const char *const *bind_roots; /* folders below which binds are allowed, besides the specs' */
    size_t n_bind_roots;
};

#endif
