/* log_sink.h - writes whole lines to a descriptor without ever waiting for whoever reads.
 *
 * O_NONBLOCK belongs to the open file, which stderr shares with other processes: setting it there
 * would break theirs.  So a pipe or terminal is opened once more through /proc/self/fd, which gives
 * an open file of its own; a socket is written with MSG_DONTWAIT.  Where neither works, poll() is
 * asked first, and a line of at most PIPE_BUF bytes then fits into a pipe. */
#ifndef TELL_LOG_SINK_H
#define TELL_LOG_SINK_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

struct sink {
    int fd;
    bool own;            /* opened here */
    bool is_socket;      /* send() instead of write() */
    bool asks;           /* poll() first */
    char rest[PIPE_BUF]; /* of a line that was taken in part */
    size_t n_rest;
    unsigned long dropped; /* lines, ever */
    unsigned long untold;  /* of these, what no notice told yet; whoever tells it sets it */
};

void sink_open(struct sink *, int fd);
void sink_close(struct sink *);

/* False if the line was dropped.  A line is at most PIPE_BUF bytes. */
bool sink_write(struct sink *, const char *line, size_t len);

#endif
