/* Goal: the page is served whole, with a type and a policy browsers obey, packed for those who can
 * unpack it, and not again to those who have it. */
#include "face/page_files.h"
#include "face/parts.h"
#include "web/web_fixture.h"

static int setup(void **state)
{
    static const char *const listen[] = {"127.0.0.1:0"};
    static struct web_options options = {.listen = listen, .n_listen = 1};
    struct err err;

    options.routes = page_family.routes;
    options.n_routes = page_family.n_routes;
    site_setup(state);
    web_close(site.web);
    site.web = web_open(site.loop, &options, &err);
    assert_non_null(site.web);
    return 0;
}
#define PAGE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, site_teardown)

static const char *ask_with(const char *path, const char *header)
{
    int fd = client();

    say(fd, arena_printf(site.arena, "GET %s HTTP/1.1\r\n" HOST "%s\r\n\r\n", path, header));
    const char *answer = hear(fd);
    close(fd);
    return answer;
}

static void the_front_is_the_page(void **state)
{
    const char *answer = ask("GET /");

    (void)state;
    assert_status(answer, 200);
    assert_has(answer, "Content-Type: text/html; charset=utf-8\r\n");
    assert_has(answer, "Cache-Control: no-cache\r\n");
    assert_has(answer, "script-src 'self'; style-src 'self'; connect-src 'self';");
    assert_has(body_of(answer), "<script type=\"module\" src=\"page/page.js\">");
    assert_null(strstr(answer, "unsafe"));
    assert_null(strstr(answer, "Content-Encoding"));
}

static void every_file_is_there_with_its_type(void **state)
{
    (void)state;
    assert_true(n_page_files >= 5);
    for (size_t i = 0; i < n_page_files; i++) {
        const struct page_file *file = &page_files[i];
        const char *answer = ask(arena_printf(site.arena, "GET /page/%s", file->name));
        assert_status(answer, 200);
        assert_int_equal(strlen(body_of(answer)), file->plain_len);
        assert_memory_equal(body_of(answer), file->plain, file->plain_len);
        assert_has(answer, text_ends(file->name, ".js")    ? "Content-Type: text/javascript;"
                           : text_ends(file->name, ".css") ? "Content-Type: text/css;"
                                                           : "Content-Type: text/html;");
    }
}

static void nothing_else_is_there(void **state)
{
    static const char *const lines[] = {"GET /page/", "GET /page/nothing.js", "GET /index.html",
                                        "GET /page/..%2Fpage.c", "GET /page/page.js/"};

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_true(!text_starts(ask(lines[i]), "HTTP/1.1 200"));
}

static void who_can_unpack_gets_it_packed(void **state)
{
    const char *answer = ask_with("/page/page.js", "Accept-Encoding: br, gzip");

    (void)state;
    assert_has(answer, "Content-Encoding: gzip\r\n");
    assert_has(answer, "Vary: Accept-Encoding\r\n");
    assert_true(text_starts(body_of(answer), "\x1f\x8b"));
}

static void who_has_it_gets_nothing(void **state)
{
    const char *answer, *etag = strstr(ask("GET /page/page.css"), "ETag: ");

    (void)state;
    assert_non_null(etag);
    etag = arena_strndup(site.arena, etag + 6, strcspn(etag + 6, "\r"));
    answer = ask_with("/page/page.css", arena_printf(site.arena, "If-None-Match: %s", etag));
    assert_status(answer, 304);
    assert_string_equal(body_of(answer), "");
    assert_has(answer, etag);
    assert_status(ask_with("/page/page.css", "If-None-Match: W/\"other\""), 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PAGE_TEST(the_front_is_the_page),   PAGE_TEST(every_file_is_there_with_its_type),
        PAGE_TEST(nothing_else_is_there),   PAGE_TEST(who_can_unpack_gets_it_packed),
        PAGE_TEST(who_has_it_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
