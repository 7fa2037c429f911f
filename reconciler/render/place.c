#include "render/place.h"

#include "base/text.h"

const char *const place_word[PLACES] = {[PLACE_LIVE] = "live",
                                        [PLACE_NEXT] = "next",
                                        [PLACE_DRAIN] = "drain",
                                        [PLACE_FAILED] = "failed",
                                        [PLACE_STRAY] = "stray"};

int place_in(const struct box *b, const char *slot)
{
    enum place place;

    if (text_is(b->name, slot))
        return PLACE_LIVE;
    if (!text_is(pair_get(b->labels, b->n_labels, "agentName"), slot))
        return -1;
    if (place_parse(b->name, &place, NULL))
        return (int)place;
    return box_runs(b) ? PLACE_STRAY : -1;
}
