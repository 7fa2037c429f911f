/* guard.h - what is never sent to an engine, whatever spec or database say.
 *
 * The database is written by a web backend and the specs by people; this program holds a socket
 * that is root.  So the last look before a create is here. */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "core/resolve.h"

/* Environment: no NUL, valid UTF-8, a sane name, under 128 KiB an entry and 1.5 MB in all (Linux
 * fails an exec above that, which looks like a crashing image).  Binds: only below the roots
 * (absolute paths) or a named volume, never the engine's socket; binds that the running container
 * already has may be carried over.  Networks: no "host", "none" or "container:…". */
int guard_wanted(const struct wanted *, const char *const *roots, size_t n_roots,
                 const struct box *running, struct err *) MUST_CHECK;

#endif
