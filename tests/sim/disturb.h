/* disturb.h - what people, AVR's backend, the engine and bad luck do to a world. */
#ifndef SIM_DISTURB_H
#define SIM_DISTURB_H

#include "world.h"

struct dice { /* splitmix64: the same seed is the same story on every machine */
    uint64_t state;
};
unsigned dice_roll(struct dice *, unsigned sides); /* 0 … sides - 1 */

/* Containers in any place and state, of any generation, and strangers with names like ours. */
void disturb_begin(struct world *, struct dice *);

/* One thing happens; its name, for the trace. */
const char *disturb(struct world *, struct dice *);

/* People have gone home: nothing is paused any more and no stranger holds our name. */
void disturb_end(struct world *);

#endif
