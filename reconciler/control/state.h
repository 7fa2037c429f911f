/* state.h - the state directory: the key of the fingerprints and the lock of an engine.
 *
 * Nothing in it is needed for correctness: deleting it loses no container and no call. */
#ifndef CONTROL_STATE_H
#define CONTROL_STATE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/digest.h"

/* Reads DIR/key, or makes it (mode 0600, the folder 0700).  When the folder cannot be used, *ret is
 * a random key for this run only and the function returns false: fingerprints then differ from run
 * to run, nothing else. */
bool state_key(const char *dir, struct digest_key *ret);

/* The key of containers' tokens (core/capability.h), which must be the same in every run: false if
 * it cannot be kept. */
bool state_token_key(const char *dir, struct digest_key *ret);

/* Takes the lock for this engine, which dies with the process.  Returns its descriptor, or -1: with
 * ERR_CONFLICT if somebody holds it (his pid in the text), else ERR_DENIED. */
int state_lock(struct arena *, const char *dir, const char *engine_id, struct err *) MUST_CHECK;

#endif
