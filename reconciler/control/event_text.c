/* Events as sentences.  Each step has one for its beginning and one for its end; a failure always
 * carries the reason. */
#include "control/event_text.h"

#include "base/text.h"
#include "core/gate.h"
#include "base/visible.h"

static const char *box_word(const char *name)
{
    static const char *const words[PLACE__N] = {[PLACE_LIVE] = "container",
                                                [PLACE_NEXT] = "candidate",
                                                [PLACE_DRAIN] = "old container",
                                                [PLACE_FAILED] = "failed candidate"};
    enum place place;

    return name && place_parse(name, &place, NULL) ? words[place] : words[PLACE_LIVE];
}

static const char *drain_text(struct arena *a, const struct step *s, int64_t wall_ms)
{
    if (s->calls < 0)
        return "waiting for live calls, number not known";
    if (s->calls == 0)
        return "waiting until no call is on the old container";
    const char *calls =
        arena_printf(a, "waiting for %d %s", s->calls, s->calls == 1 ? "call" : "calls");
    if (s->oldest_ms && s->oldest_ms <= wall_ms)
        calls = arena_printf(a, "%s (oldest %s)", calls,
                             text_duration(a, (wall_ms - s->oldest_ms) / 1000));
    if (!s->quiet_ms || s->quiet_ms > wall_ms)
        return calls;
    return arena_printf(a, "%s, without a connection for %s: a lost end after %s", calls,
                        text_duration(a, (wall_ms - s->quiet_ms) / 1000),
                        text_duration(a, LOST_END_MS / 1000));
}

/* A container goes although calls are open on paper: why that cuts nobody. */
static const char *lost_text(struct arena *a, const struct step *s, int64_t wall_ms)
{
    const char *since = "";

    if (s->lost == 0)
        return "";
    if (s->lost_ms && s->lost_ms <= wall_ms)
        since = arena_printf(a, " (%s %s)", s->lost == 1 ? "for" : "oldest",
                             text_duration(a, (wall_ms - s->lost_ms) / 1000));
    return arena_printf(
        a, "; %d open %s%s had no connection for %s: %s", s->lost, s->lost == 1 ? "call" : "calls",
        since, text_duration(a, LOST_END_MS / 1000), s->lost == 1 ? "a lost end" : "lost ends");
}

static const char *wait_text(struct arena *a, const struct step *s, int64_t wall_ms, bool done)
{
    switch (s->gate) {
    case GATE_SETUP:
        return done ? "no call is being set up" : "waiting until no call is being set up";
    case GATE_SOAK:
        return done ? "new container stays ready" : "watching the new container";
    case GATE_QUIET:
        return done ? "quiet for long enough" : "waiting for calls that just began to show";
    case GATE_DRAIN:
        return done ? "all calls on the old container have ended" : drain_text(a, s, wall_ms);
    case GATE_OTHERS:
        return done ? "goes on" : "somebody else is at work on its containers: waiting";
    case GATE_CANARY:
        return done ? "calls that met the new container first went well"
                    : arena_printf(a, "canary: %s", s->why ? s->why : "waiting for calls");
    case GATE_NONE:
        break;
    }
    return done ? "waited" : "waiting";
}

static const char *rename_text(struct arena *a, const struct step *s)
{
    enum place place = PLACE_LIVE;
    const char *to = s->new_name ? s->new_name : "?";

    if (!place_parse(to, &place, NULL))
        return arena_printf(a, "switched: %s serves new calls", to);
    if (place == PLACE_FAILED)
        return arena_printf(a, "kept the failed candidate as %s", to);
    if (place == PLACE_DRAIN)
        return arena_printf(a, "old container takes no new calls (%s)", to);
    return arena_printf(a, "renamed to %s", to);
}

static const char *done_text(struct arena *a, const struct step *s, int64_t wall_ms)
{
    const char *box = s->box_name ? s->box_name : "?";
    const char *new_name = s->new_name ? s->new_name : box;

    switch (s->kind) {
    case STEP_PULL:
        return arena_printf(a, "pulled %s", s->image ? s->image : "the image");
    case STEP_CREATE:
        return arena_printf(a, "created %s %s", box_word(new_name), new_name);
    case STEP_CONNECT:
        return arena_printf(a, "connected %s %s to network %s", box_word(box), box, s->network);
    case STEP_START:
        return arena_printf(a, "started %s %s", box_word(box), box);
    case STEP_PROBE:
        return arena_printf(a, "%s %s is ready", box_word(box), box);
    case STEP_WAIT:
        return wait_text(a, s, wall_ms, true);
    case STEP_RENAME:
        return rename_text(a, s);
    case STEP_STOP:
        return arena_printf(a, "stopped %s %s%s", box_word(box), box,
                            s->forced ? ", calls on it were cut" : "");
    case STEP_REMOVE:
        return arena_printf(a, "removed %s %s", box_word(box), box);
    case STEP_UPDATE:
        return arena_printf(a, "changed %s in place", box);
    case STEP_HOLD:
        return s->why ? s->why : "left as it is";
    case STEP_NOTHING:
    case STEP__N:
        break;
    }
    return "done";
}

static const char *begun_text(struct arena *a, const struct step *s, int64_t wall_ms)
{
    const char *box = s->box_name ? s->box_name : "?";
    const char *new_name = s->new_name ? s->new_name : box;
    const char *note = s->wanted ? s->wanted->image_note : NULL; /* "using local image, …" */

    switch (s->kind) {
    case STEP_PULL:
        return arena_printf(a, "pulling %s", s->image ? s->image : "the image");
    case STEP_CREATE:
        return arena_printf(a, "creating %s %s%s%s", box_word(new_name), new_name, note ? ", " : "",
                            note ? note : "");
    case STEP_CONNECT:
        return arena_printf(a, "connecting %s %s to network %s", box_word(box), box, s->network);
    case STEP_START:
        return arena_printf(a, "starting %s %s", box_word(box), box);
    case STEP_PROBE:
        return arena_printf(a, "waiting until %s is ready", box);
    case STEP_WAIT:
        return wait_text(a, s, wall_ms, false);
    case STEP_RENAME:
        return arena_printf(a, "renaming %s to %s", box, new_name);
    case STEP_STOP:
        return arena_printf(a, "stopping %s %s%s", box_word(box), box, lost_text(a, s, wall_ms));
    case STEP_REMOVE:
        return arena_printf(a, "removing %s %s", box_word(box), box);
    case STEP_UPDATE:
        return arena_printf(a, "changing %s in place", box);
    default:
        return done_text(a, s, wall_ms);
    }
}

static const char *agent_text(const struct event *e)
{
    if (e->text)
        return e->text;
    switch (e->state) {
    case EVENT_STARTED:
        return "begins";
    case EVENT_PROGRESS:
        return "goes on";
    case EVENT_FAILED:
        return "failed";
    case EVENT_DONE:
        break;
    }
    return "as asked for";
}

const char *event_text(struct arena *a, const struct event *e, int64_t wall_ms)
{
    const char *s;

    if (!e->step)
        return visible_text(a, agent_text(e));
    if (e->state == EVENT_DONE)
        s = done_text(a, e->step, wall_ms);
    else
        s = begun_text(a, e->step, wall_ms);
    if (e->state == EVENT_FAILED)
        s = arena_printf(a, "failed at %s: %s", s, e->text ? e->text : "no reason given");
    else if (e->text && e->step->kind != STEP_HOLD)
        s = arena_printf(a, "%s, %s", s, e->text);
    return visible_text(a, s);
}
