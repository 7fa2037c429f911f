#include <ctype.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/text.h"
#include "core/reference.h"
#include "engine/docker.h"

#define MIB ((size_t)1 << 20)

/* What each call may take.  A start waits for mounts and networks, a pull for a registry: there
 * only silence is a sign of trouble. */
static const struct {
    const char *method;
    unsigned first_byte_ms, stall_ms, total_ms;
    size_t max_body;
} limits[CALL__N] = {
    [CALL_PING] = {"GET", 5000, 5000, 10000, MIB},
    [CALL_INFO] = {"GET", 15000, 5000, 30000, MIB},
    [CALL_LIST] = {"GET", 5000, 5000, 60000, 64 * MIB},
    [CALL_INSPECT] = {"GET", 5000, 5000, 30000, 4 * MIB},
    [CALL_IMAGE] = {"GET", 5000, 5000, 30000, 4 * MIB},
    [CALL_DIGEST] = {"GET", 15000, 15000, 15000, MIB},
    [CALL_PULL] = {"POST", 60000, 60000, 0, 16 * MIB},
    [CALL_CREATE] = {"POST", 30000, 30000, 30000, MIB},
    [CALL_CONNECT] = {"POST", 30000, 30000, 30000, MIB},
    [CALL_START] = {"POST", 30000, 30000, 30000, MIB},
    [CALL_STOP] = {"POST", 30000, 30000, 30000, MIB}, /* and the grace on top */
    [CALL_RENAME] = {"POST", 30000, 30000, 30000, MIB},
    [CALL_REMOVE] = {"DELETE", 30000, 30000, 30000, MIB},
    [CALL_UPDATE] = {"POST", 30000, 30000, 30000, MIB},
    [CALL_LOGS] = {"GET", 5000, 5000, 30000, 16 * MIB},
    [CALL_NETWORK] = {"GET", 5000, 5000, 30000, 4 * MIB},
    [CALL_EVENTS] = {"GET", 10000, 0, 0, MIB}, /* the head comes at once, events when they will */
};

/* Percent-escapes everything but the unreserved characters and those in `also`. */
static void add_escaped(struct text *t, const char *s, const char *also)
{
    for (; *s; s++)
        if (isalnum((unsigned char)*s) || strchr("-._~", *s) || strchr(also, *s))
            text_add_n(t, s, 1);
        else
            text_printf(t, "%%%02X", (unsigned char)*s);
}

static int add_id(struct text *t, const struct call *call, const char *behind, struct err *err)
{
    if (!docker_is_id(call->id))
        return err_set(err, ERR_DENIED, "%s: no full container id", docker_call_name[call->kind]);
    text_printf(t, "/containers/%s%s", call->id, behind);
    return 0;
}

/* Image ids are given to the engine as they are, references in their full form. */
static int full_reference(struct arena *a, const struct call *call, const char **ret,
                          struct reference *parsed, struct err *err)
{
    const char *ref = call->ref ? call->ref : "";
    bool is_id = text_starts(ref, "sha256:") && docker_is_id(ref + strlen("sha256:"));

    if (is_id && call->kind == CALL_IMAGE) {
        *ret = ref;
        return 0;
    }
    if (is_id || reference_parse(a, ref, parsed, err))
        return err_set(err, ERR_DENIED, "%s: not an image reference: %.100s",
                       docker_call_name[call->kind], ref);
    *ret = reference_full(a, parsed);
    return 0;
}

static int add_image(struct text *t, const struct call *call, const char *before, struct err *err)
{
    struct reference parsed = {0};
    const char *full = NULL;

    if (full_reference(t->arena, call, &full, &parsed, err))
        return -1;
    text_add(t, before);
    add_escaped(t, full, "/:@");
    text_add(t, "/json");
    return 0;
}

static const char *platform_of(const struct wanted *w)
{
    return w && w->settings ? w->settings->platform.text : NULL;
}

static void add_platform(struct text *t, const struct wanted *w)
{
    if (!platform_of(w))
        return;
    text_add(t, "&platform=");
    add_escaped(t, platform_of(w), "");
}

static int add_pull(struct text *t, const struct call *call, struct err *err)
{
    struct reference parsed = {0};
    const char *full = NULL;

    if (full_reference(t->arena, call, &full, &parsed, err))
        return -1;
    const char *tag = parsed.digest ? parsed.digest : parsed.tag ? parsed.tag : "latest";
    text_add(t, "/images/create?fromImage=");
    add_escaped(t, parsed.repository, "");
    text_add(t, "&tag=");
    add_escaped(t, tag, "");
    add_platform(t, call->wanted);
    return 0;
}

/* The engine's own rule for names. */
static int add_name(struct text *t, const char *name, struct err *err)
{
    bool ok = name && isalnum((unsigned char)name[0]);

    for (const char *s = name; ok && *s; s++)
        ok = isalnum((unsigned char)*s) || strchr("_.-", *s);
    if (!ok)
        return err_set(err, ERR_DENIED, "not a container name: %.100s", name ? name : "(none)");
    text_printf(t, "name=%s", name);
    return 0;
}

static int add_create(struct text *t, const struct create *create, struct err *err)
{
    text_add(t, "/containers/create?");
    if (add_name(t, create->name, err))
        return -1;
    add_platform(t, create->wanted);
    return 0;
}

static int add_network(struct text *t, const struct call *call, struct err *err)
{
    if (docker_check_network(call->name, docker_call_name[call->kind], err))
        return -1;
    text_add(t, "/networks/");
    add_escaped(t, call->name, "");
    return 0;
}

static int add_connect(struct text *t, const struct call *call, struct err *err)
{
    if (!docker_is_id(call->id))
        return err_set(err, ERR_DENIED, "connect: no full container id");
    if (add_network(t, call, err))
        return -1;
    text_add(t, "/connect");
    return 0;
}

static int add_stop(struct text *t, const struct call *call, struct err *err)
{
    if (add_id(t, call, "/stop", err))
        return -1;
    if (call->grace_s >= 0)
        text_printf(t, "?t=%d", call->grace_s);
    return 0;
}

static int add_logs(struct text *t, const struct call *call, struct err *err)
{
    if (add_id(t, call, "/logs?stdout=1&stderr=1", err))
        return -1;
    text_printf(t, "&timestamps=%d", call->timestamps);
    if (call->follow && call->tail < 0)
        text_add(t, "&tail=all");
    else
        text_printf(t, "&tail=%d", call->tail > 0 ? call->tail : 0);
    if (call->since_ns > 0)
        text_printf(t, "&since=%lld.%09lld", (long long)(call->since_ns / 1000000000),
                    (long long)(call->since_ns % 1000000000));
    if (call->follow)
        text_add(t, "&follow=1");
    return 0;
}

static void add_events(struct text *t, const struct call *call)
{
    static const char *const all[] = {"container", "image", "network"};
    cJSON *filters = json_object(t->arena);
    cJSON *types = cJSON_AddArrayToObject(filters, "type");

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (!call->ref || text_is(call->ref, all[i]))
            cJSON_AddItemToArray(types, cJSON_CreateString(all[i]));
    text_add(t, "/events?filters=");
    add_escaped(t, json_print(t->arena, filters, false), "");
    if (call->since_s > 0)
        text_printf(t, "&since=%lld", (long long)call->since_s);
}

static int add_path(struct text *t, const struct call *call, struct err *err)
{
    switch (call->kind) {
    case CALL_INFO:
        text_add(t, "/info");
        return 0;
    case CALL_LIST:
        text_add(t, "/containers/json?all=1");
        return 0;
    case CALL_INSPECT:
        return add_id(t, call, "/json", err);
    case CALL_IMAGE:
        return add_image(t, call, "/images/", err);
    case CALL_DIGEST:
        return add_image(t, call, "/distribution/", err);
    case CALL_PULL:
        return add_pull(t, call, err);
    case CALL_CREATE:
        return add_create(t, call->create, err);
    case CALL_CONNECT:
        return add_connect(t, call, err);
    case CALL_NETWORK:
        return add_network(t, call, err);
    case CALL_START:
        return add_id(t, call, "/start", err);
    case CALL_STOP:
        return add_stop(t, call, err);
    case CALL_RENAME:
        return add_id(t, call, "/rename?", err) || add_name(t, call->name, err) ? -1 : 0;
    case CALL_REMOVE:
        return add_id(t, call, "?v=1", err);
    case CALL_UPDATE:
        return add_id(t, call, "/update", err);
    case CALL_LOGS:
        return add_logs(t, call, err);
    case CALL_EVENTS:
        add_events(t, call);
        return 0;
    case CALL_PING:
    case CALL__N:
        break;
    }
    return err_set(err, ERR_DENIED, "no such call");
}

/* The login goes as a header of its own.  Nothing but base64url may be in it: it ends up in the
 * head of a request. */
static int add_login(const struct call *call, struct arena *a, struct http_request *ret,
                     struct err *err)
{
    bool asks_registry = call->kind == CALL_DIGEST || call->kind == CALL_PULL;
    const char **headers = arena_alloc(a, 2 * sizeof *headers);

    if (!asks_registry || !call->registry_auth)
        return 0;
    if (call->registry_auth[strspn(call->registry_auth, BASE64URL_ALPHABET "=")])
        return err_set(err, ERR_DENIED, "%s: the login is not base64",
                       docker_call_name[call->kind]);
    char *header = arena_printf(a, "X-Registry-Auth: %s", call->registry_auth);
    arena_at_free(a, text_wipe, header);
    headers[0] = header;
    ret->headers = headers;
    return 0;
}

static int add_body(const struct call *call, struct arena *a, const char **ret, struct err *err)
{
    if (call->kind == CALL_CREATE)
        return docker_create_body(call->create, a, ret, err);
    if (call->kind == CALL_CONNECT)
        *ret = docker_connect_body(call->id, call->wanted, a);
    if (call->kind == CALL_UPDATE)
        *ret = docker_update_body(call->wanted, a);
    return 0;
}

static void add_limits(const struct call *call, struct http_request *ret)
{
    unsigned grace_ms = 0;

    if (call->kind == CALL_STOP)
        grace_ms = call->grace_s < 0 ? 10000U : (unsigned)call->grace_s % 1000000U * 1000U;
    ret->method = limits[call->kind].method;
    ret->first_byte_ms = limits[call->kind].first_byte_ms + grace_ms;
    ret->stall_ms = limits[call->kind].stall_ms;
    ret->total_ms = limits[call->kind].total_ms ? limits[call->kind].total_ms + grace_ms : 0;
    ret->max_body = limits[call->kind].max_body;
    if (call->kind == CALL_LOGS && call->follow) { /* a container may say nothing for days */
        ret->first_byte_ms = ret->stall_ms = ret->total_ms = 0;
        ret->in_pieces = true;
    }
}

int docker_encode(const struct call *call, const char *api_version, struct arena *a,
                  struct http_request *ret, struct err *err)
{
    struct text path = {.arena = a};

    if (!api_version)
        api_version = DOCKER_API_OLDEST;
    *ret = (struct http_request){.until = HTTP_WHOLE};
    add_limits(call, ret);
    if (call->kind == CALL_PING) { /* the one path without a version: it tells the version */
        ret->path = "/_ping";
        ret->fresh = true;
        return 0;
    }
    text_printf(&path, "/v%s", api_version);
    if (add_path(&path, call, err) || add_body(call, a, &ret->body, err) ||
        add_login(call, a, ret, err))
        return -1;
    ret->path = text_str(&path);
    return 0;
}
