/* A command line's side: who answers, what comes back, and leaving. */
#include "link/fake_service.h"
#include "link/link_fixture.h"

#include <ev.h>

#include "link/control_client.h"
#include "link/control_server.h"

static const struct wire_request status_request = {.verb = "status", .format = "table"};

static void make_folder(const struct stage *p)
{
    assert_int_equal(mkdir(arena_printf(p->arena, "%s/run", p->folder), 0755), 0);
}

struct heard {
    char out[256], err[256], events[256];
};

static void add(char *to, const char *text)
{
    strncat(to, text, 255 - strlen(to));
}

static bool hear_out(void *ctx, const char *text)
{
    add(((struct heard *)ctx)->out, text);
    return true;
}

static void hear_err(void *ctx, const char *text)
{
    add(((struct heard *)ctx)->err, text);
}

static void hear_event(void *ctx, const cJSON *event)
{
    add(((struct heard *)ctx)->events, json_text(event, "event"));
}

static int ask(const char *path, unsigned answer_ms, struct heard *heard, int *ret_exit,
               struct err *err)
{
    const struct control_listener listener = {hear_out, hear_err, hear_event, heard};

    *heard = (struct heard){0};
    *err = (struct err){0};
    return control_ask(path, &status_request, answer_ms, &listener, ret_exit, err);
}

static void absence_is_told_from_what_was_left(void **state)
{
    struct stage *p = *state;
    struct err err;

    assert_int_equal(control_probe(p->path, &err), CONTROL_ABSENT);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_contains(err.text, "there is no socket");
    make_folder(p);
    assert_int_equal(control_probe(p->path, &err), CONTROL_ABSENT);
    fake_stop(fake_start(p->path, &(struct fake_service){.first = NULL}));
    assert_int_equal(control_probe(p->path, &err), CONTROL_STALE);
    assert_int_equal(err.code, ERR_NOT_FOUND);
    assert_contains(err.text, "was left by one that ended");
    unlink(p->path);
    FILE *file = fopen(p->path, "we");
    fclose(file);
    assert_int_equal(control_probe(p->path, &err), CONTROL_FOREIGN);
    assert_contains(err.text, "is no socket");
    assert_int_equal(control_probe(arena_printf(p->arena, "/%0200d", 1), &err), CONTROL_FOREIGN);
    assert_contains(err.text, "the kernel takes 107");
}

static void what_answers_is_looked_at(void **state)
{
    static const struct {
        const char *first;
        enum control_presence presence;
        enum err_code code;
        const char *says;
    } cases[] = {
        {"{\"hello\":1}\n", CONTROL_ANSWERS, ERR_NONE, ""},
        {"{\"hello\":2}\n", CONTROL_FOREIGN, ERR_INVALID, "speaks version 2"},
        {"220 smtp ready\r\n", CONTROL_FOREIGN, ERR_INVALID, "is not understood"},
        {"{\"out\":\"hello\"}\n", CONTROL_FOREIGN, ERR_INVALID, "is no avr-reconciler"},
        {"{\"err\":\"busy\"}\n{\"exit\":1}\n", CONTROL_REFUSED, ERR_DENIED, "refuses: busy"},
        {"{\"hello\":1}", CONTROL_SILENT, ERR_UNREACHABLE, "closed the connection"},
    };
    struct stage *p = *state;

    make_folder(p);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        pid_t service = fake_start(p->path, &(struct fake_service){.first = cases[i].first});
        assert_int_equal(control_probe(p->path, &err), cases[i].presence);
        assert_int_equal(err.code, cases[i].code);
        assert_contains(err.text, cases[i].says);
        fake_stop(service);
    }
}

static void a_service_that_hangs_is_not_waited_for(void **state)
{
    const struct fake_service hangs = {.first = NULL, .end = STAYS};
    struct stage *p = *state;
    struct err err;

    make_folder(p);
    pid_t service = fake_start(p->path, &hangs);
    assert_int_equal(control_probe(p->path, &err), CONTROL_SILENT);
    assert_int_equal(err.code, ERR_UNREACHABLE);
    assert_contains(err.text, "does not answer in time");
    /* It now is busy with its first client: the others queue up until there is no room. */
    int fds[16];
    for (size_t i = 0; i < 16; i++) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, p->path);
        fds[i] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        (void)connect(fds[i], (struct sockaddr *)&address, sizeof address);
    }
    assert_int_equal(control_probe(p->path, &err), CONTROL_SILENT);
    assert_contains(err.text, "lets nobody in");
    for (size_t i = 0; i < 16; i++)
        close(fds[i]);
    fake_stop(service);
}

static void no_permission_is_told(void **state)
{
    struct stage *p = *state;
    int status;

    if (geteuid() != 0) {
        print_message("SKIPPED: only root can be somebody else\n");
        skip();
    }
    assert_int_equal(chmod(p->folder, 0755), 0);
    make_folder(p);
    pid_t service = fake_start(p->path, &(struct fake_service){.first = "{\"hello\":1}\n"});
    assert_int_equal(chmod(p->path, 0660), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err err;
        if (setgid(65534) < 0 || setuid(65534) < 0)
            _exit(1);
        _exit(control_probe(p->path, &err) == CONTROL_REFUSED && err.code == ERR_DENIED &&
                      strstr(err.text, "Permission denied")
                  ? 0
                  : 2);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    fake_stop(service);
}

static void frames_reach_their_listeners(void **state)
{
    const struct fake_service f = {
        .first = "{\"hello\":1}\n",
        .waits = true,
        .needs = "{\"v\":1,\"verb\":\"status\",\"args\":[],\"options\":{},\"format\":\"table\"",
        .then = "{\"out\":\"one\\n\"}\n{\"err\":\"note\"}\n{\"out\":\"two\"}\n"
                "{\"event\":{\"event\":\"agent\"}}\n{\"exit\":5}\n"};
    struct stage *p = *state;
    struct heard heard;
    struct err err;
    int code = -1;

    make_folder(p);
    pid_t service = fake_start(p->path, &f);
    assert_int_equal(ask(p->path, 0, &heard, &code, &err), 0);
    assert_int_equal(code, 5);
    assert_string_equal(heard.out, "one\ntwo");
    assert_string_equal(heard.err, "note");
    assert_string_equal(heard.events, "agent");
    fake_stop(service);
}

static void a_broken_answer_is_an_error(void **state)
{
    static const struct {
        const char *then, *says;
        int end;
        unsigned answer_ms;
        enum err_code code;
    } cases[] = {
        {"{\"out\":\"half\"}\n", "before it was done", LEAVES, 0, ERR_UNREACHABLE},
        {"{\"out\":\"half\"}\n", "does not answer in time", STAYS, 50, ERR_UNREACHABLE},
        {"{\"out\":\"half\"}\n{\"mood\":1}\n", "unknown key \"mood\"", STAYS, 0, ERR_INVALID},
        {"{\"out\":\"half\"}\n{\"hello\":1}\n", "hello twice", STAYS, 0, ERR_INVALID},
    };
    struct stage *p = *state;

    make_folder(p);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct fake_service f = {.first = "{\"hello\":1}\n",
                                       .waits = true,
                                       .then = cases[i].then,
                                       .end = cases[i].end == STAYS ? STAYS : LEAVES};
        struct heard heard;
        struct err err;
        int code;
        pid_t service = fake_start(p->path, &f);
        assert_int_equal(ask(p->path, cases[i].answer_ms, &heard, &code, &err), -1);
        assert_int_equal(err.code, cases[i].code);
        assert_contains(err.text, cases[i].says);
        if (!cases[i].answer_ms)
            assert_string_equal(heard.out, "half");
        fake_stop(service);
    }
}

static void a_frame_without_end_is_an_error(void **state)
{
    struct stage *p = *state;
    char *large = arena_alloc(p->arena, (2 << 20) + 1);
    struct heard heard;
    struct err err;
    int code;

    make_folder(p);
    memset(large, 'x', 2 << 20);
    const struct fake_service f = {.first = "{\"hello\":1}\n", .waits = true, .then = large};
    pid_t service = fake_start(p->path, &f);
    assert_int_equal(ask(p->path, 0, &heard, &code, &err), -1);
    assert_contains(err.text, "lines without end");
    fake_stop(service);
}

static void a_signal_leaves(void **state)
{
    static const int signals[] = {SIGINT, SIGTERM};
    struct stage *p = *state;

    make_folder(p);
    for (size_t i = 0; i < 2; i++) {
        const struct fake_service f = {.first = "{\"hello\":1}\n",
                                       .waits = true,
                                       .then = "{\"out\":\"works\"}\n",
                                       .kills = signals[i],
                                       .end = STAYS};
        struct heard heard;
        struct err err;
        sigset_t mask;
        int code;
        pid_t service = fake_start(p->path, &f);
        assert_int_equal(ask(p->path, 0, &heard, &code, &err), -1);
        assert_int_equal(err.code, ERR_INTERRUPTED);
        sigprocmask(SIG_SETMASK, NULL, &mask);
        assert_int_equal(sigismember(&mask, signals[i]), 0);
        fake_stop(service);
    }
}

static void answer(void *ctx, struct control_request *request)
{
    static char large[300000];

    (void)ctx;
    memset(large, 'x', sizeof large - 1);
    control_reply_out(request, control_request_wire(request)->verb);
    control_reply_err(request, large);
    control_reply_exit(request, 3);
}

static void run_server(const char *path, int ready)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
    struct err err;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (control_server_new(loop, path, answer, NULL, &err) && write(ready, "", 1) == 1)
        ev_run(loop, 0);
    _exit(1);
}

static void client_and_server_understand_each_other(void **state)
{
    struct stage *p = *state;
    struct heard heard;
    struct err err;
    int ready[2], code = -1;
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t service = fork();
    if (service == 0)
        run_server(p->path, ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(control_probe(p->path, &err), CONTROL_ANSWERS);
    assert_int_equal(ask(p->path, 0, &heard, &code, &err), 0);
    assert_int_equal(code, 3);
    assert_string_equal(heard.out, "status");
    assert_int_equal(strlen(heard.err), 255);
    fake_stop(service);
    assert_int_equal(control_probe(p->path, &err), CONTROL_STALE);
    close(ready[0]);
    close(ready[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(absence_is_told_from_what_was_left),
        TEST(what_answers_is_looked_at),
        TEST(a_service_that_hangs_is_not_waited_for),
        TEST(no_permission_is_told),
        TEST(frames_reach_their_listeners),
        TEST(a_broken_answer_is_an_error),
        TEST(a_frame_without_end_is_an_error),
        TEST(a_signal_leaves),
        TEST(client_and_server_understand_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
