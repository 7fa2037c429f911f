#include "control/sockets.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 200000 }; /* of one table: a bound, not an expectation */

static FILE *open_table(const char *proc, int pid, const char *name)
{
    char path[512];
    int n = snprintf(path, sizeof path, "%s/%d/%s", proc, pid, name);

    return n > 0 && (size_t)n < sizeof path ? fopen(path, "re") : NULL;
}

/* Lines longer than the buffer come in pieces; a piece that cuts the id in two is seen whole in
 * the overlap that is kept. */
static bool file_names(FILE *f, const char *id)
{
    char buf[4096 + 64];
    size_t kept = 0, n, len = strlen(id);

    while ((n = fread(buf + kept, 1, sizeof buf - kept, f)) > 0) {
        size_t have = kept + n;
        if (memmem(buf, have, id, len))
            return true;
        kept = have < len - 1 ? have : len - 1;
        memmove(buf, buf + have - kept, kept);
    }
    return false;
}

bool sockets_of_container(const char *proc, int pid, const char *id)
{
    static const char *const names[] = {"cgroup", "mountinfo"};
    bool found = false;

    if (strlen(id) != 64)
        return false;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !found; i++) {
        FILE *f = open_table(proc, pid, names[i]);
        if (!f)
            continue;
        found = file_names(f, id);
        fclose(f);
    }
    return found;
}

/* "  0: 0100007F:1A0B 0100007F:D3A4 01 …": number, local, remote, state; hexadecimal. */
static bool is_established(const char *line, unsigned port)
{
    char local[64], remote[64];
    unsigned state, found;

    if (sscanf(line, " %*d: %63s %63s %x", local, remote, &state) != 3)
        return false;
    const char *colon = strrchr(local, ':');
    return colon && sscanf(colon, ":%x", &found) == 1 && found == port && state == 1;
}

/* Established connections in one table; -1 if it cannot be read to its end. */
static int count_in(FILE *f, unsigned port)
{
    char line[512];
    int lines = 0, n = 0;

    while (fgets(line, sizeof line, f)) {
        if (++lines > MAX_LINES)
            return -1;
        n += is_established(line, port);
    }
    return ferror(f) ? -1 : n;
}

/* A kernel without IPv6 has no tcp6; without tcp nothing can be told. */
static int count_table(const char *proc, int pid, const char *name, unsigned port, bool optional,
                       struct err *err)
{
    FILE *f = open_table(proc, pid, name);

    if (!f && optional && errno == ENOENT)
        return 0;
    if (!f)
        return err_set(err, ERR_TRANSIENT, "cannot read its sockets: %s", strerror(errno));
    int n = count_in(f, port);
    fclose(f);
    return n >= 0 ? n : err_set(err, ERR_TRANSIENT, "cannot read its sockets to the end");
}

int sockets_count(const char *proc, int pid, const char *box_id, const char *port, struct err *err)
{
    char *end = NULL;
    unsigned long number = port ? strtoul(port, &end, 10) : 0;

    if (number == 0 || number > 65535 || *end)
        return err_set(err, ERR_INVALID, "it has no port to look at");
    if (pid <= 0)
        return err_set(err, ERR_TRANSIENT, "it has no process");
    if (!sockets_of_container(proc, pid, box_id))
        return err_set(err, ERR_DENIED, "no sight of the host's process ids");
    int v4 = count_table(proc, pid, "net/tcp", (unsigned)number, false, err);
    if (v4 < 0)
        return -1;
    int v6 = count_table(proc, pid, "net/tcp6", (unsigned)number, true, err);
    return v6 < 0 ? -1 : v4 + v6;
}
