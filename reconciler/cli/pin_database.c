/* Pins in AVR's database, by way of AVR's backend and a person's login. */
#include <string.h>

#include "base/text.h"
#include "cli/configure.h"
#include "cli/pin.h"
#include "cli/say.h"
#include "reach/backend.h"
#include "source/file.h"

enum { MAX_TOKEN_FILE = 16 << 10 };

struct patch {
    const struct provider_row *row;
    const char *image, *body; /* NULL: it has this image already */
};

struct patches {
    ARRAY(struct patch) list;
};

static int token_of(struct cli *cli, const char **ret, struct err *err)
{
    const char *path = cli->opt->value[OPT_TOKEN_FILE];
    struct file file;

    if (!path) {
        *ret = cli->env->get(cli->env->ctx, "AVR_RECONCILER_BACKEND_TOKEN");
        return *ret ? 0
                    : err_set(err, ERR_INVALID,
                              "AVR's backend wants a login: put a user's token into "
                              "AVR_RECONCILER_BACKEND_TOKEN, or name its file with --token-file");
    }
    if (file_read(cli->arena, path, MAX_TOKEN_FILE, &file, err) < 0)
        return err_wrap(err, "%s", path);
    *ret = arena_strndup(cli->arena, file.bytes, strcspn(file.bytes, "\r\n"));
    return 0;
}

static const struct provider_row *row_of(const struct database *db, const struct pin *p)
{
    const char *id = NULL;

    for (size_t i = 0; i < db->n_agents; i++)
        if (text_is(db->agents[i].id, p->agent->id))
            id = db->agents[i].provider_id[p->role];
    for (size_t i = 0; id && i < db->n_providers; i++)
        if (text_is(db->providers[i].id, id))
            return &db->providers[i];
    return NULL;
}

static int plan_one(struct cli *cli, struct backend *b, struct patches *patches,
                    const struct database *db, struct pin *p, struct err *err)
{
    const struct provider_row *row = row_of(db, p);
    struct patch patch = {.row = row, .image = p->image};

    if (p->role == ROLE_CORE)
        return err_set(err, ERR_INVALID,
                       "core has no provider: its image is CORE_DEFAULT_IMAGE of AVR's backend");
    if (!row)
        return err_set(err, ERR_INVALID, "no provider in the database stands behind it");
    p->provider = row->name;
    p->old = row->image;
    p->changed = !text_is(row->image, p->image);
    for (size_t i = 0; i < patches->list.n; i++)
        if (patches->list.items[i].row == row)
            return text_is(patches->list.items[i].image, p->image)
                       ? 0
                       : err_set(err, ERR_CONFLICT,
                                 "another agent of provider \"%s\" runs %s: pin them one by one",
                                 row->name, patches->list.items[i].image);
    if (p->changed && backend_prepare(b, cli->arena, row, p->image, &patch.body, err) < 0)
        return -1;
    ARRAY_PUSH(cli->arena, patches->list, patch);
    return 0;
}

/* Core's image is nobody's row: with --all that is said, and the others are pinned. */
static bool plan(struct cli *cli, struct backend *b, const struct database *db, struct pins *pins,
                 struct patches *patches)
{
    size_t kept = 0;
    struct err err;

    for (size_t i = 0; i < pins->list.n; i++) {
        struct pin *p = &pins->list.items[i];
        if (plan_one(cli, b, patches, db, p, &err) == 0) {
            pins->list.items[kept++] = *p;
        } else if (p->role == ROLE_CORE) {
            say(cli, "note: %s core: %s", p->agent->name, err.text);
        } else {
            say_error(cli, "%s %s: %s", p->agent->name, role_name[p->role], err.text);
            pins->n_failed++;
        }
    }
    pins->list.n = kept;
    return pins->n_failed == 0;
}

static bool carry_out(struct cli *cli, struct backend *b, const struct patches *patches)
{
    struct err err;

    for (size_t i = 0; i < patches->list.n; i++) {
        const struct patch *p = &patches->list.items[i];
        if (p->body && backend_patch(b, cli->arena, p->row, p->image, p->body, &err) < 0) {
            say_error(cli, "%s", err.text);
            return false;
        }
    }
    return true;
}

bool pin_in_database(struct cli *cli, const struct sources *sources, struct pins *pins, bool dry)
{
    const char *url = cli->opt->value[OPT_BACKEND], *token = NULL;
    struct patches patches = {0};
    struct backend backend;
    struct err err = {0};

    if (!url)
        url = cli->config.host.backend_url;
    if (!url)
        err_set(&err, ERR_INVALID, "name AVR's backend with --backend URL or BACKEND_URL");
    if (!url || token_of(cli, &token, &err) < 0 ||
        backend_open(cli->arena, url, token, dry, &backend, &err) < 0) {
        say_error(cli, "%s", err.text);
        return false;
    }
    bool ok = plan(cli, &backend, &sources->database, pins, &patches);
    if (ok && !dry)
        ok = carry_out(cli, &backend, &patches);
    backend_close(&backend);
    return ok;
}
