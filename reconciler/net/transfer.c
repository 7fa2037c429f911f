#include "net/transfer.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

enum { CONNECT_S = 5, MAX_LINE = 1 << 20, KEEPALIVE_IDLE_S = 15, KEEPALIVE_EACH_S = 5 };

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* To be read as: t failed, because err_set(…). */
static void failed(struct http_transfer *t, int always_minus_one)
{
    (void)always_minus_one;
    t->failed = true;
}

/* The value of a header line of this name, with the blanks around it gone; else NULL. */
static const char *header_value(const char *line, size_t n, const char *name, size_t *ret_len)
{
    size_t skip = strlen(name);

    if (n <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':')
        return NULL;
    for (skip++; skip < n && isspace((unsigned char)line[skip]);)
        skip++;
    while (n > skip && isspace((unsigned char)line[n - 1]))
        n--;
    *ret_len = n - skip;
    return line + skip;
}

static void keep_header(const char *line, size_t n, const char *name, char *buf, size_t size)
{
    size_t len;
    const char *value = header_value(line, n, name, &len);

    if (value)
        snprintf(buf, size, "%.*s", (int)len, value);
}

static long status_of(const struct http_transfer *t)
{
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

/* Called by curl for each line of the head, the blank one included.  A 100 or 103 is not yet the
 * answer; after a 101 no other head follows. */
static size_t on_header(char *line, size_t size, size_t n, void *ctx)
{
    struct http_transfer *t = ctx;

    n *= size;
    t->last_ms = http_now_ms();
    if (!t->answered) {
        t->answered = true;
        http_has_begun(t);
    }
    if (t->head_done) /* trailers */
        return n;
    keep_header(line, n, "Server", t->server, sizeof t->server);
    keep_header(line, n, "Api-Version", t->api_version, sizeof t->api_version);
    keep_header(line, n, "Retry-After", t->retry_after, sizeof t->retry_after);
    if (n > 2 || (line[0] != '\r' && line[0] != '\n'))
        return n;
    long status = status_of(t);
    t->head_done = status == 101 || status >= 200;
    if (t->head_done && t->on_begun)
        http_has_lines(t);
    bool enough = t->head_done && t->until == HTTP_HEAD_ONLY;
    return enough ? 0 : n; /* 0 makes curl give up the transfer: see transfer_finish() */
}

static bool keep_body(struct http_transfer *t, const char *s, size_t n)
{
    if (n > t->max - t->len) {
        failed(t, err_set(&t->err, ERR_TRANSIENT, "%s: the answer is longer than %zu bytes",
                          t->where, t->max));
        return false;
    }
    if (t->cap - t->len <= n) {
        size_t cap = t->cap ? t->cap : 4096;
        while (cap - t->len <= n)
            cap *= 2;
        t->body = must(realloc(t->body, cap));
        t->cap = cap;
    }
    memcpy(t->body + t->len, s, n);
    t->len += n;
    t->body[t->len] = '\0';
    return true;
}

static bool keep_lines(struct http_transfer *t, const char *s, size_t n)
{
    if (!lines_add(&t->lines, s, n) && !t->in_pieces) {
        failed(t, err_set(&t->err, ERR_TRANSIENT, "%s: a line longer than %zu bytes", t->where,
                          t->lines.max));
        return false;
    }
    http_has_lines(t);
    return true;
}

/* Called by curl. */
static size_t on_body(char *s, size_t size, size_t n, void *ctx)
{
    struct http_transfer *t = ctx;
    long status = status_of(t);

    n *= size;
    t->last_ms = http_now_ms();
    bool by_line = t->on_line && status >= 200 && status < 300;
    return (by_line ? keep_lines(t, s, n) : keep_body(t, s, n)) ? n : 0;
}

static void set(CURLcode code)
{
    if (code != CURLE_OK)
        abort(); /* out of memory, or a curl without an option of 7.88 */
}

/* A stream may be silent for hours; that the other end is gone only these probes can tell. */
static void set_keepalive(struct http_transfer *t)
{
    set(curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPALIVE, 1L));
    set(curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_IDLE_S));
    set(curl_easy_setopt(t->easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_EACH_S));
}

static curl_socket_t give_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    const struct http_transfer *t = ctx;

    (void)purpose, (void)address;
    int fd = fcntl(t->socket, F_DUPFD_CLOEXEC, 0);
    return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* Neither the address nor the socket is part of what curl knows a kept connection by. */
static void set_way(struct http_transfer *t, const struct endpoint *e)
{
    char to[128];

    if (e->address) {
        bool v6 = strchr(e->address, ':') != NULL;
        snprintf(to, sizeof to, v6 ? "::[%s]:" : "::%s:", e->address);
        t->connect_to = must(curl_slist_append(NULL, to));
        set(curl_easy_setopt(t->easy, CURLOPT_CONNECT_TO, t->connect_to));
    }
    if (e->socket) {
        t->socket = *e->socket;
        set(curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, give_socket));
        set(curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t));
    }
    if (e->address || e->socket) {
        set(curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L));
        set(curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, 1L));
    }
}

static void set_target(struct http_transfer *t, const struct endpoint *e, const char *path)
{
    char url[8192];
    int n = snprintf(url, sizeof url, "%s%s", e->base_url, path);

    if (n < 0 || (size_t)n >= sizeof url)
        failed(t, err_set(&t->err, ERR_INVALID, "%s: the path is too long", t->where));
    set(curl_easy_setopt(t->easy, CURLOPT_URL, url));
    set(curl_easy_setopt(t->easy, CURLOPT_PATH_AS_IS, 1L));
    set(curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https"));
    set(curl_easy_setopt(t->easy, CURLOPT_PROXY, ""));
    set(curl_easy_setopt(t->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED));
    set(curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L));
    set(curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
    if (e->unix_path)
        set(curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, e->unix_path));
    else
        set_keepalive(t);
    set_way(t, e);
}

static void set_certificates(struct http_transfer *t, const char *dir)
{
    static const struct {
        CURLoption option;
        const char *file;
    } files[] = {
        {CURLOPT_CAINFO, "ca.pem"},
        {CURLOPT_SSLCERT, "cert.pem"},
        {CURLOPT_SSLKEY, "key.pem"},
    };

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", dir, files[i].file);
        set(curl_easy_setopt(t->easy, files[i].option, path));
    }
}

static void add_header(struct http_transfer *t, const char *line)
{
    t->headers = must(curl_slist_append(t->headers, line));
}

/* A write goes over a connection of its own making: on a kept connection that turns out to be
 * dead curl sends the request a second time, and a create must not be sent twice. */
static void set_request(struct http_transfer *t, const struct http_request *r)
{
    bool get = text_is(r->method, "GET"), head = text_is(r->method, "HEAD");

    if (head)
        set(curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L));
    if (!get && !head) {
        set(curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, r->method));
        set(curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L));
    }
    if (r->body || text_is(r->method, "POST")) {
        const char *body = r->body ? r->body : "";
        set(curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body)));
        set(curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, body));
        add_header(t, r->body ? "Content-Type: application/json" : "Content-Type:");
        add_header(t, "Expect:");
    }
    for (const char *const *h = r->headers; h && *h; h++)
        add_header(t, *h);
    if (t->headers)
        set(curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers));
    if (r->until == HTTP_CONNECT_ONLY)
        set(curl_easy_setopt(t->easy, CURLOPT_CONNECT_ONLY, 1L));
    if (r->fresh || r->until != HTTP_WHOLE) /* asked to learn whether a connection can be made */
        set(curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, 1L));
}

/* Without this curl guards each of its turns against SIGPIPE, which only a write through the TLS
 * library can raise: it does not know MSG_NOSIGNAL. */
static void set_signals(struct http_transfer *t, const struct endpoint *e)
{
    set(curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, text_starts(e->base_url, "https:") ? 0L : 1L));
}

static void set_callbacks(struct http_transfer *t)
{
    set(curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t));
    set(curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S));
    set(curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->detail));
    set(curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_header));
    set(curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t));
    set(curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body));
    set(curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t));
}

static uint64_t add_hash(uint64_t hash, const char *s)
{
    for (; s && *s; s++)
        hash = (hash ^ (unsigned char)*s) * 0x100000001b3;
    return hash;
}

static const char *where_of(const struct endpoint *e)
{
    const char *host = strstr(e->base_url, "://");
    return e->unix_path ? e->unix_path : host ? host + 3 : e->base_url;
}

struct http_transfer *transfer_new(const struct endpoint *e, const struct http_request *r)
{
    struct http_transfer *t = must(calloc(1, sizeof *t));

    t->easy = must(curl_easy_init());
    t->where = must(strdup(where_of(e)));
    t->lane = add_hash(add_hash(0xcbf29ce484222325, e->unix_path), e->base_url);
    t->until = (int)r->until;
    t->in_pieces = r->in_pieces;
    t->is_unix = e->unix_path != NULL;
    t->first_byte_ms = r->first_byte_ms;
    t->stall_ms = r->stall_ms;
    t->total_ms = r->total_ms;
    t->max = r->max_body;
    t->lines.max = MAX_LINE;
    set_target(t, e, r->path);
    if (e->cert_dir)
        set_certificates(t, e->cert_dir);
    set_request(t, r);
    set_signals(t, e);
    set_callbacks(t);
    return t;
}

void transfer_free(struct http_transfer *t)
{
    curl_easy_cleanup(t->easy);
    curl_slist_free_all(t->headers);
    curl_slist_free_all(t->connect_to);
    lines_free(&t->lines);
    free(t->body);
    free(t->where);
    free(t);
}

void transfer_begin(struct http_transfer *t, int64_t now_ms)
{
    t->begun_ms = t->last_ms = now_ms;
}

static bool connected(const struct http_transfer *t)
{
    curl_off_t us = 0;
    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &us);
    return us > 0;
}

bool transfer_streams(const struct http_transfer *t)
{
    return t->head_done && status_of(t) >= 200 && status_of(t) < 300;
}

static void limit_passed(struct http_transfer *t, const char *what, int64_t ms)
{
    double s = (double)ms / 1000.0;

    if (!t->answered && !connected(t))
        failed(t,
               err_set(&t->err, ERR_UNREACHABLE, "no connection to %s within %g s", t->where, s));
    else
        failed(t, err_set(&t->err, ERR_TRANSIENT, "%s: %s %g s", t->where, what, s));
}

int64_t transfer_limit(struct http_transfer *t, int64_t now_ms)
{
    const struct {
        int64_t since_ms, limit_ms;
        const char *what;
    } limits[] = {
        {t->begun_ms, t->answered ? 0 : t->first_byte_ms, "no answer within"},
        {t->last_ms, t->answered ? t->stall_ms : 0, "the answer stalled for"},
        {t->begun_ms, t->total_ms, "not done within"},
    };
    int64_t least = -1;

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        if (limits[i].limit_ms == 0)
            continue;
        int64_t left = limits[i].since_ms + limits[i].limit_ms - now_ms;
        if (left <= 0) {
            limit_passed(t, limits[i].what, limits[i].limit_ms);
            return 0;
        }
        least = least < 0 || left < least ? left : least;
    }
    return least;
}

/* curl does not keep why a Unix socket refused, and speaks of "localhost port 80": asked again.
 * Such a connect is over at once.  0: it would not refuse now. */
static int unix_errno(const char *path)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    int fd, number = 0;

    if (strlen(path) >= sizeof to.sun_path)
        return ENAMETOOLONG;
    memcpy(to.sun_path, path, strlen(path) + 1);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    if (connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
        number = errno;
    close(fd);
    return number;
}

static void connect_failed(struct http_transfer *t)
{
    long number = 0;

    curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &number);
    if (!number && t->is_unix)
        number = unix_errno(t->where);
    const char *what = number == ECONNREFUSED                            ? "connection refused on"
                       : number == ENOENT                                ? "no socket at"
                       : number == EACCES || number == EPERM             ? "permission denied on"
                       : number == EHOSTUNREACH || number == ENETUNREACH ? "no route to"
                                                                         : NULL;
    if (what)
        failed(t, err_set(&t->err, ERR_UNREACHABLE, "%s %s", what, t->where));
    else
        failed(t, err_set(&t->err, ERR_UNREACHABLE, "cannot connect to %s: %s", t->where,
                          number       ? strerror((int)number)
                          : t->is_unix ? "it refused"
                                       : t->detail));
}

static void name_failure(struct http_transfer *t, CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_CONNECT:
        connect_failed(t);
        return;
    case CURLE_COULDNT_RESOLVE_HOST:
        failed(t, err_set(&t->err, ERR_UNREACHABLE, "no such host: %s", t->where));
        return;
    case CURLE_OPERATION_TIMEDOUT: /* only the connect limit is curl's */
        failed(t, err_set(&t->err, ERR_UNREACHABLE, "no connection to %s within %d s", t->where,
                          CONNECT_S));
        return;
    case CURLE_GOT_NOTHING:
        failed(t, err_set(&t->err, ERR_TRANSIENT, "%s: closed without an answer", t->where));
        return;
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
        failed(t, err_set(&t->err, ERR_TRANSIENT, "%s: the connection broke off", t->where));
        return;
    default: /* TLS, no HTTP at all, a malformed address */
        failed(t, err_set(&t->err, connected(t) ? ERR_TRANSIENT : ERR_UNREACHABLE, "%s: %s",
                          t->where, t->detail[0] ? t->detail : curl_easy_strerror(code)));
    }
}

void transfer_finish(struct http_transfer *t, CURLcode code)
{
    bool gave_up = t->until == HTTP_HEAD_ONLY && t->head_done && code == CURLE_WRITE_ERROR;

    if (code != CURLE_OK && !gave_up && !t->failed)
        name_failure(t, code);
}

void transfer_response(const struct http_transfer *t, struct http_response *ret)
{
    *ret = (struct http_response){
        .status = t->until == HTTP_CONNECT_ONLY ? 0 : (int)status_of(t),
        .body = t->body ? t->body : "",
        .len = t->len,
        .server = t->server,
        .api_version = t->api_version,
        .retry_after = t->retry_after,
    };
}
