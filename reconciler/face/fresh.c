#include "face/fresh.h"

#include "base/clock.h"

enum { MOMENT_MS = 1000 };

struct waiting { /* in the request's arena */
    struct waiting *next;
    struct web_request *request;
    web_handler *handle;
};

static bool is_of_this_moment(const struct face *face)
{
    int64_t looked_ms = 0;

    return service_last_look(face->service, NULL, &looked_ms) && wall_ms() - looked_ms < MOMENT_MS;
}

void fresh(struct face *face, struct web_request *r, web_handler *handle)
{
    bool can_look = service_is_well(face->service) && service_leads(face->service);

    if (!can_look || is_of_this_moment(face)) {
        handle(face, r);
        return;
    }
    struct waiting *w = arena_alloc(web_arena(r), sizeof *w);
    *w = (struct waiting){face->waiting, r, handle};
    face->waiting = w;
    service_look_soon(face->service);
}

static void answer_waiting(struct face *face, bool good)
{
    struct waiting *w = face->waiting;

    (void)good;
    face->waiting = NULL;
    while (w) {
        struct waiting *next = w->next;
        w->handle(face, w->request);
        w = next;
    }
}

/* Their requests died with the server. */
static void forget_waiting(struct face *face)
{
    face->waiting = NULL;
}

const struct face_family fresh_family = {.on_round = answer_waiting, .close = forget_waiting};
