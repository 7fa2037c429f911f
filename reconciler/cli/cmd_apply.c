#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/apply.h"
#include "cli/look.h"
#include "cli/progress.h"
#include "cli/remote.h"
#include "cli/say.h"
#include "core/find.h"

static struct session *signalled_session;
static volatile sig_atomic_t n_signals;

static void on_signal(int signal)
{
    static const char first[] = "\nstopping after the step under way\n";
    static const char again[] = "\nstill finishing the step under way: cut in the middle it could "
                                "leave an agent without a container\n";
    (void)signal;
    const char *text = n_signals ? again : first;
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
    n_signals = 1;
    session_interrupt(signalled_session);
}

static void catch_signals(struct session *session)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    signalled_session = session;
    n_signals = 0;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

static void release_signals(void)
{
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    signalled_session = NULL;
}

static void add_calls(struct text *t, const struct agent_plan *plan)
{
    const char *name = agent_title(plan->agent);

    if (plan->live_calls < 0)
        text_printf(t, "\n  %s: live calls not known", name);
    else if (plan->live_calls > 0)
        text_printf(t, "\n  %s: %d live %s", name, plan->live_calls,
                    plan->live_calls == 1 ? "call" : "calls");
}

/* --now may cut calls, so a person says yes to these calls, or -y was written. */
static enum exit_code confirm(struct cli *cli, const struct plan *plan)
{
    struct text t = {.arena = cli->arena};

    if (!cli->opt->is_set[OPT_NOW] || cli->opt->is_set[OPT_YES] || plan_in_sync(plan))
        return EXIT_CODE_OK;
    if (!cli->can_ask) {
        say_error(cli, "--now may cut live calls and there is no terminal to ask on: add -y if "
                       "that is meant");
        return EXIT_CODE_USAGE;
    }
    for (size_t i = 0; i < plan->n_agents; i++)
        if (plan->agents[i].verdict != VERDICT_SYNC)
            add_calls(&t, &plan->agents[i]);
    const char *question =
        t.len ? arena_printf(cli->arena, "These calls may be cut:%s\nGo on?", text_str(&t))
              : "No call is live at this moment; one that begins now may be cut. Go on?";
    if (ask(cli, question))
        return EXIT_CODE_OK;
    say(cli, "Nothing was changed.");
    return EXIT_CODE_ERROR;
}

static const char *result_text(struct arena *a, const struct agent_outcome *o,
                               const struct progress *p)
{
    const char *last = progress_last(p, o->agent->id);
    const char *why = o->text ? o->text : "";
    const char *colon = *why ? ": " : "";

    if (is_kept_orphan(o))
        return arena_printf(a, "kept: %s; `diff` says what can be done", why);
    switch (o->result) {
    case RESULT_SYNC:
        return arena_printf(a, "as asked for, %zu %s%s%s", o->steps,
                            o->steps == 1 ? "change" : "changes", colon, why);
    case RESULT_FAILED:
        return arena_printf(a, "failed, and stays on what it had%s%s", colon, why);
    case RESULT_WAITING:
        return *why ? why : "calls are still open; nothing was cut";
    case RESULT_HELD:
        return arena_printf(a, "left as it is%s%s", colon, why);
    case RESULT_INTERRUPTED:
        break;
    }
    return arena_printf(a, "%s%s%s", *why ? why : "stopped", last ? "; the last step: " : "",
                        last ? last : "");
}

static void report_agent(struct cli *cli, const struct agent_outcome *o, const struct progress *p)
{
    const char *name = agent_title(o->agent);
    const char *box = progress_failed_box(p, o->agent->id);

    bool is_error = o->result != RESULT_SYNC && o->result != RESULT_INTERRUPTED;

    if (is_error && !is_kept_orphan(o))
        say_error(cli, "%s: %s", name, result_text(cli->arena, o, p));
    else
        say(cli, "%s: %s", name, result_text(cli->arena, o, p));
    if (o->result == RESULT_FAILED && box)
        fprintf(cli->err, "  the candidate was kept for its logs:  docker logs %s\n", box);
}

static const char *command_line(const struct cli *cli)
{
    struct text t = {.arena = cli->arena};

    text_add(&t, "avr-reconciler apply");
    for (size_t i = 0; i < cli->opt->n_args; i++)
        text_printf(&t, " %s", cli->opt->args[i]);
    return text_str(&t);
}

static void report(struct cli *cli, const struct outcome *outcome, const struct progress *p,
                   enum exit_code code)
{
    if (cli->opt->format == FORMAT_JSON) {
        write_data(cli, outcome_json(cli->arena, p, outcome));
        write_data(cli, "\n");
    }
    if (cli->opt->progress == PROGRESS_JSON)
        return; /* the object "done" has said it */
    for (size_t i = 0; i < outcome->n_agents; i++)
        report_agent(cli, &outcome->agents[i], p);
    if (outcome->n_agents == 0)
        say(cli, "Nothing to do: in sync.");
    if (code == EXIT_CODE_INTERRUPTED)
        say(cli, "What was done stays done. Go on with:  %s", command_line(cli));
    else if (code == EXIT_CODE_CALLS)
        say(cli, "Once the calls have ended, finish with:  %s", command_line(cli));
}

static enum exit_code carry_out(struct cli *cli, struct session *session,
                                const struct sources *sources, const char *const *only)
{
    struct progress *progress = progress_for(cli);
    struct apply_options options = {
        .plan = plan_options_of(cli->opt),
        .wait_timeout_s = cli->opt->wait_timeout_s,
        .only = only,
        .n_only = cli->opt->n_args,
        .on_event = progress_event,
        .ctx = progress,
    };
    struct outcome outcome = {0};
    struct err err = {0};

    catch_signals(session);
    int ok = session_apply(session, cli->arena, sources, &options, &outcome, &err);
    release_signals();
    progress_end(progress, &outcome);
    if (ok < 0) {
        enum exit_code failed = say_engine_error(cli, &err);
        if (err.code == ERR_INTERRUPTED)
            say(cli, "Go on with:  %s", command_line(cli));
        return failed;
    }
    enum exit_code code = exit_of_outcome(&outcome);
    report(cli, &outcome, progress, code);
    forget_orders(cli, session, sources, &outcome);
    return code;
}

/* Looks first only if something must be known before: who was named, which calls --now cuts. */
static enum exit_code apply(struct cli *cli, struct session *session)
{
    struct sources sources = {0};
    struct look look = {0};

    if (cli->opt->n_args == 0 && !cli->opt->is_set[OPT_NOW]) {
        enum exit_code read = read_sources(cli, &sources);
        return read == EXIT_CODE_OK ? carry_out(cli, session, &sources, NULL) : read;
    }
    enum exit_code code = look_at(cli, session, &sources, &look);
    if (code == EXIT_CODE_OK)
        code = confirm(cli, &look.plan);
    if (code != EXIT_CODE_OK)
        return code;
    const struct agent **agents =
        arena_alloc(cli->arena, (look.plan.n_agents + 1) * sizeof(const struct agent *));
    const char *const *ids;
    struct err err = {0};
    for (size_t i = 0; i < look.plan.n_agents; i++)
        agents[i] = look.plan.agents[i].agent;
    if (select_agents(cli->arena, agents, look.plan.n_agents, cli->opt->args, cli->opt->n_args,
                      &ids, &err) < 0) {
        say_error(cli, "%s", err.text);
        return EXIT_CODE_USAGE;
    }
    return carry_out(cli, session, &sources, ids);
}

static enum exit_code run(struct cli *cli)
{
    if (cli->opt->is_set[OPT_DRY_RUN])
        return cmd_diff.run(cli);
    struct session *session = session_new(&cli->config, false);
    enum exit_code code = apply(cli, session);
    session_free(session);
    return code;
}

/* The service looks at the calls itself; which ones there are at this moment is not known here. */
enum exit_code confirm_blindly(struct cli *cli)
{
    if (!cli->opt->is_set[OPT_NOW] || cli->opt->is_set[OPT_YES])
        return EXIT_CODE_OK;
    if (!cli->can_ask) {
        say_error(cli, "--now may cut live calls and there is no terminal to ask on: add -y if "
                       "that is meant");
        return EXIT_CODE_USAGE;
    }
    if (ask(cli, "Live calls may be cut. Go on?"))
        return EXIT_CODE_OK;
    say(cli, "Nothing was changed.");
    return EXIT_CODE_ERROR;
}

enum exit_code ask_to_apply(struct cli *cli)
{
    struct outcome outcome = {0};

    enum exit_code code = confirm_blindly(cli);
    if (code != EXIT_CODE_OK)
        return code;
    struct progress *progress = progress_for(cli);
    code = ask_service(cli, progress, &outcome);
    progress_end(progress, &outcome);
    if (outcome.n_agents || code == EXIT_CODE_OK)
        report(cli, &outcome, progress, code);
    return code;
}

const struct cmd cmd_apply = {
    .name = "apply",
    .alias = {"up"},
    .args = "[AGENT…]",
    .summary = "makes it so, once, with live progress; nothing but --now or a spec cuts a call",
    .text =
        "New calls move to the new container at once, live calls finish on the old one. A new\n"
        "container that does not become ready is taken back; the old one never stopped serving.\n"
        "A call is cut only by --now, which asks first, or where a spec says drain on_timeout:\n"
        "force, after the drain timeout.\n"
        "Interrupted (Ctrl-C), it stops after the step under way; the next apply goes on from "
        "there.\n",
    .options = OPTION_BIT(OPT_DRY_RUN) | OPTION_BIT(OPT_NOW) | OPTION_BIT(OPT_WAIT_TIMEOUT) |
               OPTION_BIT(OPT_PRUNE) | OPTION_BIT(OPT_ALLOW_EMPTY),
    .formats = FORMAT_BIT(FORMAT_TABLE) | FORMAT_BIT(FORMAT_JSON),
    .max_args = SIZE_MAX,
    .args_are = ARGS_AGENTS,
    .needs_config = true,
    .run = run,
    .ask = ask_to_apply,
};
