#include "reach/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "net/ask.h"
#include "reach/netns.h"
#include "net/dns.h"
#include "source/database.h"

enum { LOOKUP_MS = 2000, ANSWER_MS = 3000, MAX_ANSWER = 1 << 20 };

/* Where the engine's name server listens in the network of each container. */
static const char name_server[] = "127.0.0.11";

struct asked { /* one box and its endpoint */
    struct client *client;
    struct arena *arena;
    const char *proc;
    const struct box *box;
    const char *base, *path, *host;
    const char *address; /* what the host's name means inside; NULL: not known */
};

/* "http://host:port/…" -> "host"; NULL if it is no such address. */
static const char *host_of(struct arena *a, const char *url)
{
    const char *host = text_starts(url, "http://")    ? url + strlen("http://")
                       : text_starts(url, "https://") ? url + strlen("https://")
                                                      : NULL;
    size_t n = host ? strcspn(host, ":/?#") : 0;

    if (!n || memchr(host, '@', strcspn(host, "/?#")) || *host == '[')
        return NULL;
    return arena_strndup(a, host, n);
}

/* --- names, as the container sees them ---------------------------------------------------------
 */

static const char *extra_host(const struct asked *q)
{
    size_t n = strlen(q->host);

    for (size_t i = 0; i < q->box->n_extra_hosts; i++) {
        const char *line = q->box->extra_hosts[i];
        if (strncmp(line, q->host, n) == 0 && line[n] == ':')
            return line + n + 1;
    }
    return NULL;
}

static bool is_address(const char *s)
{
    struct in_addr parsed;
    return inet_pton(AF_INET, s, &parsed) == 1;
}

static int await_answer(int fd, uint16_t id, char ret[DNS_ADDRESS], struct err *err)
{
    int64_t deadline = mono_ms() + LOOKUP_MS;
    unsigned char buf[DNS_MAX];

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - mono_ms();
        if (left <= 0 || (poll(&p, 1, (int)left) == 0))
            return err_set(err, ERR_TRANSIENT, "the name server does not answer within %d s",
                           LOOKUP_MS / 1000);
        ssize_t n = recv(fd, buf, sizeof buf, MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_set(err, ERR_TRANSIENT, "no name server: %s", strerror(errno));
        if (n < 0)
            continue;
        int result = dns_answer(buf, (size_t)n, id, ret, err);
        if (result == 0 || err->code != ERR_INVALID)
            return result;
    }
}

static int look_up(const struct asked *q, int fd, char ret[DNS_ADDRESS], struct err *err)
{
    enum { DNS_PORT = 53 };
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(DNS_PORT)};
    unsigned char buf[DNS_MAX];
    uint16_t id = (uint16_t)mono_ms();
    size_t n = dns_question(buf, id, q->host);

    inet_pton(AF_INET, name_server, &to.sin_addr);
    if (!n)
        return err_set(err, ERR_NOT_FOUND, "%s is no host's name", q->host);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0 || send(fd, buf, n, 0) < 0)
        return err_set(err, ERR_TRANSIENT, "no name server: %s", strerror(errno));
    if (await_answer(fd, id, ret, err) < 0)
        return err_wrap(err, "%s", q->host);
    return 0;
}

/* ERR_DENIED: it cannot be found out from here. */
static int resolve(struct asked *q, struct err *err)
{
    const char *known = is_address(q->host)             ? q->host
                        : text_is(q->host, "localhost") ? "127.0.0.1"
                                                        : extra_host(q);
    char found[DNS_ADDRESS];

    if (known && !is_address(known))
        return err_set(err, ERR_DENIED, "%s is %s, which only the engine resolves", q->host, known);
    if (!known) {
        int fd = netns_socket(q->proc, q->box->pid, q->box->id, SOCK_DGRAM, err);
        if (fd < 0)
            return -1;
        int result = look_up(q, fd, found, err);
        close(fd);
        if (result < 0)
            return -1;
        known = found;
    }
    q->address = arena_strdup(q->arena, known);
    return 0;
}

/* --- the question -------------------------------------------------------------------------------
 */

static int by_key(const void *x, const void *y)
{
    const struct pair *a = x, *b = y;
    return strcmp(a->key, b->key);
}

static void read_body(struct arena *a, const struct http_response *response,
                      struct config_answer *ret)
{
    struct provider_row row = {0};
    struct err err;
    const cJSON *tree = json_parse(a, response->body, response->len, &err);

    if (!cJSON_IsObject(json_get(tree, "env")))
        return;
    database_parse_config(a, response->body, response->len, &row);
    struct pair *env = arena_memdup(a, row.env, row.n_env * sizeof *env);
    if (row.n_env)
        qsort(env, row.n_env, sizeof *env, by_key);
    ret->readable = row.problem == NULL;
    ret->env = env;
    ret->n_env = row.n_env;
}

static struct config_answer ask(const struct asked *q, const char *address, const int *socket)
{
    const struct endpoint endpoint = {.base_url = q->base, .address = address, .socket = socket};
    const struct http_request request = {
        .method = "GET", .path = q->path, .total_ms = ANSWER_MS, .max_body = MAX_ANSWER};
    struct http_response response;
    struct config_answer ret = {0};
    struct err err;

    if (http_ask(q->client->loop, q->client->http, &endpoint, &request, q->arena, &response, &err) <
        0) {
        ret.kind = CONFIG_SILENT;
        ret.why = arena_strdup(q->arena, err.text);
        return ret;
    }
    ret.kind = CONFIG_ANSWERED;
    ret.status = response.status;
    read_body(q->arena, &response, &ret);
    return ret;
}

static struct config_answer unaskable(const struct asked *q, const struct err *err)
{
    return (struct config_answer){.kind = CONFIG_UNASKABLE,
                                  .why = arena_strdup(q->arena, err->text)};
}

static struct config_answer ask_inside(struct asked *q)
{
    struct err err;

    if (resolve(q, &err) < 0) {
        struct config_answer ret = unaskable(q, &err);
        if (err.code != ERR_DENIED)
            ret.kind = CONFIG_SILENT;
        return ret;
    }
    int fd = netns_socket(q->proc, q->box->pid, q->box->id, SOCK_STREAM, &err);
    if (fd < 0)
        return unaskable(q, &err);
    struct config_answer ret = ask(q, q->address, &fd);
    close(fd);
    return ret;
}

/* The address of the container of this name, on any of its networks. */
static const char *address_of(const struct asked *q, const struct list_entry *list, size_t n)
{
    struct facts facts;
    struct err err;

    for (size_t i = 0; i < n; i++) {
        const struct call call = {.kind = CALL_INSPECT, .id = list[i].id};
        if (!text_is(list[i].name, q->host))
            continue;
        if (client_ask(q->client, &call, q->arena, &facts, &err) < 0 || !facts.box.n_networks)
            return NULL;
        return *facts.box.networks[0].ip ? facts.box.networks[0].ip : NULL;
    }
    return NULL;
}

/* Silence proves nothing here: this is another place than the container's. */
static struct config_answer ask_here(struct asked *q, const struct list_entry *list, size_t n)
{
    const char *address = q->address ? q->address : address_of(q, list, n);
    bool own = text_is(q->host, "localhost") || (address && text_starts(address, "127."));
    struct err err;

    if (own) {
        err_set(&err, ERR_DENIED, "%s means the container itself", q->host);
        return unaskable(q, &err);
    }
    struct config_answer ret = ask(q, address, NULL);
    if (ret.kind == CONFIG_SILENT)
        ret.kind = CONFIG_UNASKABLE;
    return ret;
}

void reach_config(struct client *client, struct arena *a, const char *proc, const struct box *box,
                  const struct list_entry *neighbours, size_t n, struct config_answer *ret_inside,
                  struct config_answer *ret_here)
{
    struct asked q = {.client = client, .arena = a, .proc = proc, .box = box};

    if (!verify_endpoint(a, box, &q.base, &q.path))
        return;
    q.host = host_of(a, q.base);
    if (!q.host) {
        *ret_here = (struct config_answer){.kind = CONFIG_UNASKABLE,
                                           .why = "its BACKEND_URL is no address of a host"};
        *ret_inside = *ret_here;
        return;
    }
    *ret_inside = ask_inside(&q);
    *ret_here = ask_here(&q, neighbours, n);
}
