/* service.h - `run`: keeps a fleet as asked for, for months.
 *
 * Triggers only mark that something happened (service/triggers.c); a round then looks at everything
 * and gives what is to be done to the fleet (service/round.c).  There is no other path: a round is
 * what `diff` does, and the fleet is what `apply` works with. */
#ifndef SERVICE_SERVICE_H
#define SERVICE_SERVICE_H

#include "control/config.h"
#include "service/guest.h"
#include "tell/log.h"

enum { SERVICE_RESYNC_S = 5 * 60, SERVICE_HISTORY_KEEP_S = 90 * 24 * 3600 };

struct service_options {
    enum log_format log_format;
    enum log_level log_level;
    bool color;                 /* of the log, where it is a terminal */
    int64_t resync_s;           /* a full look at least this often */
    const char *control;        /* path of the control socket */
    const char *notify_url;     /* where changes are told; NULL: nowhere */
    const char *notify_form;    /* "json", "slack", "discord" */
    int64_t history_keep_s;     /* changes and calls that are older are forgotten */
    struct service_spec spec;   /* what specs said of these when it was started */
    const char *const *decided; /* names of those about which specs have nothing to say */
    size_t n_decided;
    const struct service_guest *guest; /* NULL: nobody */
};

/* Runs until SIGTERM or SIGINT, then stops at the next safe point and returns 0.  -1: it could not
 * be begun. */
int service_run(const struct config *, const struct service_options *, struct err *) MUST_CHECK;

#endif
