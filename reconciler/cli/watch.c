#include "cli/watch.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/say.h"

static volatile sig_atomic_t draws; /* a frame is on the terminal */

/* Watching changes nothing and holds nothing: whoever leaves leaves nothing behind. */
static void on_leave(int signal)
{
    (void)signal;
    if (draws && write(STDOUT_FILENO, "\n", 1) < 0) {
        /* The prompt then stands behind the last line. */
    }
    _exit(EXIT_CODE_OK);
}

static void on_resize(int signal)
{
    (void)signal; /* it only ends the sleep */
}

static void catch_signals(void)
{
    struct sigaction leave = {.sa_handler = on_leave}, resize = {.sa_handler = on_resize};

    sigaction(SIGINT, &leave, NULL);
    sigaction(SIGTERM, &leave, NULL);
    sigaction(SIGWINCH, &resize, NULL);
}

const char *watch_key(struct arena *a, const char *json)
{
    struct text key = {.arena = a};

    while (*json) {
        size_t n = strcspn(json, "\n");
        const char *line = arena_strndup(a, json, n);
        const char *name = line + strspn(line, " ");
        if (text_starts(name, "\"note\":")) { /* it may say since when */
            for (const char *c = name; *c; c++)
                if (*c < '0' || *c > '9')
                    text_add_n(&key, c, 1);
        } else if (!text_starts(name, "\"uptime_s\":")) {
            text_add(&key, name);
        }
        json += n + (json[n] == '\n');
    }
    return text_str(&key);
}

const char *watch_frame(struct arena *a, const char *text, unsigned lines)
{
    struct text t = {.arena = a};

    text_add(&t, "\x1b[?7l\x1b[H"); /* lines that are too long end at the edge */
    for (unsigned row = 1; *text; row++) {
        size_t n = strcspn(text, "\n");
        if (lines && row == lines && text[n] && text[n + 1]) {
            text_add(&t, "…\x1b[K");
            break;
        }
        text_add_n(&t, text, n);
        text += n + (text[n] == '\n');
        text_add(&t, !*text || (lines && row == lines) ? "\x1b[K" : "\x1b[K\r\n");
    }
    text_add(&t, "\x1b[J\x1b[?7h");
    return text_str(&t);
}

static void wait_a_while(unsigned ms)
{
    const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

    nanosleep(&t, NULL); /* a signal may end it early */
}

/* What a verb would have written, as a text. */
static enum exit_code capture(const struct cli *cli, struct arena *a, enum format format,
                              watch_look *look, void *ctx, const char **ret)
{
    static const char *const words[FORMAT__N] = {"table", "json", "name"};
    struct options options = *cli->opt;
    struct cli inner = *cli;
    char *text = NULL;
    size_t len = 0;

    options.is_set[OPT_WATCH] = options.is_set[OPT_QUIET] = false;
    options.format = format;
    options.diff_exit_code = EXIT_CODE_DIFFERS;
    options.is_set[OPT_OUTPUT] = true;
    options.value[OPT_OUTPUT] = words[format];
    inner.arena = a;
    inner.opt = &options;
    inner.out = open_memstream(&text, &len);
    if (!inner.out)
        abort();
    enum exit_code code = look(&inner, ctx);
    fclose(inner.out);
    *ret = arena_strdup(a, text);
    free(text);
    return code;
}

static bool is_answer(enum exit_code code)
{
    return code == EXIT_CODE_OK || code == EXIT_CODE_DIFFERS;
}

static bool can_draw(const struct cli *cli)
{
    return cli->opt->format == FORMAT_TABLE && isatty(fileno(cli->out)) &&
           !text_is(cli->env->get(cli->env->ctx, "TERM"), "dumb");
}

static enum exit_code redraw(struct cli *cli, struct arena *a, watch_look *look, void *ctx)
{
    struct winsize size = {0};
    const char *text;

    if (ioctl(fileno(cli->out), TIOCGWINSZ, &size) == 0)
        cli->width = size.ws_col;
    enum exit_code code = capture(cli, a, cli->opt->format, look, ctx, &text);
    if (is_answer(code)) {
        draws = 1;
        write_data(cli, watch_frame(a, text, size.ws_row));
    }
    return code;
}

/* *key is the caller's, of the last answer that was written. */
static enum exit_code write_if_changed(struct cli *cli, struct arena *a, watch_look *look,
                                       void *ctx, char **key)
{
    const char *json, *text;

    enum exit_code code = capture(cli, a, FORMAT_JSON, look, ctx, &json);
    if (!is_answer(code))
        return code;
    const char *now = watch_key(a, json);
    if (*key && strcmp(*key, now) == 0)
        return code;
    text = json;
    if (cli->opt->format != FORMAT_JSON)
        code = capture(cli, a, cli->opt->format, look, ctx, &text);
    if (!is_answer(code))
        return code;
    write_data(cli,
               *key && cli->opt->format == FORMAT_TABLE ? arena_printf(a, "\n%s", text) : text);
    free(*key);
    *key = strdup(now);
    return code;
}

enum exit_code watch(struct cli *cli, unsigned every_ms, watch_look *look, void *ctx)
{
    bool terminal = can_draw(cli);
    enum exit_code code;
    char *key = NULL;

    catch_signals();
    for (;;) {
        struct arena *a CLEANUP_ARENA = arena_new();
        code = terminal ? redraw(cli, a, look, ctx) : write_if_changed(cli, a, look, ctx, &key);
        if (!is_answer(code) || fflush(cli->out) != 0)
            break;
        wait_a_while(every_ms);
    }
    free(key);
    return code == EXIT_CODE_INTERRUPTED ? EXIT_CODE_OK : code;
}
