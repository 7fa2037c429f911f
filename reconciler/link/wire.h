/* wire.h - what a command line and the running service say to each other.  Pure.
 *
 * Frames are JSON objects, one a line, at most WIRE_MAX_FRAME bytes.  The service begins with
 *
 *     {"hello":1}                         the version it speaks
 *
 * and gets one request a connection, at most WIRE_MAX_REQUEST bytes: a command line as data.  The
 * client says nothing more; when it closes, even its own direction alone, it has left.
 *
 *     {"v":1,"verb":"apply","args":["sales"],
 *      "options":{"prune":true,"wait-timeout":"30m","file":["/a.yaml","/b.yaml"]},
 *      "format":"table","color":true,"width":100,"verbose":false}
 *
 * It answers with as many of these as it likes, and ends with an exit code.  A client it will not
 * serve gets an err and an exit in place of the hello.
 *
 *     {"out":"text"}  {"err":"text"}  {"event":{…}}  {"exit":0}
 *
 * Both sides are strict: a key that is unknown or given twice is an error, so that an option which
 * one side does not know is never passed over in silence. */
#ifndef LINK_WIRE_H
#define LINK_WIRE_H

#include "base/json.h"

enum {
    WIRE_VERSION = 1,
    WIRE_MAX_FRAME = 1 << 20,
    WIRE_MAX_REQUEST = 64 << 10,
    WIRE_MAX_TEXT = 128 << 10, /* of one out or err: escaped it still is a frame */
};

struct wire_option {
    const char *name;          /* the long one, without dashes */
    const char *const *values; /* none: a switch */
    size_t n_values;
};

struct wire_request {
    const char *verb; /* its name, never an alias */
    const char *const *args;
    size_t n_args;
    const struct wire_option *options; /* those that were given */
    size_t n_options;
    const char *format; /* of -o; "table" when not given */
    bool color;
    bool verbose;
    unsigned width; /* columns; 0: no limit */
};

/* The line with its newline.  ERR_INVALID: longer than a request may be. */
int wire_request_encode(struct arena *, const struct wire_request *, const char **ret,
                        struct err *) MUST_CHECK;
/* len bytes without the newline; what it returns lives in the arena.  ERR_INVALID with a sentence
 * that may be shown to the client. */
int wire_request_decode(struct arena *, const char *line, size_t len, struct wire_request *ret,
                        struct err *) MUST_CHECK;

bool wire_is_set(const struct wire_request *, const char *option);
const char *wire_value(const struct wire_request *, const char *option); /* the last; NULL: none */

enum wire_kind { WIRE_HELLO, WIRE_OUT, WIRE_ERR, WIRE_EVENT, WIRE_EXIT };

struct wire_frame {
    enum wire_kind kind;
    const char *text;   /* OUT, ERR */
    const cJSON *event; /* EVENT: an object */
    int number;         /* HELLO: the version; EXIT: 0 to 255 */
};

/* Each a line with its newline.  A text longer than WIRE_MAX_TEXT becomes several frames.  json is
 * one object without a line break. */
const char *wire_text(struct arena *, enum wire_kind out_or_err, const char *text);
const char *wire_event(struct arena *, const char *json);
const char *wire_number(struct arena *, enum wire_kind hello_or_exit, int);

int wire_frame_decode(struct arena *, const char *line, size_t len, struct wire_frame *ret,
                      struct err *) MUST_CHECK;

#endif
