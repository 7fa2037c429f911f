#include "control/sources.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/text.h"
#include "base/clock.h"
#include "control/cold.h"
#include "control/advertise.h"
#include "control/orders.h"
#include "control/recall.h"
#include "control/state.h"
#include "source/database.h"

/* Where relative binds of a spec may lead: the folder it lies in. */
static const char *folder_of(struct arena *a, const char *path)
{
    struct stat st;
    char *real = realpath(path, NULL);

    if (!real)
        return NULL;
    char *folder = arena_strdup(a, real);
    free(real);
    if (stat(folder, &st) == 0 && S_ISDIR(st.st_mode))
        return folder;
    char *slash = strrchr(folder, '/');
    if (slash && slash != folder)
        *slash = '\0';
    return folder;
}

static void collect_roots(struct arena *a, const struct config *config, struct sources *s)
{
    ARRAY(const char *) roots = {0};

    for (size_t i = 0; i < config->n_bind_roots; i++)
        ARRAY_PUSH(a, roots, config->bind_roots[i]);
    for (size_t i = 0; i < config->n_spec_paths; i++) {
        const char *folder = folder_of(a, config->spec_paths[i]);
        if (folder)
            ARRAY_PUSH(a, roots, folder);
    }
    s->bind_roots = roots.items;
    s->n_bind_roots = roots.n;
}

static const char *list_sources(struct arena *a, const struct config *config, const char *database)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < config->n_spec_paths; i++)
        text_printf(&t, "%s%s", i ? ", " : "", config->spec_paths[i]);
    if (database) {
        const char *slash = strrchr(database, '/');
        text_printf(&t, "%s%s", t.len ? ", " : "", slash ? slash + 1 : database);
    }
    return text_str(&t);
}

const char *sources_database_path(const struct config *config, const struct spec *spec)
{
    return spec->database.text ? spec->database.text : config->database;
}

int sources_read_database(struct arena *a, const char *path, struct database *ret, struct err *err)
{
    *ret = (struct database){0};
    if (!path || database_read(a, path, ret, err) == 0)
        return 0;
    err->code = ERR_UNREACHABLE; /* whatever is wrong with it: nothing can be read from it */
    return -1;
}

void sources_merge(struct arena *a, const struct config *config, const struct spec *spec,
                   const struct database *db, const struct standing_orders *orders, bool complete,
                   struct sources *ret)
{
    struct host host = config->host;
    struct digest_key token;

    *ret = (struct sources){.spec = *spec, .database = *db};
    if (!host.advertise)
        host.advertise = advertise_recall(a, config->state_dir);
    host.token = host.advertise && state_token_key(config->state_dir, &token) ? &token : NULL;
    if (orders)
        ret->orders = *orders;
    if (host.advertise)
        host.n_cold = cold_read(a, config->state_dir, &host.cold);
    merge(a, &ret->spec, &ret->database, &host, &ret->orders, complete, &ret->desired);
    explicit_bzero(&token, sizeof token);
    ret->text = list_sources(a, config, sources_database_path(config, spec));
    collect_roots(a, config, ret);
}

static int read_orders(struct store *store, struct arena *a, struct standing_orders *ret,
                       struct err *err)
{
    *ret = (struct standing_orders){0};
    if (!store || orders_read(store, a, ret, err) == 0)
        return 0;
    err->code = ERR_UNREACHABLE;
    return err_wrap(err, "whether agents were paused or stopped is not known");
}

static struct generations last_good_of_all(struct store *store, struct arena *a,
                                           const struct desired *d)
{
    const char **ids = arena_alloc(a, (d->n_agents + 1) * sizeof *ids);

    for (size_t i = 0; i < d->n_agents; i++)
        ids[i] = d->agents[i].id;
    return store ? recall_last_good(store, a, ids, d->n_agents) : (struct generations){0};
}

int sources_read(struct arena *a, const struct config *config, struct sources *ret,
                 struct spec_errors *errors, struct err *err)
{
    struct spec spec;
    struct database db;
    struct standing_orders orders;

    *errors = (struct spec_errors){0};
    if (spec_read(a, config->spec_paths, config->n_spec_paths, &config->env, &spec, errors) < 0)
        return err_set(err, ERR_INVALID, "the specs are not valid");
    if (sources_read_database(a, sources_database_path(config, &spec), &db, err) < 0)
        return -1;
    struct store *store = recall_open(a, config->state_dir);
    int result = read_orders(store, a, &orders, err);
    if (result == 0) {
        sources_merge(a, config, &spec, &db, &orders, true, ret);
        ret->last_good = last_good_of_all(store, a, &ret->desired);
        ret->read_ms = mono_ms();
    }
    store_close(store);
    return result;
}
