#include "web/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BACKLOG = 512 };

static int no_address(const char *text, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   "\"%s\" is no address to listen at: write 127.0.0.1:6100 or [::1]:6100", text);
}

static int parse_port(const char *text, in_port_t *ret)
{
    size_t n = strspn(text, "0123456789");
    unsigned long port = n > 0 && n <= 5 && !text[n] ? strtoul(text, NULL, 10) : 65536;

    if (port > 65535)
        return -1;
    *ret = htons((in_port_t)port);
    return 0;
}

static int parse_four(const char *host, in_port_t port, struct web_listener *l)
{
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = port};

    if (inet_pton(AF_INET, host, &four.sin_addr) != 1)
        return -1;
    memcpy(&l->address, &four, sizeof four);
    l->len = sizeof four;
    return 0;
}

static int parse_six(const char *host, in_port_t port, struct web_listener *l)
{
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = port};

    if (inet_pton(AF_INET6, host, &six.sin6_addr) != 1)
        return -1;
    memcpy(&l->address, &six, sizeof six);
    l->len = sizeof six;
    return 0;
}

int web_listener_parse(const char *text, struct web_listener *ret, struct err *err)
{
    char host[INET6_ADDRSTRLEN];
    const char *colon = strrchr(text, ':');
    in_port_t port;

    *ret = (struct web_listener){.name = text, .fd = -1};
    if (!colon || parse_port(colon + 1, &port) < 0)
        return no_address(text, err);
    bool bracket = *text == '[' && colon[-1] == ']';
    int n = (int)(colon - text) - 2 * bracket;
    if (n <= 0 || n >= (int)sizeof host)
        return no_address(text, err);
    snprintf(host, sizeof host, "%.*s", n, text + bracket);
    if ((bracket ? parse_six(host, port, ret) : parse_four(host, port, ret)) < 0)
        return no_address(text, err);
    return 0;
}

static int begin(const struct web_listener *l, int fd)
{
    int on = 1;

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        return -1;
    if (l->address.ss_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
        return -1;
    if (bind(fd, (const struct sockaddr *)&l->address, l->len) < 0)
        return -1;
    return listen(fd, BACKLOG);
}

int web_listener_open(struct web_listener *l, struct err *err)
{
    int fd = socket(l->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0 || begin(l, fd) < 0) {
        err_set(err, errno == EACCES ? ERR_DENIED : ERR_TRANSIENT, "cannot listen at %s: %s",
                l->name, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    l->fd = fd;
    return 0;
}

unsigned web_listener_port(const struct web_listener *l)
{
    union {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } address = {0};
    socklen_t len = sizeof address;

    if (l->fd < 0 || getsockname(l->fd, &address.any, &len) < 0)
        return 0;
    in_port_t port =
        address.any.sa_family == AF_INET6 ? address.six.sin6_port : address.four.sin_port;
    return ntohs(port);
}
