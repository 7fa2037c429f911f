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
    CALL_DIGEST,  /* ref: what its registry says: digest; or busy, which is no error */
    CALL_PULL,    /* ref: success means the stream ended without an error line */
    CALL_CREATE,  /* create: created_id */
    CALL_CONNECT, /* id, name (of the network), wanted (its alias); ERR_CONFLICT: already so */
    CALL_START,   /* id; already_so if it ran */
    CALL_STOP,    /* id, grace_s; already_so if it did not run */
    CALL_RENAME,  /* id, name */
    CALL_REMOVE,  /* id; of a stopped container, with its anonymous volumes, never forced */
    CALL_UPDATE,  /* id, wanted: restart policy and limits, in place */
    CALL_LOGS,    /* id, tail, timestamps: log; follow, since_ns: a stream */
    CALL_NETWORK, /* name: network; 404 is a network that is missing, no error */
    CALL_EVENTS,  /* ref ("image"; NULL: containers, images and networks), since_s: a stream of
                   * lines without end, each for event_line() */
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
    const char *name; /* CALL_RENAME; CALL_CONNECT, CALL_NETWORK: the network's */
    /* CALL_DIGEST, CALL_PULL: the login as docker_auth_encode() writes it, a secret; NULL: none. */
    const char *registry_auth;
    const struct create *create;
    const struct wanted
        *wanted;      /* CALL_UPDATE, CALL_CONNECT; CALL_PULL: for its platform, may be NULL */
    int grace_s;      /* CALL_STOP; -1: the engine's default of 10 s */
    int tail;         /* CALL_LOGS: lines; with `follow` -1: all since since_ns */
    bool timestamps;  /* CALL_LOGS: each line begins with the engine's time, RFC 3339 */
    bool follow;      /* CALL_LOGS: and what comes, without end, each piece for log_piece() */
    int64_t since_ns; /* CALL_LOGS: from then on, by the engine's wall clock; 0: no limit */
    int64_t since_s;  /* CALL_EVENTS: from then on, by the engine's wall clock; 0: now */
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
    struct network network;
    const char *api_version, *server, *engine_id, *host_name, *created_id, *digest, *log;
    const char *busy;      /* CALL_DIGEST: the registry was asked too often, in its words */
    int64_t retry_after_s; /* with it: when it may be asked again; 0: it did not say */
    bool already_so;       /* 304: it was so before we asked */
};

enum engine_object { OBJECT_OTHER, OBJECT_CONTAINER, OBJECT_IMAGE, OBJECT_NETWORK };

enum engine_action {
    ACTION_OTHER, /* nothing this program reacts to: exec, attach, resize, top … */
    ACTION_CREATE,
    ACTION_START,
    ACTION_DIE,
    ACTION_OOM,
    ACTION_STOP,
    ACTION_KILL,
    ACTION_DESTROY,
    ACTION_RENAME,
    ACTION_UPDATE,
    ACTION_PAUSE,
    ACTION_UNPAUSE,
    ACTION_HEALTH, /* it became healthy or unhealthy */
    ACTION_TAG,
    ACTION_UNTAG,
    ACTION_PULL,
    ACTION_DELETE,
    ACTION_IMPORT,
    ACTION_LOAD,
    ACTION_CONNECT,
    ACTION_DISCONNECT,
    ACTION__N
};

/* Something happened.  Texts are "" where an event has none, at most 1 KiB long and without control
 * characters: one that is not so reads as "". */
struct engine_event {
    enum engine_object object;
    enum engine_action action;
    const char *id;         /* of the container, of a network event too; of the image or its name */
    const char *name;       /* of the container, image or network */
    const char *old_name;   /* ACTION_RENAME: before it */
    const char *agent_name; /* label agentName: the slot */
    const char *image;      /* the reference the container was created from */
    bool avr;               /* label app=AVR */
    int exit_code;          /* ACTION_DIE; -1: not told */
    int64_t time_ns;        /* engine's clock, to within a microsecond; 0: not told */
};

const char *engine_action_text(enum engine_action); /* "die", "health_status"; "other" */

struct log_stream; /* see engine/log_stream.h */
/* is_long: only the beginning of the line was read. */
typedef void log_line(void *ctx, const char *line, bool is_long);

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
    /* A line of CALL_EVENTS.  Fails with ERR_TRANSIENT if it is no event: then something may have
     * happened that was not understood. */
    int (*event_line)(const char *line, size_t len, struct arena *, struct engine_event *ret,
                      struct err *) MUST_CHECK;
    /* A piece of a CALL_LOGS that is followed: calls on_line for each line that ends in it. */
    void (*log_piece)(struct log_stream *, const char *piece, size_t len, log_line *on_line,
                      void *ctx);
};

extern const struct engine_driver docker_driver;

struct registry_login {
    const char *username, *password;
    const char *identity_token; /* instead of both, or NULL */
    const char *server;         /* "127.0.0.1:5000", "https://index.docker.io/v1/" */
};

/* For call.registry_auth.  It is wiped when the arena dies. */
const char *docker_auth_encode(struct arena *, const struct registry_login *);

#endif
