#include "control/notices.h"

#include "base/array.h"
#include "base/text.h"

/* An image is looked up by more than one name, and many share the trouble of their registry. */
static size_t same_trouble(const struct observed *o, size_t from, size_t to, const char *error)
{
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        n += text_is(o->images[i].remote_error, error);
    return n;
}

static const char *trouble(struct arena *a, const struct observed *o, size_t i)
{
    const struct image *image = &o->images[i];
    size_t more = same_trouble(o, i + 1, o->n_images, image->remote_error);

    if (!more)
        return arena_printf(a, "%s: %s", image->asked, image->remote_error);
    return arena_printf(a, "%s and %zu more: %s", image->asked, more, image->remote_error);
}

const struct sources *notices_add(struct arena *a, const struct sources *sources,
                                  const struct observed *o)
{
    const struct desired *d = &sources->desired;
    ARRAY(const char *) list = {0};

    for (size_t i = 0; i < o->n_images; i++) {
        const char *error = o->images[i].remote_error;
        if (error && !same_trouble(o, 0, i, error))
            ARRAY_PUSH(a, list, trouble(a, o, i));
    }
    if (!list.n)
        return sources;
    struct sources *more = arena_memdup(a, sources, sizeof *sources);
    const char **notices = arena_alloc(a, (d->n_notices + list.n) * sizeof *notices);
    for (size_t i = 0; i < d->n_notices + list.n; i++)
        notices[i] = i < d->n_notices ? d->notices[i] : list.items[i - d->n_notices];
    more->desired.notices = notices;
    more->desired.n_notices += list.n;
    return more;
}
