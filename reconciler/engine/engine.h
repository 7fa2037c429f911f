/* engine.h - an engine driver is a codec, not a client.
 *
 * encode() turns a call into an HTTP request, decode() an HTTP answer into facts; neither does any
 * I/O.  So a driver is tested against recorded answers, and fuzzed, with no engine running.  A
 * driver knows nothing of plans: one call is one request. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/message.h"
#include "core/observed.h"
#include "core/resolve.h"
#include "core/slot.h"

enum call_kind {
    CALL_PING,    /* answers: server, api_version (the one to speak); fails if it is too old */
    CALL_INFO,    /* answers: engine_id, host_name */
    CALL_LIST,    /* all containers, running or not: entries */
    CALL_INSPECT, /* id: box */
    CALL_IMAGE,   /* ref (a reference or an id): image; 404 is an image without id, no error */
    CALL_DIGEST,  /* ref: what its registry says: digest */
    CALL_PULL,    /* ref: success means the stream ended without an error line */
    CALL_CREATE,  /* create: created_id */
    CALL_CONNECT, /* id, name (of the network), wanted (its alias); ERR_CONFLICT: already so */
    CALL_START,   /* id; already_so if it ran */
    CALL_STOP,    /* id, grace_s; already_so if it did not run */
    CALL_RENAME,  /* id, name */
    CALL_REMOVE,  /* id; of a stopped container, with its anonymous volumes, never forced */
    CALL_UPDATE,  /* id, wanted: restart policy and limits, in place */
    CALL_LOGS,    /* id, tail: log */
    CALL_EVENTS,  /* ref ("image", "container"), since_s: a stream of lines without end */
    CALL__N
};

struct create {
    const char *name;
    const struct wanted *wanted;
    int attempt; /* 1 for the first try of these settings */
};

struct call {
    enum call_kind kind;
    const char *id;   /* full container id: nothing is ever changed by name */
    const char *ref;  /* CALL_IMAGE, CALL_DIGEST, CALL_PULL */
    const char *name; /* CALL_RENAME; CALL_CONNECT: the network's */
    const struct create *create;
    const struct wanted
        *wanted;     /* CALL_UPDATE, CALL_CONNECT; CALL_PULL: for its platform, may be NULL */
    int grace_s;     /* CALL_STOP; -1: the engine's default of 10 s */
    int tail;        /* CALL_LOGS: lines */
    int64_t since_s; /* CALL_EVENTS: from then on, by the engine's wall clock */
};

struct list_entry { /* one row of the list: enough to tell whose it is and whether it changed */
    const char *id, *name, *image, *image_id, *state, *status;
    const struct pair *labels; /* sorted by key */
    size_t n_labels;
};

struct facts { /* fields the call does not speak of stay empty */
    const struct list_entry *entries;
    size_t n_entries;
    struct box box;
    struct image image;
    const char *api_version, *server, *engine_id, *host_name, *created_id, *digest, *log;
    bool already_so; /* 304: it was so before we asked */
};

struct engine_driver {
    const char *name; /* "docker" */
    /* api_version: "1.41", from CALL_PING, or NULL before it.  Fails with ERR_DENIED if the call
     * would do what we never do (core/guard.h). */
    int (*encode)(const struct call *, const char *api_version, struct arena *,
                  struct http_request *ret, struct err *) MUST_CHECK;
    /* Codes: 404 ERR_NOT_FOUND, 409 ERR_CONFLICT, 401/403 ERR_DENIED, other 4xx ERR_INVALID,
     * 408, 429 and 5xx ERR_TRANSIENT; an answer that does not parse is no information:
     * ERR_TRANSIENT.  A 404 about a network is ERR_INVALID, and any other 404 of a container's
     * call that does not say the container is missing is ERR_TRANSIENT: it is there.  For
     * CALL_PULL and CALL_DIGEST, texts that mean "denied", "too many requests" or "no such image"
     * are recognised whatever the status. */
    int (*decode)(const struct call *, const struct http_response *, struct arena *,
                  struct facts *ret, struct err *) MUST_CHECK;
    /* For a CALL_PULL that is read line by line: -1 if this line (NUL-terminated behind len bytes)
     * says that the pull failed.  The decode() at its end then finds an empty body. */
    int (*pull_line)(const char *line, size_t len, struct err *) MUST_CHECK;
};

extern const struct engine_driver docker_driver;

bool call_changes(enum call_kind); /* true for everything that is not a read */

#endif
