/* Calls that come in, and to which containers they go. */
#include "core/canary_gate.h"
#include "world.h"

/* The candidate that the controller sends this call to; NULL: it goes by name. */
static struct sim_box *chosen(struct world *w, struct sim_call *call)
{
    const struct desired *d = &w->desired[w->asked];
    struct arena *scratch CLEANUP_ARENA = arena_new();
    const char *id = NULL;

    if (!w->scenario->canary)
        return NULL;
    w->asks = call->heard = true;
    struct observed o = world_observe(w, scratch);
    const char *uuid = arena_printf(scratch, "call-%u", call->id);
    const char *url = canary_sts_url(scratch, d, &d->agents[0], &o, &w->key, "", uuid, &id);
    call->sent_to = url ? arena_strdup(w->arena, id) : NULL;
    return url ? world_find(w, call->sent_to) : NULL;
}

static void note_trial(struct world *w, struct sim_call *call, const struct sim_box *b)
{
    bool ill = w->scenario->ill & 1u << b->generation;

    if (!call->sent_to || w->n_trials == MAX_TRIALS)
        return;
    call->trial = w->n_trials++;
    w->trials[call->trial] = (struct heard_trial){
        call->sent_to, {.started_ms = w->now_ms, .spoke_ms = w->now_ms, .errors = ill}};
}

/* The containers of one call: false, it cannot be. */
static bool dial(struct world *w, struct sim_call *call)
{
    struct sim_box *core = world_named(w, world_name(w, ROLE_CORE));
    if (!core || core->box.state != BOX_RUNNING || world_is_bad(w, core))
        return false;
    call->box_id[ROLE_CORE] = core->box.id;
    struct sim_box *candidate = chosen(w, call);
    for (enum role r = 0; r < ROLE_CORE; r++) {
        if (!world_uses(w->scenario, w->asked, r))
            continue;
        struct sim_box *b =
            r == ROLE_STS && candidate ? candidate : world_dialled(w, &core->box, r);
        if (!b || b->box.state != BOX_RUNNING || world_is_bad(w, b))
            return false;
        call->box_id[r] = b->box.id;
    }
    if (candidate)
        note_trial(w, call, candidate);
    return true;
}

void world_call(struct world *w, int64_t length_ms)
{
    struct sim_call call = {.live = true,
                            .began_ms = w->now_ms,
                            .ends_ms = w->now_ms + length_ms,
                            .trial = -1,
                            .id = ++w->n_calls};

    for (int i = 0; i < MAX_CALLS; i++) {
        if (w->calls[i].live)
            continue;
        if (dial(w, &call))
            w->calls[i] = call;
        else
            w->failed_starts++;
        return;
    }
}

void world_end_call(struct world *w, struct sim_call *call)
{
    if (call->live && call->heard && call->trial >= 0)
        w->trials[call->trial].call.ended_ms = w->now_ms;
    call->live = false;
}
