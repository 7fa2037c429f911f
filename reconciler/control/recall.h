/* recall.h - what state.db remembers and a look goes by, for those that read it and those that keep
 * it open. */
#ifndef CONTROL_RECALL_H
#define CONTROL_RECALL_H

#include "core/record.h"
#include "store/store.h"

/* DIR/state.db, to be read; NULL: there is no such file.  Makes nothing.  What is wrong with it is
 * told by whatever is read from it. */
struct store *recall_open(struct arena *, const char *dir);

/* What these agents were made from when they last proved themselves, as far as it can be read: it
 * is an offer, and nobody's failure that there is none. */
struct generations recall_last_good(struct store *, struct arena *, const char *const *agent_ids,
                                    size_t n_ids);

#endif
