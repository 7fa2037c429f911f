#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "link/wire.h"
#include "link/wire_event.h"

static void same_texts(const char *const *a, size_t n_a, const char *const *b, size_t n_b)
{
    must(n_a == n_b);
    for (size_t i = 0; i < n_a; i++)
        must(text_is(a[i], b[i]));
}

/* What was understood is understood the same once it was said again. */
static void request(struct arena *a, const char *line, size_t size)
{
    struct wire_request one, two;
    const char *again;
    struct err err;

    if (wire_request_decode(a, line, size, &one, &err) < 0) {
        must(err.text[0]);
        return;
    }
    if (wire_request_encode(a, &one, &again, &err) < 0)
        return; /* escaped it has grown beyond the limit */
    must(wire_request_decode(a, again, strlen(again) - 1, &two, &err) == 0);
    must(text_is(one.verb, two.verb) && text_is(one.format, two.format));
    must(one.color == two.color && one.verbose == two.verbose && one.width == two.width);
    same_texts(one.args, one.n_args, two.args, two.n_args);
    must(one.n_options == two.n_options);
    for (size_t i = 0; i < one.n_options; i++) {
        must(text_is(one.options[i].name, two.options[i].name));
        must(wire_is_set(&two, one.options[i].name));
        same_texts(one.options[i].values, one.options[i].n_values, two.options[i].values,
                   two.options[i].n_values);
    }
}

static void event(struct arena *a, const cJSON *tree)
{
    struct wire_frame frame;
    struct outcome outcome;
    struct event e;
    struct err err;

    if (event_is_outcome(tree)) {
        if (outcome_decode(a, tree, &outcome, &err) == 0)
            must(*outcome_encode(a, &outcome) == '{');
        return;
    }
    if (event_decode(a, tree, &e, &err) < 0) {
        must(err.text[0]);
        return;
    }
    const char *again = wire_event(a, event_encode(a, &e));
    must(wire_frame_decode(a, again, strlen(again) - 1, &frame, &err) == 0);
    must(event_decode(a, frame.event, &e, &err) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct wire_frame frame;
    struct err err;

    request(a, (const char *)data, size);
    if (wire_frame_decode(a, (const char *)data, size, &frame, &err) < 0)
        must(err.text[0]);
    else if (frame.kind == WIRE_EVENT)
        event(a, frame.event);
    else if (frame.kind == WIRE_OUT || frame.kind == WIRE_ERR)
        must(frame.text != NULL);
    return 0;
}
