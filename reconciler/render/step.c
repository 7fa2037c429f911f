/* Steps as sentences, for the verbose plan. */
#include "render/parts.h"
#include "base/visible.h"

#include <string.h>

static const char *box_word(const char *name)
{
    enum place place;

    if (!place_parse(name, &place, NULL))
        return "container";
    return place == PLACE_NEXT    ? "candidate"
           : place == PLACE_DRAIN ? "old container"
                                  : "failed candidate";
}

static const char *rename_text(struct arena *a, const struct step *s)
{
    enum place place;

    if (!place_parse(s->new_name, &place, NULL))
        return arena_printf(a, "rename %s to %s: it serves new calls from now on", s->box_name,
                            s->new_name);
    return arena_printf(a, "rename %s to %s: %s", s->box_name, s->new_name,
                        place == PLACE_DRAIN ? "it gets no new calls" : "kept for its logs");
}

static const char *wait_text(struct arena *a, const struct step *s)
{
    static const char *const gates[] = {
        [GATE_NONE] = "wait",
        [GATE_SETUP] = "wait until no call is being set up",
        [GATE_SOAK] = "wait until the new container has stayed ready for a while",
        [GATE_QUIET] = "wait until calls that just began can be seen",
        [GATE_DRAIN] = "wait until no call is on the old container",
        [GATE_OTHERS] = "wait until nobody else is at work on its containers",
        [GATE_CANARY] = "wait until calls that meet the new container first have gone well",
    };

    if (s->gate == GATE_DRAIN && s->calls > 0)
        return arena_printf(a, "wait until %d live %s ended on the old container", s->calls,
                            s->calls == 1 ? "call has" : "calls have");
    return gates[s->gate];
}

static const char *step_sentence(struct arena *a, const struct step *s)
{
    const char *name = s->box_name;

    switch (s->kind) {
    case STEP_PULL:
        return arena_printf(a, "pull %s", s->image);
    case STEP_CREATE:
        return arena_printf(a, "create %s %s", box_word(s->new_name), s->new_name);
    case STEP_CONNECT:
        return arena_printf(a, "connect %s %s to network %s", box_word(name), name, s->network);
    case STEP_START:
        return arena_printf(a, "start %s %s", box_word(name), name);
    case STEP_PROBE:
        return arena_printf(a, "wait until %s %s is ready", box_word(name), name);
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

    if (s->why && !strstr(sentence, s->why))
        sentence = arena_printf(a, "%s (%s)", sentence, s->why);
    return visible_text(a, sentence);
}
