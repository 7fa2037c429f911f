#include "control/client.h"

#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/log_stream.h"

struct client_call {
    struct client *client;
    struct call call;
    struct arena *arena;            /* of the facts */
    struct arena *request;          /* of the request's text */
    struct http_transfer *transfer; /* NULL while a refused encoding is being reported */
    struct credentials_wait *login; /* is being looked for; the request follows */
    bool with_login;
    struct ev_timer refused;
    struct err err;
    client_open *on_open;
    client_event *on_event; /* of a stream of events; else NULL */
    log_line *on_log;       /* of a log that is followed; else NULL */
    struct log_stream *log; /* with it */
    client_done *done;
    void *ctx;
};

static void drop(struct client_call *c)
{
    ev_timer_stop(c->client->loop, &c->refused);
    if (c->login)
        credentials_cancel(c->login);
    arena_free(c->request);
    free(c->log);
    free(c);
}

static bool asks_registry(const struct client_call *c)
{
    return c->client->credentials && (c->call.kind == CALL_PULL || c->call.kind == CALL_DIGEST);
}

static void on_answer(void *ctx, const struct http_response *response, const struct err *failure)
{
    struct client_call *c = ctx;
    struct facts facts = {0};
    struct err err;
    client_done *done = c->done;
    void *done_ctx = c->ctx;

    c->transfer = NULL;
    if (failure)
        c->err = *failure;
    else if (!c->err.code && /* of a line of a pull */
             c->client->driver->decode(&c->call, response, c->arena, &facts, &err) < 0)
        c->err = err;
    err = c->err;
    if (err.code == ERR_DENIED && asks_registry(c))
        credentials_refused(c->client->credentials, c->call.ref, c->with_login, &err);
    drop(c);
    done(done_ctx, err.code ? NULL : &facts, err.code ? &err : NULL);
}

static void on_begun(void *ctx)
{
    struct client_call *c = ctx;

    c->on_open(c->ctx);
}

/* A call may be cancelled by its own event, so nothing is done with it afterwards. */
static void tell_event(const struct client_call *c, const char *line, size_t len)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct engine_event event;
    struct err err;

    int result = c->client->driver->event_line(line, len, a, &event, &err);
    c->on_event(c->ctx, result == 0 ? &event : NULL);
}

static void on_line(void *ctx, const char *line, size_t len)
{
    struct client_call *c = ctx;
    struct err err;

    if (c->on_log)
        c->client->driver->log_piece(c->log, line, len, c->on_log, c->ctx);
    else if (c->on_event)
        tell_event(c, line, len);
    else if (!c->err.code && c->client->driver->pull_line(line, len, &err) < 0)
        c->err = err;
}

/* A call that must not be sent is still reported from the loop, never from within client_send(). */
static void on_refused(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    struct client_call *c = timer->data;
    client_done *done = c->done;
    void *ctx = c->ctx;
    struct err err = c->err;

    (void)loop, (void)events;
    drop(c);
    done(ctx, NULL, &err);
}

static bool is_stream(const struct client_call *c)
{
    return c->call.kind == CALL_PULL || c->call.kind == CALL_EVENTS || c->call.follow;
}

static void send(struct client_call *c, const char *login)
{
    const struct client *client = c->client;
    struct call call = c->call;
    struct http_request request = {0};
    const char *version = *client->api_version ? client->api_version : NULL;

    call.registry_auth = login;
    c->with_login = login != NULL;
    if (client->driver->encode(&call, version, c->request, &request, &c->err) < 0)
        ev_timer_start(client->loop, &c->refused);
    else
        c->transfer = http_send(client->http, &client->endpoint, &request,
                                is_stream(c) ? on_line : NULL, on_answer, c);
}

/* Whose login cannot be found is asked without one: it may be for everybody. */
static void on_login(void *ctx, const char *login, const struct err *err)
{
    struct client_call *c = ctx;

    (void)err;
    c->login = NULL;
    send(c, login);
}

static struct client_call *call_new(struct client *client, const struct call *call, struct arena *a,
                                    client_done *done, void *ctx)
{
    struct client_call *c = calloc(1, sizeof *c);

    if (!c)
        abort();
    *c = (struct client_call){.client = client,
                              .call = *call,
                              .arena = a,
                              .request = arena_new(),
                              .done = done,
                              .ctx = ctx};
    if (!c->arena)
        c->arena = c->request; /* nobody asks for facts */
    ev_timer_init(&c->refused, on_refused, 0., 0.);
    c->refused.data = c;
    return c;
}

static struct client_call *begin(struct client_call *c)
{
    if (asks_registry(c))
        c->login = credentials_ask(c->client->credentials, c->call.ref, on_login, c);
    else
        send(c, NULL);
    return c;
}

struct client_call *client_send(struct client *client, const struct call *call, struct arena *a,
                                client_done *done, void *ctx)
{
    return begin(call_new(client, call, a, done, ctx));
}

struct client_call *client_watch(struct client *client, const struct call *call,
                                 client_open *on_open, client_event *on_event, client_done *done,
                                 void *ctx)
{
    struct client_call *c = call_new(client, call, NULL, done, ctx);

    c->on_open = on_open;
    c->on_event = on_event;
    begin(c);
    if (on_open && c->transfer)
        http_tell_begun(c->transfer, on_begun);
    return c;
}

struct client_call *client_follow(struct client *client, const struct call *call, log_line *on_log,
                                  client_done *done, void *ctx)
{
    struct client_call *c = call_new(client, call, NULL, done, ctx);

    c->on_log = on_log;
    c->log = calloc(1, sizeof *c->log);
    if (!c->log)
        abort();
    return begin(c);
}

void client_cancel(struct client_call *c)
{
    if (c->transfer)
        http_cancel(c->transfer);
    drop(c);
}

struct asked {
    struct ev_loop *loop;
    struct facts facts;
    struct err err;
    bool over;
};

static void on_asked(void *ctx, const struct facts *facts, const struct err *err)
{
    struct asked *asked = ctx;

    asked->over = true;
    if (facts)
        asked->facts = *facts;
    if (err)
        asked->err = *err;
    ev_break(asked->loop, EVBREAK_ONE);
}

int client_ask(struct client *client, const struct call *call, struct arena *a, struct facts *ret,
               struct err *err)
{
    struct asked asked = {.loop = client->loop};

    client_send(client, call, a, on_asked, &asked);
    while (!asked.over)
        ev_run(client->loop, 0);
    if (asked.err.code) {
        *err = asked.err;
        return -1;
    }
    *ret = asked.facts;
    return 0;
}

void client_learn(struct client *client, const struct facts *facts)
{
    snprintf(client->api_version, sizeof client->api_version, "%s", facts->api_version);
    snprintf(client->server, sizeof client->server, "%s", facts->server);
}

int client_greet(struct client *client, struct err *err)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct facts facts;

    if (*client->api_version)
        return 0;
    if (client_ask(client, &(struct call){.kind = CALL_PING}, a, &facts, err) < 0)
        return -1;
    client_learn(client, &facts);
    return 0;
}
