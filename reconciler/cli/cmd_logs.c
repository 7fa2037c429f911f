#include "base/text.h"
#include "base/visible.h"
#include "cli/look.h"
#include "cli/say.h"

struct logs {
    struct cli *cli;
    struct session *session;
    const struct look *look;
    unsigned roles; /* bits of those that were asked for */
    size_t shown;
};

/* What a box is to its agent: "live" … ; "candidate" of a hand-over under way. */
static const char *place_word(const struct box *b)
{
    static const char *const words[] = {[PLACE_LIVE] = "live",
                                        [PLACE_NEXT] = "candidate",
                                        [PLACE_DRAIN] = "replaced, its calls go on",
                                        [PLACE_FAILED] = "failed, kept for its logs"};
    enum place place;

    return place_parse(b->name, &place, NULL) ? words[place] : words[PLACE_LIVE];
}

static int show_box(struct logs *l, enum role role, const struct box *b, struct err *err)
{
    struct arena *a = l->cli->arena;
    const char *text;

    if (session_logs(l->session, a, b->id, l->cli->opt->tail, &text, err) < 0)
        return err->code == ERR_NOT_FOUND ? 0 : -1; /* gone since the look */
    write_data(l->cli, arena_printf(a, "%s==> %s  %s (%s) <==\n", l->shown++ ? "\n" : "",
                                    role_name[role], visible_text(a, b->name), place_word(b)));
    write_data(l->cli, visible_lines(a, text));
    if (*text && !text_ends(text, "\n"))
        write_data(l->cli, "\n");
    return 0;
}

static bool is_of(const struct box *b, const char *slot)
{
    return text_is(pair_get(b->labels, b->n_labels, "agentName"), slot) || text_is(b->name, slot);
}

/* The live one first: that is the one people mean. */
static int show_role(struct logs *l, const struct role_plan *role, struct err *err)
{
    const struct observed *o = &l->look->observed;

    if (role->live && show_box(l, role->role, role->live, err) < 0)
        return -1;
    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        if (!is_of(b, role->name) || (role->live && text_is(b->id, role->live->id)))
            continue;
        if (show_box(l, role->role, b, err) < 0)
            return -1;
    }
    return 0;
}

static int show_agent(struct logs *l, const struct agent_plan *plan, struct err *err)
{
    for (size_t i = 0; i < plan->n_roles; i++)
        if (l->roles & 1u << plan->roles[i].role && show_role(l, &plan->roles[i], err) < 0)
            return -1;
    return 0;
}

/* The second word; none: all roles. */
static int choose_roles(const struct cli *cli, unsigned *ret, struct err *err)
{
    *ret = (1u << ROLE__N) - 1;
    if (cli->opt->n_args < 2)
        return 0;
    for (enum role r = 0; r < ROLE__N; r++)
        if (text_is(role_name[r], cli->opt->args[1])) {
            *ret = 1u << r;
            return 0;
        }
    return err_set(err, ERR_INVALID, "unknown role \"%s\"%s", cli->opt->args[1],
                   suggestion(cli->arena, cli->opt->args[1], role_name, ROLE__N));
}

static enum exit_code show(struct cli *cli, struct session *session)
{
    struct logs l = {.cli = cli, .session = session};
    struct options opt = *cli->opt;
    struct cli looking = *cli;
    struct sources sources = {0};
    struct look look = {0};
    struct err err = {0};

    if (choose_roles(cli, &l.roles, &err) < 0) {
        say_error(cli, "%s", err.text);
        return EXIT_CODE_USAGE;
    }
    opt.n_args = 1;
    looking.opt = &opt;
    l.look = &look;
    enum exit_code code = look_at(&looking, session, &sources, &look);
    if (code != EXIT_CODE_OK)
        return code;
    for (size_t i = 0; i < look.plan.n_agents; i++)
        if (show_agent(&l, &look.plan.agents[i], &err) < 0) {
            say_error(cli, "%s", err.text);
            return exit_of_err(&err);
        }
    if (l.shown == 0)
        say(cli, "There is no such container.");
    return l.shown ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    enum exit_code code = show(cli, session);

    session_free(session);
    return code;
}

const struct cmd cmd_logs = {
    .name = "logs",
    .alias = {NULL},
    .args = "AGENT [ROLE]",
    .summary = "what an agent's containers wrote, the replaced and failed ones too",
    .text = "Each container's lines follow a heading. Escape sequences are taken out.\n",
    .options = OPTION_BIT(OPT_TAIL),
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .min_args = 1,
    .max_args = 2,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
