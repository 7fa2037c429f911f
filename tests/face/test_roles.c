/* Goal: who may ask for what, over HTTP, as one table: each route of the server has a row here,
 * each asker a column, and whatever is not written down is refused. */
#include "face/site.h"

#include "base/base64.h"
#include "control/state.h"
#include "core/capability.h"
#include "face/token.h"
#include "web/parts.h"

static const char login_secret[] = "a secret of nobody else", webhook_secret[] = "hook";

enum { OK = 200, REFUSED = 401, FORBIDDEN = 403, HIDDEN = 404, CONFLICT = 409, MISDIRECTED = 421 };

/* ---- the rows ------------------------------------------------------------------------------- */

enum least {
    VIEWER = ACCESS_VIEWER,
    MANAGER = ACCESS_MANAGER,
    ANYBODY = 100, /* not a role */
    ITS_CONTAINER, /* by the token of the path; everybody else hears that there is no such thing */
    CORE,          /* or the backend: by WEBHOOK_SECRET */
};

struct row {
    enum least least;
    bool may_cut; /* the order can be given with `now` */
    const char *method, *path;
};

static const struct row rows[] = {
    {ANYBODY, false, "GET", "/"},
    {ANYBODY, false, "GET", "/page/{file}"},
    {ANYBODY, false, "GET", "/healthz"},
    {ANYBODY, false, "GET", "/readyz"},
    {ITS_CONTAINER, false, "GET", "/internal/providers/{id}/config"},
    {ITS_CONTAINER, false, "GET", "/internal/agents/{id}/providers"},
    {ITS_CONTAINER, false, "GET", "/internal/instructions/{id}"},
    {ITS_CONTAINER, false, "GET", "/c/{token}/internal/providers/{id}/config"},
    {ITS_CONTAINER, false, "GET", "/c/{token}/internal/agents/{id}/providers"},
    {ITS_CONTAINER, false, "GET", "/c/{token}/internal/instructions/{id}"},
    {CORE, false, "POST", "/webhooks"},
    {VIEWER, false, "GET", "/events"},
    {VIEWER, false, "GET", "/metrics"},
    {VIEWER, false, "GET", "/api/v1/status"},
    {VIEWER, false, "GET", "/api/v1/activity"},
    {VIEWER, false, "GET", "/api/v1/agents"},
    {VIEWER, false, "GET", "/api/v1/agents/{id}"},
    {VIEWER, false, "GET", "/api/v1/agents/{id}/history"},
    {VIEWER, false, "GET", "/api/v1/agents/{id}/generations"},
    {VIEWER, false, "GET", "/api/v1/agents/{id}/logs"},
    {MANAGER, true, "POST", "/api/v1/apply"},
    {MANAGER, true, "POST", "/api/v1/agents/{id}/apply"},
    {MANAGER, true, "POST", "/api/v1/agents/{id}/restart"},
    {MANAGER, true, "POST", "/api/v1/agents/{id}/rollback"},
    {MANAGER, false, "POST", "/api/v1/agents/{id}/pause"},
    {MANAGER, false, "POST", "/api/v1/agents/{id}/resume"},
    {MANAGER, true, "POST", "/api/v1/agents/{id}/stop"},
    {MANAGER, true, "POST", "/api/v1/agents/{id}/start"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool is_order(const struct row *row)
{
    return row->least == MANAGER;
}

/* ---- the columns ---------------------------------------------------------------------------- */

struct asker {
    const char *name;
    enum face_access role; /* ACCESS_ANYONE: nobody that is known */
    const char *headers;   /* with the ends of their lines */
    const char *container; /* the agent whose container's token it has; NULL: a made-up token */
    bool knows_webhooks;
};

static const char *bearer(const char *token)
{
    return arena_printf(arena, "Authorization: Bearer %s\r\n", token);
}

static const char *token(enum face_access access, int64_t seconds)
{
    return bearer(token_make(arena, session_key(service_session(&service)), access,
                             virtual_ms() / 1000 + seconds));
}

static const char *unpadded(const void *bytes, size_t len)
{
    char *text = base64url_encode(arena, bytes, len);

    text[strcspn(text, "=")] = '\0';
    return text;
}

/* As AVR's backend makes it. */
static const char *login(const char *role, const char *secret, int64_t seconds)
{
    static const char head[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";
    const char *claims = arena_printf(arena, "{\"username\":\"ada\",\"role\":\"%s\",\"exp\":%lld}",
                                      role, (long long)virtual_ms() / 1000 + seconds);
    const char *text = arena_printf(arena, "%s.%s", unpadded(head, strlen(head)),
                                    unpadded(claims, strlen(claims)));
    unsigned char mac[32];

    digest_mac(secret, strlen(secret), text, strlen(text), mac);
    return bearer(arena_printf(arena, "%s.%s", text, unpadded(mac, sizeof mac)));
}

/* The role by a known secret, or none by an unknown or an old one. */
static enum face_access by_login(bool has_login, enum face_access access)
{
    return has_login ? access : ACCESS_ANYONE;
}

static const char through_proxy[] = "X-Forwarded-For: 192.0.2.7\r\n";

/* Whoever asks, all from 127.0.0.1. */
static size_t make_askers(bool has_login, struct asker *ret)
{
    enum { HOUR = 3600 };
    const enum face_access here = has_login ? ACCESS_ANYONE : ACCESS_ADMIN;
    const char *wrong = token(ACCESS_ADMIN, HOUR);
    const struct asker all[] = {
        {"this machine", .role = here, .headers = ""},
        {"somebody behind a proxy", .headers = through_proxy},
        {"somebody behind another", .headers = "Forwarded: for=192.0.2.7\r\n"},
        {"somebody behind a third", .headers = "X-Real-IP: 192.0.2.7\r\n"},
        {"a viewer whose token says admin",
         .headers = arena_printf(arena, "Authorization: Bearer v1.admin.%s",
                                 strchr(token(ACCESS_VIEWER, HOUR) + 30, '.') + 1)},
        {"a token of another key",
         .headers = arena_printf(arena, "%.*sAAAA\r\n", (int)strlen(wrong) - 6, wrong)},
        {"a token that is over", .headers = token(ACCESS_ADMIN, 0)},
        {"this machine, with another way to log in", .role = here,
         .headers = "Authorization: Basic YTpi\r\n"},
        {"a viewer", .role = ACCESS_VIEWER, .headers = token(ACCESS_VIEWER, HOUR)},
        {"a manager", .role = ACCESS_MANAGER, .headers = token(ACCESS_MANAGER, HOUR)},
        {"an admin", .role = ACCESS_ADMIN, .headers = token(ACCESS_ADMIN, HOUR)},
        {"AVR's viewer", .role = by_login(has_login, ACCESS_VIEWER),
         .headers = login("viewer", login_secret, HOUR)},
        {"AVR's manager", .role = by_login(has_login, ACCESS_MANAGER),
         .headers = login("manager", login_secret, HOUR)},
        {"AVR's admin", .role = by_login(has_login, ACCESS_ADMIN),
         .headers = login("admin", login_secret, HOUR)},
        {"AVR's admin of yesterday", .headers = login("admin", login_secret, 0)},
        {"a login that somebody else signed", .headers = login("admin", "guessed", HOUR)},
        {"a login of a role that AVR has not", .headers = login("root", login_secret, HOUR)},
        {"a container of the agent", .headers = through_proxy, .container = "a1"},
        {"a container of another agent", .headers = through_proxy, .container = "b2"},
        {"AVR's core", .knows_webhooks = true,
         .headers =
             arena_printf(arena, "%sX-AVR-Webhook-Secret: %s\r\n", through_proxy, webhook_secret)},
    };

    memcpy(ret, all, sizeof all);
    return sizeof all / sizeof all[0];
}

enum { MOST_ASKERS = 32 };

static unsigned expected(const struct row *row, const struct asker *asker)
{
    bool by_token = text_starts(row->path, "/c/");

    switch (row->least) {
    case ANYBODY:
        return OK;
    case ITS_CONTAINER:
        return by_token && text_is(asker->container, "a1") ? OK : HIDDEN;
    case CORE:
        return asker->knows_webhooks ? OK : REFUSED;
    default:
        if (asker->role == ACCESS_ANYONE)
            return REFUSED;
        return asker->role < (enum face_access)row->least ? FORBIDDEN : OK;
    }
}

/* ---- asking --------------------------------------------------------------------------------- */

static const char *container_token(const char *agent)
{
    struct digest_key key;

    if (!agent)
        return arena_printf(arena, "sts.a1.%064d", 0);
    assert_true(state_token_key(dir, &key));
    return strstr(capability_url(arena, &key, "http://h", agent, ROLE_STS,
                                 arena_printf(arena, "p-%s", agent)),
                  "/c/") +
           3;
}

static const char *put(const char *path, const char *name, const char *value)
{
    const char *at = strstr(path, name);

    return at ? arena_printf(arena, "%.*s%s%s", (int)(at - path), path, value, at + strlen(name))
              : path;
}

static const char *path_of(const struct row *row, const struct asker *asker)
{
    bool by_provider = strstr(row->path, "/internal/") && !strstr(row->path, "/agents/");
    const char *path = put(row->path, "{id}", by_provider ? "p-a1" : "a1");

    path = put(path, "{file}", "page.js");
    return put(path, "{token}", container_token(asker->container));
}

struct manner { /* how it is asked */
    const char *host, *headers, *body;
};

static const struct manner well = {"avr-reconciler:6100",
                                   "Content-Type: application/json\r\n" FACE_MARK ": 1\r\n", "{}"};

static unsigned ask(const struct row *row, const struct asker *asker, const struct manner *manner)
{
    static const char event[] = "{\"uuid\":\"u\",\"type\":\"interruption\",\"payload\":{}}";
    const char *body = text_is(row->method, "GET") ? "" : row->least == CORE ? event : manner->body;
    const char *answer = answer_to(arena_printf(
        arena, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %zu\r\n%s%s\r\n%s", row->method,
        path_of(row, asker), manner->host, strlen(body), manner->headers, asker->headers, body));
    unsigned status = 0;

    assert_int_equal(sscanf(answer, "HTTP/1.1 %u ", &status), 1);
    return status;
}

/* Who is let in may hear that his order cannot be. */
static unsigned class_of(unsigned status)
{
    return (status >= 200 && status < 300) || status == CONFLICT ? OK : status;
}

static void assert_status(const struct row *row, const struct asker *asker,
                          const struct manner *manner, const char *how, unsigned wanted)
{
    unsigned status = class_of(ask(row, asker, manner));

    if (status != wanted)
        fail_msg("%s %s by %s%s: %u, not %u", row->method, row->path, asker->name, how, status,
                 wanted);
}

/* ---- the site ------------------------------------------------------------------------------- */

static void add_agent(const char *id)
{
    site_sql(
        arena_printf(arena,
                     "INSERT INTO provider VALUES('p-%s','STS','provider of %s','{\"image\":"
                     "\"any:1\",\"env\":{\"OPENAI_INSTRUCTIONS\":\"Be kind\"}}');"
                     "INSERT INTO agent VALUES('%s','agent %s','running',%s,NULL,'sts',NULL,NULL,"
                     "NULL,'p-%s');",
                     id, id, id, id, engine.port, id));
}

static int set_up(void **state)
{
    (void)state;
    site_set_up();
    site_spec(
        arena_printf(arena,
                     "defaults: {healthcheck: {test: TCP}, update: {monitor: 1s}}\n"
                     "agents: {a1: {sts: &sts {environment: {PORT: '%s'}}}, b2: {sts: *sts}}\n",
                     engine.port));
    site_database();
    config.host.core_default_image = "any:1";
    config.host.advertise = "http://avr-reconciler:6100";
    config.host.webhook_secret = webhook_secret;
    add_agent("a1");
    add_agent("b2");
    return 0;
}

static void open_site(bool has_login)
{
    open_service("127.0.0.1:0", has_login ? login_secret : NULL);
    pass(60 * SECOND);
    assert_non_null(fake_named("avr-sts-a1"));
    assert_non_null(fake_named("avr-sts-b2"));
}

/* ---- tests ---------------------------------------------------------------------------------- */

static void every_route_has_a_row(void **state)
{
    (void)state;
    open_service("127.0.0.1:0", NULL);
    const struct web_options *served = &site_face()->web->options;

    for (size_t i = 0; i < served->n_routes; i++) {
        size_t k = 0;
        while (k < ROWS && !(text_is(rows[k].path, served->routes[i].path) &&
                             text_is(rows[k].method, served->routes[i].method)))
            k++;
        if (k == ROWS)
            fail_msg("%s %s has no row", served->routes[i].method, served->routes[i].path);
    }
    assert_int_equal(served->n_routes, ROWS);
}

static void each_asker(bool has_login)
{
    struct asker askers[MOST_ASKERS];

    open_site(has_login);
    size_t n = make_askers(has_login, askers);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < n; k++)
            assert_status(&rows[i], &askers[k], &well, "", expected(&rows[i], &askers[k]));
}

static void who_may_what_with_logins(void **state)
{
    (void)state;
    each_asker(true);
}

static void who_may_what_without_logins(void **state)
{
    (void)state;
    each_asker(false);
}

static void only_an_admin_may_cut_calls(void **state)
{
    struct manner now = well;
    struct asker askers[MOST_ASKERS];

    (void)state;
    open_site(true);
    size_t n = make_askers(true, askers);
    now.body = "{\"now\": true}";
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < n && rows[i].may_cut; k++) {
            unsigned wanted = askers[k].role == ACCESS_ADMIN    ? OK
                              : askers[k].role == ACCESS_ANYONE ? REFUSED
                                                                : FORBIDDEN;
            assert_status(&rows[i], &askers[k], &now, " with now", wanted);
        }
}

/* What a page of somebody else's could have the browser of an admin send. */
static void other_pages_order_nothing(void **state)
{
    static const struct {
        const char *how;
        struct manner manner;
        unsigned status;
    } manners[] = {
        {" without the mark",
         {"avr-reconciler:6100", "Content-Type: application/json\r\n", "{}"},
         FORBIDDEN},
        {" from another origin",
         {"avr-reconciler:6100",
          "Content-Type: application/json\r\n" FACE_MARK ": 1\r\nOrigin: http://evil.example\r\n",
          "{}"},
         FORBIDDEN},
        {" from no origin",
         {"avr-reconciler:6100",
          "Content-Type: application/json\r\n" FACE_MARK ": 1\r\nOrigin: null\r\n", "{}"},
         FORBIDDEN},
        {" as a form",
         {"avr-reconciler:6100", "Content-Type: text/plain\r\n" FACE_MARK ": 1\r\n", "{}"},
         400},
        {" from here",
         {"avr-reconciler:6100",
          "Content-Type: application/json\r\n" FACE_MARK
          ": 1\r\nOrigin: http://avr-reconciler:6100\r\n",
          "{}"},
         OK},
    };
    static const struct asker here = {.name = "this machine", .headers = ""};

    (void)state;
    open_site(false);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < sizeof manners / sizeof manners[0] && is_order(&rows[i]); k++)
            assert_status(&rows[i], &here, &manners[k].manner, manners[k].how, manners[k].status);
}

/* What was told, and what was not, can be seen. */
static void questions_are_counted(void **state)
{
    static const struct row fetch = {ITS_CONTAINER, false, "GET",
                                     "/c/{token}/internal/providers/{id}/config"};
    static const struct row hook = {CORE, false, "POST", "/webhooks"};
    static const struct asker own = {.name = "its container", .headers = "", .container = "a1"};
    static const struct asker other = {.name = "another", .headers = "", .container = "b2"};
    static const struct asker core = {.name = "core", .headers = "X-AVR-Webhook-Secret: hook\r\n"};

    (void)state;
    open_site(false);
    ask(&fetch, &own, &well);
    ask(&fetch, &other, &well);
    ask(&fetch, &other, &well);
    ask(&hook, &core, &well);
    ask(&hook, &other, &well);
    const char *told = get("/metrics", "");
    assert_has(told, "avr_reconciler_config_age_seconds 0\n");
    assert_has(told, "avr_reconciler_config_requests_total{result=\"answered\"} 1\n");
    assert_has(told, "avr_reconciler_config_requests_total{result=\"refused\"} 2\n");
    assert_has(told, "avr_reconciler_webhooks_total{type=\"interruption\"} 1\n");
    assert_has(told, "avr_reconciler_webhooks_total{type=\"call_ended\"} 0\n");
    assert_has(told, "avr_reconciler_webhooks_refused_total 1\n");
}

/* Whoever makes a name of his own point here reaches nothing. */
static void other_names_are_not_served(void **state)
{
    static const struct asker here = {.name = "this machine", .headers = ""};
    struct manner manner = well;

    (void)state;
    open_site(false);
    manner.host = "evil.example:6100";
    for (size_t i = 0; i < ROWS; i++)
        assert_status(&rows[i], &here, &manner, " under another name", MISDIRECTED);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, site_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_route_has_a_row),       TEST(who_may_what_with_logins),
        TEST(who_may_what_without_logins), TEST(only_an_admin_may_cut_calls),
        TEST(questions_are_counted),       TEST(other_pages_order_nothing),
        TEST(other_names_are_not_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
