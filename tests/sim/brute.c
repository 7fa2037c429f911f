/* Goal: kill the controller after every step, up to three times, the wish changing in between,
 * good and bad candidates, calls that come and go - and show that it converges, cuts no call,
 * never leaves a role without a container, and does nothing more once it is done. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct scenario scenarios[] = {
    {.name = "hand-over, good", .witnesses = SEE_SOCKETS | SEE_ROWS},
    {.name = "hand-over, sockets only", .witnesses = SEE_SOCKETS},
    {.name = "hand-over, rows only", .witnesses = SEE_ROWS},
    {.name = "hand-over, bad candidate", .witnesses = SEE_SOCKETS | SEE_ROWS, .bad = 1 << 1},
    {.name = "hand-over, both bad", .witnesses = SEE_SOCKETS, .bad = 1 << 1 | 1 << 2},
    {.name = "hand-over, dies after the swap", .witnesses = SEE_SOCKETS, .late_bad = 1 << 1},
    {.name = "hand-over, sts and core", .witnesses = SEE_SOCKETS | SEE_ROWS, .core_too = true},
    {.name = "stop-first, good", .witnesses = SEE_SOCKETS | SEE_ROWS, .stop_first = true},
    {.name = "stop-first, bad candidate",
     .witnesses = SEE_SOCKETS,
     .stop_first = true,
     .bad = 1 << 1},
    {.name = "stop-first, dies after the swap",
     .witnesses = SEE_SOCKETS,
     .stop_first = true,
     .late_bad = 1 << 1},
    {.name = "pipeline set, good", .witnesses = SEE_SOCKETS | SEE_ROWS, .pipeline = true},
    {.name = "pipeline set, core too",
     .witnesses = SEE_SOCKETS,
     .pipeline = true,
     .core_too = true},
    {.name = "pipeline set, bad candidate",
     .witnesses = SEE_SOCKETS,
     .pipeline = true,
     .bad = 1 << 1},
    {.name = "pipeline set, dies after the swap",
     .witnesses = SEE_SOCKETS,
     .pipeline = true,
     .late_bad = 1 << 1},
    {.name = "pipeline set, its llm dies soon",
     .witnesses = SEE_SOCKETS,
     .pipeline = true,
     .late_bad = 1 << 1,
     .late_llm = true},
    {.name = "pipeline set, its llm dies late",
     .witnesses = SEE_SOCKETS,
     .pipeline = true,
     .late_bad = 1 << 1,
     .late_llm = true,
     .late_own = true},
    {.name = "hand-over, two networks", .witnesses = SEE_SOCKETS, .two_networks = true},
    {.name = "stop-first, two networks",
     .witnesses = SEE_SOCKETS,
     .stop_first = true,
     .two_networks = true},
};

/* What is asked for after each of up to three crashes. */
static const int wishes[][4] = {
    {1, 1, 1, 1}, {1, 2, 2, 2}, {1, 2, 1, 1}, {1, 1, 2, 3}, {1, 0, 0, 0}};

struct calls { /* a call comes in every `every` steps and lasts for `length` */
    unsigned every;
    int64_t length_ms;
};
static const struct calls patterns[] = {{0, 0}, {3, 400}, {7, 9000}, {4, 45000}};

struct totals {
    unsigned long runs, crashes, steps, calls_failed, gaps, died;
};

/* With calls for ever a stop-first container would rightly be waited for for ever. */
enum { LAST_CALL = 150 };

/* Runs until rest, or until it has made `fuel` steps: false, it was killed. */
static bool drive(struct world *w, unsigned fuel, const struct calls *calls, struct step *last)
{
    while (fuel--) {
        if (calls->every && w->steps < LAST_CALL && w->steps % calls->every == 0)
            world_call(w, calls->length_ms);
        if (!world_step(w, last))
            return true;
    }
    return false;
}

static void fail(const struct world *w, const int *wish, const struct calls *calls,
                 const unsigned crash[3])
{
    printf("FAILED %s: %s\n  wishes %d %d %d %d, a call every %u steps for %lld ms, killed after "
           "%u, %u, %u steps\n",
           w->scenario->name, w->violation, wish[0], wish[1], wish[2], wish[3], calls->every,
           (long long)calls->length_ms, crash[0], crash[1], crash[2]);
}

static bool run(const struct world *first, const int *wish, const struct calls *calls,
                const unsigned crash[3], unsigned ret_steps[4], struct totals *t, bool trace)
{
    struct world *w = malloc(sizeof *w);
    struct arena *a CLEANUP_ARENA = arena_new();
    struct step last = {0};

    if (!w)
        abort();
    world_copy(w, first);
    w->arena = a;
    w->trace = trace;
    for (int k = 0; k < 4 && !w->violation; k++) {
        unsigned before = w->steps;
        w->asked = wish[k];
        bool rest = drive(w, k < 3 ? crash[k] : 100000, calls, &last);
        ret_steps[k] = w->steps - before;
        if (!rest) {
            world_crash(w);
            t->crashes++;
            if (trace)
                printf("  -- killed\n");
        }
    }
    /* No more calls, so that it can come to rest; then a quiet hour. */
    if (!w->violation) {
        drive(w, 100000, &patterns[0], &last);
        world_check_rest(w, &last);
    }
    t->runs++;
    t->steps += w->steps;
    t->calls_failed += w->failed_starts;
    t->gaps += w->gaps;
    t->died += w->cut_by_death;
    bool ok = !w->violation;
    if (!ok)
        fail(w, wish, calls, crash);
    free(w);
    return ok;
}

struct strides { /* 1: a crash after every step */
    unsigned first, later;
};

/* Every first crash, if there is time for it; the second and the third at strides of their own. */
static bool explore(const struct world *first, const int *wish, const struct calls *calls,
                    struct totals *t, const struct strides *stride)
{
    enum { NEVER = 1000000 };
    unsigned steps[4], rest[4];

    if (!run(first, wish, calls, (unsigned[3]){NEVER, NEVER, NEVER}, steps, t, false))
        return false;
    for (unsigned a = 0; a <= steps[0]; a += stride->first) {
        if (!run(first, wish, calls, (unsigned[3]){a, NEVER, NEVER}, rest, t, false))
            return false;
        unsigned second = rest[1];
        for (unsigned b = 0; b <= second; b += stride->later) {
            if (!run(first, wish, calls, (unsigned[3]){a, b, NEVER}, rest, t, false))
                return false;
            unsigned third = rest[2];
            for (unsigned c = 0; c <= third; c += stride->later * 2)
                if (!run(first, wish, calls, (unsigned[3]){a, b, c}, rest, t, false))
                    return false;
        }
    }
    return true;
}

static bool explore_scenario(const struct scenario *s, const struct strides *stride,
                             struct totals *sum)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct world *first = malloc(sizeof *first);
    struct totals t = {0};
    bool ok = true;

    if (!first)
        abort();
    world_make(first, a, s);
    world_adopt(first);
    for (size_t i = 0; i < sizeof wishes / sizeof wishes[0] && ok; i++)
        for (size_t k = 0; k < sizeof patterns / sizeof patterns[0] && ok; k++)
            ok = explore(first, wishes[i], &patterns[k], &t, stride);
    printf("%-34s %8lu runs  %8lu crashes  %9lu steps  %7lu states in a rename gap  "
           "%6lu calls met one\n",
           s->name, t.runs, t.crashes, t.steps, t.gaps, t.calls_failed);
    sum->runs += t.runs;
    sum->crashes += t.crashes;
    sum->steps += t.steps;
    free(first);
    return ok;
}

/* brute NAME W C A B C: prints one run step by step. */
static int trace(char *argv[])
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct world *first = malloc(sizeof *first);
    struct totals t = {0};
    unsigned steps[4], crash[3];
    int status = 2;

    if (!first)
        abort();
    for (int i = 0; i < 3; i++)
        crash[i] = (unsigned)strtoul(argv[4 + i], NULL, 10);
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        if (strcmp(scenarios[i].name, argv[1]) != 0)
            continue;
        world_make(first, a, &scenarios[i]);
        world_adopt(first);
        status = run(first, wishes[atoi(argv[2])], &patterns[atoi(argv[3])], crash, steps, &t, true)
                     ? 0
                     : 1;
    }
    free(first);
    return status;
}

int main(int argc, char *argv[])
{
    struct totals sum = {0};
    struct strides stride = {1, 30};
    bool ok = true;

    setvbuf(stdout, NULL, _IOLBF, 0);

    if (argc == 7)
        return trace(argv);
    if (argc > 1)
        stride.later = (unsigned)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        stride.first = (unsigned)strtoul(argv[2], NULL, 10);
    if (!stride.first || !stride.later)
        return 2;
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0] && ok; i++)
        ok = explore_scenario(&scenarios[i], &stride, &sum);
    printf("%lu runs, %lu crashes, %lu steps: %s\n", sum.runs, sum.crashes, sum.steps,
           ok ? "all converged, no call cut, no role ever unserved" : "FAILED");
    return ok ? 0 : 1;
}
