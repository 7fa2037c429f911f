/* site.h - the service with its endpoints, on a fake engine and in virtual time, and whoever asks
 * it over HTTP.  For one .c file of a program. */
#ifndef TESTS_FACE_SITE_H
#define TESTS_FACE_SITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sqlite3.h>

#include "control/fake_engine.h"

#include "face/parts.h"
#include "service/service_parts.h"

enum { SECOND = 1000 };

static struct arena *arena; /* of the whole test */
static char dir[40];        /* of the state, the spec and the engine's socket */
static const char *spec_path;
static struct config config;
static struct face_options face_options;
static struct service_options options;
static struct service service;
static bool engine_is_gone;

static const char *no_variable(void *ctx, const char *name)
{
    (void)ctx, (void)name;
    return NULL;
}

static void on_alarm(struct ev_loop *loop, struct ev_timer *timer, int events)
{
    (void)loop, (void)events;
    *(bool *)timer->data = true;
}

/* Lets the service do what it likes for so long. */
static inline void pass(int64_t ms)
{
    struct ev_timer timer;
    bool over = false;

    ev_now_update(service.loop);
    ev_timer_init(&timer, on_alarm, (double)ms / 1000., 0.);
    timer.data = &over;
    ev_timer_start(service.loop, &timer);
    while (!over)
        service_turn(&service);
}

static inline void open_service(const char *address, const char *jwt_secret)
{
    static const char *listen;
    struct err err;

    listen = address;
    face_options = (struct face_options){.listen = &listen,
                                         .n_listen = 1,
                                         .advertise = "http://avr-reconciler:6100",
                                         .jwt_secret = jwt_secret};
    options = (struct service_options){.log_format = LOG_TEXT,
                                       .log_level = LEVEL_ERROR,
                                       .resync_s = 60,
                                       .control = arena_printf(arena, "%s/control.sock", dir),
                                       .guest = face_guest(arena, &face_options)};
    service = (struct service){.config = &config, .options = &options, .lock = -1};
    if (service_open(&service, &err) < 0)
        fail_msg("%s", err.text);
}

static inline struct face *site_face(void)
{
    return options.guest->ctx;
}

/* An engine that has the image any:1, and a configuration without a spec. */
static inline void site_set_up(void)
{
    arena = arena_new();
    snprintf(dir, sizeof dir, "/tmp/avr-test-face-XXXXXX");
    assert_non_null(mkdtemp(dir));
    engine_is_gone = false;
    fake_open(arena, dir);
    fake_tag("any:1", 1);
    spec_path = arena_printf(arena, "%s/agents.yaml", dir);
    config = (struct config){.spec_paths = &spec_path,
                             .n_spec_paths = 1,
                             .env = {.get = no_variable},
                             .engine = {.unix_path = engine.path, .base_url = "http://localhost"},
                             .engine_name = "fake",
                             .state_dir = dir};
}

static inline void site_spec(const char *text)
{
    FILE *f = fopen(spec_path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static inline void site_sql(const char *text)
{
    sqlite3 *db;
    char *why = NULL;

    assert_int_equal(sqlite3_open(config.database, &db), SQLITE_OK);
    if (sqlite3_exec(db, text, NULL, NULL, &why) != SQLITE_OK)
        fail_msg("%s: %s", text, why);
    sqlite3_close(db);
}

/* AVR's database, empty. */
static inline void site_database(void)
{
    enum { MOST = 16384 };
    char *text = arena_alloc(arena, MOST);
    FILE *f = fopen(TEST_SOURCE "/examples/lib/avr-schema.sql", "r");

    assert_non_null(f);
    text[fread(text, 1, MOST - 1, f)] = '\0';
    fclose(f);
    config.database = arena_printf(arena, "%s/data.db", dir);
    site_sql(text);
}

/* The service must be open; it is closed at a safe point, as its own end is. */
static inline int site_tear_down(void **state)
{
    (void)state;
    service.stopping = true;
    while (!fleet_is_idle(service.fleet))
        ev_run(service.loop, EVRUN_ONCE);
    ev_run(service.loop, EVRUN_NOWAIT);
    service_close(&service);
    if (!engine_is_gone)
        fake_close();
    if (system(arena_printf(arena, "rm -rf %s", dir)) != 0)
        return -1;
    arena_free(arena);
    return 0;
}

static inline int connected(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)web_port(site_face()->web, 0)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* The answer to the whole text of a request, or of a stream what comes first. */
static inline const char *answer_to(const char *request)
{
    enum { MOST = 65536, PATIENCE = 1000 };
    char *answer = arena_alloc(arena, MOST);
    int fd = connected();
    ssize_t n = -1;

    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    for (int i = 0; n < 0 && i < PATIENCE; i++) {
        pass(10);
        n = recv(fd, answer, MOST - 1, MSG_DONTWAIT);
    }
    if (n <= 0)
        fail_msg("no answer to: %s", request);
    close(fd);
    return answer;
}

static inline const char *get(const char *path, const char *headers)
{
    return answer_to(arena_printf(arena, "GET %s HTTP/1.1\r\nHost: avr-reconciler:6100\r\n%s\r\n",
                                  path, headers));
}

static inline void assert_has(const char *answer, const char *text)
{
    if (!strstr(answer, text))
        fail_msg("no \"%s\" in: %s", text, answer);
}

#endif
