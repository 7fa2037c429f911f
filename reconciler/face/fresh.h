/* fresh.h - answers that need a look of this moment: calls come and go without a round. */
#ifndef FACE_FRESH_H
#define FACE_FRESH_H

#include "face/parts.h"

/* Calls the handler after the next round, or at once where the last one was a moment ago, and
 * where no round can be made: then it tells what was seen last. */
void fresh(struct face *, struct web_request *, web_handler *);

#endif
