/* A client of the control socket as an asker. */
#include "base/text.h"
#include "base/visible.h"
#include "service/desk.h"

struct control_asker {
    struct asker asker; /* the first member: an asker is one of these */
    struct control_request *request;
};

static struct control_request *request_of(struct asker *asker)
{
    return ((struct control_asker *)asker)->request;
}

static void say_out(struct asker *asker, const char *text)
{
    control_reply_out(request_of(asker), text);
}

static void say_err(struct asker *asker, const char *text)
{
    control_reply_err(request_of(asker), text);
}

static void say_event(struct asker *asker, const char *json)
{
    control_reply_event(request_of(asker), json);
}

static bool say_taken(struct asker *asker, const char *text)
{
    if (text && !wire_is_set(asker->wire, "quiet"))
        say_err(asker, arena_printf(asker->arena, "%s\n", visible_text(asker->arena, text)));
    return true;
}

static void leave(struct asker *asker, enum exit_code code)
{
    control_reply_exit(request_of(asker), (int)code);
}

static void refuse(struct asker *asker, enum exit_code code, const char *sentence)
{
    say_err(asker, arena_printf(asker->arena, "error: %s\n", visible_text(asker->arena, sentence)));
    leave(asker, code);
}

static void on_gone(void *ctx, struct control_request *request)
{
    struct control_asker *c = ctx;

    (void)request;
    if (c->asker.on_gone)
        c->asker.on_gone(c->asker.gone_ctx, &c->asker);
}

void desk_on_request(void *service, struct control_request *request)
{
    static const struct asker_ops ops = {say_out, say_err, say_event, say_taken, refuse, leave};
    struct control_asker *c = arena_alloc(control_request_arena(request), sizeof *c);

    c->asker = (struct asker){.ops = &ops,
                              .arena = control_request_arena(request),
                              .wire = control_request_wire(request)};
    c->request = request;
    control_request_on_gone(request, on_gone, c);
    service_ask(service, &c->asker);
}
