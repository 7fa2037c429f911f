/* docker_config.h - registry logins as `docker login` leaves them in ~/.docker/config.json.
 *
 *     "auths":       {"127.0.0.1:5000": {"auth": base64 of "user:password", "identitytoken": …}}
 *     "credHelpers": {"127.0.0.1:5000": "NAME"}    the program docker-credential-NAME has it
 *     "credsStore":  "NAME"                        the same for every other registry
 *
 * As Docker has it: a program that is named is asked, and "auths" is then not looked at.  Only what
 * is said about the one registry is judged, so a bad entry is the trouble of its own registry. */
#ifndef SOURCE_DOCKER_CONFIG_H
#define SOURCE_DOCKER_CONFIG_H

#include "base/arena.h"

struct docker_login {
    const char *helper; /* ask docker-credential-<helper> for server; NULL: nobody */
    const char *server; /* the key the login stands, or is to be asked for, under */
    const char *username, *password, *identity_token; /* NULL: there is no login */
};

/* registry: "docker.io", "127.0.0.1:5000".  No file is no login.  ERR_INVALID names file and place:
 * `/root/.docker/config.json: auths."x".auth is not base64`.  Secrets in *ret are wiped when the
 * arena dies. */
int docker_config_login(struct arena *, const char *path, const char *registry,
                        struct docker_login *ret, struct err *) MUST_CHECK;

/* The answer of `docker-credential-NAME get`.  "No such login" is none, and no error. */
int docker_helper_login(struct arena *, const char *answer, struct docker_login *,
                        struct err *) MUST_CHECK;

#endif
