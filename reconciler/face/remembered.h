/* remembered.h - answers from the store. */
#ifndef FACE_REMEMBERED_H
#define FACE_REMEMBERED_H

#include "face/parts.h"

/* A page of changes, of one agent or of all (NULL). */
void reply_history(const struct face *, struct web_request *, const char *agent_id);
void reply_generations(const struct face *, struct web_request *, const char *agent_id);

#endif
