/* asker.h - who asks for settings: which agent's container, and for which of its parts.
 *
 * A token in the path proves it (core/capability.h).  Without one the address must be that of a
 * running container of the agent, as the last look at the engine found it: that is weaker, since
 * containers of one network may forge addresses, so a token that is wrong is never made up for by
 * an address that is right. */
#ifndef LIVE_ASKER_H
#define LIVE_ASKER_H

#include <sys/socket.h>

#include "core/desired.h"
#include "core/observed.h"

struct live_ask {
    const char *token;               /* NULL: none was given */
    const struct sockaddr *peer;     /* who asks */
    const struct digest_key *key;    /* of tokens; NULL: none can be checked */
    const struct desired *desired;   /* of this moment */
    const struct observed *observed; /* the last look; NULL: there was none */
};

/* Whose provider it is that this asker may read, NULL: nobody's. */
struct live_asker {
    const struct agent *agent;
    enum role role;
};

/* May it read the settings of this provider?  False: whatever the reason, it is told none. */
bool asker_of_provider(struct arena *, const struct live_ask *, const char *provider_id,
                       struct live_asker *ret);

/* May it know how this agent's parts are reached? */
bool asker_of_agent(struct arena *, const struct live_ask *, const char *agent_id,
                    struct live_asker *ret);

#endif
