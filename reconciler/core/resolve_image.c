/* Which image a container should run: the first candidate that is on the engine, the last one
 * pulled.  An unreachable registry is a note, never a difference. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "core/reference.h"
#include "core/resolve_parts.h"

enum { ALWAYS_S = 5 * 60 }; /* what `always` means to a process that looks again and again */

struct choice {
    const char *ref;   /* full form; NULL: the candidate is not a reference */
    const char *local; /* repository:local, or NULL where that makes no sense */
    struct err err;
};

static bool is_image_id(const char *s)
{
    return text_starts(s, "sha256:") && strlen(s) == 71 && strspn(s + 7, "0123456789abcdef") == 64;
}

static struct choice choice_of(struct arena *a, const char *text, enum pull_policy pull)
{
    struct choice c = {0};
    struct reference r;

    if (is_image_id(text)) {
        c.ref = text;
        return c;
    }
    if (reference_parse(a, text, &r, &c.err) != 0)
        return c;
    c.ref = reference_full(a, &r);
    if (pull == PULL_PREFER_LOCAL && !r.digest)
        c.local = reference_with_tag(a, &r, "local");
    return c;
}

static const struct image *present(const struct resolving *v, const char *ref)
{
    const struct image *image = ref ? observed_image(v->observed, ref) : NULL;
    return image && image->id ? image : NULL;
}

static void use(struct wanted *w, const char *ref, const struct image *image,
                const struct value *candidate)
{
    w->image_ref = ref;
    w->image_id = image ? image->id : NULL;
    w->image_origin = candidate->origin;
}

static const char *local_note(const struct resolving *v, const struct image *image)
{
    int64_t age_ms = v->observed->now_ms - image->created_ms;

    if (image->created_ms == 0 || age_ms < 0)
        return "using local image";
    return arena_printf(v->arena, "using local image, built %s ago",
                        text_duration(v->arena, age_ms / 1000));
}

/* pull_policy always and every_…: the registry was asked about the last candidate. */
static void compare_with_registry(struct resolving *v, struct wanted *w, const struct image *image)
{
    if (image->remote_error)
        w->image_note =
            arena_printf(v->arena, "the registry could not be asked: %s", image->remote_error);
    else if (image->remote_digest && !image_has_digest(image, image->remote_digest)) {
        w->pull = true;
        w->pull_why = arena_printf(v->arena, "the registry has %.19s", image->remote_digest);
    }
}

static void pull_last(struct resolving *v, struct wanted *w, const struct choice *last,
                      const struct value *candidate, enum pull_policy pull)
{
    use(w, last->ref, NULL, candidate);
    if (pull == PULL_NEVER || is_image_id(last->ref)) {
        w->problem = arena_printf(v->arena, "image %s is not on the engine%s", last->ref,
                                  pull == PULL_NEVER ? " and pull_policy is never" : "");
        return;
    }
    w->pull = true;
    w->pull_why = "not on the engine";
}

static void choose(struct resolving *v, struct wanted *w, const struct value *candidates, size_t n,
                   enum pull_policy pull)
{
    struct choice c = {0};

    for (size_t i = 0; i < n; i++) {
        c = choice_of(v->arena, candidates[i].text, pull);
        if (!c.ref) {
            w->problem = arena_strdup(v->arena, c.err.text);
            return;
        }
        const struct image *local = present(v, c.local), *image = present(v, c.ref);
        if (local) {
            use(w, c.local, local, &candidates[i]);
            w->image_note = local_note(v, local);
            return;
        }
        if (!image)
            continue;
        use(w, c.ref, image, &candidates[i]);
        if (pull == PULL_ALWAYS && i + 1 == n && !strchr(c.ref, '@'))
            compare_with_registry(v, w, image);
        else if (text_ends(c.ref, ":local"))
            w->image_note = local_note(v, image);
        return;
    }
    pull_last(v, w, &c, &candidates[n - 1], pull);
}

/* Nobody named an image: exactly the running one, by its tag while that still means it. */
static void keep_running(struct resolving *v, struct wanted *w, const struct box *from)
{
    const struct image *tagged = observed_image(v->observed, from->image_ref);

    w->image_ref = tagged && text_is(tagged->id, from->image_id) ? from->image_ref : from->image_id;
    w->image_id = from->image_id;
    w->image_origin = (struct origin){.kind = FROM_CONTAINER};
}

void resolve_image(struct resolving *v, struct wanted *w, const struct box *from)
{
    const struct image_policy *p = &w->spec->image;

    if (p->n) {
        choose(v, w, p->candidates, p->n, p->pull);
    } else if (from) {
        keep_running(v, w, from);
    } else if (p->fallback) {
        struct value fallback = {p->fallback, {.kind = FROM_AVR}};
        choose(v, w, &fallback, 1, p->pull);
    } else {
        w->problem = arena_printf(v->arena,
                                  "no image for %s: its provider has none and no spec "
                                  "names one",
                                  role_name[w->spec->role]);
    }
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

struct refs {
    struct arena *arena;
    ARRAY(const char *) list;
};

static size_t sorted_unique(struct refs *refs, const char *const **ret)
{
    size_t n = 0;

    if (refs->list.n > 1)
        qsort(refs->list.items, refs->list.n, sizeof refs->list.items[0], by_text);
    for (size_t i = 0; i < refs->list.n; i++)
        if (n == 0 || strcmp(refs->list.items[n - 1], refs->list.items[i]) != 0)
            refs->list.items[n++] = refs->list.items[i];
    *ret = refs->list.items;
    return n;
}

static void add_ref(struct refs *refs, const char *ref)
{
    if (ref)
        ARRAY_PUSH(refs->arena, refs->list, ref);
}

static void add_candidates(struct refs *refs, const struct image_policy *p)
{
    size_t n = p->n ? p->n : p->fallback ? 1 : 0;

    for (size_t i = 0; i < n; i++) {
        struct choice c =
            choice_of(refs->arena, p->n ? p->candidates[i].text : p->fallback, p->pull);
        add_ref(refs, c.ref);
        add_ref(refs, c.local);
    }
}

static void add_goal(struct refs *refs, const struct generation *goal)
{
    for (size_t i = 0; goal && i < goal->n_roles; i++) {
        add_ref(refs, goal->roles[i].image_id);
        add_ref(refs, goal->roles[i].image_ref);
    }
}

size_t resolve_image_refs(struct arena *a, const struct desired *d, const char *const **ret)
{
    struct refs refs = {.arena = a};

    for (size_t i = 0; i < d->n_agents; i++) {
        for (size_t k = 0; k < d->agents[i].n_containers; k++)
            add_candidates(&refs, &d->agents[i].containers[k].image);
        add_goal(&refs, d->agents[i].goal);
    }
    return sorted_unique(&refs, ret);
}

struct questions {
    struct arena *arena;
    ARRAY(struct registry_ref) list;
};

/* Only the last candidate is ever pulled, and a digest never moves. */
static void add_question(struct questions *q, const struct image_policy *p)
{
    if (p->pull != PULL_ALWAYS || !p->n)
        return;
    struct choice c = choice_of(q->arena, p->candidates[p->n - 1].text, p->pull);
    if (c.ref && !is_image_id(c.ref) && !strchr(c.ref, '@'))
        ARRAY_PUSH(q->arena, q->list,
                   ((struct registry_ref){c.ref, p->every_s ? p->every_s : ALWAYS_S}));
}

static int by_ref_and_interval(const void *x, const void *y)
{
    const struct registry_ref *a = x, *b = y;
    int order = strcmp(a->ref, b->ref);

    return order ? order : (a->every_s > b->every_s) - (a->every_s < b->every_s);
}

size_t resolve_registry_refs(struct arena *a, const struct desired *d,
                             const struct registry_ref **ret)
{
    struct questions q = {.arena = a};
    size_t n = 0;

    for (size_t i = 0; i < d->n_agents; i++)
        for (size_t k = 0; k < d->agents[i].n_containers; k++)
            add_question(&q, &d->agents[i].containers[k].image);
    if (q.list.n > 1)
        qsort(q.list.items, q.list.n, sizeof q.list.items[0], by_ref_and_interval);
    for (size_t i = 0; i < q.list.n; i++)
        if (n == 0 || strcmp(q.list.items[n - 1].ref, q.list.items[i].ref) != 0)
            q.list.items[n++] = q.list.items[i];
    *ret = q.list.items;
    return n;
}
