/* actions.h - what each order would do to an agent: the rule table asked as if it had been given.
 */
#ifndef RENDER_ACTIONS_H
#define RENDER_ACTIONS_H

#include "core/what_if.h"
#include "render/api.h"

struct out;

void out_actions(struct out *, const struct render *, const struct agent_page *,
                 const struct alone *); /* key "actions" */

#endif
