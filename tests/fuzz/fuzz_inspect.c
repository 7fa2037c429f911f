#include "fuzz/decoder.h"

static void check_box(const struct box *box)
{
    must(box->id && strlen(box->id) == 64 && box->name && box->image_ref && box->image_id);
    must(box->error && box->network_mode && box->user && box->log_driver && box->health_text);
    must(box->restart.name && box->restart.name[0]);
    must_be_sorted(box->env, box->n_env);
    must_be_sorted(box->labels, box->n_labels);
    must_be_sorted(box->log_options, box->n_log_options);
    for (size_t i = 0; i < box->n_networks; i++)
        must(box->networks[i].name && box->networks[i].ip);
    for (size_t i = 0; i < box->n_ports; i++)
        must(box->ports[i] != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena *a = arena_new();
    struct facts facts;

    if (decode_bytes(CALL_INSPECT, 200, data, size, a, &facts))
        check_box(&facts.box);
    if (decode_bytes(CALL_IMAGE, 200, data, size, a, &facts))
        must_be_sorted(facts.image.env, facts.image.n_env);
    (void)decode_bytes(CALL_START, 404, data, size, a, &facts);
    return 0;
}
