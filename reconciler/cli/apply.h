/* apply.h - what the verbs that change containers have in common with `apply`. */
#ifndef CLI_APPLY_H
#define CLI_APPLY_H

#include "cli/cmd.h"

/* --now may cut calls: a yes is needed, or -y.  For whoever does not know which calls there are. */
enum exit_code confirm_blindly(struct cli *);

/* Has the service carry this command line out, and shows how it goes. */
enum exit_code ask_to_apply(struct cli *);

/* Orders that are over now are forgotten, and that is said: without a service nobody else does. */
void forget_orders(struct cli *, struct session *, const struct sources *, const struct outcome *);

#endif
