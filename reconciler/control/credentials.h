/* credentials.h - the login a registry is asked with, from Docker's own configuration.
 *
 * Looked up only when a question or a pull needs it.  The file is read each time, so a `docker
 * login` counts at once; what a credential helper said is remembered for five minutes, and that
 * it said nothing for half a minute.  What is remembered is wiped when it is forgotten. */
#ifndef CONTROL_CREDENTIALS_H
#define CONTROL_CREDENTIALS_H

#include <stdbool.h>

#include "base/arena.h"

struct credentials;
struct credentials_wait;
struct ev_loop;

/* config_file: Docker's config.json, need not exist; NULL: nobody has a login. */
struct credentials *credentials_new(struct ev_loop *, const char *config_file);
void credentials_free(struct credentials *); /* nobody may wait any more; NULL is fine */

/* Called once, from the loop.  auth: for call.registry_auth, lent; NULL: there is no login.  err,
 * when not NULL: why it could not be told whether there is one. */
typedef void credentials_done(void *ctx, const char *auth, const struct err *);

/* ref: the image's. */
struct credentials_wait *credentials_ask(struct credentials *, const char *ref, credentials_done *,
                                         void *ctx);
void credentials_cancel(struct credentials_wait *);

/* The registry refused: says so with what is known of the login, and a remembered one is asked for
 * anew the next time. */
void credentials_refused(struct credentials *, const char *ref, bool with_login, struct err *);

/* Why some registry's login cannot be found out, for people; NULL: nothing is wrong.  Valid until
 * the loop runs again. */
const char *credentials_problem(const struct credentials *);

#endif
