#include "core/pin.h"

#include <string.h>

#include "base/text.h"
#include "core/reference.h"

static bool is_of_repository(struct arena *a, const char *digest, const char *repository)
{
    const char *at = strchr(digest, '@');

    return at && reference_same(a, arena_strndup(a, digest, (size_t)(at - digest)), repository);
}

/* Of several registries' digests the one of the repository it was created from: to take it from
 * elsewhere from now on is nothing that a pin may decide. */
static int by_digest(struct arena *a, const struct observed *o, const struct box *b,
                     const char **ret, struct err *err)
{
    const struct image *image = observed_image(o, b->image_id);
    struct reference r;
    struct err ignored;

    bool by_id = text_starts(b->image_ref, "sha256:") ||
                 reference_parse(a, b->image_ref, &r, &ignored) < 0;

    for (size_t i = 0; image && i < image->n_digests; i++) {
        *ret = image->digests[i];
        if (by_id || is_of_repository(a, *ret, r.repository))
            return 0;
    }
    return err_set(err, ERR_NOT_FOUND,
                   "no registry has %s as it runs, so there is no digest: it was built or loaded "
                   "here",
                   b->image_ref);
}

int pin_reference(struct arena *a, const struct observed *o, const struct box *b, bool digest,
                  const char **ret, struct err *err)
{
    if (digest)
        return by_digest(a, o, b, ret, err);
    const struct image *named = observed_image(o, b->image_ref);
    bool is_id = text_starts(b->image_ref, "sha256:");

    if (named && !text_is(named->id, b->image_id))
        return err_set(err, ERR_CONFLICT,
                       "%s means another image by now: --digest names the one that runs",
                       b->image_ref);
    *ret = is_id ? b->image_id : b->image_ref;
    return 0;
}
