/* What goes over the wire, there and back, and what is refused. */
#include "link/link_fixture.h"

#include "link/wire.h"

static int decode(struct arena *a, const char *line, struct wire_request *ret, struct err *err)
{
    return wire_request_decode(a, line, strlen(line), ret, err);
}

static void a_command_line_arrives_as_it_was(void **state)
{
    struct arena *a = ((struct stage *)*state)->arena;
    const char *const args[] = {"sales", "summer \"sale\"\n"};
    const char *const time[] = {"30m"}, *const files[] = {"/a.yaml", "/b.yaml"};
    const struct wire_option options[] = {
        {"prune", NULL, 0}, {"wait-timeout", time, 1}, {"file", files, 2}};
    const struct wire_request sent = {.verb = "apply",
                                      .args = args,
                                      .n_args = 2,
                                      .options = options,
                                      .n_options = 3,
                                      .format = "json",
                                      .color = true,
                                      .width = 100};
    struct wire_request got;
    const char *line;
    struct err err;

    assert_int_equal(wire_request_encode(a, &sent, &line, &err), 0);
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    assert_int_equal(wire_request_decode(a, line, strlen(line) - 1, &got, &err), 0);
    assert_string_equal(got.verb, "apply");
    assert_int_equal(got.n_args, 2);
    assert_string_equal(got.args[1], "summer \"sale\"\n");
    assert_string_equal(got.format, "json");
    assert_true(got.color);
    assert_false(got.verbose);
    assert_int_equal(got.width, 100);
    assert_true(wire_is_set(&got, "prune"));
    assert_null(wire_value(&got, "prune"));
    assert_string_equal(wire_value(&got, "wait-timeout"), "30m");
    assert_string_equal(wire_value(&got, "file"), "/b.yaml");
    assert_int_equal(got.options[2].n_values, 2);
    assert_false(wire_is_set(&got, "now"));
}

static void little_is_enough(void **state)
{
    struct arena *a = ((struct stage *)*state)->arena;
    struct wire_request got;
    struct err err;

    assert_int_equal(decode(a, "{\"verb\":\"health\",\"v\":1}", &got, &err), 0);
    assert_string_equal(got.verb, "health");
    assert_string_equal(got.format, "table");
    assert_int_equal(got.n_args, 0);
    assert_int_equal(got.n_options, 0);
}

static void a_wrong_request_is_explained(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"", "not valid JSON"},
        {"restart sales", "not valid JSON"},
        {"[1]", "must be an object"},
        {"{\"verb\":\"x\"}", "does not say its version"},
        {"{\"v\":2,\"verb\":\"x\",\"mood\":1}", "version 2, the service speaks version 1"},
        {"{\"v\":1}", "no \"verb\""},
        {"{\"v\":1,\"verb\":\"\"}", "\"verb\" of the request must be a text"},
        {"{\"v\":1,\"verb\":\"x\",\"colour\":true}", "unknown key \"colour\""},
        {"{\"v\":1,\"verb\":\"status\",\"verb\":\"restart\"}", "\"verb\" twice"},
        {"{\"v\":1,\"verb\":\"x\",\"Verb\":\"y\"}", "unknown key \"Verb\""},
        {"{\"v\":1,\"verb\":\"x\",\"args\":[1]}", "a list of texts"},
        {"{\"v\":1,\"verb\":\"x\",\"args\":\"sales\"}", "a list of texts"},
        {"{\"v\":1,\"verb\":\"x\",\"width\":-1}", "a number of columns"},
        {"{\"v\":1,\"verb\":\"x\",\"color\":1}", "true or false"},
        {"{\"v\":1,\"verb\":\"x\",\"options\":[]}", "an object"},
        {"{\"v\":1,\"verb\":\"x\",\"options\":{\"now\":false}}", "option \"now\""},
        {"{\"v\":1,\"verb\":\"x\",\"options\":{\"file\":[]}}", "option \"file\""},
        {"{\"v\":1,\"verb\":\"x\",\"options\":{\"a\":true,\"a\":true}}", "option \"a\" twice"},
        {"{\"v\":1,\"verb\":\"\xff\"}", "not valid UTF-8"},
        {"{\"v\":1,\"verb\":\"x\"} {}", "more text"},
    };
    struct arena *a = ((struct stage *)*state)->arena;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct wire_request got;
        struct err err = {0};
        assert_int_equal(decode(a, cases[i].line, &got, &err), -1);
        assert_int_equal(err.code, ERR_INVALID);
        assert_contains(err.text, cases[i].says);
    }
}

static void a_long_request_is_refused_on_both_sides(void **state)
{
    struct arena *a = ((struct stage *)*state)->arena;
    char *word = arena_alloc(a, WIRE_MAX_REQUEST + 1);
    const char *const args[] = {memset(word, 'x', WIRE_MAX_REQUEST)};
    struct wire_request r = {.verb = "x", .args = args, .n_args = 1, .format = "table"};
    const char *line;
    struct err err;

    assert_int_equal(wire_request_encode(a, &r, &line, &err), -1);
    assert_contains(err.text, "64 KiB");
    assert_int_equal(decode(a, arena_printf(a, "{\"v\":1,\"verb\":\"%s\"}", word), &r, &err), -1);
    assert_contains(err.text, "64 KiB");
}

static const char *decoded(struct arena *a, const char *frames, enum wire_kind kind, size_t *n)
{
    struct text all = {.arena = a};
    struct wire_frame frame;
    struct err err;

    for (*n = 0; *frames; ++*n) {
        size_t len = strcspn(frames, "\n");
        assert_true(len <= WIRE_MAX_FRAME);
        assert_int_equal(wire_frame_decode(a, frames, len, &frame, &err), 0);
        assert_int_equal(frame.kind, kind);
        text_add(&all, frame.text);
        frames += len + 1;
    }
    return text_str(&all);
}

static void texts_arrive_whole(void **state)
{
    struct arena *a = ((struct stage *)*state)->arena;
    char *large = arena_alloc(a, 3 * WIRE_MAX_TEXT + 1);
    size_t n;

    assert_string_equal(decoded(a, wire_text(a, WIRE_OUT, "é\x1b[1m\n\xff"), WIRE_OUT, &n),
                        "é\x1b[1m\n\xff");
    assert_int_equal(n, 1);
    /* A character is six when escaped, and a frame still holds it. */
    memset(large, '\x01', 3 * WIRE_MAX_TEXT - 1);
    assert_string_equal(decoded(a, wire_text(a, WIRE_ERR, large), WIRE_ERR, &n), large);
    assert_int_equal(n, 3);
}

static void frames_are_one_thing_each(void **state)
{
    static const char *const bad[] = {"",
                                      "7",
                                      "{}",
                                      "{\"out\":\"a\",\"err\":\"b\"}",
                                      "{\"x\":1}",
                                      "{\"out\":1}",
                                      "{\"exit\":256}",
                                      "{\"exit\":1.5}",
                                      "{\"exit\":-1}",
                                      "{\"event\":\"x\"}",
                                      "{\"hello\":\"1\"}",
                                      "{\"out\":\"a\"} x"};
    struct arena *a = ((struct stage *)*state)->arena;
    struct wire_frame frame;
    struct err err;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err = (struct err){0};
        assert_int_equal(wire_frame_decode(a, bad[i], strlen(bad[i]), &frame, &err), -1);
        assert_int_equal(err.code, ERR_INVALID);
    }
    const char *line = wire_number(a, WIRE_EXIT, 130);
    assert_int_equal(wire_frame_decode(a, line, strlen(line) - 1, &frame, &err), 0);
    assert_int_equal(frame.kind, WIRE_EXIT);
    assert_int_equal(frame.number, 130);
    line = wire_event(a, "{\"event\":\"agent\"}");
    assert_int_equal(wire_frame_decode(a, line, strlen(line) - 1, &frame, &err), 0);
    assert_string_equal(json_text(frame.event, "event"), "agent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_command_line_arrives_as_it_was),
        TEST(little_is_enough),
        TEST(a_wrong_request_is_explained),
        TEST(a_long_request_is_refused_on_both_sides),
        TEST(texts_arrive_whole),
        TEST(frames_are_one_thing_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
