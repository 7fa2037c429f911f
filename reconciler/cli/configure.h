/* configure.h - from options and environment to 'struct config'.
 *
 * An option beats AVR_RECONCILER_<NAME>, which beats AVR's own variable, which beats Docker's,
 * which beats a spec's `service:` (see
 * options_adopt()), which beats the default.  Looks which default folders exist; reads no file. */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/options.h"
#include "control/config.h"

/* The state folder alone, for verbs that need nothing else. */
const char *configure_state_dir(struct arena *, const struct options *, const struct spec_env *);

/* The files and folders of specs that are named, else the default one that exists; may be none. */
size_t configure_specs(struct arena *, const struct options *, const char *const **ret);

int configure(struct arena *, const struct options *, const struct spec_env *, struct config *ret,
              struct err *) MUST_CHECK;

/* Where a service listens and is asked: --control, the system's, or the user's own when the
 * system's is not for this user.  Needs no specs. */
const char *control_path(struct arena *, const struct options *, const struct spec_env *);

/* Of AVR's backend, which signs its logins with it; NULL: not set. */
const char *configure_jwt_secret(struct arena *, const struct spec_env *);

#endif
