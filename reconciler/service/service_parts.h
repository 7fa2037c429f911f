/* service_parts.h - the inside of the service, for the files of this room.
 *
 *     service.c    its life
 *     triggers.c   what happened: files, database, engine, signals, time
 *     round.c      one look at everything, and who gets to work
 *     sight.c      what of the last look still holds
 *     registries.c what is wrong with registries
 *     others.c     who else is at work on the same containers
 *     account.c    what the work led to: log, history, notifications, when to try again
 *     causes.c     why an agent is to be worked on
 *     crashes.c    live containers that die again and again
 *     calls_book.c which generation answered a call
 *     hearing.c    what core tells of calls by webhook
 *     fetches.c    who asked for its settings, and who had a call and did not
 *     cold.c       what comes of that
 *     keep.c       the store's upkeep
 *     settings.c   what specs say of the service itself, while it runs
 *     desk.c       what people ask for; control_asker.c those of them at the control socket
 *     guest.c      who lives beside it in the loop, and view.c what it sees
 *     orders.c     what they order: kept in the store, an input of every merge */
#ifndef SERVICE_SERVICE_PARTS_H
#define SERVICE_SERVICE_PARTS_H

#include <ev.h>

#include "control/fleet.h"
#include "service/account.h"
#include "service/fetches.h"
#include "link/control_server.h"
#include "service/intake.h"
#include "service/others.h"
#include "tell/notify.h"
#include "service/reap.h"
#include "service/retry.h"
#include "service/service.h"
#include "service/sight.h"
#include "tell/systemd.h"
#include "service/view.h"
#include "store/store.h"
#include "watch/database.h"
#include "watch/engine.h"
#include "watch/files.h"
#include "watch/settle.h"

struct asker;
struct desk;
struct hearing;

struct round {           /* the last one that was finished */
    struct arena *arena; /* of all of it; NULL: there was none */
    struct look look;
    int64_t at_ms; /* wall clock */
};

struct service {
    const struct config *config;
    const struct service_options *options;
    int64_t resync_s, history_keep_s; /* in force; specs may change them */
    char later[200];                  /* options that changed and wait for a start; "": none */
    struct session *session;
    struct ev_loop *loop;
    struct log *log;
    struct systemd *systemd;
    struct reaper *reaper; /* NULL: not process 1 */
    struct store *store;
    struct notify *notify; /* NULL: nobody is told */
    struct control_server *server;
    struct desk *desk;
    const struct service_guest *guest; /* NULL: none, or not open yet */
    struct account *account;
    struct hearing *hearing;
    struct arena *orders_arena; /* of the orders as they were read last; NULL: never */
    struct standing_orders orders;
    struct intake *intake;
    struct file_watch *files;
    struct database_watch *database; /* of database_path; NULL: none */
    const char *database_path;
    struct engine_watch *engine;
    struct settle *settle;
    struct fleet *fleet;
    struct retries *retries;
    struct others *others;
    struct sight *sight; /* of last */
    struct fetches *fetches;
    struct ev_timer due; /* the next round, whatever happens until then */
    struct ev_signal signals[3];
    struct round last;
    int lock; /* the engine's; -1: somebody else has it */
    bool round_due, stopping, reloading;
    unsigned failed_rounds; /* in a row */
    struct service_counts counts;
    int64_t pruned_ms; /* monotonic: when the store forgot what is old; 0: not yet */
    char cause[200];   /* why the next round is due: the first cause since the last one */
};

/* ---- service.c ---- */

/* What was opened must be closed, whether or not it succeeded. */
int service_open(struct service *, struct err *) MUST_CHECK; /* of one with config and options */
void service_turn(struct service *); /* a round if one is due, else whatever happens next */
void service_close(struct service *);

/* Answers the control socket, if it does not yet.  One that another instance answers is no error:
 * it is tried again at each round.  -1: it cannot be answered at all. */
int service_listen(struct service *, struct err *);

/* ---- guest.c: each does nothing where there is none ---- */

int guest_open(struct service *, struct err *) MUST_CHECK;
void guest_close(struct service *);
void guest_round(const struct service *, bool good);
void guest_event(const struct service *, const struct event *);
void guest_change(const struct service *, const struct change *);
void guest_calls(const struct service *, const struct database *);

/* ---- triggers.c ---- */

void triggers_open(struct service *);
void triggers_close(struct service *);
/* A round is due as soon as it has been quiet for a moment.  cause: for people; NULL: what happened
 * does not tell why, the differences will. */
void service_mark(struct service *, const char *cause);

/* ---- settings.c ---- */

void settings_open(struct service *);
/* What the specs say now.  The times are taken over at once; that the rest waits for the next start
 * is said once. */
void settings_take(struct service *, const struct service_spec *);

/* ---- orders.c ---- */

/* Those that stand, for the intake; when they cannot be read, those that stood before. */
void service_orders(void *service, struct arena *, struct standing_orders *ret);
void service_orders_round(struct service *, const struct look *);   /* forgets what is over */
void service_orders_failed(struct service *, const struct agent *); /* the work on it failed */
void service_order(struct service *, struct asker *);               /* pause, stop, restart … */

/* ---- round.c ---- */

void service_round(struct service *);

/* ---- cold.c ---- */

void cold_calls(struct service *, const struct database *); /* the open calls, as just read */
void cold_round(struct service *);

/* ---- registries.c ---- */

void report_registries(struct service *, const struct look *);

#endif
