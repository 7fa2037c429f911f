/* Goal: openapi.yaml names each route that is served, and none besides. */
#include "face/site.h"

#include "web/parts.h"

static const char *file_lines(void)
{
    enum { MOST = 262144 };
    char *text = arena_alloc(arena, MOST);
    FILE *f = fopen(TEST_SOURCE "/reconciler/face/openapi.yaml", "r");

    assert_non_null(f);
    size_t n = fread(text, 1, MOST - 1, f);
    fclose(f);
    assert_true(n < MOST - 1);
    return text;
}

/* Of the lines between "paths:" and the next key at the margin: "  /path:" and "    method:". */
struct walk {
    const char *at;
    const char *path;
};

static bool next_operation(struct walk *w, const char **ret_method)
{
    while (*w->at) {
        size_t n = strcspn(w->at, "\n");
        const char *line = arena_strndup(arena, w->at, n);
        if (n && *line != ' ')
            return false;
        w->at += n + (w->at[n] != '\0');
        if (text_starts(line, "  /"))
            w->path = arena_strndup(arena, line + 2, n - 3);
        *ret_method = text_is(line, "    get:")    ? "GET"
                      : text_is(line, "    post:") ? "POST"
                                                   : NULL;
        if (*ret_method)
            return true;
    }
    return false;
}

static struct walk walk_begin(const char *text)
{
    const char *paths = strstr(text, "\npaths:\n");

    assert_non_null(paths);
    return (struct walk){.at = paths + strlen("\npaths:\n")};
}

static bool is_written(const char *text, const struct web_route *route)
{
    struct walk w = walk_begin(text);
    const char *method;

    while (next_operation(&w, &method))
        if (text_is(w.path, route->path) && text_is(method, route->method))
            return true;
    return false;
}

static bool is_served(const struct web_options *served, const char *method, const char *path)
{
    for (size_t i = 0; i < served->n_routes; i++)
        if (text_is(served->routes[i].path, path) && text_is(served->routes[i].method, method))
            return true;
    return false;
}

static void what_is_served_is_written_down(void **state)
{
    const struct web_options *served = &site_face()->web->options;
    const char *text = file_lines();

    (void)state;
    for (size_t i = 0; i < served->n_routes; i++)
        if (!is_written(text, &served->routes[i]))
            fail_msg("%s %s is not in openapi.yaml", served->routes[i].method,
                     served->routes[i].path);
}

static void what_is_written_down_is_served(void **state)
{
    struct walk w = walk_begin(file_lines());
    const char *method;
    size_t n = 0;

    (void)state;
    for (; next_operation(&w, &method); n++)
        if (!is_served(&site_face()->web->options, method, w.path))
            fail_msg("%s %s is served by nobody", method, w.path);
    assert_int_equal(n, site_face()->web->options.n_routes);
}

static int set_up(void **state)
{
    (void)state;
    site_set_up();
    site_spec("agents: {}\n");
    open_service("127.0.0.1:0", NULL);
    return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, site_tear_down)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_served_is_written_down),
        TEST(what_is_written_down_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
