/* Reads state.db directly: no service, no engine and no source is needed, for the question is what
 * was. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/configure.h"
#include "cli/look.h"
#include "cli/say.h"
#include "base/clock.h"
#include "control/state.h"
#include "render/history.h"
#include "store/generations.h"
#include "store/history.h"
#include "store/ledger.h"

enum { MOST_GENERATIONS = 1000 };

static const char *local_time(struct arena *a, int64_t wall_ms)
{
    time_t seconds = (time_t)(wall_ms / 1000);
    struct tm tm;
    char text[32];

    if (!localtime_r(&seconds, &tm) || strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &tm) == 0)
        return "(no time)";
    return arena_strdup(a, text);
}

struct query_of { /* what every question needs */
    struct cli *cli;
    struct store *store;
    struct render_history render;
    struct known_agents known;
    const char *dir;
    bool json;
};

static int answer(struct query_of *q, const char *text)
{
    if (!q->cli->opt->is_set[OPT_QUIET])
        write_data(q->cli, text);
    return 0;
}

static int show_changes(struct query_of *q, const char *agent_id, struct err *err)
{
    struct arena *a = q->cli->arena;
    unsigned limit = q->cli->opt->limit;
    struct history_query what = {.agent_id = agent_id, .limit = limit + 1};
    struct changes list;

    if (history_list(q->store, a, &what, &list, err) < 0)
        return -1;
    bool more = list.n > limit;
    list.n = more ? limit : list.n;
    return answer(q, q->json ? render_changes_json(a, &list, more)
                             : render_changes(a, &q->render, &list, more));
}

static int show_generations(struct query_of *q, const char *agent_id, struct err *err)
{
    struct arena *a = q->cli->arena;
    struct generations list;

    if (generation_list(q->store, a, agent_id, MOST_GENERATIONS, &list, err) < 0)
        return -1;
    return answer(q, q->json ? render_generations_json(a, agent_id, &list)
                             : render_generations(a, &q->render, &list));
}

/* "3..5", or "3": up to the one in force. */
static bool parse_range(const char *text, unsigned *from, unsigned *to)
{
    const char *second = strstr(text, "..");
    size_t digits = strspn(text, "0123456789");

    if (digits == 0 || digits > 9)
        return false;
    *from = (unsigned)strtoul(text, NULL, 10);
    *to = 0;
    if (!text[digits])
        return true;
    if (second != text + digits)
        return false;
    second += strlen("..");
    digits = strspn(second, "0123456789");
    if (digits == 0 || digits > 9 || second[digits])
        return false;
    *to = (unsigned)strtoul(second, NULL, 10);
    return true;
}

static int newest(struct query_of *q, const char *agent_id, unsigned *ret, struct err *err)
{
    struct generations list;

    if (generation_list(q->store, q->cli->arena, agent_id, 1, &list, err) < 0)
        return -1;
    *ret = list.n ? list.items[0].number : 0;
    return 0;
}

static int show_diff(struct query_of *q, const char *agent_id, struct err *err)
{
    struct arena *a = q->cli->arena;
    struct generation have, want;
    unsigned from, to;

    if (!parse_range(q->cli->opt->value[OPT_DIFF], &from, &to))
        return err_set(err, ERR_INVALID,
                       "--diff is \"%s\", not two generations such as 3..5, or one such as 3",
                       q->cli->opt->value[OPT_DIFF]);
    if ((to == 0 && newest(q, agent_id, &to, err) < 0) ||
        generation_get(q->store, a, agent_id, from, &have, err) < 0 ||
        generation_get(q->store, a, agent_id, to, &want, err) < 0)
        return -1;
    return answer(q, q->json ? render_generation_diff_json(a, &q->render, &have, &want)
                             : render_generation_diff(a, &q->render, &have, &want));
}

static const char *name_of(const struct query_of *q, const char *agent_id)
{
    for (size_t i = 0; i < q->known.n; i++)
        if (text_is(q->known.items[i].id, agent_id))
            return q->known.items[i].name;
    return NULL;
}

/* The generation may be forgotten by now; the call still says its image and settings. */
static int show_call(struct query_of *q, struct err *err)
{
    struct arena *a = q->cli->arena;
    struct call_record call;
    struct generation g;
    const struct generation *known = NULL;

    if (ledger_find(q->store, a, q->cli->opt->value[OPT_CALL], &call, err) < 0)
        return -1;
    if (call.generation &&
        generation_get(q->store, a, call.agent_id, call.generation, &g, err) == 0)
        known = &g;
    const char *name = name_of(q, call.agent_id);
    return answer(q, q->json ? render_call_json(a, &call, name, known)
                             : render_call(a, &q->render, &call, name, known));
}

/* By the agents that are remembered: one that is gone from the sources has a history all the same.
 */
static int find_agent(struct query_of *q, const char **ret_id, struct err *err)
{
    struct arena *a = q->cli->arena;
    struct agent *agents = arena_alloc(a, (q->known.n + 1) * sizeof *agents);
    const struct agent **list = arena_alloc(a, (q->known.n + 1) * sizeof(const struct agent *));
    const char *const *ids;

    *ret_id = NULL;
    if (q->cli->opt->n_args == 0)
        return 0;
    for (size_t i = 0; i < q->known.n; i++) {
        agents[i].id = q->known.items[i].id;
        agents[i].name = q->known.items[i].name;
        list[i] = &agents[i];
    }
    if (select_agents(a, list, q->known.n, q->cli->opt->args, 1, &ids, err) < 0)
        return err_wrap(err, "in what is remembered");
    *ret_id = ids[0];
    return 0;
}

static int check_options(const struct options *opt, struct err *err)
{
    bool generations = opt->is_set[OPT_GENERATIONS], diff = opt->is_set[OPT_DIFF];

    if (opt->is_set[OPT_CALL] && (generations || diff || opt->n_args))
        return err_set(err, ERR_INVALID, "--call stands alone: it finds the agent by itself");
    if (generations && diff)
        return err_set(err, ERR_INVALID, "--generations and --diff are two questions: ask one");
    if ((generations || diff) && opt->n_args == 0)
        return err_set(err, ERR_INVALID, "--%s needs an agent", diff ? "diff" : "generations");
    return 0;
}

static int ask_store(struct query_of *q, struct err *err)
{
    const struct options *opt = q->cli->opt;
    const char *agent_id;

    if (history_agents(q->store, q->cli->arena, &q->known, err) < 0)
        return -1;
    if (q->known.n == 0)
        say(q->cli, "note: nothing is remembered in %s yet", q->dir);
    if (opt->is_set[OPT_CALL])
        return show_call(q, err);
    if (find_agent(q, &agent_id, err) < 0)
        return -1;
    if (opt->is_set[OPT_DIFF])
        return show_diff(q, agent_id, err);
    return opt->is_set[OPT_GENERATIONS] ? show_generations(q, agent_id, err)
                                        : show_changes(q, agent_id, err);
}

static enum exit_code run(struct cli *cli)
{
    const char *dir = configure_state_dir(cli->arena, cli->opt, cli->env);
    struct digest_key key;
    struct render render = {.key = &key,
                            .color = cli->color_out,
                            .verbose = cli->opt->is_set[OPT_VERBOSE],
                            .width = cli->width,
                            .now_ms = wall_ms()};
    struct query_of q = {.cli = cli,
                         .render = {&render, local_time},
                         .dir = dir,
                         .json = cli->opt->format == FORMAT_JSON};
    struct err err = {0};

    if (cli->service_errors.n) {
        say_spec_errors(cli, &cli->service_errors);
        return EXIT_CODE_INVALID;
    }
    if (check_options(cli->opt, &err) < 0) {
        say_error(cli, "%s", err.text);
        return EXIT_CODE_USAGE;
    }
    state_key(dir, &key);
    int result = store_open(dir, &key, STORE_READ, render.now_ms, &q.store, &err);
    if (result == 0)
        result = ask_store(&q, &err);
    store_close(q.store);
    if (result == 0)
        return EXIT_CODE_OK;
    say_error(cli, "%s", err.text);
    return err.code == ERR_INVALID ? EXIT_CODE_USAGE : EXIT_CODE_ERROR;
}

const struct cmd cmd_history = {
    .name = "history",
    .alias = {NULL},
    .args = "[AGENT]",
    .summary = "what was changed and why, which settings were in force, what answered a call",
    .text = "Reads what is remembered in the state folder; needs neither engine nor service. The\n"
            "newest change comes first; -v adds what differed and the last lines of a candidate\n"
            "that failed. Every set of images and settings that was in force has a number:\n\n"
            "  history AGENT --generations    lists them\n"
            "  history AGENT --diff 3..5      what differs between two of them\n"
            "  history AGENT --diff 3         what differs from the one in force\n"
            "  history --call UUID            which of them answered this call\n",
    .options = OPTION_BIT(OPT_GENERATIONS) | OPTION_BIT(OPT_DIFF) | OPTION_BIT(OPT_CALL) |
               OPTION_BIT(OPT_LIMIT),
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .max_args = 1,
    .args_are = ARGS_AGENTS,
    .meets_service = true,
    .run = run,
};
