/* status.h - the fleet as a whole. */
#ifndef FACE_STATUS_H
#define FACE_STATUS_H

#include "face/parts.h"

/* The object of GET /api/v1/status, on a line.  asker NULL: without who asks.  still: without what
 * changes from round to round though nothing happens. */
const char *status_json(const struct face *, struct arena *, const struct web_request *asker,
                        bool still);

#endif
