#include "control/registry.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/clock.h"
#include "core/reference.h"

#define MINUTE_MS ((int64_t)60 * 1000)
#define HOUR_MS   (60 * MINUTE_MS)

struct registry {
    struct registry *next;
    char *name;
    char *busy; /* why it is left alone */
    int64_t rests_until_ms;
    unsigned refusals; /* one after the other */
};

struct answer {
    char *ref;
    struct registry *host;
    char *image_id; /* of the image that was here when it was asked; NULL: none, or pulled since */
    char *digest;   /* NULL: it never answered */
    char *error;    /* of the last question */
    int64_t every_ms, asked_ms, due_ms;
    unsigned failures; /* one after the other */
};

struct registry_memory {
    struct answer *answers; /* sorted by reference */
    size_t n;
    struct registry *hosts;
};

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

static void put(char **place, const char *text)
{
    char *copy = text ? must(strdup(text)) : NULL;

    free(*place);
    *place = copy;
}

/* --- times ----------------------------------------------------------------------------------- */

/* Give or take a tenth, so that many of us do not ask at the same moment. */
static int64_t about(int64_t ms)
{
    return ms - ms / 10 + arc4random_uniform((uint32_t)(ms / 5 / 1000 + 1)) * (int64_t)1000;
}

/* first, twice that, … most; n counts from 1. */
static int64_t doubled(int64_t first_ms, unsigned n, int64_t most_ms)
{
    while (--n && first_ms < most_ms)
        first_ms *= 2;
    return first_ms < most_ms ? first_ms : most_ms;
}

static int64_t due_of(const struct answer *a)
{
    return a->due_ms > a->host->rests_until_ms ? a->due_ms : a->host->rests_until_ms;
}

/* --- what is remembered ---------------------------------------------------------------------- */

struct registry_memory *registry_memory_new(void)
{
    return must(calloc(1, sizeof(struct registry_memory)));
}

static void drop(struct answer *a)
{
    free(a->ref);
    free(a->image_id);
    free(a->digest);
    free(a->error);
}

void registry_memory_free(struct registry_memory *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        drop(&m->answers[i]);
    while (m->hosts) {
        struct registry *h = m->hosts;
        m->hosts = h->next;
        free(h->name);
        free(h->busy);
        free(h);
    }
    free(m->answers);
    free(m);
}

static struct registry *host_of(struct registry_memory *m, const char *ref)
{
    struct arena *scratch CLEANUP_ARENA = arena_new();
    struct reference parsed = {0};
    struct err err;
    const char *name = reference_parse(scratch, ref, &parsed, &err) < 0
                           ? ""
                           : reference_registry(scratch, &parsed);

    for (struct registry *h = m->hosts; h; h = h->next)
        if (strcmp(h->name, name) == 0)
            return h;
    struct registry *h = must(calloc(1, sizeof *h));
    *h = (struct registry){.next = m->hosts, .name = must(strdup(name))};
    m->hosts = h;
    return h;
}

static void set_interval(struct answer *a, int64_t every_s)
{
    int64_t every_ms = every_s < 24 * 3600 * 365 ? every_s * 1000 : 365 * 24 * HOUR_MS;

    if (a->every_ms == every_ms)
        return;
    a->every_ms = every_ms;
    if (a->digest && !a->failures)
        a->due_ms = a->asked_ms + about(every_ms);
}

/* Both are sorted: what is in both goes over, what is only in the old one is dropped. */
void registry_want(struct registry_memory *m, const struct registry_ref *refs, size_t n)
{
    struct answer *answers = must(calloc(n + 1, sizeof *answers));
    size_t old = 0;

    for (size_t i = 0; i < n; i++) {
        while (old < m->n && strcmp(m->answers[old].ref, refs[i].ref) < 0)
            drop(&m->answers[old++]);
        if (old < m->n && strcmp(m->answers[old].ref, refs[i].ref) == 0)
            answers[i] = m->answers[old++];
        else
            answers[i] =
                (struct answer){.ref = must(strdup(refs[i].ref)), .host = host_of(m, refs[i].ref)};
        set_interval(&answers[i], refs[i].every_s);
    }
    while (old < m->n)
        drop(&m->answers[old++]);
    free(m->answers);
    m->answers = answers;
    m->n = n;
}

static int by_ref(const void *ref, const void *answer)
{
    return strcmp(ref, ((const struct answer *)answer)->ref);
}

static struct answer *find(const struct registry_memory *m, const char *ref)
{
    return m->n ? bsearch(ref, m->answers, m->n, sizeof *m->answers, by_ref) : NULL;
}

bool registry_is_due(const struct registry_memory *m, const char *ref)
{
    const struct answer *a = find(m, ref);

    return a && due_of(a) <= mono_ms();
}

int64_t registry_due_ms(const struct registry_memory *m)
{
    int64_t due_ms = 0;

    for (size_t i = 0; i < m->n; i++)
        if (!due_ms || due_of(&m->answers[i]) < due_ms)
            due_ms = due_of(&m->answers[i]);
    return due_ms;
}

/* --- answers --------------------------------------------------------------------------------- */

static struct answer *asked(struct registry_memory *m, const struct image *image)
{
    struct answer *a = find(m, image->asked);

    if (a) {
        a->asked_ms = mono_ms();
        put(&a->error, NULL);
    }
    return a;
}

void registry_answered(struct registry_memory *m, const struct image *image, const char *digest)
{
    struct answer *a = asked(m, image);

    if (!a)
        return;
    put(&a->digest, digest);
    put(&a->image_id, image->id);
    a->failures = a->host->refusals = 0;
    a->due_ms = a->asked_ms + about(a->every_ms);
}

void registry_failed(struct registry_memory *m, const struct image *image, const char *why)
{
    struct answer *a = asked(m, image);

    if (!a)
        return;
    put(&a->error, why);
    a->failures++;
    a->due_ms = a->asked_ms + about(doubled(MINUTE_MS / 2, a->failures, 30 * MINUTE_MS));
}

/* Questions that were under way together are refused together, and count as one. */
void registry_is_busy(struct registry_memory *m, const struct image *image, const char *why,
                      int64_t retry_after_s)
{
    struct answer *a = asked(m, image);

    if (!a)
        return;
    struct registry *h = a->host;
    int64_t ms = retry_after_s < 24 * 3600 ? retry_after_s * 1000 : 24 * HOUR_MS;

    put(&a->error, why);
    put(&h->busy, why);
    h->refusals += h->rests_until_ms <= a->asked_ms;
    if (ms <= 0)
        ms = doubled(5 * MINUTE_MS, h->refusals, 6 * HOUR_MS);
    ms += about(ms / 10); /* never earlier than it said */
    if (h->rests_until_ms < a->asked_ms + ms)
        h->rests_until_ms = a->asked_ms + ms;
}

void registry_pulled(struct registry_memory *m, const char *ref)
{
    struct answer *a = find(m, ref);

    if (a)
        put(&a->image_id, NULL);
}

void registry_show(const struct registry_memory *m, struct arena *arena, struct image *image)
{
    const struct answer *a = find(m, image->asked);

    if (!a)
        return;
    bool rests = a->host->rests_until_ms > mono_ms() && a->due_ms <= mono_ms();
    bool is_about_it =
        a->digest && (text_is(a->image_id, image->id) || image_has_digest(image, a->digest));
    image->remote_digest = is_about_it ? arena_strdup(arena, a->digest) : NULL;
    image->remote_error = arena_strdup(arena, a->error ? a->error : rests ? a->host->busy : NULL);
}
