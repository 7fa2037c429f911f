/* Steps as sentences, for the verbose plan and for error reports. */
#include "core/render_parts.h"

static const char *box_word(const char *name)
{
    enum place place;

    if (!name)
        return "container";
    if (!place_parse(name, &place, NULL))
        return "container";
    return place == PLACE_NEXT    ? "candidate"
           : place == PLACE_DRAIN ? "old container"
                                  : "failed candidate";
}

static const char *rename_text(struct arena *a, const struct step *s)
{
    enum place place;

    if (!s->new_name)
        return "rename";
    if (!place_parse(s->new_name, &place, NULL))
        return arena_printf(a, "rename %s to %s: it serves new calls from now on",
                            s->box_name ? s->box_name : "?", s->new_name);
    return arena_printf(a, "rename %s to %s%s", s->box_name ? s->box_name : "?", s->new_name,
                        place == PLACE_DRAIN    ? ": it gets no new calls"
                        : place == PLACE_FAILED ? ": kept for its logs"
                                                : "");
}

static const char *wait_text(struct arena *a, const struct step *s)
{
    switch (s->gate) {
    case GATE_SETUP:
        return "wait until no call is being set up";
    case GATE_SOAK:
        return "wait whether the new container stays ready";
    case GATE_QUIET:
        return "wait until calls that just began can be seen";
    case GATE_DRAIN:
        if (s->calls > 0)
            return arena_printf(a, "wait until %d live %s ended on the old container", s->calls,
                                s->calls == 1 ? "call has" : "calls have");
        return "wait until no call is on the old container";
    case GATE_NONE:
        break;
    }
    return "wait";
}

static const char *step_sentence(struct arena *a, const struct step *s)
{
    const char *name = s->box_name ? s->box_name : "?";

    switch (s->kind) {
    case STEP_PULL:
        return arena_printf(a, "pull %s", s->image ? s->image : "the image");
    case STEP_CREATE:
        return arena_printf(a, "create %s %s", box_word(s->new_name),
                            s->new_name ? s->new_name : "?");
    case STEP_START:
        return arena_printf(a, "start %s %s", box_word(s->box_name), name);
    case STEP_PROBE:
        return arena_printf(a, "wait until %s is ready", name);
    case STEP_WAIT:
        return wait_text(a, s);
    case STEP_RENAME:
        return rename_text(a, s);
    case STEP_STOP:
        return arena_printf(a, "stop %s%s", name, s->forced ? ", cutting the calls on it" : "");
    case STEP_REMOVE:
        return arena_printf(a, "remove %s", name);
    case STEP_UPDATE:
        return arena_printf(a, "change limits or restart policy of %s in place", name);
    case STEP_HOLD:
        return "leave it alone";
    case STEP_NOTHING:
    case STEP__N:
        break;
    }
    return "nothing to do";
}

const char *render_step(struct arena *a, const struct step *s)
{
    const char *sentence = step_sentence(a, s);

    if (s->why && *s->why)
        sentence = arena_printf(a, "%s (%s)", sentence, s->why);
    return render_visible(a, sentence);
}
