#include "link/wire_event.h"

#include <limits.h>

#include "base/text.h"
#include "base/out.h"

const char *const event_state_word[] = {[EVENT_STARTED] = "started",
                                        [EVENT_PROGRESS] = "progress",
                                        [EVENT_DONE] = "done",
                                        [EVENT_FAILED] = "failed"};
const char *const result_word[] = {[RESULT_SYNC] = "in_sync",
                                   [RESULT_FAILED] = "failed",
                                   [RESULT_WAITING] = "waiting",
                                   [RESULT_HELD] = "held",
                                   [RESULT_INTERRUPTED] = "interrupted"};
static const char *const gate_word[] = {
    [GATE_NONE] = "none",    [GATE_SETUP] = "setup", [GATE_SOAK] = "soak",
    [GATE_QUIET] = "quiet",  [GATE_DRAIN] = "drain", [GATE_OTHERS] = "others",
    [GATE_CANARY] = "canary"};

static void put_step(struct out *o, const struct step *s)
{
    out_text(o, "role", role_name[s->role]);
    out_text(o, "step", step_text[s->kind]);
    out_text(o, "gate", gate_word[s->gate]);
    out_text(o, "box", s->box_name);
    out_text(o, "name", s->new_name);
    out_text(o, "image", s->image);
    out_text(o, "image_note", s->wanted ? s->wanted->image_note : NULL);
    out_text(o, "why", s->why);
    out_number(o, "calls", s->calls);
    out_number(o, "oldest_ms", s->oldest_ms);
    out_bool(o, "forced", s->forced);
}

const char *event_encode(struct arena *a, const struct event *e)
{
    struct out o = {.text.arena = a};

    out_object(&o, NULL);
    out_text(&o, "event", e->step ? "step" : "agent");
    out_text(&o, "agent", e->agent->name);
    out_text(&o, "agent_id", e->agent->id);
    out_text(&o, "state", event_state_word[e->state]);
    out_text(&o, "text", e->text);
    out_number(&o, "elapsed_ms", e->elapsed_ms);
    if (e->step)
        put_step(&o, e->step);
    out_end(&o);
    return text_str(&o.text);
}

static bool is_orphan(const struct agent *agent)
{
    return agent->wish == WISH_ABSENT && agent->origin.kind == FROM_CONTAINER;
}

const char *outcome_encode(struct arena *a, const struct outcome *outcome)
{
    struct out o = {.text.arena = a};

    out_object(&o, NULL);
    out_text(&o, "event", "done");
    out_array(&o, "agents");
    for (size_t i = 0; i < outcome->n_agents; i++) {
        const struct agent_outcome *r = &outcome->agents[i];
        out_object(&o, NULL);
        out_text(&o, "agent", r->agent->name);
        out_text(&o, "agent_id", r->agent->id);
        out_text(&o, "result", result_word[r->result]);
        out_text(&o, "text", r->text);
        out_number(&o, "changes", (int64_t)r->steps);
        out_bool(&o, "orphan", is_orphan(r->agent));
        out_end(&o);
    }
    out_end(&o);
    out_end(&o);
    return text_str(&o.text);
}

bool event_is_outcome(const cJSON *event)
{
    return text_is(json_text(event, "event"), "done");
}

static int find_word(const cJSON *object, const char *key, const char *const *words, size_t n,
                     int *ret, struct err *err)
{
    const char *word = json_text(object, key);

    *ret = 0;
    for (size_t i = 0; i < n; i++)
        if (text_is(words[i], word)) {
            *ret = (int)i;
            return 0;
        }
    return err_set(err, ERR_INVALID, "an event with the unknown %s \"%.64s\"", key,
                   word ? word : "");
}
#define FIND_WORD(object, key, words, ret, err)                                                    \
    find_word(object, key, words, sizeof words / sizeof words[0], ret, err)

static const char *copy(struct arena *a, const cJSON *object, const char *key)
{
    return arena_strdup(a, json_text(object, key));
}

static int read_agent(struct arena *a, const cJSON *object, struct agent **ret, struct err *err)
{
    struct agent *agent = arena_alloc(a, sizeof *agent);

    agent->id = copy(a, object, "agent_id");
    agent->name = copy(a, object, "agent");
    *ret = agent;
    return agent->id ? 0 : err_set(err, ERR_INVALID, "an event without \"agent_id\"");
}

static int read_step(struct arena *a, const cJSON *object, const struct step **ret, struct err *err)
{
    struct step *s = arena_alloc(a, sizeof *s);
    struct wanted *wanted = arena_alloc(a, sizeof *wanted);
    int role = 0, kind = 0, gate = 0;

    if (find_word(object, "role", role_name, ROLE__N, &role, err) < 0 ||
        find_word(object, "step", step_text, STEP__N, &kind, err) < 0 ||
        FIND_WORD(object, "gate", gate_word, &gate, err) < 0)
        return -1;
    wanted->image_note = copy(a, object, "image_note");
    int64_t calls = json_int(object, "calls", 0);
    *s = (struct step){.kind = (enum step_kind)kind,
                       .role = (enum role)role,
                       .gate = (enum gate)gate,
                       .wanted = wanted->image_note ? wanted : NULL,
                       .box_name = copy(a, object, "box"),
                       .new_name = copy(a, object, "name"),
                       .image = copy(a, object, "image"),
                       .why = copy(a, object, "why"),
                       .calls = calls > INT_MAX ? INT_MAX
                                : calls < 0     ? -1
                                                : (int)calls,
                       .oldest_ms = json_int(object, "oldest_ms", 0),
                       .forced = json_bool(object, "forced", false)};
    *ret = s;
    return 0;
}

int event_decode(struct arena *a, const cJSON *object, struct event *ret, struct err *err)
{
    static const char *const kinds[] = {"agent", "step"};
    struct agent *agent;
    int kind = 0, state = 0;

    if (FIND_WORD(object, "event", kinds, &kind, err) < 0 ||
        FIND_WORD(object, "state", event_state_word, &state, err) < 0 ||
        read_agent(a, object, &agent, err) < 0)
        return -1;
    *ret = (struct event){.agent = agent,
                          .state = (enum event_state)state,
                          .text = copy(a, object, "text"),
                          .elapsed_ms = json_int(object, "elapsed_ms", 0)};
    return kind == 1 ? read_step(a, object, &ret->step, err) : 0;
}

static int read_result(struct arena *a, const cJSON *object, struct agent_outcome *ret,
                       struct err *err)
{
    struct agent *agent;
    int result = 0;

    if (read_agent(a, object, &agent, err) < 0 ||
        FIND_WORD(object, "result", result_word, &result, err) < 0)
        return -1;
    if (json_bool(object, "orphan", false)) {
        agent->wish = WISH_ABSENT;
        agent->origin.kind = FROM_CONTAINER;
    }
    int64_t changes = json_int(object, "changes", 0);
    *ret = (struct agent_outcome){.agent = agent,
                                  .result = (enum agent_result)result,
                                  .text = copy(a, object, "text"),
                                  .steps = changes > 0 ? (size_t)changes : 0};
    return 0;
}

int outcome_decode(struct arena *a, const cJSON *object, struct outcome *ret, struct err *err)
{
    const cJSON *list = json_get(object, "agents"), *entry;
    struct agent_outcome *agents =
        arena_alloc(a, ((size_t)cJSON_GetArraySize(list) + 1) * sizeof *agents);

    *ret = (struct outcome){.agents = agents};
    json_each(entry, list)
        if (read_result(a, entry, &agents[ret->n_agents++], err) < 0)
            return -1;
    return 0;
}
