/* fake_docker.h - what the fake engine has, and how it obeys a request, by Docker's rules: a name
 * is held once, a running container is not removed.  After each change it checks what must never
 * happen.  fake_engine.h puts it on a socket. */
#ifndef TESTS_FAKE_DOCKER_H
#define TESTS_FAKE_DOCKER_H

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "control/sockets.h"
#include "core/slot.h"
#include "virtual_time.h"

enum fault {
    FAULT_NONE,
    FAULT_500,         /* refused, nothing happened */
    FAULT_409,         /* a pull is refused in its stream, after a 200 */
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

enum { FAKE_BOXES = 24, FAKE_IMAGES = 4, FAKE_CONNECTIONS = 32, FAKE_REQUEST = 1 << 16 };

struct fake_image { /* what a reference leads to */
    char ref[32];
    unsigned number; /* its id is made from this */
};

struct fake_box {
    char id[65], name[80];
    const cJSON *made;                            /* the body of its create */
    const char *config, *host, *labels, *aliases; /* parts of it, as they are answered */
    enum box_state state;
    int exit_code;
    const char *health; /* of its own check; NULL: it has none */
    int64_t started_ms, finished_ms, calls_until_ms;
    int64_t removed_ms; /* somebody removes it, and will be done then; 0: nobody does */
};

struct fake_connection {
    int fd; /* 0: free */
    bool hangs;
    bool hears;       /* it asked for events */
    char follows[65]; /* it asked for the log of this container, without end; "": it did not */
    size_t len;
    char *in;
};

struct fake_engine {
    struct arena *arena;
    struct fake_box boxes[FAKE_BOXES];
    size_t n_boxes;
    unsigned made;
    struct fake_image images[FAKE_IMAGES];

    /* The registry, as an engine passes its answers on; status 0: it has the digest. */
    const char *remote_digest, *local_digest; /* "sha256:…"; local: of the images on the engine */
    int registry_status;
    const char *registry_says, *retry_after; /* with a status; NULL: nothing */
    unsigned questions, pulls;               /* so far */
    char login[512];                         /* X-Registry-Auth of the last of both; "": none */

    unsigned requests, changes; /* so far; changes: those that were obeyed and were no reads */
    unsigned fault_at;          /* the request to spoil, from 1; 0: none */
    enum fault fault;
    char spoiled[96]; /* method and path of the spoiled request */

    const char *gateway; /* of the network avr; NULL: there is no such network */
    const char *dies;    /* "NAME=value": whatever has this exits at once; NULL: nothing */
    const char *log;     /* what every container has said; NULL: nothing */

    void (*on_create)(struct fake_box *);            /* NULL, or spoils what was just made */
    const char *(*address)(const struct fake_box *); /* NULL: all have 127.0.0.1 */

    bool leaves;  /* it was told to end: whoever comes anew is turned away */
    bool guarded; /* every role must have a running container from now on */
    const char *violation;
    char followed[80]; /* how the last log was asked for: "tail=50&follow=1" */

    char path[64];
    int listener, port_listener;
    char port[8]; /* where all containers "listen" */
    struct fake_connection connections[FAKE_CONNECTIONS];
};

static struct fake_engine engine;

static inline void fake_hang_up(struct fake_connection *c)
{
    close(c->fd);
    free(c->in);
    *c = (struct fake_connection){0};
}

/* The other side may be gone. */
static inline void fake_write(struct fake_connection *c, const char *s, size_t len)
{
    if (send(c->fd, s, len, MSG_NOSIGNAL) != (ssize_t)len)
        fake_hang_up(c);
}

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

static inline const char *fake_state(const struct fake_box *b)
{
    static const char *const texts[] = {[BOX_CREATED] = "created",
                                        [BOX_RUNNING] = "running",
                                        [BOX_PAUSED] = "paused",
                                        [BOX_RESTARTING] = "restarting",
                                        [BOX_EXITED] = "exited"};
    return texts[b->state];
}

static inline const char *fake_image_id(const char *ref)
{
    for (size_t i = 0; i < FAKE_IMAGES; i++)
        if (text_is(engine.images[i].ref, ref))
            return arena_printf(engine.arena, "sha256:%064u", engine.images[i].number);
    return text_starts(ref, "sha256:") ? ref : NULL;
}

static inline struct fake_answer fake_list(void)
{
    struct text t = {.arena = engine.arena};

    for (size_t i = 0; i < engine.n_boxes; i++) {
        const struct fake_box *b = &engine.boxes[i];
        text_printf(&t, "%s{\"Id\":\"%s\",\"Names\":[\"/%s\"],\"State\":\"%s\",\"Labels\":%s}",
                    i ? "," : "[", b->id, b->name, fake_state(b), b->labels);
    }
    text_add(&t, engine.n_boxes ? "]" : "[]");
    return (struct fake_answer){200, text_str(&t)};
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
    struct text t = {.arena = engine.arena};

    text_printf(&t, "{\"Id\":\"%s\",\"Name\":\"/%s\",\"Image\":\"%s\",", b->id, b->name,
                fake_image_id(json_text(b->made, "Image")));
    text_printf(&t, "\"State\":{\"Status\":\"%s\",\"ExitCode\":%d", fake_state(b), b->exit_code);
    if (b->started_ms)
        text_printf(&t, ",\"StartedAt\":\"%s\"", fake_time(b->started_ms));
    if (b->finished_ms)
        text_printf(&t, ",\"FinishedAt\":\"%s\"", fake_time(b->finished_ms));
    if (b->health)
        text_printf(&t, ",\"Health\":{\"Status\":\"%s\"}", b->health);
    text_printf(&t, "},\"Config\":%s,\"HostConfig\":%s,", b->config, b->host);
    text_printf(
        &t, "\"NetworkSettings\":{\"Networks\":{\"avr\":{\"IPAddress\":\"%s\",\"Aliases\":%s}}}}",
        b->state != BOX_RUNNING ? ""
        : engine.address        ? engine.address(b)
                                : "127.0.0.1",
        b->aliases);
    return (struct fake_answer){200, text_str(&t)};
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

static inline struct fake_answer fake_network(void)
{
    return (struct fake_answer){
        200, arena_printf(engine.arena,
                          "{\"Name\":\"avr\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.18.0.0/16\","
                          "\"Gateway\":\"%s\"}]},\"Containers\":{}}",
                          engine.gateway)};
}

/* --- changes --------------------------------------------------------------------------------- */

/* Everybody who listens hears of it. */
static inline void fake_tell(const char *action, const char *ref)
{
    const char *line = arena_printf(
        engine.arena, "{\"Type\":\"image\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\"}}\n", action,
        ref);

    for (int i = 0; i < FAKE_CONNECTIONS; i++)
        if (engine.connections[i].hears)
            fake_write(&engine.connections[i], line, strlen(line));
}

/* The reference leads to this image from now on, whatever it led to before. */
static inline void fake_tag(const char *ref, unsigned number)
{
    struct fake_image *image = engine.images;

    while (*image->ref && !text_is(image->ref, ref))
        if (++image == engine.images + FAKE_IMAGES)
            abort();
    snprintf(image->ref, sizeof image->ref, "%s", ref);
    image->number = number;
    fake_tell("tag", ref);
}

/* "any&tag=2": the registry has everything, unless it has a status of its own. */
static inline struct fake_answer fake_pull(const char *what)
{
    char name[16], tag[8];

    if (sscanf(what, "%15[a-z]&tag=%7[a-z0-9]", name, tag) != 2)
        return fake_error(400, "invalid reference format");
    engine.pulls++;
    if (engine.registry_status)
        return fake_error(engine.registry_status, engine.registry_says);
    engine.local_digest = engine.remote_digest;
    fake_tag(arena_printf(engine.arena, "%s:%s", name, tag), (unsigned)strtoul(tag, NULL, 10));
    return (struct fake_answer){200, "{\"status\":\"Pulling\"}\r\n{\"status\":\"Downloaded\"}\r\n"};
}

static inline const char *fake_part(const cJSON *made)
{
    return made ? json_print(engine.arena, made, false) : "{}";
}

static inline void fake_made(struct fake_box *b, const cJSON *made)
{
    const cJSON *network =
        json_get(json_get(json_get(made, "NetworkingConfig"), "EndpointsConfig"), "avr");

    b->made = made;
    b->config = fake_part(made);
    b->host = fake_part(json_get(made, "HostConfig"));
    b->labels = fake_part(json_get(made, "Labels"));
    b->aliases = fake_part(json_get(network, "Aliases"));
}

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
    *b = (struct fake_box){0};
    fake_made(b, json_parse(engine.arena, body, strlen(body), &err));
    snprintf(b->id, sizeof b->id, "%064x", ++engine.made);
    snprintf(b->name, sizeof b->name, "%s", name);
    engine.n_boxes++;
    if (engine.on_create)
        engine.on_create(b);
    return (struct fake_answer){201, arena_printf(engine.arena, "{\"Id\":\"%s\"}", b->id)};
}

/* By itself, or by somebody who is not us. */
static inline void fake_die(struct fake_box *b, int exit_code)
{
    b->state = BOX_EXITED;
    b->exit_code = exit_code;
    b->finished_ms = virtual_ms();
}

static inline struct fake_answer fake_start(struct fake_box *b)
{
    if (b->removed_ms)
        return fake_error(409, "container is marked for removal and cannot be started");
    if (b->state == BOX_RUNNING)
        return (struct fake_answer){304, NULL};
    b->started_ms = virtual_ms();
    b->state = BOX_RUNNING;
    b->calls_until_ms = 0;
    if (fake_has_env(b, "PROMPT=bad") || (engine.dies && fake_has_env(b, engine.dies)))
        fake_die(b, 3);
    return (struct fake_answer){204, NULL};
}

static inline struct fake_answer fake_stop(struct fake_box *b)
{
    if (b->state != BOX_RUNNING)
        return (struct fake_answer){304, NULL};
    if (fake_has_call(b))
        violate("a live call was cut");
    fake_die(b, 0);
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

/* A tree of its own: whoever kept the old state keeps its settings. */
static inline struct fake_answer fake_update(struct fake_box *b, const char *body)
{
    struct err err;
    cJSON *made = cJSON_Parse(b->config); /* of its own: a tree in an arena cannot be changed */
    cJSON *host = cJSON_GetObjectItemCaseSensitive(made, "HostConfig"), *setting;

    json_each(setting, json_parse(engine.arena, body, strlen(body), &err)) {
        cJSON_DeleteItemFromObjectCaseSensitive(host, setting->string);
        cJSON_AddItemToObject(host, setting->string, cJSON_Duplicate(setting, true));
    }
    char *text = cJSON_PrintUnformatted(made);
    fake_made(b, json_parse(engine.arena, text, strlen(text), &err));
    cJSON_free(text);
    cJSON_Delete(made);
    return (struct fake_answer){200, "{\"Warnings\":null}"};
}

static inline struct fake_answer fake_container(const char *method, const char *path,
                                                const char *body)
{
    struct fake_box *b = fake_find(path);
    const char *what = strlen(path) > 64 ? path + 64 : "";

    if (!b)
        return fake_error(404, "No such container");
    if (text_starts(what, "/logs?"))
        return (struct fake_answer){200, engine.log ? engine.log : ""};
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
    if (text_is(what, "/update"))
        return fake_update(b, body);
    return fake_error(400, "not known");
}

/* What somebody else has begun to remove. */
static inline void fake_end_removals(void)
{
    for (size_t i = 0; i < engine.n_boxes; i++)
        while (i < engine.n_boxes && engine.boxes[i].removed_ms &&
               virtual_ms() >= engine.boxes[i].removed_ms)
            engine.boxes[i] = engine.boxes[--engine.n_boxes];
}

static inline struct fake_answer fake_obey(const char *method, const char *path, const char *body)
{
    const char *at = strchr(path + 1, '/'); /* behind "/v1.41" */

    fake_end_removals();

    if (text_is(path, "/_ping") && engine.leaves)
        return fake_error(503, "going away");
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
    if (text_is(at, "/networks/avr") && engine.gateway)
        return fake_network();
    engine.changes += !text_is(method, "GET");
    if (text_starts(at, "/containers/create?name="))
        return fake_create(at + strlen("/containers/create?name="), body);
    if (text_starts(at, "/containers/"))
        return fake_container(method, at + strlen("/containers/"), body);
    if (text_starts(at, "/images/create?fromImage="))
        return fake_pull(at + strlen("/images/create?fromImage="));
    return fake_error(404, "page not found");
}

#endif
