/* log_stream.h - a container's log while it is followed: what is left over between two pieces.
 *
 * Begins as {0}.  Its memory is all that a log takes, however long its lines are. */
#ifndef ENGINE_LOG_STREAM_H
#define ENGINE_LOG_STREAM_H

#include <stdbool.h>
#include <stddef.h>

enum {
    LOG_LINE_MAX = 64 * 1024,  /* what of a line is read; a longer one is cut */
    LOG_LINE_SHOWN = 60 * 1024 /* at most: a secret of a cut line lies within what is read */
};

struct log_stream {
    enum { LOG_UNKNOWN, LOG_FRAMES, LOG_PLAIN } form;
    unsigned char head[8]; /* of a frame, as far as it has come */
    size_t n_head;
    size_t left; /* bytes of the frame that are still to come */
    char line[LOG_LINE_MAX + 1];
    size_t len;
    bool is_long; /* more of the line has come than there is room for */
};

#endif
