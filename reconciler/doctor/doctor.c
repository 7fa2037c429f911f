#include "doctor/parts.h"

#include <string.h>

#include "base/text.h"
#include "core/find.h"

void doctor_report(struct doctor *d, const struct finding *f)
{
    ARRAY_PUSH(d->arena, d->found, *f);
}

const char *doctor_word(struct arena *a, const char *s)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_.,:/=@%+-";
    struct text t = {.arena = a};

    if (*s && s[strspn(s, plain)] == '\0')
        return s;
    text_add(&t, "'");
    for (; *s; s++)
        if (*s == '\'')
            text_add(&t, "'\\''");
        else
            text_add_n(&t, s, 1);
    text_add(&t, "'");
    return text_str(&t);
}

const char *doctor_command(struct arena *a, const char *verb, const struct agent *agent)
{
    return arena_printf(a, "avr-reconciler %s %s", verb, doctor_word(a, agent_title(agent)));
}

const struct box *doctor_box_at(const struct observed *o, const char *host)
{
    for (size_t i = 0; i < o->n_boxes; i++)
        if (box_runs(&o->boxes[i]) &&
            (text_is(o->boxes[i].name, host) || box_has_alias(&o->boxes[i], host)))
            return &o->boxes[i];
    return NULL;
}

/* Gravest first, otherwise as they were found. */
static struct findings in_order(struct doctor *d)
{
    struct finding *list = arena_alloc(d->arena, (d->found.n + 1) * sizeof *list);
    size_t n = 0;

    for (enum severity s = 0; s < SEVERITY__N; s++)
        for (size_t i = 0; i < d->found.n; i++)
            if (d->found.items[i].severity == s)
                list[n++] = d->found.items[i];
    return (struct findings){list, n};
}

struct findings doctor_find(struct arena *a, const struct doctor_input *in)
{
    struct doctor d = {.arena = a, .in = in};

    doctor_place(&d);
    doctor_networking(&d);
    doctor_agents(&d);
    doctor_wiring(&d);
    doctor_settings(&d);
    doctor_database(&d);
    return in_order(&d);
}
