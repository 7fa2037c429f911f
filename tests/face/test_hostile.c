/* Goal: whatever is sent, from wherever: no container hears another one's settings, nobody who
 * leaves leaves anything behind, and the service answers on.
 *
 * One run: readers of /events who read nothing, 2,000 who read and are gone at once, and 10,000
 * connections with spoiled requests (attack.h), while providers' rows change.  Every answer is read
 * to its end.  Each container's settings hold words that nobody else's do.
 *
 *     face.hostile [SEED [CONNECTIONS]] */
#include "face/site.h"

#include <sys/resource.h>
#include <sys/syscall.h>

#include "control/state.h"
#include "core/capability.h"
#include "core/slot.h"
#include "face/attack.h"
#include "face/measure.h"
#include "face/token.h"
#include "web/parts.h"

enum { READERS = 2000, SLOW = 100, EDITION_EVERY = 500 };

static const char login_secret[] = "a login secret of nobody else",
                  hook_secret[] = "a hook secret of nobody else";

static uint64_t seed = 20261122;
static size_t n_attacks = 10000;

/* ---- where connections come from ------------------------------------------------------------ */

static struct in_addr pretended; /* whose the next ones are; 0: their own */

/* Takes the place of libc's. */
int accept4(int fd, __SOCKADDR_ARG address, socklen_t *restrict len, int flags)
{
    int accepted = (int)syscall(SYS_accept4, fd, address.__sockaddr__, len, flags);

    if (accepted >= 0 && pretended.s_addr && address.__sockaddr__ &&
        address.__sockaddr__->sa_family == AF_INET)
        address.__sockaddr_in__->sin_addr = pretended;
    return accepted;
}

/* ---- who has what --------------------------------------------------------------------------- */

/* Two agents with one provider, ids that differ in little, and one with three parts. */
static struct owner owners[] = {
    {"sts", "a1", "p-a", NULL, "10.9.0.1"},     {"sts", "A1", "p-a", NULL, "10.9.0.2"},
    {"sts", "a1.1", "p-a.1", NULL, "10.9.0.3"}, {"asr", "pipe", "p-asr", NULL, "10.9.0.4"},
    {"llm", "pipe", "p-llm", NULL, "10.9.0.4"}, {"tts", "pipe", "p-tts", NULL, "10.9.0.4"},
};
enum { OWNERS = sizeof owners / sizeof *owners };

static const char *address_of(const struct fake_box *b)
{
    for (size_t i = 0; i < OWNERS; i++)
        if (text_ends(fake_slot(b), arena_printf(arena, "-%s", owners[i].agent)))
            return owners[i].address;
    return "10.9.0.99";
}

static unsigned edition; /* of all providers' rows */

static const char *provider_mark(struct arena *a, const struct owner *o)
{
    return arena_printf(a, "(provider %s)", o->provider);
}

static const char *own_mark(struct arena *a, const struct owner *o)
{
    return arena_printf(a, "(%s of %s)", o->role, o->agent);
}

static const char *address_mark(struct arena *a, const struct owner *o)
{
    return arena_printf(a, "//avr-%s-%s:", o->role, o->agent);
}

/* ---- the site ------------------------------------------------------------------------------- */

static void next_edition(struct arena *a)
{
    struct text t = {.arena = a};

    edition++;
    text_add(&t, "BEGIN;");
    for (size_t i = 0; i < OWNERS; i++)
        text_printf(&t,
                    "INSERT OR REPLACE INTO provider VALUES('%s','%s','name of %s','{\"image\":"
                    "\"any:1\",\"env\":{\"OPENAI_INSTRUCTIONS\":\"%s edition %u\"}}');",
                    owners[i].provider, owners[i].role, owners[i].provider,
                    provider_mark(a, &owners[i]), edition);
    text_add(&t, "COMMIT");
    site_sql(text_str(&t));
}

static void add_agents(void)
{
    for (const char *const *id = (const char *const[]){"a1", "A1", "a1.1", NULL}; *id; id++)
        site_sql(
            arena_printf(arena,
                         "INSERT INTO agent VALUES('%s','agent %s','running',%s,NULL,'sts',NULL,"
                         "NULL,NULL,'%s');",
                         *id, *id, engine.port, text_is(*id, "a1.1") ? "p-a.1" : "p-a"));
    site_sql(arena_printf(arena,
                          "INSERT INTO agent VALUES('pipe','agent pipe','running',%s,NULL,"
                          "'pipeline','p-asr','p-llm','p-tts',NULL);",
                          engine.port));
}

static void write_spec(void)
{
    struct text t = {.arena = arena};
    const char *agent = "";

    text_add(&t, "defaults: {config: per_call, healthcheck: {test: NONE}, update: {monitor: 1s}}\n"
                 "agents:\n");
    for (size_t i = 0; i < OWNERS; agent = owners[i++].agent) {
        if (!text_is(agent, owners[i].agent))
            text_printf(&t, "  %s:\n", owners[i].agent);
        text_printf(&t, "    %s: {environment: {PORT: '%s', GREETING: '%s'}}\n", owners[i].role,
                    engine.port, own_mark(arena, &owners[i]));
    }
    site_spec(text_str(&t));
}

static void make_tokens(void)
{
    struct digest_key key;

    assert_true(state_token_key(dir, &key));
    for (size_t i = 0; i < OWNERS; i++) {
        enum role role = 0;
        while (!text_is(role_name[role], owners[i].role))
            role++;
        const char *url =
            capability_url(arena, &key, "http://h", owners[i].agent, role, owners[i].provider);
        owners[i].token = strstr(url, "/c/") + 3;
    }
}

static int set_up(void **state)
{
    (void)state;
    site_set_up();
    engine.address = address_of;
    site_database();
    config.host.core_default_image = "any:1";
    config.host.advertise = "http://avr-reconciler:6100";
    config.host.webhook_secret = hook_secret;
    write_spec();
    next_edition(arena);
    add_agents();
    open_service("127.0.0.1:0", login_secret);
    pass(120 * SECOND);
    for (size_t i = 0; i < OWNERS; i++)
        assert_non_null(
            fake_named(arena_printf(arena, "avr-%s-%s", owners[i].role, owners[i].agent)));
    make_tokens();
    return 0;
}

/* ---- what is left ---------------------------------------------------------------------------- */

/* When what was kept for a while is let go of, like connections to the engine. */
static struct use use_at_rest(void)
{
    pass(150 * SECOND);
    return use_now(arena);
}

static struct web_counts counts(void)
{
    return web_counts(site_face()->web);
}

static void print_use(const char *what, struct use u)
{
    printf("  %-42s heap %zu KiB, resident %ld KiB, %zu descriptors, %zu connections\n", what,
           u.heap_kib, u.resident_kib, u.descriptors, counts().connections);
}

/* ---- asking --------------------------------------------------------------------------------- */

/* Everything that comes, until the server hangs up, which it must; while the service lives on. */
static struct text hear(struct arena *a, int fd)
{
    enum { MOST_MS = 64 * SECOND };
    struct text all = {.arena = a};
    char piece[16384];

    for (int64_t ms = 1, waited = 0; waited < MOST_MS; waited += ms, ms = ms < 1024 ? 2 * ms : ms) {
        ssize_t n;
        pass(ms);
        while ((n = recv(fd, piece, sizeof piece, MSG_DONTWAIT)) > 0)
            text_add_n(&all, piece, (size_t)n);
        if (n == 0 || errno != EAGAIN) {
            close(fd);
            return all;
        }
    }
    fail_msg("the server does not hang up");
    return all;
}

static int connected_from(const char *address)
{
    if (address)
        inet_pton(AF_INET, address, &pretended);
    int fd = connected();
    pass(1);
    pretended.s_addr = 0;
    return fd;
}

static struct text ask(struct arena *a, int fd, const char *s, size_t len, struct times *times)
{
    int64_t begin = now_us();
    ssize_t n;
    char byte;

    (void)!send(fd, s, len, MSG_NOSIGNAL);
    while ((n = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT)) < 0 && errno == EAGAIN)
        service_turn(&service);
    if (n > 0)
        ARRAY_PUSH(arena, times->us, now_us() - begin);
    shutdown(fd, SHUT_WR);
    return hear(a, fd);
}

static void assert_serves(const struct owner *o, struct times *times)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *request = arena_printf(a,
                                       "GET /c/%s/internal/providers/%s/config HTTP/1.1\r\n"
                                       "Host: avr-reconciler:6100\r\n\r\n",
                                       o->token, o->provider);
    struct text answer = ask(a, connected(), request, strlen(request), times);
    const char *text = text_str(&answer);

    assert_has(text, "HTTP/1.1 200 ");
    assert_has(text, own_mark(a, o));
    assert_has(text, arena_printf(a, "%s edition %u\"", provider_mark(a, o), edition));
}

/* ---- who may hear what ---------------------------------------------------------------------- */

/* As the most lenient reader could take it: what is encoded is decoded, spaces are one. */
static struct text leniently(struct arena *a, const struct text *request)
{
    struct text t = {.arena = a};

    for (size_t i = 0; i < request->len; i++) {
        char c = request->s[i], *end, hex[3] = "";
        if (c == '%' && i + 2 < request->len) {
            memcpy(hex, request->s + i + 1, 2);
            char decoded = (char)strtoul(hex, &end, 16);
            if (end == hex + 2) {
                c = decoded;
                i += 2;
            }
        }
        if (c == '\t')
            c = ' ';
        if (c != ' ' || !t.len || t.s[t.len - 1] != ' ')
            text_add_n(&t, &c, 1);
    }
    return t;
}

static bool holds(const struct text *t, const char *what)
{
    return t->len && memmem(t->s, t->len, what, strlen(what));
}

/* Whether a request on this connection could be one for this container's settings, by its own
 * token in its place, or by none and from its agent's address. */
static bool is_entitled(struct arena *a, const struct text *request, const char *peer,
                        const struct owner *o)
{
    return holds(request, arena_printf(a, "GET /c/%s/internal/", o->token)) ||
           (text_is(peer, o->address) && holds(request, "GET /internal/"));
}

static void give_away(const struct attack *attack, const struct text *answer, const char *what)
{
    fprintf(stderr, "seed %llu, \"%s\": %s\n--- sent\n", (unsigned long long)seed,
            attack->seed->name, what);
    fwrite(attack->request.s, 1, attack->request.len, stderr);
    fputs("\n--- answered\n", stderr);
    fwrite(answer->s, 1, answer->len, stderr);
    fputs("\n", stderr);
    fail();
}

static void judge(struct arena *a, const struct attack *attack, const char *peer,
                  const struct text *answer)
{
    struct text request = leniently(a, &attack->request);
    bool may[OWNERS];

    for (size_t i = 0; i < OWNERS; i++)
        may[i] = is_entitled(a, &request, peer, &owners[i]);
    for (size_t i = 0; i < OWNERS; i++) {
        bool of_provider = false, of_agent = false;
        for (size_t k = 0; k < OWNERS; k++) {
            of_provider |= may[k] && text_is(owners[k].provider, owners[i].provider);
            of_agent |= may[k] && text_is(owners[k].agent, owners[i].agent);
        }
        if (!may[i] && holds(answer, own_mark(a, &owners[i])))
            give_away(attack, answer, own_mark(a, &owners[i]));
        if (!of_provider && holds(answer, provider_mark(a, &owners[i])))
            give_away(attack, answer, provider_mark(a, &owners[i]));
        if (!of_agent && holds(answer, address_mark(a, &owners[i])))
            give_away(attack, answer, address_mark(a, &owners[i]));
        if (holds(answer, strrchr(owners[i].token, '.') + 1))
            give_away(attack, answer, "a token");
    }
    if (holds(answer, login_secret) || holds(answer, hook_secret))
        give_away(attack, answer, "a secret");
}

/* ---- the attack ----------------------------------------------------------------------------- */

struct tally {
    size_t answers, told, silent;
    struct times good, bad;
};

/* In one piece or several; some wait for an answer without an end of their own. */
static struct text carry_out(struct arena *a, int fd, const struct text *request, bool may_wait,
                             struct dice *d, struct times *times)
{
    size_t first = dice_roll(d, 4) ? 0 : dice_roll(d, request->len + 1);
    bool waits = dice_roll(d, 32) == 0;

    if (first) {
        (void)!send(fd, request->s, first, MSG_NOSIGNAL);
        pass(1);
    }
    if (!waits || !may_wait)
        return ask(a, fd, request->s + first, request->len - first, times);
    (void)!send(fd, request->s + first, request->len - first, MSG_NOSIGNAL);
    return hear(a, fd);
}

static void attack_once(const struct seeds *seeds, bool may_wait, struct dice *d, struct tally *t)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct attack attack = attack_make(a, seeds, owners, OWNERS, d);
    static const char *const strangers[] = {NULL, "10.9.0.99", "10.9.0.50"};
    unsigned from = dice_roll(d, 6);
    const char *peer = from < 3 ? strangers[from] : attack.who.self->address;
    struct text answer = carry_out(a, connected_from(peer), &attack.request, may_wait, d, &t->bad);

    judge(a, &attack, peer, &answer);
    t->silent += answer.len == 0;
    t->told += holds(&answer, "(provider ") || holds(&answer, "Url\"");
    for (const char *at = answer.s; at && (at = strstr(at, "HTTP/1.1 ")); at++)
        t->answers++;
}

static void attacks(const struct seeds *seeds, size_t n, bool may_wait, struct dice *d,
                    struct tally *t)
{
    for (size_t i = 0; i < n; i++) {
        if (i % EDITION_EVERY == EDITION_EVERY - 1) {
            struct arena *a CLEANUP_ARENA = arena_new();
            next_edition(a);
        }
        if (i % 10 == 0)
            assert_serves(&owners[dice_roll(d, OWNERS)], &t->good);
        attack_once(seeds, may_wait, d, t);
    }
}

/* ---- readers -------------------------------------------------------------------------------- */

static const char *events_request(void)
{
    return arena_printf(arena,
                        "GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
                        "\r\n",
                        token_make(arena, session_key(service_session(&service)), ACCESS_VIEWER,
                                   virtual_ms() / 1000 + 3600));
}

/* buffer 0: as large as usual. */
static size_t open_readers(int *fds, size_t n, int buffer)
{
    const char *request = events_request();

    for (size_t i = 0; i < n; i++) {
        fds[i] = connected();
        if (buffer)
            setsockopt(fds[i], SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
        (void)!send(fds[i], request, strlen(request), MSG_NOSIGNAL);
        if (i % 32 == 31)
            pass(1);
    }
    for (int i = 0; i < 1000 && counts().streams < n; i++)
        pass(1);
    assert_int_equal(counts().streams, n);
    return n;
}

static void close_readers(const int *fds, size_t n)
{
    for (size_t i = 0; i < n; i++)
        close(fds[i]);
    for (int i = 0; i < 1000 && counts().connections; i++)
        pass(1);
    assert_int_equal(counts().connections, 0);
    assert_int_equal(counts().streams, 0);
}

/* Something is written down that fills a screen, or many. */
static void tell(int64_t id, size_t length)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    char *text = arena_alloc(a, length + 1);
    const struct change change = {
        .id = id, .agent_id = "a1", .agent_name = "agent a1", .cause = text};

    memset(text, 'x', length);
    options.guest->on_change(options.guest->ctx, &change);
}

static void slow_readers(struct times *times)
{
    enum { PIECE = 16384, PIECES = 600 };
    int fds[SLOW];
    unsigned long before = counts().dropped;
    size_t most = 0;

    open_readers(fds, SLOW, 4096);
    for (int i = 0; i < PIECES; i++) {
        tell(i + 1, PIECE);
        pass(1);
        most = site_face()->web->backlog > most ? site_face()->web->backlog : most;
        if (i % 10 == 0)
            assert_serves(&owners[i / 10 % OWNERS], times);
    }
    printf("  %d readers who read nothing: %lu dropped, at most %zu KiB wait for them\n", SLOW,
           counts().dropped - before, most / 1024);
    assert_true(most <= (size_t)SLOW * (WEB_STREAM_BACKLOG + 2 * PIECE));
    close_readers(fds, SLOW);
}

/* As many as descriptors allow: both ends are in this program. */
static size_t most_readers(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max < 2 * READERS + 300 ? (limit.rlim_max - 300) / 2 : READERS;
}

static void assert_each_hears(const int *fds, size_t n)
{
    struct text piece = {.arena = arena};
    char bytes[4096];
    ssize_t len;

    tell(4711, 10);
    pass(1);
    for (size_t i = 0; i < n; i++) {
        piece.len = 0;
        while ((len = recv(fds[i], bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
            text_add_n(&piece, bytes, (size_t)len);
        if (!holds(&piece, "xxxxxxxxxx"))
            fail_msg("reader %zu of %zu heard nothing", i, n);
    }
}

/* ---- the run -------------------------------------------------------------------------------- */

static void assert_nothing_left(struct use before, struct use after, size_t most_kib)
{
    assert_int_equal(counts().connections, 0);
    assert_int_equal(counts().streams, 0);
    assert_int_equal(counts().waiting, 0);
    assert_int_equal(after.descriptors, before.descriptors);
    assert_true(after.heap_kib < before.heap_kib + most_kib);
}

/* As many as come and go at once. */
static void crowd(const struct seeds *seeds, struct dice *dice, struct tally *tally)
{
    size_t n = most_readers();
    int *fds = arena_alloc(arena, n * sizeof *fds);

    open_readers(fds, n, 0);
    attacks(seeds, n_attacks / 20, false, dice, tally);
    assert_each_hears(fds, n);
    print_use("with readers of events", use_now(arena));
    int64_t begin = now_us();
    close_readers(fds, n);
    printf("  %zu readers gone at once: noticed within %.0f ms\n", n,
           (double)(now_us() - begin) / 1e3);
}

static void print_tally(struct tally *t, const char *good, const char *bad)
{
    print_times(good, &t->good);
    print_times(bad, &t->bad);
    printf("    %zu answers to attacks, %zu connections heard its own settings, %zu nothing\n",
           t->answers, t->told, t->silent);
}

static void nobody_hears_what_is_not_his(void **state)
{
    enum { OF_READERS_KIB = 512, OF_ATTACKS_KIB = 160 };
    struct seeds seeds = seeds_read(arena, TEST_DATA "/requests.txt");
    struct dice dice = {seed * 0x2545f4914f6cdd1d};
    struct tally crowded = {0}, alone = {0};
    struct times slow = {0};

    (void)state;
    assert_true(seeds.list.n > 20);
    printf("seed %llu, %zu connections, %zu seeds of requests\n", (unsigned long long)seed,
           n_attacks, seeds.list.n);
    slow_readers(&slow); /* what is kept of events is full then */
    attacks(&seeds, n_attacks / 20, true, &dice, &alone);
    struct use begin = use_at_rest();
    print_use("before", begin);
    crowd(&seeds, &dice, &crowded);
    struct use middle = use_at_rest();
    print_use("after the readers", middle);
    attacks(&seeds, n_attacks - n_attacks / 20 * 2, true, &dice, &alone);
    struct use end = use_at_rest();
    print_use("after the attacks", end);
    print_times("its settings, while readers are slow", &slow);
    print_tally(&crowded, "its settings, while many read", "attacks meanwhile");
    print_tally(&alone, "its settings, between attacks", "attacks");
    assert_true(alone.told > n_attacks / 20); /* it is asked well enough to hear something */
    assert_nothing_left(begin, middle, OF_READERS_KIB);
    assert_nothing_left(middle, end, OF_ATTACKS_KIB);
    for (size_t i = 0; i < OWNERS; i++)
        assert_serves(&owners[i], &slow);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nobody_hears_what_is_not_his, set_up, site_tear_down),
    };

    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    if (argc > 2)
        n_attacks = strtoull(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
