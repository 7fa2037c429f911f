/* backend.h - AVR's own backend, asked to change a provider: the only way this program writes to
 * AVR's database, and only because a person said so. */
#ifndef REACH_BACKEND_H
#define REACH_BACKEND_H

#include "core/inputs.h"
#include "net/http.h"

struct ev_loop;

struct backend {
    struct ev_loop *loop;
    struct http *http;
    struct endpoint endpoint;
    const char *authorization; /* "Authorization: Bearer …", a secret */
};

/* token: as somebody's login gave it.  read_only: nothing but GET can ever be sent. */
int backend_open(struct arena *, const char *url, const char *token, bool read_only,
                 struct backend *ret, struct err *) MUST_CHECK;
void backend_close(struct backend *);

/* What a PATCH of this provider's image has to send: its whole config as the backend has it, with
 * this image.  ERR_CONFLICT: the backend has other settings than the row that was decided upon, or
 * does not show them.  The body is a secret. */
int backend_prepare(struct backend *, struct arena *, const struct provider_row *,
                    const char *image, const char **ret_body, struct err *) MUST_CHECK;

int backend_patch(struct backend *, struct arena *, const struct provider_row *, const char *image,
                  const char *body, struct err *) MUST_CHECK;

#endif
