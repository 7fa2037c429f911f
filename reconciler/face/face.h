/* face.h - the service's endpoints for people, programs and containers: a guest in its loop that
 * shows what the last round found and passes on what is asked for.  It decides nothing. */
#ifndef FACE_FACE_H
#define FACE_FACE_H

#include <stddef.h>

#include "base/arena.h"
#include "service/guest.h"

struct face_options {            /* must live as long as the guest */
    const char *const *listen;   /* "127.0.0.1:6100", … */
    size_t n_listen;             /* 0: nowhere */
    const char *advertise;       /* URL under which containers reach it; NULL: not known */
    const char *jwt_secret;      /* of AVR's backend; NULL: nobody can log in */
    const char *webhook_forward; /* URL of the backend that webhooks are passed on to; NULL: none */
};

/* The guest, in the arena; NULL if it listens nowhere. */
const struct service_guest *face_guest(struct arena *, const struct face_options *);

#endif
