#include <signal.h>

#include "base/array.h"
#include "base/text.h"
#include "base/visible.h"
#include "cli/look.h"
#include "cli/say.h"
#include "control/follow.h"
#include "core/hide.h"

struct chosen {
    const struct container_spec *slot;
    const struct box *box;
};

struct logs {
    struct cli *cli;
    struct session *session;
    const struct look *look;
    unsigned roles; /* bits of those that were asked for */
    ARRAY(const struct container_spec *) slots;
    ARRAY(struct chosen) boxes;
    size_t n_headings;
    char heading[200]; /* whose lines these are, while they are followed */
};

/* --- which ones ------------------------------------------------------------------------------ */

static bool is_of(const struct box *b, const char *slot)
{
    return text_is(pair_get(b->labels, b->n_labels, "agentName"), slot) || text_is(b->name, slot);
}

/* Of a role that nobody asks for any more its name is all there is. */
static const struct container_spec *slot_of(struct arena *a, const struct agent *agent,
                                            const struct role_plan *role)
{
    const struct container_spec bare = {.role = role->role, .name = role->name};
    const struct container_spec *asked = agent_container(agent, role->role);

    return asked ? asked : arena_memdup(a, &bare, sizeof bare);
}

/* The live one first: that is the one people mean. */
static void choose_role(struct logs *l, const struct agent *agent, const struct role_plan *role)
{
    const struct observed *o = &l->look->observed;
    struct arena *a = l->cli->arena;
    const struct container_spec *slot = slot_of(a, agent, role);

    ARRAY_PUSH(a, l->slots, slot);
    if (role->live)
        ARRAY_PUSH(a, l->boxes, ((struct chosen){slot, role->live}));
    for (size_t i = 0; i < o->n_boxes; i++) {
        const struct box *b = &o->boxes[i];
        if (is_of(b, role->name) && !(role->live && text_is(b->id, role->live->id)))
            ARRAY_PUSH(a, l->boxes, ((struct chosen){slot, b}));
    }
}

static void choose(struct logs *l)
{
    for (size_t i = 0; i < l->look->plan.n_agents; i++) {
        const struct agent_plan *plan = &l->look->plan.agents[i];
        for (size_t k = 0; k < plan->n_roles; k++)
            if (l->roles & 1u << plan->roles[k].role)
                choose_role(l, plan->agent, &plan->roles[k]);
    }
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

/* --- the last lines -------------------------------------------------------------------------- */

/* What a box is to its agent: "live" … ; "candidate" of a hand-over under way. */
static const char *heading_of(struct arena *a, const struct container_spec *slot, const char *name)
{
    static const char *const words[] = {[PLACE_LIVE] = "live",
                                        [PLACE_NEXT] = "candidate",
                                        [PLACE_DRAIN] = "replaced, its calls go on",
                                        [PLACE_FAILED] = "failed, kept for its logs"};
    enum place place;
    bool other = place_parse(name, &place, NULL);

    return arena_printf(a, "%s  %s (%s)", role_name[slot->role], visible_text(a, name),
                        words[other ? place : PLACE_LIVE]);
}

static void write_heading(struct logs *l, struct arena *a, const char *text)
{
    write_data(l->cli, arena_printf(a, "%s==> %s <==\n", l->n_headings++ ? "\n" : "", text));
}

static int show_box(struct logs *l, const struct chosen *c, struct err *err)
{
    struct arena *a = l->cli->arena;
    const struct env_list secrets = hide_list(a, c->box, c->slot);
    const char *text;

    if (session_logs(l->session, a, c->box->id, l->cli->opt->tail, &text, err) < 0)
        return err->code == ERR_NOT_FOUND ? 0 : -1; /* gone since the look */
    write_heading(l, a, heading_of(a, c->slot, c->box->name));
    write_data(l->cli, visible_lines(a, hide_secrets(a, text, &secrets)));
    if (*text && !text_ends(text, "\n"))
        write_data(l->cli, "\n");
    return 0;
}

static enum exit_code show(struct logs *l)
{
    struct err err;

    for (size_t i = 0; i < l->boxes.n; i++)
        if (show_box(l, &l->boxes.items[i], &err) < 0) {
            say_error(l->cli, "%s", err.text);
            return exit_of_err(&err);
        }
    if (l->n_headings == 0)
        say(l->cli, "There is no such container.");
    return l->n_headings ? EXIT_CODE_OK : EXIT_CODE_ERROR;
}

/* --- and those to come ----------------------------------------------------------------------- */

static struct session *followed; /* for the signal handler */

static void on_signal(int signal)
{
    (void)signal;
    session_interrupt(followed);
}

/* A heading wherever another container goes on. */
static bool on_line(void *ctx, const struct follow_box *box, const char *line)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct logs *l = ctx;
    const char *heading = heading_of(a, box->slot, box->name);

    if (!text_is(l->heading, heading))
        write_heading(l, a, heading);
    snprintf(l->heading, sizeof l->heading, "%s", heading);
    write_data(l->cli, arena_printf(a, "%s\n", visible_text(a, line)));
    return fflush(l->cli->out) == 0;
}

static bool on_successor(void *ctx, const struct follow_box *box)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct logs *l = ctx;

    *l->heading = '\0';
    write_data(l->cli, arena_printf(a, "\n==> %s  another container is %s now <==\n",
                                    role_name[box->slot->role], visible_text(a, box->name)));
    return fflush(l->cli->out) == 0;
}

static void on_problem(void *ctx, const struct follow_box *box, const char *why)
{
    const struct logs *l = ctx;

    say(l->cli, "note: the log of %s cannot be read: %s", box->name, why);
}

static int follow_all(struct logs *l, struct err *err)
{
    ARRAY(struct follow_box) boxes = {0};
    struct sigaction action = {.sa_handler = on_signal};

    for (size_t i = 0; i < l->boxes.n; i++)
        ARRAY_PUSH(l->cli->arena, boxes,
                   ((struct follow_box){l->boxes.items[i].slot, l->boxes.items[i].box->id,
                                        l->boxes.items[i].box->name}));
    const struct follow_options options = {.slots = l->slots.items,
                                           .n_slots = l->slots.n,
                                           .boxes = boxes.items,
                                           .n_boxes = boxes.n,
                                           .tail = (int)l->cli->opt->tail,
                                           .since_ms = l->look->observed.now_ms,
                                           .on_line = on_line,
                                           .on_successor = on_successor,
                                           .on_problem = on_problem,
                                           .ctx = l};
    followed = l->session;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    int result = session_follow(l->session, &options, err);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    return result;
}

/* Following changes nothing and holds nothing: to leave it is its usual end, and no failure. */
static enum exit_code follow(struct logs *l)
{
    struct err err;

    if (follow_all(l, &err) == 0)
        return EXIT_CODE_OK;
    return say_engine_error(l->cli, &err);
}

/* --- the verb -------------------------------------------------------------------------------- */

static enum exit_code look_and_show(struct cli *cli, struct session *session)
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
    choose(&l);
    return opt.is_set[OPT_FOLLOW] ? follow(&l) : show(&l);
}

static enum exit_code run(struct cli *cli)
{
    struct session *session = session_new(&cli->config, true);
    enum exit_code code = look_and_show(cli, session);

    session_free(session);
    return code;
}

const struct cmd cmd_logs = {
    .name = "logs",
    .alias = {NULL},
    .args = "AGENT [ROLE]",
    .summary = "what an agent's containers wrote, the replaced and failed ones too",
    .text = "Each container's lines follow a heading. Escape sequences are taken out, secrets of\n"
            "the container hidden. With --follow, a container that takes another's place is\n"
            "followed, too, and the one it replaced until its last call has ended.\n",
    .options = OPTION_BIT(OPT_TAIL) | OPTION_BIT(OPT_FOLLOW),
    .formats = FORMAT_BIT(FORMAT_TABLE),
    .min_args = 1,
    .max_args = 2,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
