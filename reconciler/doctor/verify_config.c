/* The config endpoint: what it answers, whether the container can ask it, whether it did. */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/avr.h"
#include "core/drift.h"
#include "doctor/verify_parts.h"

enum { SLACK_MS = 10 * 1000 }; /* a row of a call may be written after the connector has asked */

static const char *env_set(const struct box *b, const char *name)
{
    const char *value = pair_get(b->env, b->n_env, name);

    return value && *value && !avr_means_unset(name, value) ? value : NULL;
}

bool verify_endpoint(struct arena *a, const struct box *b, const char **ret_base,
                     const char **ret_path)
{
    const char *base = env_set(b, "BACKEND_URL"), *id = env_set(b, "PROVIDER_ID");
    struct text path = {.arena = a};

    if (!base || !id)
        return false;
    size_t n = strlen(base);
    while (n && base[n - 1] == '/')
        n--;
    text_add(&path, "/internal/providers/");
    for (; *id; id++)
        if (isalnum((unsigned char)*id) || strchr("-._~", *id))
            text_add_n(&path, id, 1);
        else
            text_printf(&path, "%%%02X", (unsigned char)*id);
    text_add(&path, "/config");
    *ret_base = arena_strndup(a, base, n);
    *ret_path = text_str(&path);
    return true;
}

/* --- is the answer what is asked for now? ------------------------------------------------------
 */

static const struct provider_row *row_of(const struct database *db, const char *id)
{
    for (size_t i = 0; i < db->n_providers; i++)
        if (text_is(db->providers[i].id, id))
            return &db->providers[i];
    return NULL;
}

/* Under the name it has in the database, or the one AVR gives the container. */
static const char *answered(const struct config_answer *answer, const char *raw, const char *name)
{
    const char *value = pair_get(answer->env, answer->n_env, raw);

    return value || !name ? value : pair_get(answer->env, answer->n_env, name);
}

/* A spec may say otherwise than the row, and an endpoint may know of it: either is right. */
static bool fits(struct verifying *v, const struct config_answer *answer, const struct pair *want)
{
    struct pair rewritten = *want;
    const struct env_list *env = &v->role->wanted->spec->env;

    if (!avr_rewrite(want, &rewritten))
        return true; /* AVR drops it */
    const char *have = answered(answer, want->key, rewritten.key);
    const struct env_var *asked = env_get(env, rewritten.key);
    return have && (text_is(have, want->value) || (asked && text_is(have, asked->value)));
}

static void compare(struct verifying *v, const struct config_answer *answer, struct few *wrong,
                    size_t *ret_n)
{
    const struct env_list *env = &v->role->wanted->spec->env;
    const char *id = env_set(v->role->live, "PROVIDER_ID");
    const struct provider_row *row = v->in->database ? row_of(v->in->database, id) : NULL;

    *ret_n = 0;
    for (size_t i = 0; row && i < row->n_env; i++, ++*ret_n)
        if (!fits(v, answer, &row->env[i]))
            few_add(wrong, row->env[i].key);
    for (size_t i = 0; !row && i < env->n; i++) {
        const struct env_var *var = &env->items[i];
        if (!var->of_provider)
            continue;
        ++*ret_n;
        if (!text_is(answered(answer, var->name, NULL), var->value))
            few_add(wrong, var->name);
    }
    few_end(wrong);
}

static void check_answer(struct verifying *v, const struct config_answer *answer, const char *where)
{
    struct text wrong = {.arena = v->arena};
    struct few few = {.text = &wrong};
    size_t n;

    if (answer->status != 200) {
        verify_say(
            v, CHECK_FAILED, "config",
            arena_printf(v->arena, "the config endpoint answers %d%s", answer->status, where));
        return;
    }
    if (!answer->readable) {
        verify_say(
            v, CHECK_FAILED, "config",
            arena_printf(v->arena, "what the config endpoint answers is no {\"env\": …}%s", where));
        return;
    }
    compare(v, answer, &few, &n);
    if (few.n)
        verify_say(v, CHECK_FAILED, "config",
                   arena_printf(v->arena,
                                "the config endpoint answers other settings than those of this "
                                "moment%s: %s",
                                where, text_str(&wrong)));
    else
        verify_say(v, CHECK_OK, "config",
                   arena_printf(v->arena,
                                "the config endpoint answers the %zu settings of this moment%s", n,
                                where));
}

static void check_config(struct verifying *v)
{
    const struct config_answer *here = &v->facts->here, *inside = &v->facts->inside;

    if (here->kind == CONFIG_ANSWERED)
        check_answer(v, here, "");
    else if (inside->kind == CONFIG_ANSWERED)
        check_answer(v, inside, " (asked from inside)");
    else if (inside->kind == CONFIG_SILENT)
        verify_say(v, CHECK_FAILED, "config",
                   arena_printf(v->arena, "the config endpoint does not answer: %s", inside->why));
    else
        verify_say(v, CHECK_UNKNOWN, "config",
                   arena_printf(v->arena, "cannot be checked from here: %s", here->why));
}

static void check_reach(struct verifying *v)
{
    const struct config_answer *inside = &v->facts->inside;

    if (inside->kind == CONFIG_ANSWERED)
        verify_say(v, CHECK_OK, "reach", "the container reaches it: asked from inside its network");
    else if (inside->kind == CONFIG_SILENT)
        verify_say(v, CHECK_FAILED, "reach",
                   arena_printf(v->arena, "the container does not reach it: %s", inside->why));
    else
        verify_say(v, CHECK_UNKNOWN, "reach",
                   arena_printf(v->arena, "cannot be checked from here: %s", inside->why));
}

/* --- was it used? ------------------------------------------------------------------------------
 */

static int64_t last_call_ms(const struct verifying *v)
{
    for (size_t i = 0; i < v->in->facts->n_calls; i++)
        if (text_is(v->in->facts->calls[i].agent_id, v->agent->agent->id))
            return v->in->facts->calls[i].started_ms;
    return 0;
}

static bool tells_of_failure(const char *line)
{
    static const char *const words[] = {
        "fail", "error", "fallback", "falling back", "from environment", "using environment"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(line, words[i]))
            return true;
    return false;
}

/* Sts says so at every call; the others ask at every turn and say so when it changes. */
static void judge_line(struct verifying *v, const struct config_line *line, int64_t call_ms)
{
    bool stale = line->at_ms < call_ms - SLACK_MS && role_holds_calls(v->role->role);

    if (tells_of_failure(line->text))
        verify_say(v, CHECK_FAILED, "fetched",
                   stale ? "its log tells of no fetch at the last call, and of a failed one before"
                         : "it did not get its settings at the last call and used its environment");
    else if (stale)
        verify_say(v, CHECK_FAILED, "fetched", "its log tells of no fetch at the last call");
    else
        verify_say(v, CHECK_OK, "fetched", "it fetched its settings at the last call");
}

static void check_fetched(struct verifying *v)
{
    const struct box_facts *f = v->facts;
    int64_t call_ms = last_call_ms(v);
    const char *why = NULL;

    if (v->in->facts->calls_problem)
        why = v->in->facts->calls_problem;
    else if (call_ms < v->role->live->started_ms)
        why = "no call since it started";
    else if (f->log_problem)
        why = f->log_problem;
    else if (f->n_lines == 0)
        why = "its log has no line that begins with [CONFIG]";
    if (why)
        verify_say(
            v, CHECK_UNKNOWN, "fetched",
            arena_printf(v->arena, "whether it fetched its settings cannot be told: %s", why));
    else
        judge_line(v, &f->lines[f->n_lines - 1], call_ms);
}

void verify_config(struct verifying *v)
{
    const char *base, *path;

    if (!v->facts || !verify_endpoint(v->arena, v->role->live, &base, &path))
        return; /* it was not told of an endpoint: nothing to fetch */
    check_config(v);
    check_reach(v);
    check_fetched(v);
}
