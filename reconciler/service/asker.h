/* asker.h - whoever asks something of the service: a client of the control socket, or somebody of
 * the web room.  The desk answers both with the same words. */
#ifndef SERVICE_ASKER_H
#define SERVICE_ASKER_H

#include "control/exit.h"
#include "link/wire.h"

struct asker;
struct service;

struct asker_ops {
    /* For standard output and standard error, and progress as one JSON object (wire_event.h). */
    void (*out)(struct asker *, const char *text);
    void (*err)(struct asker *, const char *text);
    void (*event)(struct asker *, const char *json);
    /* What is asked is being done.  text: what is so now, a sentence; NULL: nothing to add.  False:
     * that was all the asker wanted to know, and it is gone. */
    bool (*taken)(struct asker *, const char *text);
    void (*refuse)(struct asker *, enum exit_code, const char *sentence); /* it is gone */
    void (*exit)(struct asker *, enum exit_code);                         /* it is gone */
};

struct asker {
    const struct asker_ops *ops;
    struct arena *arena; /* dies with it */
    const struct wire_request *wire;
    /* Set by the desk, called by whoever made the asker when it went away by itself; the desk then
     * says exit, to nobody. */
    void (*on_gone)(void *ctx, struct asker *);
    void *gone_ctx;
};

/* Answers it, at once or much later: with exactly one of refuse, exit, and a taken that says false.
 */
void service_ask(struct service *, struct asker *);

#endif
