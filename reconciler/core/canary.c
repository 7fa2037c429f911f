#include "core/canary.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/* --- which call ------------------------------------------------------------------------------ */

/* What people put between the digits of a number to read it. */
static bool is_filling(char c)
{
    return c && strchr(" -./()", c);
}

static bool same_number(const char *a, const char *b)
{
    for (;;) {
        while (is_filling(*a))
            a++;
        while (is_filling(*b))
            b++;
        if (*a != *b)
            return false;
        if (!*a)
            return true;
        a++, b++;
    }
}

static bool is_named(const struct canary_policy *p, const char *caller)
{
    for (size_t i = 0; caller && *caller && i < p->n_callers; i++)
        if (same_number(p->callers[i], caller))
            return true;
    return false;
}

bool canary_takes(const struct canary_policy *p, const struct digest_key *key, const char *caller,
                  const char *uuid)
{
    enum { DIGITS = 8 };

    if (p->calls <= 0)
        return false;
    if (is_named(p, caller))
        return true;
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *hex = digest_hex(a, key, uuid, strlen(uuid), DIGITS);
    return (int64_t)(strtoul(hex, NULL, 16) % 100) < p->percent;
}

/* --- how it went ----------------------------------------------------------------------------- */

static int by_length(const void *x, const void *y)
{
    const int64_t *a = x, *b = y;

    return *a < *b ? -1 : *a > *b;
}

int64_t canary_short_ms(struct arena *a, const int64_t *durations_ms, size_t n)
{
    if (n < CANARY_EARLIER)
        return 0;
    int64_t *sorted = arena_memdup(a, durations_ms, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_length);
    return sorted[n / 10];
}

/* The end of the time in which the agent should have said something. */
static bool was_silent(const struct canary_call *c, const struct canary_facts *f)
{
    int64_t end_ms = c->spoke_ms ? c->spoke_ms : c->ended_ms ? c->ended_ms : f->now_ms;

    return f->earlier.speech == SPEECH_HEARD && end_ms - c->started_ms > CANARY_SILENT_MS;
}

static bool was_short(const struct canary_call *c, const struct canary_facts *f)
{
    return c->ended_ms - c->started_ms < f->earlier.short_ms;
}

static bool proves_nothing(const struct canary_call *c, const struct canary_facts *f)
{
    return !c->spoke_ms && f->earlier.speech != SPEECH_NONE;
}

struct tally {
    int64_t errors, silent, brief, well, mute, ended, begun;
    int64_t until_ms; /* when the next one has been silent for too long; 0: none may be */
};

static void count(struct tally *t, const struct canary_call *c, const struct canary_facts *f)
{
    int64_t speaks_by = c->started_ms + CANARY_SILENT_MS + 1;
    bool silent = was_silent(c, f);

    t->begun++;
    t->errors += c->errors > 0;
    t->silent += silent && !c->errors;
    if (f->earlier.speech == SPEECH_HEARD && !silent && !c->spoke_ms && !c->ended_ms &&
        (!t->until_ms || speaks_by < t->until_ms))
        t->until_ms = speaks_by;
    if (!c->ended_ms)
        return;
    t->ended++;
    if (c->errors || silent)
        return;
    if (was_short(c, f))
        t->brief++;
    else if (proves_nothing(c, f))
        t->mute++;
    else
        t->well++;
}

static struct tally tally(const struct canary_facts *f)
{
    struct tally t = {0};

    for (size_t i = 0; i < f->n; i++)
        if (f->calls[i].started_ms) /* one that never began went no way at all */
            count(&t, &f->calls[i], f);
    return t;
}

static const char *why_back(struct arena *a, const struct canary_policy *p, const struct tally *t)
{
    int64_t bad = t->errors + t->silent;

    if (bad && (bad >= CANARY_BAD || p->calls < CANARY_BAD)) {
        if (!t->silent)
            return arena_printf(a, "%lld of %lld calls on the new container met errors",
                                (long long)bad, (long long)t->begun);
        if (!t->errors)
            return arena_printf(a,
                                "in %lld of %lld calls on the new container the agent said "
                                "nothing for %d s",
                                (long long)bad, (long long)t->begun, CANARY_SILENT_MS / 1000);
        return arena_printf(a, "%lld of %lld calls on the new container met errors or silence",
                            (long long)bad, (long long)t->begun);
    }
    if (t->brief >= CANARY_SHORT_LEAST && t->brief * 100 > t->ended * CANARY_SHORT_PERCENT)
        return arena_printf(a,
                            "%lld of %lld calls on the new container were shorter than nine of "
                            "ten calls before",
                            (long long)t->brief, (long long)t->ended);
    return NULL;
}

static const char *so_far_text(struct arena *a, const struct canary_policy *p,
                               const struct tally *t, enum canary_speech speech)
{
    const char *text = arena_printf(a, "%lld of %lld calls went well on the new container",
                                    (long long)t->well, (long long)p->calls);

    if (!t->mute)
        return text;
    return arena_printf(a, "%s; %lld ended before the agent had said anything%s", text,
                        (long long)t->mute,
                        speech == SPEECH_UNKNOWN
                            ? ", and whether calls of this agent have transcripts is not known yet"
                            : "");
}

struct canary_judgement canary_judge(struct arena *a, const struct canary_policy *p,
                                     const struct canary_facts *f)
{
    struct tally t = tally(f);
    const char *back = why_back(a, p, &t);

    if (back)
        return (struct canary_judgement){CANARY_BACK, back, 0};
    const char *so_far = so_far_text(a, p, &t, f->earlier.speech);
    if (t.well >= p->calls)
        return (struct canary_judgement){CANARY_GO, so_far, 0};
    return (struct canary_judgement){CANARY_WAIT, so_far, t.until_ms};
}
