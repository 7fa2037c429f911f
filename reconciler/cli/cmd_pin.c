#include "base/out.h"
#include "base/text.h"
#include "base/visible.h"
#include "cli/look.h"
#include "cli/pin.h"
#include "cli/say.h"
#include "core/pin.h"

static void collect_agent(struct cli *cli, const struct look *look, const struct agent_plan *agent,
                          struct pins *ret)
{
    struct err err;

    for (size_t i = 0; i < agent->n_roles; i++) {
        const struct role_plan *role = &agent->roles[i];
        struct pin p = {.agent = agent->agent, .role = role->role};
        if (!role->wanted || !role->live)
            continue;
        if (pin_reference(cli->arena, &look->observed, role->live, cli->opt->is_set[OPT_DIGEST],
                          &p.image, &err) < 0) {
            say_error(cli, "%s %s: %s", agent->agent->name, role_name[role->role], err.text);
            ret->n_failed++;
            continue;
        }
        ARRAY_PUSH(cli->arena, ret->list, p);
    }
}

/* A tag that is pinned does not stand before a :local that comes later. */
static void warn_of_local(struct cli *cli, const struct pins *pins)
{
    for (size_t i = 0; i < pins->list.n; i++) {
        const struct pin *p = &pins->list.items[i];
        const struct container_spec *c = agent_container(p->agent, p->role);
        bool tag = !strchr(p->image, '@') && !text_starts(p->image, "sha256:");
        if (!c || c->image.pull != PULL_PREFER_LOCAL || !tag || text_ends(p->image, ":local"))
            continue;
        say(cli, "note: with pull_policy prefer_local a :local image that is built later still "
                 "comes first; --digest holds against that, and so does pull_policy: missing");
        return;
    }
}

static const char *place_of(struct arena *a, const struct pin *p)
{
    if (p->at.file)
        return arena_printf(a, "%s:%u:%u", p->at.file, p->at.line, p->at.column);
    return arena_printf(a, "provider \"%s\"", p->provider ? p->provider : "");
}

static void write_text(struct cli *cli, const struct pins *pins, bool dry)
{
    struct text t = {.arena = cli->arena};
    size_t changed = 0;

    for (size_t i = 0; i < pins->list.n; i++) {
        const struct pin *p = &pins->list.items[i];
        text_printf(&t, "%s: %s %s: ", place_of(cli->arena, p), p->agent->name, role_name[p->role]);
        if (p->changed)
            text_printf(&t, "%s → %s\n", p->old ? p->old : "(none)", p->image);
        else
            text_printf(&t, "%s already\n", p->image);
        changed += p->changed;
    }
    if (dry && changed)
        text_add(&t, "Nothing was written: --dry-run.\n");
    write_data(cli, visible_lines(cli->arena, text_str(&t)));
}

static void write_json(struct cli *cli, const struct pins *pins, bool dry)
{
    struct out o = {.text.arena = cli->arena, .indented = true};

    out_object(&o, NULL);
    out_number(&o, "version", 1);
    out_bool(&o, "written", !dry);
    out_array(&o, "pins");
    for (size_t i = 0; i < pins->list.n; i++) {
        const struct pin *p = &pins->list.items[i];
        out_object(&o, NULL);
        out_text(&o, "agent", p->agent->name);
        out_text(&o, "agent_id", p->agent->id);
        out_text(&o, "role", role_name[p->role]);
        out_text(&o, "provider", p->provider);
        out_text(&o, "file", p->at.file);
        out_count(&o, "line", p->at.file ? (int64_t)p->at.line : -1);
        out_count(&o, "column", p->at.file ? (int64_t)p->at.column : -1);
        out_text(&o, "old", p->old);
        out_text(&o, "new", p->image);
        out_bool(&o, "changed", p->changed);
        out_end(&o);
    }
    out_end(&o);
    out_end(&o);
    text_add(&o.text, "\n");
    write_data(cli, text_str(&o.text));
}

static enum exit_code pin(struct cli *cli, const struct sources *sources, const struct look *look)
{
    bool dry = cli->opt->is_set[OPT_DRY_RUN];
    struct pins pins = {0};

    for (size_t i = 0; i < look->plan.n_agents; i++)
        collect_agent(cli, look, &look->plan.agents[i], &pins);
    bool ok = pins.n_failed == 0;
    if (ok)
        ok = cli->opt->is_set[OPT_DATABASE] ? pin_in_database(cli, sources, &pins, dry)
                                            : pin_in_specs(cli, sources, &pins, dry);
    if (!ok) {
        if (pins.n_failed)
            say(cli, "Nothing was written.");
        return EXIT_CODE_ERROR;
    }
    if (pins.list.n == 0)
        say(cli, "There is no container to pin.");
    else if (cli->opt->format == FORMAT_JSON)
        write_json(cli, &pins, dry);
    else if (!cli->opt->is_set[OPT_QUIET])
        write_text(cli, &pins, dry);
    warn_of_local(cli, &pins);
    return EXIT_CODE_OK;
}

static enum exit_code run(struct cli *cli)
{
    struct sources sources = {0};
    struct look look = {0};

    if ((cli->opt->n_args > 0) == cli->opt->is_set[OPT_ALL]) {
        say_error(cli, "pin needs agents, or --all");
        return EXIT_CODE_USAGE;
    }
    struct session *session = session_new(&cli->config, true);
    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code == EXIT_CODE_OK)
        code = pin(cli, &sources, &look);
    session_free(session);
    return code;
}

const struct cmd cmd_pin = {
    .name = "pin",
    .alias = {NULL},
    .args = "AGENT…|--all",
    .summary = "writes the image that runs now explicitly into the spec, or into the database",
    .text =
        "Only the image of each role of these agents is written into the YAML file: over the one\n"
        "that is there, or as one line more; comments and layout stay, and so do mode and owner.\n"
        "A file that was changed meanwhile is left alone, and if one of the images cannot be\n"
        "written none is. --digest pins repository@sha256:…, which no tag that moves and no\n"
        "local build takes away.\n"
        "\n"
        "An agent of the dashboard that no spec speaks of is pinned with --database: AVR's "
        "backend\n"
        "(--backend, else BACKEND_URL) is asked for the provider and sent PATCH /providers/ID "
        "with\n"
        "a user's token, from AVR_RECONCILER_BACKEND_TOKEN or --token-file. The database itself "
        "is\n"
        "never written.\n",
    .options = OPTION_BIT(OPT_ALL) | OPTION_BIT(OPT_DIGEST) | OPTION_BIT(OPT_DRY_RUN) |
               OPTION_BIT(OPT_DATABASE) | OPTION_BIT(OPT_BACKEND) | OPTION_BIT(OPT_TOKEN_FILE),
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
};
