#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/docker.h"
#include "engine/fields.h"
#include "engine/harmless.h"

enum { SENTENCE = 400 };

/* The engine's own words: {"message": "…"}, cut and cleaned; "" if there are none. */
static const char *message_of(struct arena *a, const struct http_response *r)
{
    struct err ignored;
    const cJSON *body = json_parse(a, r->body, r->len, &ignored);
    const char *message = json_text(body, "message");

    if (!message)
        message = json_text(body, "cause"); /* Podman */
    return message ? harmless_sentence(a, message, strlen(message), SENTENCE) : "";
}

static bool mentions(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcasestr(text, words[i]))
            return true;
    return false;
}

static bool is_busy(const char *text)
{
    static const char *const busy[] = {"toomanyrequests", "too many requests", "rate limit"};

    return mentions(text, busy, sizeof busy / sizeof busy[0]);
}

/* A registry's status is lost on its way through the engine: a 401 and a 429 arrive as a 500, or
 * as the last line of a stream that began with 200.  The order matters: Docker Hub's refusal
 * speaks of "does not exist" too. */
enum err_code docker_registry_code(const char *text, enum err_code otherwise)
{
    static const char *const denied[] = {"denied", "unauthorized", "no basic auth credentials",
                                         "authentication required", "forbidden"};
    static const char *const missing[] = {"manifest unknown", "not found", "no such image",
                                          "name unknown"};

    if (is_busy(text))
        return ERR_TRANSIENT;
    if (mentions(text, denied, sizeof denied / sizeof denied[0]))
        return ERR_DENIED;
    if (mentions(text, missing, sizeof missing / sizeof missing[0]))
        return ERR_NOT_FOUND;
    return otherwise;
}

static enum err_code status_code(int status)
{
    switch (status) {
    case 401:
    case 403:
        return ERR_DENIED;
    case 404:
        return ERR_NOT_FOUND;
    case 409:
        return ERR_CONFLICT;
    case 408:
    case 429:
        return ERR_TRANSIENT;
    default:
        return status >= 400 && status < 500 ? ERR_INVALID : ERR_TRANSIENT;
    }
}

/* Not every 404 means that the container is gone: a start may miss its network, a rename of a
 * restarting container answers "sandbox … not found".  Whoever takes the container for gone would
 * be wrong. */
static enum err_code missing_code(const struct call *call, const char *message)
{
    bool network = strstr(message, "network ") && strstr(message, "not found");

    if (network &&
        (call->kind == CALL_CREATE || call->kind == CALL_CONNECT || call->kind == CALL_START))
        return ERR_INVALID;
    return call->kind == CALL_CREATE || strcasestr(message, "no such container") ? ERR_NOT_FOUND
                                                                                 : ERR_TRANSIENT;
}

static int refused(const struct call *call, const struct http_response *r, struct arena *a,
                   struct err *err)
{
    const char *message = message_of(a, r);
    enum err_code code = status_code(r->status);

    if (call->kind == CALL_PULL || call->kind == CALL_DIGEST)
        code = docker_registry_code(message, code);
    else if (call->kind == CALL_CONNECT && strstr(message, "already exists in network"))
        code = ERR_CONFLICT; /* a 403 of Docker */
    else if (code == ERR_NOT_FOUND)
        code = missing_code(call, message);
    return err_set(err, code, "%s: %d%s%s", docker_call_name[call->kind], r->status,
                   *message ? " " : "", message);
}

/* Of seconds; a date is taken for nothing said. */
static int64_t retry_after_s(const char *header)
{
    size_t digits = strspn(header, "0123456789");

    return digits && digits < 10 && !header[digits] ? strtoll(header, NULL, 10) : 0;
}

/* A registry that wants to be left alone says something about itself, not about the reference. */
static bool wants_rest(const struct call *call, const struct http_response *r, struct arena *a,
                       struct facts *ret)
{
    if (call->kind != CALL_DIGEST || r->status < 400)
        return false;
    const char *message = message_of(a, r);
    if (r->status != 429 && !is_busy(message))
        return false;
    ret->busy = arena_printf(a, "%s: %d%s%s", docker_call_name[call->kind], r->status,
                             *message ? " " : "", message);
    ret->retry_after_s = retry_after_s(r->retry_after);
    return true;
}

static int no_information(const struct call *call, struct err *err, const char *what)
{
    return err_set(err, ERR_TRANSIENT, "%s: %s", docker_call_name[call->kind], what);
}

static int decode_ping(const struct http_response *r, struct arena *a, struct facts *ret,
                       struct err *err)
{
    ret->server = harmless_sentence(a, r->server, strlen(r->server), SENTENCE);
    return docker_api_version(a, r->api_version, &ret->api_version, err);
}

static int decode_info(const cJSON *body, struct arena *a, struct facts *ret)
{
    ret->engine_id = field_text(a, body, "ID");
    ret->host_name = field_text(a, body, "Name");
    return 0;
}

static bool is_ipv4(const char *s)
{
    struct in_addr ignored;

    return inet_pton(AF_INET, s, &ignored) == 1;
}

/* Of several subnets the first of IPv4: it is the one that runs out. */
static int decode_network(const struct call *call, const cJSON *body, struct arena *a,
                          struct facts *ret, struct err *err)
{
    const cJSON *entry, *containers = json_get(body, "Containers");

    if (!text_is(json_text(body, "Name"), call->name))
        return no_information(call, err, "the answer is about another network");
    ret->network.n_containers = (size_t)cJSON_GetArraySize(containers);
    json_each(entry, FIELD(body, "IPAM", "Config")) {
        const char *subnet = json_text(entry, "Subnet");
        const char *gateway = json_text(entry, "Gateway");
        if (!subnet || !strchr(subnet, '.') || *ret->network.subnet)
            continue;
        ret->network.subnet = harmless_sentence(a, subnet, strlen(subnet), SENTENCE);
        if (gateway && is_ipv4(gateway))
            ret->network.gateway = arena_strdup(a, gateway);
    }
    return 0;
}

static int decode_digest(const struct call *call, const cJSON *body, struct arena *a,
                         struct facts *ret, struct err *err)
{
    const char *digest = json_text(json_get(body, "Descriptor"), "digest");

    if (!digest || !text_starts(digest, "sha256:") || !docker_is_id(digest + strlen("sha256:")))
        return no_information(call, err, "no digest in the answer");
    ret->digest = arena_strdup(a, digest);
    return 0;
}

static int decode_created(const struct call *call, const cJSON *body, struct arena *a,
                          struct facts *ret, struct err *err)
{
    const char *id = json_text(body, "Id");

    if (!docker_is_id(id))
        return no_information(call, err, "no container id in the answer");
    ret->created_id = arena_strdup(a, id);
    return 0;
}

/* An answer about another container than the one asked for is none. */
static int decode_box(const struct call *call, const cJSON *body, struct arena *a,
                      struct facts *ret, struct err *err)
{
    if (docker_read_box(a, body, &ret->box, err))
        return -1;
    if (call->id && !text_is(call->id, ret->box.id))
        return no_information(call, err, "the answer is about another container");
    return 0;
}

static int decode_json(const struct call *call, const struct http_response *r, struct arena *a,
                       struct facts *ret, struct err *err)
{
    struct arena *tree CLEANUP_ARENA = arena_new(); /* facts are copies: the tree dies here */
    const cJSON *body = json_parse(tree, r->body, r->len, err);

    if (!body) {
        err->code = ERR_TRANSIENT;
        return err_wrap(err, "%s", docker_call_name[call->kind]);
    }
    switch (call->kind) {
    case CALL_INFO:
        return decode_info(body, a, ret);
    case CALL_LIST:
        return docker_read_list(a, body, ret, err);
    case CALL_INSPECT:
        return decode_box(call, body, a, ret, err);
    case CALL_IMAGE:
        return docker_read_image(a, body, &ret->image, err);
    case CALL_NETWORK:
        return decode_network(call, body, a, ret, err);
    case CALL_DIGEST:
        return decode_digest(call, body, a, ret, err);
    case CALL_CREATE:
        return decode_created(call, body, a, ret, err);
    default:
        return 0;
    }
}

/* A missing image or network is a fact, not a failure. */
static bool is_missing(const struct call *call, const struct http_response *r)
{
    return (call->kind == CALL_IMAGE || call->kind == CALL_NETWORK) && r->status == 404;
}

int docker_decode(const struct call *call, const struct http_response *r, struct arena *a,
                  struct facts *ret, struct err *err)
{
    *ret = (struct facts){0};
    if (call->kind == CALL_IMAGE)
        ret->image = (struct image){.asked = call->ref, .user = ""};
    if (call->kind == CALL_NETWORK)
        ret->network = (struct network){
            .name = call->name, .missing = is_missing(call, r), .subnet = "", .gateway = ""};
    if (is_missing(call, r))
        return 0;
    if (r->status == 304 && (call->kind == CALL_START || call->kind == CALL_STOP)) {
        ret->already_so = true;
        return 0;
    }
    if (wants_rest(call, r, a, ret))
        return 0;
    if (r->status < 200 || r->status > 299)
        return refused(call, r, a, err);

    switch (call->kind) {
    case CALL_PING:
        return decode_ping(r, a, ret, err);
    case CALL_PULL:
        return docker_read_pull(r->body, r->len, err);
    case CALL_LOGS:
        ret->log = docker_read_logs(a, r->body, r->len);
        return 0;
    case CALL_INFO:
    case CALL_LIST:
    case CALL_INSPECT:
    case CALL_IMAGE:
    case CALL_DIGEST:
    case CALL_NETWORK:
    case CALL_CREATE:
        return decode_json(call, r, a, ret, err);
    default: /* connect, start, stop, rename, remove, update: the status was all */
        return 0;
    }
}
