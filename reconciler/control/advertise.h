/* advertise.h - how containers reach the service: what it was told when it was started, kept in the
 * state folder, for every other verb must give containers the same address. */
#ifndef CONTROL_ADVERTISE_H
#define CONTROL_ADVERTISE_H

#include <stdbool.h>

#include "base/arena.h"

/* It becomes part of addresses, and is shown: nothing but where the service is. */
bool advertise_is_usable(const char *url);

/* What the last service with this state folder was told; NULL: nothing. */
const char *advertise_recall(struct arena *, const char *state_dir);

/* url NULL: it is forgotten.  A folder that cannot be written is reported by others. */
void advertise_remember(const char *state_dir, const char *url);

#endif
