#include "net.h"

#include "clock.h"
#include "environment.h"
#include "log.h"
#include "resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STACK_SIZE = 512 * 1024, BACKLOG = 64 };

/* What a connection thread is given; it frees it. */
struct visitor {
    net_connection *connection;
    void *context;
    struct stream stream;
};

static atomic_int connections;

int net_spawn(void *(*function)(void *), void *argument)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, function, argument);
    pthread_attr_destroy(&attributes);
    return error == 0 ? 0 : -1;
}

static void send_at_once(int fd)
{
    /* Audio comes in small frames, which must not wait for the one before to be acknowledged. */
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

static int listen_on(const struct sockaddr *address, socklen_t length)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (address->sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    if (bind(fd, address, length) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

int net_listen(uint16_t port)
{
    struct sockaddr_in6 any6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    const char *bound = env_text("MINI_BIND");
    int fd = -1;
    if (bound == NULL)
        fd = listen_on((const struct sockaddr *)&any6, sizeof(any6));
    else if (inet_pton(AF_INET, bound, &any4.sin_addr) != 1)
        log_line("MINI_BIND is not an IPv4 address: any address is used");
    if (fd < 0)
        fd = listen_on((const struct sockaddr *)&any4, sizeof(any4));
    if (fd < 0)
        log_line("cannot listen on port %u: %s", port, strerror(errno));
    else
        log_line("listening on port %u", port);
    return fd;
}

static void *visitor_thread(void *argument)
{
    struct visitor *visitor = argument;
    visitor->connection(&visitor->stream, visitor->context);
    stream_close(&visitor->stream);
    free(visitor);
    atomic_fetch_sub(&connections, 1);
    return NULL;
}

static void receive_visitor(int fd, net_connection *connection, void *context)
{
    struct visitor *visitor = malloc(sizeof(*visitor));
    if (visitor == NULL || atomic_fetch_add(&connections, 1) >= NET_MAX_CONNECTIONS) {
        if (visitor != NULL)
            atomic_fetch_sub(&connections, 1);
        free(visitor);
        close(fd);
        return;
    }
    visitor->connection = connection;
    visitor->context = context;
    stream_open(&visitor->stream, fd);
    send_at_once(fd);
    if (net_spawn(visitor_thread, visitor) != 0) {
        atomic_fetch_sub(&connections, 1);
        free(visitor);
        close(fd);
    }
}

void net_serve(int listener, net_connection *connection, void *context)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            receive_visitor(fd, connection, context);
        else if (errno == EBADF || errno == EINVAL)
            return;
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
            clock_sleep_until(clock_ms() + 100);
    }
}

/* A connected socket, or -1 with errno. */
static int dial_address(const struct addrinfo *address, int64_t deadline)
{
    int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    int error = 0;
    if (connect(fd, address->ai_addr, address->ai_addrlen) != 0)
        error = errno;
    if (error == EINPROGRESS) {
        int64_t left = deadline - clock_ms();
        struct pollfd waited = {.fd = fd, .events = POLLOUT};
        if (left <= 0 || poll(&waited, 1, (int)left) <= 0)
            error = ETIMEDOUT;
        else
            getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof(error)});
    }
    if (error == 0)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

int net_dial(struct stream *stream, const char *host, uint16_t port, int64_t deadline,
             const char **ret_reason)
{
    struct addrinfo *addresses = NULL;
    stream_open(stream, -1);
    if (resolve(host, port, deadline, &addresses, ret_reason) != 0)
        return -1;
    int fd = -1;
    for (struct addrinfo *at = addresses; at != NULL && fd < 0; at = at->ai_next)
        fd = dial_address(at, deadline);
    *ret_reason = stream_reason();
    freeaddrinfo(addresses);
    if (fd < 0)
        return -1;
    send_at_once(fd);
    stream_open(stream, fd);
    return 0;
}
