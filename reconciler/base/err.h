/* err.h - what went wrong, and what the controller should do about it.
 *
 * A function that can fail returns 0 or -1 and takes a 'struct err *' as its last parameter, which
 * it fills only on failure.  The value lives on the caller's stack: reporting never allocates.
 * 'code' is for the program (it selects the reaction), 'text' is for people and never holds a
 * secret. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
    ERR_NONE,
    ERR_INVALID,     /* the spec or a database row is wrong: wait for an edit */
    ERR_NOT_FOUND,   /* the engine does not know it: observe again */
    ERR_CONFLICT,    /* the world moved under the plan: observe and plan again */
    ERR_TRANSIENT,   /* a hiccup of engine, network or disk: back off, then plan again */
    ERR_UNREACHABLE, /* no answer from engine or database at all: exit code 6 */
    ERR_UNHEALTHY,   /* a candidate failed its probe: roll back */
    ERR_DENIED,      /* registry, socket or our own guard refuses: tell a person */
    ERR_INTERRUPTED, /* a signal asked us to stop */
};

/* A place in a text file, both numbers from 1.  file NULL: nowhere. */
struct pos {
    const char *file;
    unsigned line, column;
};

struct err {
    enum err_code code;
    char text[512];
};

#define PRINTF(f, a) __attribute__((format(printf, f, a)))
#define MUST_CHECK   __attribute__((warn_unused_result))

/* Both return -1, so that 'return err_set(...)' reads well.  Texts too long are cut with
 * an ellipsis.  err_wrap() puts its text and ": " before what is there. */
int err_set(struct err *, enum err_code, const char *fmt, ...) PRINTF(3, 4);
int err_wrap(struct err *, const char *fmt, ...) PRINTF(2, 3);

#endif
