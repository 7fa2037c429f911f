/* cold.h - which parts of agents did not ask for their settings in a call: the file `cold` in the
 * state folder, read with the sources, so that every verb goes by it.  Deleting it gives all of
 * them another try. */
#ifndef CONTROL_COLD_H
#define CONTROL_COLD_H

#include "core/inputs.h"

/* Those that are remembered, in the arena; what is no such line is passed over. */
size_t cold_read(struct arena *, const char *state_dir, const struct cold_part **ret);

/* Remembers these and no others.  -1: the folder does not take it. */
int cold_write(const char *state_dir, const struct cold_part *, size_t n, struct err *) MUST_CHECK;

#endif
