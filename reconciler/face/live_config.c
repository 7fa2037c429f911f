/* What containers ask for at each call.  Whoever may not know it is told that there is no such
 * thing, whatever the reason, so that nothing can be found out by asking. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/session.h"
#include "control/state.h"
#include "face/parts.h"
#include "live/asker.h"
#include "live/settings.h"

struct question { /* one request, with what it is answered from */
    struct face *face;
    struct web_request *request;
    struct arena *arena;
    const struct sources *sources;
    const struct look *look; /* NULL: there was none yet */
    int64_t age_s;
    struct live_asker asker;
};

/* --- answering ------------------------------------------------------------------------------- */

static const char *peer_text(struct arena *a, const struct sockaddr *peer)
{
    char *text = arena_alloc(a, INET6_ADDRSTRLEN);
    const void *address =
        peer->sa_family == AF_INET
            ? (const void *)&((const struct sockaddr_in *)(const void *)peer)->sin_addr
            : &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;

    return inet_ntop(peer->sa_family, address, text, INET6_ADDRSTRLEN) ? text : "?";
}

/* Never the path, which may hold a token. */
static void say(const struct question *q, const char *what)
{
    const struct agent *agent = q->asker.agent;
    struct log_about about = {.agent = agent ? agent->name : NULL,
                              .role = agent ? role_name[q->asker.role] : NULL};

    log_say(service_log(q->face->service), LEVEL_DEBUG, &about, "%s asked for settings: %s",
            peer_text(q->arena, web_peer(q->request)), what);
}

static void refuse(struct question *q, const char *why)
{
    q->face->live.refused++;
    say(q, why);
    web_reply_error(q->request, 404, "not_found", "There is no such thing.");
}

static const char *why_not(const struct question *q)
{
    return web_param(q->request, "token") ? "refused, its token is not good for them"
                                          : "refused, it is no running container of the agent";
}

/* A container that asks at each call mostly hears what it has heard before. */
static void answer(struct question *q, const char *json)
{
    const struct digest_key *key = session_key(service_session(q->face->service));
    const char *etag = settings_etag(q->arena, key, json);
    const char *known = web_header(q->request, "If-None-Match");

    q->face->live.answered++;
    say(q, "told");
    web_reply_header(q->request, "ETag", etag);
    if (q->age_s)
        web_reply_header(q->request, "X-AVR-Settings-Age",
                         arena_printf(q->arena, "%lld", (long long)q->age_s));
    if (known && strstr(known, etag))
        web_reply(q->request, 304, "application/json", "", 0);
    else
        web_reply_json(q->request, 200, json);
}

/* --- asking ---------------------------------------------------------------------------------- */

typedef bool asker_fn(struct arena *, const struct live_ask *, const char *id, struct live_asker *);

/* The key is read for each question: whoever deletes it takes all tokens back. */
static bool may_ask(struct question *q, asker_fn *is_asker, const char *id)
{
    struct digest_key key;
    bool has_key = state_token_key(service_config(q->face->service)->state_dir, &key);
    struct live_ask ask = {
        .token = web_param(q->request, "token"),
        .peer = web_peer(q->request),
        .key = has_key ? &key : NULL,
        .desired = &q->sources->desired,
        .observed = q->look ? &q->look->observed : NULL,
    };
    bool may = is_asker(q->arena, &ask, id, &q->asker);

    explicit_bzero(&key, sizeof key);
    return may;
}

/* False: it has been answered. */
static bool begin(struct face *face, struct web_request *r, asker_fn *is_asker, struct question *q)
{
    *q = (struct question){.face = face, .request = r, .arena = web_arena(r)};
    q->look = service_last_look(face->service, NULL, NULL);
    q->sources = service_sources_now(face->service, q->arena, &q->age_s);
    if (!q->sources)
        web_reply_error(r, 503, "not_ready", "The settings could not be read yet.");
    else if (!may_ask(q, is_asker, web_param(r, "id")))
        refuse(q, why_not(q));
    else
        return true;
    return false;
}

/* What cannot be read just now may be one row, or the whole database: it is as old as the older. */
static const struct env_list *fetched(struct question *q)
{
    struct live_settings s = settings_fetched(q->arena, q->sources, q->asker.agent, q->asker.role,
                                              web_param(q->request, "id"));
    int64_t age_s = s.read_ms ? (mono_ms() - s.read_ms) / 1000 + 1 : 0;

    if (age_s > q->age_s)
        q->age_s = age_s;
    return s.env;
}

static void provider_config(void *ctx, struct web_request *r)
{
    struct question q;

    if (!begin(ctx, r, asker_of_provider, &q))
        return;
    const struct env_list *env = fetched(&q);
    if (!env) {
        refuse(&q, "there are none");
        return;
    }
    service_note_fetch(q.face->service, q.asker.agent->id, q.asker.role);
    answer(&q, settings_env_json(q.arena, env));
}

static void instructions(void *ctx, struct web_request *r)
{
    struct question q;

    if (!begin(ctx, r, asker_of_provider, &q))
        return;
    const struct env_list *env = fetched(&q);
    const char *json = env ? settings_system_json(q.arena, env) : NULL;
    if (json)
        answer(&q, json);
    else
        refuse(&q, "there are none");
}

static void agent_providers(void *ctx, struct web_request *r)
{
    struct question q;

    if (!begin(ctx, r, asker_of_agent, &q))
        return;
    if (!q.look)
        web_reply_error(r, 503, "not_ready", "The first look at the engine is not finished yet.");
    else
        answer(&q, settings_addresses_json(q.arena, &q.sources->desired, q.asker.agent,
                                           &q.look->observed));
}

#define ROUTES(path, handler)                                                                      \
    {"GET", "/internal/" path, ACCESS_CONTAINER, handler},                                         \
    {                                                                                              \
        "GET", "/c/{token}/internal/" path, ACCESS_CONTAINER, handler                              \
    }

static const struct web_route routes[] = {
    ROUTES("providers/{id}/config", provider_config),
    ROUTES("agents/{id}/providers", agent_providers),
    ROUTES("instructions/{id}", instructions),
};

const struct face_family live_family = {.routes = routes,
                                        .n_routes = sizeof routes / sizeof routes[0]};
