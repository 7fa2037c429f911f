/* javascript.h - a JSON value as JavaScript's template text `${value}` prints it.
 *
 * AVR's backend makes a container's environment that way, so 0.5 must become "0.5", 1e21 "1e+21",
 * true "true", null "null", [1,null] "1," and any object "[object Object]": another text here
 * would be a difference in every container. */
#ifndef SOURCE_JAVASCRIPT_H
#define SOURCE_JAVASCRIPT_H

#include "base/json.h"

const char *javascript_text(struct arena *, const cJSON *);
const char *javascript_number(struct arena *, double);

#endif
