#include "cli/configure.h"

#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "control/advertise.h"

static const char default_specs[] = "specs", system_specs[] = "/etc/avr-reconciler/specs";

/* An empty variable counts as not set: AVR's compose files pass unset ones on as "". */
static const char *plain(const struct spec_env *env, const char *name)
{
    const char *value = env->get(env->ctx, name);
    return value && *value ? value : NULL;
}

/* One of AVR's own names; AVR_RECONCILER_<name> comes first. */
static const char *avr(struct arena *a, const struct spec_env *env, const char *name)
{
    const char *value = plain(env, arena_printf(a, "AVR_RECONCILER_%s", name));
    return value ? value : plain(env, name);
}

static void read_host(struct arena *a, const struct spec_env *env, struct host *ret)
{
    ret->tenant = avr(a, env, "TENANT");
    ret->core_default_image = avr(a, env, "CORE_DEFAULT_IMAGE");
    ret->webhook_url = avr(a, env, "WEBHOOK_URL");
    ret->webhook_secret = avr(a, env, "WEBHOOK_SECRET");
    ret->ami_url = avr(a, env, "AMI_URL");
    ret->backend_url = avr(a, env, "BACKEND_URL");
    ret->tools_dir = avr(a, env, "TOOLS_DIR");
    ret->avr_tools_dir = avr(a, env, "AVR_TOOLS_DIR");
}

static int read_database(struct arena *a, const struct spec_env *env, struct config *ret,
                         struct err *err)
{
    const char *type = avr(a, env, "DB_TYPE");

    if (type && strcasecmp(type, "sqlite") != 0)
        return err_set(
            err, ERR_INVALID,
            "DB_TYPE is \"%s\": only AVR's sqlite database can be read. Unset DB_TYPE and "
            "describe the agents in a spec",
            type);
    ret->database = avr(a, env, "DB_DATABASE");
    return 0;
}

static bool verb_takes_files(const struct options *opt)
{
    return opt->cmd->args_are == ARGS_FILES && opt->n_args > 0;
}

size_t configure_specs(struct arena *a, const struct options *opt, const char *const **ret)
{
    ARRAY(const char *) paths = {0};
    bool own = verb_takes_files(opt);

    for (size_t i = 0; i < opt->n_files; i++)
        ARRAY_PUSH(a, paths, opt->files[i]);
    for (size_t i = 0; own && i < opt->n_args; i++)
        ARRAY_PUSH(a, paths, opt->args[i]);
    if (paths.n == 0 && access(default_specs, F_OK) == 0)
        ARRAY_PUSH(a, paths, default_specs);
    if (paths.n == 0 && access(system_specs, F_OK) == 0)
        ARRAY_PUSH(a, paths, system_specs);
    *ret = paths.items;
    return paths.n;
}

static int find_specs(struct arena *a, const struct options *opt, struct config *ret,
                      struct err *err)
{
    ret->n_spec_paths = configure_specs(a, opt, &ret->spec_paths);
    if (ret->n_spec_paths == 0 && !ret->database)
        return err_set(err, ERR_INVALID,
                       "nothing says what should run: there is no ./specs and no %s. Name a spec "
                       "with -f FILE, or AVR's database with DB_DATABASE=/path/to/data.db",
                       system_specs);
    return 0;
}

static const char *host_name(struct arena *a)
{
    char name[256] = "";

    if (gethostname(name, sizeof name - 1) < 0 || !*name)
        return "this machine";
    return arena_strdup(a, name);
}

/* A bare path is what AVR's DOCKER_SOCKET_PATH holds and what people type. */
static const char *as_url(struct arena *a, const char *engine)
{
    return engine && *engine == '/' ? arena_printf(a, "unix://%s", engine) : engine;
}

static int find_engine(struct arena *a, const struct options *opt, const struct spec_env *env,
                       struct config *ret, struct err *err)
{
    const char *engine = opt->value[OPT_ENGINE], *certs = plain(env, "DOCKER_CERT_PATH");
    const char *home = plain(env, "HOME");
    bool tls = plain(env, "DOCKER_TLS_VERIFY") != NULL;

    if (!engine)
        engine = avr(a, env, "DOCKER_SOCKET_PATH");
    if (!engine)
        engine = plain(env, "DOCKER_HOST");
    engine = as_url(a, engine);
    if (tls && !certs && home)
        certs = arena_printf(a, "%s/.docker", home);
    if (endpoint_parse(a, engine, tls, tls ? certs : NULL, &ret->engine, err) < 0)
        return -1;
    ret->engine_name = ret->engine.unix_path ? host_name(a) : engine;
    return 0;
}

const char *configure_state_dir(struct arena *a, const struct options *opt,
                                const struct spec_env *env)
{
    static const char system_dir[] = "/var/lib/avr-reconciler";
    const char *home = plain(env, "HOME"), *xdg = plain(env, "XDG_STATE_HOME");

    if (opt->value[OPT_STATE_DIR])
        return opt->value[OPT_STATE_DIR];
    if (geteuid() == 0 || access(system_dir, W_OK) == 0)
        return system_dir;
    if (xdg)
        return arena_printf(a, "%s/avr-reconciler", xdg);
    return home ? arena_printf(a, "%s/.local/state/avr-reconciler", home) : system_dir;
}

const char *configure_jwt_secret(struct arena *a, const struct spec_env *env)
{
    return avr(a, env, "JWT_SECRET");
}

/* Where `docker login` leaves its logins. */
static const char *docker_config(struct arena *a, const struct spec_env *env)
{
    const char *folder = plain(env, "DOCKER_CONFIG"), *home = plain(env, "HOME");

    if (folder)
        return arena_printf(a, "%s/config.json", folder);
    return home ? arena_printf(a, "%s/.docker/config.json", home) : NULL;
}

const char *control_path(struct arena *a, const struct options *opt, const struct spec_env *env)
{
    static const char system_path[] = "/run/avr-reconciler/control.sock";
    const char *xdg = plain(env, "XDG_RUNTIME_DIR");

    if (opt->value[OPT_CONTROL])
        return opt->value[OPT_CONTROL];
    if (geteuid() == 0 || !xdg || access(system_path, W_OK) == 0)
        return system_path;
    return arena_printf(a, "%s/avr-reconciler/control.sock", xdg);
}

static int find_advertised(const struct options *opt, struct config *ret, struct err *err)
{
    const char *url = opt->value[OPT_ADVERTISE];

    if (!url || !*url)
        return 0;
    if (!advertise_is_usable(url))
        return err_set(err, ERR_INVALID,
                       "--advertise is not an address such as http://avr-reconciler:6100");
    ret->host.advertise = url;
    return 0;
}

static void find_bind_roots(struct arena *a, const struct spec_env *env, struct config *ret)
{
    const char *list = plain(env, "AVR_RECONCILER_ALLOW_BINDS"), *const *parts = NULL;
    size_t n = list ? split_list(a, list, ':', &parts) : 0;
    ARRAY(const char *) roots = {0};

    for (size_t i = 0; i < n; i++)
        ARRAY_PUSH(a, roots, parts[i]);
    if (ret->host.tools_dir)
        ARRAY_PUSH(a, roots, ret->host.tools_dir);
    if (ret->host.avr_tools_dir)
        ARRAY_PUSH(a, roots, ret->host.avr_tools_dir);
    ret->bind_roots = roots.items;
    ret->n_bind_roots = roots.n;
}

int configure(struct arena *a, const struct options *opt, const struct spec_env *env,
              struct config *ret, struct err *err)
{
    *ret = (struct config){.env = *env};
    read_host(a, env, &ret->host);
    if (read_database(a, env, ret, err) < 0 || find_specs(a, opt, ret, err) < 0 ||
        find_engine(a, opt, env, ret, err) < 0 || find_advertised(opt, ret, err) < 0)
        return -1;
    ret->docker_config = docker_config(a, env);
    ret->control_path = control_path(a, opt, env);
    ret->state_dir = configure_state_dir(a, opt, env);
    find_bind_roots(a, env, ret);
    return 0;
}
