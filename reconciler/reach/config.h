/* config.h - the config endpoint, asked the way a container asks it, and from here. */
#ifndef REACH_CONFIG_H
#define REACH_CONFIG_H

#include "control/client.h"
#include "doctor/verify.h"

/* Asks for the settings of this box twice: from inside its network, as far as this process may go
 * there, and from here.  Takes a few seconds at most.  `neighbours` are all containers of the
 * engine: one of them may be the backend. */
void reach_config(struct client *, struct arena *, const char *proc, const struct box *,
                  const struct list_entry *neighbours, size_t n, struct config_answer *ret_inside,
                  struct config_answer *ret_here);

#endif
