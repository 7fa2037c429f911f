/* fake_engine.h - a small Docker engine on a Unix socket, in the thread of the test itself.
 *
 * It keeps a table of containers and obeys the requests the program makes of a real one, by
 * Docker's rules: a name is held once, a running container is not removed.  It can spoil one
 * request: refuse it, obey and lose the answer, never answer, answer nonsense.  After each change
 * it checks what must never happen.  Its work is done from virtual_time.h, so a test is
 * deterministic. */
#ifndef TESTS_FAKE_ENGINE_H
#define TESTS_FAKE_ENGINE_H

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "control/sockets.h"
#include "core/slot.h"
#include "virtual_time.h"

enum fault {
    FAULT_NONE,
    FAULT_500, /* refused, nothing happened */
    FAULT_409,
    FAULT_404,         /* "No such container", although it is there; reads do not lie: 500 */
    FAULT_CUT_BEFORE,  /* the connection ends, nothing happened */
    FAULT_CUT_AFTER,   /* it happened, the answer is lost */
    FAULT_HANG_BEFORE, /* never an answer, nothing happened */
    FAULT_HANG_AFTER,
    FAULT_GARBAGE,   /* it happened, the answer is no JSON */
    FAULT_TRUNCATED, /* it happened, half of the answer arrives */
    FAULT__N
};

static const char *const fault_text[FAULT__N] = {
    "none",         "500",         "409",        "404",     "cut before it",
    "cut after it", "hang before", "hang after", "garbage", "half an answer"};

enum { FAKE_BOXES = 24, FAKE_CONNECTIONS = 32, FAKE_REQUEST = 1 << 16 };

struct fake_box {
    char id[65], name[80];
    const cJSON *made; /* the body of its create */
    enum box_state state;
    int exit_code;
    int64_t started_ms, calls_until_ms;
};

struct fake_connection {
    int fd; /* 0: free */
    bool hangs;
    size_t len;
    char *in;
};

struct fake_engine {
    struct arena *arena;
    struct fake_box boxes[FAKE_BOXES];
    size_t n_boxes;
    unsigned made;
    const char *images[4]; /* on the engine; id "sha256:…" is made from the place in this list */

    /* The registry, as the engine passes its answers on; status 0: it has the digest. */
    const char *remote_digest, *local_digest; /* "sha256:…"; local: of the images on the engine */
    int registry_status;
    const char *registry_says, *retry_after; /* with a status; NULL: nothing */
    unsigned questions, pulls;               /* so far */
    char login[512];                         /* X-Registry-Auth of the last of both; "": none */

    unsigned requests, changes; /* so far; changes: those that were obeyed and were no reads */
    unsigned fault_at;          /* the request to spoil, from 1; 0: none */
    enum fault fault;
    char spoiled[96]; /* method and path of the spoiled request */

    bool guarded; /* every role must have a running container from now on */
    const char *violation;

    char path[64];
    int listener, port_listener;
    char port[8]; /* where all containers "listen" */
    struct fake_connection connections[FAKE_CONNECTIONS];
};

static struct fake_engine engine;

/* --- the table ------------------------------------------------------------------------------- */

static inline void violate(const char *what)
{
    if (!engine.violation)
        engine.violation = what;
}

static inline struct fake_box *fake_named(const char *name)
{
    for (size_t i = 0; i < engine.n_boxes; i++)
        if (strcmp(engine.boxes[i].name, name) == 0)
            return &engine.boxes[i];
    return NULL;
}

static inline struct fake_box *fake_find(const char *path)
{
    for (size_t i = 0; i < engine.n_boxes; i++)
        if (strncmp(engine.boxes[i].id, path, 64) == 0)
            return &engine.boxes[i];
    return NULL;
}

static inline const char *fake_slot(const struct fake_box *b)
{
    return json_text(json_get(b->made, "Labels"), "agentName");
}

static inline bool fake_has_env(const struct fake_box *b, const char *assignment)
{
    const cJSON *item;

    json_each(item, json_get(b->made, "Env"))
        if (text_is(item->valuestring, assignment))
            return true;
    return false;
}

static inline bool fake_has_call(const struct fake_box *b)
{
    return b->state == BOX_RUNNING && b->calls_until_ms > virtual_ms();
}

/* Every container that shares the slot of one must keep one of them running. */
static inline void fake_check(const char *slot)
{
    bool runs = false;

    for (size_t i = 0; i < engine.n_boxes; i++)
        if (text_is(fake_slot(&engine.boxes[i]), slot))
            runs |= engine.boxes[i].state == BOX_RUNNING;
    if (engine.guarded && !runs)
        violate("no container of a role runs");
}

/* Takes the place of the real one: the connections to a container's port are its calls. */
int sockets_count(const char *proc, int pid, const char *id, const char *port, struct err *err)
{
    const struct fake_box *b = fake_find(id);

    (void)proc, (void)pid, (void)port, (void)err;
    return b && fake_has_call(b) ? 1 : 0;
}

/* --- answers --------------------------------------------------------------------------------- */

struct fake_answer {
    int status;
    const char *body; /* NULL: none */
};

static inline struct fake_answer fake_error(int status, const char *message)
{
    return (struct fake_answer){status,
                                arena_printf(engine.arena, "{\"message\":\"%s\"}", message)};
}

static inline struct fake_answer fake_json(int status, const cJSON *tree)
{
    return (struct fake_answer){status, json_print(engine.arena, tree, false)};
}

static inline const char *fake_state(const struct fake_box *b)
{
    return b->state == BOX_CREATED ? "created" : b->state == BOX_RUNNING ? "running" : "exited";
}

static inline void fake_copy(cJSON *to, const char *key, const cJSON *from)
{
    cJSON_AddItemToObject(to, key, from ? cJSON_Duplicate(from, true) : cJSON_CreateObject());
}

static inline const char *fake_image_id(const char *ref)
{
    for (size_t i = 0; i < 4; i++)
        if (text_is(engine.images[i], ref))
            return arena_printf(engine.arena, "sha256:%064zu", i);
    return text_starts(ref, "sha256:") ? ref : NULL;
}

static inline struct fake_answer fake_list(void)
{
    cJSON *holder = json_object(engine.arena), *list = cJSON_AddArrayToObject(holder, "list");

    for (size_t i = 0; i < engine.n_boxes; i++) {
        const struct fake_box *b = &engine.boxes[i];
        cJSON *row = cJSON_CreateObject(), *names = cJSON_AddArrayToObject(row, "Names");
        cJSON_AddItemToArray(names, cJSON_CreateString(arena_printf(engine.arena, "/%s", b->name)));
        cJSON_AddStringToObject(row, "Id", b->id);
        cJSON_AddStringToObject(row, "State", fake_state(b));
        fake_copy(row, "Labels", json_get(b->made, "Labels"));
        cJSON_AddItemToArray(list, row);
    }
    return fake_json(200, list);
}

static inline const char *fake_time(int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm tm;
    char text[32];

    gmtime_r(&s, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    return arena_printf(engine.arena, "%s.%03dZ", text, (int)(ms % 1000));
}

static inline struct fake_answer fake_inspect(const struct fake_box *b)
{
    cJSON *box = json_object(engine.arena), *state, *networks, *network;
    const char *image = json_text(b->made, "Image");

    cJSON_AddStringToObject(box, "Id", b->id);
    cJSON_AddStringToObject(box, "Name", arena_printf(engine.arena, "/%s", b->name));
    cJSON_AddStringToObject(box, "Image", fake_image_id(image));
    state = cJSON_AddObjectToObject(box, "State");
    cJSON_AddStringToObject(state, "Status", fake_state(b));
    cJSON_AddNumberToObject(state, "ExitCode", b->exit_code);
    if (b->started_ms)
        cJSON_AddStringToObject(state, "StartedAt", fake_time(b->started_ms));
    fake_copy(box, "Config", b->made);
    fake_copy(box, "HostConfig", json_get(b->made, "HostConfig"));
    networks = cJSON_AddObjectToObject(cJSON_AddObjectToObject(box, "NetworkSettings"), "Networks");
    network = cJSON_AddObjectToObject(networks, "avr");
    cJSON_AddStringToObject(network, "IPAddress", b->state == BOX_RUNNING ? "127.0.0.1" : "");
    fake_copy(network, "Aliases",
              json_get(json_get(json_get(json_get(b->made, "NetworkingConfig"), "EndpointsConfig"),
                                "avr"),
                       "Aliases"));
    return fake_json(200, box);
}

static inline struct fake_answer fake_image(const char *ref)
{
    const char *id = fake_image_id(ref);

    if (!id)
        return fake_error(404, "No such image");
    const char *digest =
        engine.local_digest ? arena_printf(engine.arena, "\"any@%s\"", engine.local_digest) : "";
    return (struct fake_answer){
        200,
        arena_printf(engine.arena, "{\"Id\":\"%s\",\"RepoDigests\":[%s],\"Config\":{\"Env\":[]}}",
                     id, digest)};
}

static inline struct fake_answer fake_distribution(void)
{
    engine.questions++;
    if (engine.registry_status)
        return fake_error(engine.registry_status, engine.registry_says);
    return (struct fake_answer){
        200,
        arena_printf(engine.arena, "{\"Descriptor\":{\"digest\":\"%s\"}}", engine.remote_digest)};
}

static inline struct fake_answer fake_pull(void)
{
    engine.pulls++;
    if (engine.registry_status)
        return fake_error(engine.registry_status, engine.registry_says);
    engine.local_digest = engine.remote_digest;
    return (struct fake_answer){200, "{\"status\":\"done\"}\n"};
}

/* --- changes --------------------------------------------------------------------------------- */

static inline struct fake_answer fake_create(const char *name, const char *body)
{
    struct fake_box *b = &engine.boxes[engine.n_boxes];
    struct err err;

    if (fake_named(name))
        return fake_error(409, "Conflict. The container name is already in use");
    if (engine.n_boxes == FAKE_BOXES) {
        violate("containers pile up");
        return fake_error(500, "full");
    }
    *b = (struct fake_box){.made = json_parse(engine.arena, body, strlen(body), &err)};
    snprintf(b->id, sizeof b->id, "%064x", ++engine.made);
    snprintf(b->name, sizeof b->name, "%s", name);
    engine.n_boxes++;
    return (struct fake_answer){201, arena_printf(engine.arena, "{\"Id\":\"%s\"}", b->id)};
}

static inline struct fake_answer fake_start(struct fake_box *b)
{
    if (b->state == BOX_RUNNING)
        return (struct fake_answer){304, NULL};
    b->started_ms = virtual_ms();
    b->state = BOX_RUNNING;
    b->calls_until_ms = 0;
    if (fake_has_env(b, "PROMPT=bad")) {
        b->state = BOX_EXITED;
        b->exit_code = 3;
    }
    return (struct fake_answer){204, NULL};
}

static inline struct fake_answer fake_stop(struct fake_box *b)
{
    if (b->state != BOX_RUNNING)
        return (struct fake_answer){304, NULL};
    if (fake_has_call(b))
        violate("a live call was cut");
    b->state = BOX_EXITED;
    fake_check(fake_slot(b));
    return (struct fake_answer){204, NULL};
}

static inline struct fake_answer fake_rename(struct fake_box *b, const char *name)
{
    if (fake_named(name))
        return fake_error(409, "Conflict. The container name is already in use");
    snprintf(b->name, sizeof b->name, "%s", name);
    return (struct fake_answer){204, NULL};
}

static inline struct fake_answer fake_remove(struct fake_box *b)
{
    const char *slot = fake_slot(b);

    if (b->state == BOX_RUNNING) {
        violate("a running container was to be removed");
        return fake_error(409, "You cannot remove a running container");
    }
    *b = engine.boxes[--engine.n_boxes];
    fake_check(slot);
    return (struct fake_answer){204, NULL};
}

static inline struct fake_answer fake_container(const char *method, const char *path)
{
    struct fake_box *b = fake_find(path);
    const char *what = strlen(path) > 64 ? path + 64 : "";

    if (!b)
        return fake_error(404, "No such container");
    if (text_is(method, "GET"))
        return fake_inspect(b);
    if (text_is(method, "DELETE"))
        return fake_remove(b);
    if (text_starts(what, "/start"))
        return fake_start(b);
    if (text_starts(what, "/stop"))
        return fake_stop(b);
    if (text_starts(what, "/rename?name="))
        return fake_rename(b, what + strlen("/rename?name="));
    return fake_error(400, "not known");
}

static inline struct fake_answer fake_obey(const char *method, const char *path, const char *body)
{
    const char *at = strchr(path + 1, '/'); /* behind "/v1.41" */

    if (text_is(path, "/_ping"))
        return (struct fake_answer){200, "OK"};
    if (text_is(at, "/info"))
        return (struct fake_answer){200, "{\"ID\":\"FAKE\",\"Name\":\"fake\"}"};
    if (text_is(at, "/containers/json?all=1"))
        return fake_list();
    if (text_starts(at, "/images/") && text_ends(at, "/json"))
        return fake_image(arena_strndup(engine.arena, at + 8, strlen(at) - strlen("/images/") - 5));
    if (text_starts(at, "/distribution/"))
        return fake_distribution();
    engine.changes += !text_is(method, "GET");
    if (text_starts(at, "/images/create?"))
        return fake_pull();
    if (text_starts(at, "/containers/create?name="))
        return fake_create(at + strlen("/containers/create?name="), body);
    if (text_starts(at, "/containers/"))
        return fake_container(method, at + strlen("/containers/"));
    return fake_error(404, "page not found");
}

/* --- the wire -------------------------------------------------------------------------------- */

static inline void fake_hang_up(struct fake_connection *c)
{
    close(c->fd);
    free(c->in);
    *c = (struct fake_connection){0};
}

static inline void fake_send(struct fake_connection *c, const struct fake_answer *answer,
                             bool truncated)
{
    struct text t = {.arena = engine.arena};
    size_t len = answer->body ? strlen(answer->body) : 0;

    text_printf(&t, "HTTP/1.1 %d X\r\nApi-Version: 1.41\r\nServer: Docker/20.10.24 (linux)\r\n",
                answer->status);
    if (answer->status != 204 && answer->status != 304)
        text_printf(&t, "Content-Length: %zu\r\n", len);
    if (answer->status >= 400 && engine.retry_after)
        text_printf(&t, "Retry-After: %s\r\n", engine.retry_after);
    text_add(&t, "\r\n");
    text_add_n(&t, answer->body ? answer->body : "", truncated ? len / 2 : len);
    if (write(c->fd, t.s, t.len) != (ssize_t)t.len || truncated)
        fake_hang_up(c);
}

/* The spoiled request. */
static inline void fake_spoil(struct fake_connection *c, const char *method, const char *path,
                              const char *body)
{
    struct fake_answer answer;

    snprintf(engine.spoiled, sizeof engine.spoiled, "%s %.80s", method, path);
    bool lies = engine.fault == FAULT_404 && text_is(method, "GET");
    if (engine.fault == FAULT_500 || lies)
        answer = fake_error(500, "the engine has a bad day");
    else if (engine.fault == FAULT_409)
        answer = fake_error(409, "Conflict");
    else if (engine.fault == FAULT_404)
        answer = fake_error(404, "No such container: it");
    else if (engine.fault != FAULT_CUT_BEFORE && engine.fault != FAULT_HANG_BEFORE)
        answer = fake_obey(method, path, body);
    if (engine.fault == FAULT_GARBAGE)
        answer = (struct fake_answer){200, "<html>busy</html>"};

    switch (engine.fault) {
    case FAULT_CUT_BEFORE:
    case FAULT_CUT_AFTER:
        fake_hang_up(c);
        break;
    case FAULT_HANG_BEFORE:
    case FAULT_HANG_AFTER:
        c->hangs = true;
        break;
    default:
        fake_send(c, &answer, engine.fault == FAULT_TRUNCATED);
    }
}

static inline void fake_keep_login(const char *head, const char *path)
{
    const char *login = strstr(head, "X-Registry-Auth: ");

    if (strstr(path, "/distribution/") || strstr(path, "/images/create?"))
        snprintf(engine.login, sizeof engine.login, "%.*s",
                 login ? (int)strcspn(login + 17, "\r") : 0, login ? login + 17 : "");
}

/* One request, if it has arrived completely. */
static inline bool fake_serve(struct fake_connection *c)
{
    char method[8], path[512], *end = strstr(c->in, "\r\n\r\n");
    const char *length = strcasestr(c->in, "Content-Length:");
    size_t body_len = length && end && length < end ? strtoul(length + 15, NULL, 10) : 0;

    if (!end || c->len < (size_t)(end + 4 - c->in) + body_len ||
        sscanf(c->in, "%7s %511s", method, path) != 2)
        return false;
    fake_keep_login(c->in, path);
    c->len = 0; /* no pipelining: nothing can follow yet */
    virtual_pass(1);
    if (++engine.requests == engine.fault_at) {
        fake_spoil(c, method, path, end + 4);
    } else {
        struct fake_answer answer = fake_obey(method, path, end + 4);
        fake_send(c, &answer, false);
    }
    return true;
}

static inline bool fake_read(struct fake_connection *c)
{
    ssize_t n = recv(c->fd, c->in + c->len, FAKE_REQUEST - 1 - c->len, MSG_DONTWAIT);

    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        fake_hang_up(c);
        return true;
    }
    if (n < 0 || c->hangs)
        return false;
    c->len += (size_t)n;
    c->in[c->len] = '\0';
    fake_serve(c);
    return true;
}

static inline bool fake_accept(void)
{
    int fd = accept4(engine.listener, NULL, NULL, SOCK_CLOEXEC);

    for (int i = 0; fd >= 0 && i < FAKE_CONNECTIONS; i++)
        if (!engine.connections[i].fd) {
            engine.connections[i] = (struct fake_connection){.fd = fd, .in = malloc(FAKE_REQUEST)};
            return true;
        }
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static inline bool fake_work(void)
{
    bool worked = fake_accept();
    int probe = accept4(engine.port_listener, NULL, NULL, SOCK_CLOEXEC);

    if (probe >= 0)
        close(probe);
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].fd)
            worked |= fake_read(&engine.connections[i]);
    return worked || probe >= 0;
}

static inline void fake_open(struct arena *a, const char *dir)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof in;

    engine = (struct fake_engine){.arena = a};
    snprintf(engine.path, sizeof engine.path, "%s/engine.sock", dir);
    snprintf(un.sun_path, sizeof un.sun_path, "%s", engine.path);
    engine.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    engine.port_listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(engine.listener, (struct sockaddr *)&un, sizeof un) < 0 ||
        listen(engine.listener, 64) < 0 ||
        bind(engine.port_listener, (struct sockaddr *)&in, sizeof in) < 0 ||
        listen(engine.port_listener, 64) < 0 ||
        getsockname(engine.port_listener, (struct sockaddr *)&in, &len) < 0)
        abort();
    snprintf(engine.port, sizeof engine.port, "%d", ntohs(in.sin_port));
    virtual_work = fake_work;
}

static inline void fake_close(void)
{
    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].fd)
            fake_hang_up(&engine.connections[i]);
    close(engine.listener);
    close(engine.port_listener);
    unlink(engine.path);
}

#endif
