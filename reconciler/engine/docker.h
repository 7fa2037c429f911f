/* docker.h - the Docker Engine API, 1.41 and later, in pieces.  Private to engine/.
 *
 *     docker.c         the driver: names, versions, limits of the calls
 *     docker_encode.c  call -> request
 *     docker_create.c  the bodies of create and update
 *     docker_auth.c    the login a request for a registry carries
 *     docker_decode.c  answer -> facts, and what a refusal means
 *     docker_inspect.c a container's and an image's facts
 *     docker_stream.c  the two answers that are no JSON document: pull progress and logs
 *     docker_log.c     a log that is followed, from pieces to lines
 *     docker_event.c   a line of the event stream
 *
 * Nothing here trusts an answer: any field may be missing or of any type. */
#ifndef ENGINE_DOCKER_H
#define ENGINE_DOCKER_H

#include "base/json.h"
#include "engine/engine.h"

#define DOCKER_API_OLDEST "1.41"
#define DOCKER_API_NEWEST "1.47" /* the newest one this code was written against */

extern const char *const docker_call_name[]; /* for messages: "create", "start", … */

int docker_encode(const struct call *, const char *api_version, struct arena *,
                  struct http_request *ret, struct err *) MUST_CHECK;
int docker_decode(const struct call *, const struct http_response *, struct arena *,
                  struct facts *ret, struct err *) MUST_CHECK;

/* The version to speak with a server of this version, or an error if it is too old. */
int docker_api_version(struct arena *, const char *server, const char **ret,
                       struct err *) MUST_CHECK;
bool docker_api_at_least(const char *version, const char *least);

bool docker_is_id(const char *); /* 64 lower-case hex digits; NULL is none */

/* The bodies, as JSON text. */
int docker_create_body(const struct create *, struct arena *, const char **ret,
                       struct err *) MUST_CHECK;
const char *docker_connect_body(const char *id, const struct wanted *, struct arena *);
const char *docker_update_body(const struct wanted *, struct arena *);

/* Of a name that is a mode of the engine, or none: "create: never with network …". */
int docker_check_network(const char *name, const char *call, struct err *) MUST_CHECK;

int docker_read_box(struct arena *, const cJSON *, struct box *ret, struct err *) MUST_CHECK;
int docker_read_image(struct arena *, const cJSON *, struct image *ret, struct err *) MUST_CHECK;
int docker_read_list(struct arena *, const cJSON *, struct facts *ret, struct err *) MUST_CHECK;

int docker_pull_line(const char *line, size_t len, struct err *) MUST_CHECK;
int docker_read_pull(const char *body, size_t len, struct err *) MUST_CHECK;
int docker_event_line(const char *line, size_t len, struct arena *, struct engine_event *ret,
                      struct err *) MUST_CHECK;
const char *docker_read_logs(struct arena *, const char *body, size_t len);

void docker_log_piece(struct log_stream *, const char *piece, size_t len, log_line *, void *ctx);

/* What a registry's refusal means, wherever its text arrives. */
enum err_code docker_registry_code(const char *text, enum err_code otherwise);

#endif
