#include "control/credentials.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "control/helper.h"
#include "core/reference.h"
#include "engine/engine.h"
#include "source/docker_config.h"

enum { REMEMBERED_MS = 5 * 60 * 1000, FAILURE_MS = 30 * 1000 };

struct credentials_wait {
    struct credentials_wait *next;
    struct registry *registry;
    struct ev_timer told; /* pending once the login is known */
    credentials_done *done;
    void *ctx;
};

struct registry {
    struct registry *next;
    struct credentials *owner;
    char *name;
    char *auth;            /* NULL: no login */
    struct err err;        /* of the last try */
    int64_t until_ms;      /* monotonic: what is known holds */
    struct ev_timer over;  /* then */
    struct helper *helper; /* is being asked */
    struct arena *arena;   /* of what it is asked about */
    struct docker_login login;
    struct credentials_wait *waiting;
};

struct credentials {
    struct ev_loop *loop;
    char *config_file;
    struct registry *registries;
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

struct credentials *credentials_new(struct ev_loop *loop, const char *config_file)
{
    struct credentials *c = must(calloc(1, sizeof *c));

    c->loop = loop;
    c->config_file = config_file ? must(strdup(config_file)) : NULL;
    return c;
}

static void forget(struct registry *r)
{
    text_wipe(r->auth);
    free(r->auth);
    r->auth = NULL;
    r->until_ms = 0;
}

static void forget_if_over(struct registry *r)
{
    if (!r->waiting && r->until_ms <= mono_ms())
        forget(r);
}

static void on_over(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    forget_if_over(timer->data);
}

void credentials_free(struct credentials *c)
{
    while (c && c->registries) {
        struct registry *r = c->registries;
        c->registries = r->next;
        helper_cancel(r->helper);
        ev_timer_stop(c->loop, &r->over);
        arena_free(r->arena);
        forget(r);
        free(r->name);
        free(r);
    }
    if (c)
        free(c->config_file);
    free(c);
}

/* --- the registry of a reference ------------------------------------------------------------- */

static const char *registry_name(struct arena *a, const char *ref)
{
    struct reference parsed = {0};
    struct err err;

    return reference_parse(a, ref, &parsed, &err) < 0 ? "" : reference_registry(a, &parsed);
}

static struct registry *find(struct credentials *c, const char *ref)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *name = registry_name(a, ref);

    for (struct registry *r = c->registries; r; r = r->next)
        if (strcmp(r->name, name) == 0)
            return r;
    struct registry *r = must(calloc(1, sizeof *r));
    *r = (struct registry){.next = c->registries, .owner = c, .name = must(strdup(name))};
    ev_timer_init(&r->over, on_over, 0., 0.);
    r->over.data = r;
    c->registries = r;
    return r;
}

/* --- finding out ----------------------------------------------------------------------------- */

static void tell(struct registry *r)
{
    for (struct credentials_wait *w = r->waiting; w; w = w->next)
        if (!ev_is_active(&w->told))
            ev_timer_start(r->owner->loop, &w->told);
}

/* Known for so long; 0: for those who wait now. */
static void settle(struct registry *r, const struct err *err, int64_t ms)
{
    r->err = err ? *err : (struct err){0};
    if (!err && (r->login.username || r->login.identity_token)) {
        struct arena *a CLEANUP_ARENA = arena_new();
        struct registry_login login = {r->login.username, r->login.password,
                                       r->login.identity_token, r->login.server};
        r->auth = must(strdup(docker_auth_encode(a, &login)));
    }
    arena_free(r->arena);
    r->arena = NULL;
    r->login = (struct docker_login){0};
    r->until_ms = mono_ms() + ms;
    if (ms) {
        ev_now_update(r->owner->loop);
        ev_timer_stop(r->owner->loop, &r->over);
        ev_timer_set(&r->over, (double)(ms + 1) / 1000., 0.);
        ev_timer_start(r->owner->loop, &r->over);
    }
    tell(r);
}

static void on_helper(void *ctx, const char *answer, const struct err *failure)
{
    struct registry *r = ctx;
    struct err err;

    r->helper = NULL;
    if (failure)
        err = *failure;
    if (failure || docker_helper_login(r->arena, answer, &r->login, &err) < 0) {
        err_wrap(&err, "docker-credential-%s, asked for %s", r->login.helper, r->login.server);
        settle(r, &err, FAILURE_MS);
    } else {
        settle(r, NULL, REMEMBERED_MS);
    }
}

static void find_out(struct registry *r)
{
    const struct credentials *c = r->owner;
    struct err err;

    forget(r);
    r->arena = arena_new();
    if (c->config_file &&
        docker_config_login(r->arena, c->config_file, r->name, &r->login, &err) < 0) {
        settle(r, &err, 0);
    } else if (r->login.helper) {
        const char *program = arena_printf(r->arena, "docker-credential-%s", r->login.helper);
        r->helper = helper_start(c->loop, (const char *const[]){program, "get", NULL},
                                 r->login.server, on_helper, r);
    } else {
        settle(r, NULL, 0);
    }
}

/* --- asking ---------------------------------------------------------------------------------- */

static void unlink_wait(struct credentials_wait *w)
{
    struct credentials_wait **at = &w->registry->waiting;

    while (*at != w)
        at = &(*at)->next;
    *at = w->next;
    ev_timer_stop(w->registry->owner->loop, &w->told);
}

static void on_told(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct credentials_wait *w = timer->data;
    struct registry *r = w->registry;
    credentials_done *done = w->done;
    void *ctx = w->ctx;

    (void)loop, (void)events;
    unlink_wait(w);
    free(w);
    done(ctx, r->auth, r->err.code ? &r->err : NULL);
    forget_if_over(r);
}

struct credentials_wait *credentials_ask(struct credentials *c, const char *ref,
                                         credentials_done *done, void *ctx)
{
    struct credentials_wait *w = must(calloc(1, sizeof *w));
    struct registry *r = find(c, ref ? ref : "");

    *w = (struct credentials_wait){.next = r->waiting, .registry = r, .done = done, .ctx = ctx};
    ev_timer_init(&w->told, on_told, 0., 0.);
    w->told.data = w;
    bool others_wait = r->waiting != NULL; /* then it is being found out, or known */
    r->waiting = w;
    if (r->helper)
        return w;
    if (others_wait || r->until_ms > mono_ms())
        tell(r);
    else
        find_out(r);
    return w;
}

void credentials_cancel(struct credentials_wait *w)
{
    unlink_wait(w);
    free(w);
}

/* --- what is wrong --------------------------------------------------------------------------- */

void credentials_refused(struct credentials *c, const char *ref, bool with_login, struct err *err)
{
    struct registry *r = find(c, ref);

    if (r->err.code)
        err_wrap(err, "no login for %s (%s)", r->name, r->err.text);
    else if (with_login)
        err_wrap(err, "%s refuses the login that %s has for it", r->name, c->config_file);
    else if (c->config_file)
        err_wrap(err, "%s wants a login and %s has none for it", r->name, c->config_file);
    if (!r->waiting && !r->helper && !r->err.code)
        forget(r);
}

const char *credentials_problem(const struct credentials *c)
{
    for (const struct registry *r = c->registries; r; r = r->next)
        if (r->err.code)
            return r->err.text;
    return NULL;
}
