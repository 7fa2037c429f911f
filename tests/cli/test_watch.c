/* What is redrawn, and what counts as a change. */
#include "cli/cli_fixture.h"

#include "base/text.h"
#include "cli/watch.h"

static void a_frame_fits_the_terminal(void **state)
{
    static const struct {
        unsigned lines;
        const char *text, *frame;
    } cases[] = {
        {0, "a\nb\n", "a\x1b[K\r\nb\x1b[K"},
        {3, "a\nb\n", "a\x1b[K\r\nb\x1b[K"},
        {2, "a\nb\n", "a\x1b[K\r\nb\x1b[K"},
        {2, "a\nb\nc\n", "a\x1b[K\r\n…\x1b[K"},
        {1, "a\nb\n", "…\x1b[K"},
        {5, "a\n\nb", "a\x1b[K\r\n\x1b[K\r\nb\x1b[K"},
        {5, "", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(watch_frame(*state, cases[i].text, cases[i].lines),
                            arena_printf(*state, "\x1b[?7l\x1b[H%s\x1b[J\x1b[?7h", cases[i].frame));
}

static const char *status(struct arena *a, const char *state, int uptime, const char *note)
{
    return arena_printf(a,
                        "{\n  \"agents\": [\n    {\n      \"state\": \"%s\",\n"
                        "      \"uptime_s\": %d,\n      \"note\": \"%s\"\n    }\n  ]\n}\n",
                        state, uptime, note);
}

static void time_alone_is_no_change(void **state)
{
    const char *before = watch_key(*state, status(*state, "in_sync", 7, "1 lost, 2m07s old"));

    assert_string_equal(watch_key(*state, status(*state, "in_sync", 8, "1 lost, 2m08s old")),
                        before);
    assert_string_not_equal(watch_key(*state, status(*state, "drifted", 7, "1 lost, 2m07s old")),
                            before);
    assert_string_not_equal(watch_key(*state, status(*state, "in_sync", 7, "sts PROMPT")), before);
}

/* --- the loop, against an answer that is played ------------------------------------------------
 */

struct played {
    const char *const *states; /* one a look; then it fails */
    size_t n, looks;
};

static enum exit_code play(struct cli *cli, void *ctx)
{
    struct played *p = ctx;

    assert_false(cli->opt->is_set[OPT_WATCH]);
    if (cli->opt->format == FORMAT_JSON && p->looks == p->n)
        return EXIT_CODE_UNREACHABLE;
    if (cli->opt->format == FORMAT_JSON)
        fputs(status(cli->arena, p->states[p->looks], (int)p->looks, ""), cli->out);
    p->looks += cli->opt->format == FORMAT_JSON;
    const char *state = p->states[p->looks - 1];
    if (cli->opt->format != FORMAT_JSON)
        fprintf(cli->out, "table %s\n", state);
    return text_is(state, "in_sync") ? EXIT_CODE_OK : EXIT_CODE_DIFFERS;
}

static void without_a_terminal_each_change_is_written_once(void **state)
{
    static const char *const states[] = {"in_sync", "in_sync", "drifted", "drifted", "in_sync"};
    struct played played = {.states = states, .n = 5};
    static const char *const none[] = {NULL};
    struct spec_env env = env_of(none);
    struct options opt = {.is_set[OPT_WATCH] = true, .diff_exit_code = EXIT_CODE_UNREACHABLE};
    char *text = NULL;
    size_t len = 0;
    struct cli cli = {.arena = *state, .opt = &opt, .env = &env};

    cli.out = open_memstream(&text, &len);
    assert_int_equal(watch(&cli, 0, play, &played), EXIT_CODE_UNREACHABLE);
    fclose(cli.out);
    assert_string_equal(text, "table in_sync\n\ntable drifted\n\ntable in_sync\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_frame_fits_the_terminal),
        TEST(time_alone_is_no_change),
        TEST(without_a_terminal_each_change_is_written_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
