/* gap - asks for a name and connects to it, again and again, and tells the longest time without
 * success.  Runs in a container on the agents' network.
 *
 * Usage: gap NAME PORT        until SIGTERM
 *
 * It asks the engine's own name server as a resolver would, but without a resolver's patience: the
 * engine passes a question for a name that is not there on to servers outside, whose silence would
 * count otherwise.
 * Prints "ready" at the first success; at the end attempts, failures by kind, and the longest time
 * from one success to the next in milliseconds. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PERIOD_US = 1000, DNS_MS = 3, CONNECT_MS = 50, HEAD = 12, MAX_LABEL = 63 };

static volatile sig_atomic_t ended;

static void on_term(int signal_number)
{
    (void)signal_number;
    ended = 1;
}

static long long now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static uint16_t u16(const unsigned char *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

/* --- the name server ------------------------------------------------------------------------- */

/* A question for the address of a name of one label. */
static size_t make_question(unsigned char *q, uint16_t id, const char *name)
{
    size_t n = strlen(name);

    memset(q, 0, HEAD);
    q[0] = (unsigned char)(id >> 8);
    q[1] = (unsigned char)id;
    q[2] = 1; /* recursion desired */
    q[5] = 1; /* one question */
    q[HEAD] = (unsigned char)n;
    memcpy(q + HEAD + 1, name, n);
    memcpy(q + HEAD + 1 + n, "\0\0\1\0\1", 5); /* end, type A, class IN */
    return HEAD + 1 + n + 5;
}

static const unsigned char *skip_name(const unsigned char *p, const unsigned char *end)
{
    while (p < end && *p && *p < 0xc0)
        p += *p + 1;
    return p + (p < end && *p ? 2 : 1);
}

static int find_address(const unsigned char *p, size_t n, struct in_addr *ret)
{
    const unsigned char *end = p + n;
    int answers = u16(p + 6);

    if ((p[3] & 15) != 0)
        return -1;
    p = skip_name(p + HEAD, end) + 4;
    while (answers-- > 0) {
        p = skip_name(p, end);
        if (end - p < 10 || end - p < 10 + u16(p + 8))
            return -1;
        if (u16(p) == 1 && u16(p + 8) == 4) {
            memcpy(ret, p + 10, 4);
            return 0;
        }
        p += 10 + u16(p + 8);
    }
    return -1;
}

static int resolve(int server, const char *name, struct in_addr *ret)
{
    static uint16_t id;
    unsigned char question[HEAD + 1 + MAX_LABEL + 5], answer[1500];
    size_t n = make_question(question, ++id, name);
    struct pollfd wait = {.fd = server, .events = POLLIN};

    if (send(server, question, n, 0) < 0)
        return -1;
    while (poll(&wait, 1, DNS_MS) > 0) {
        ssize_t got = recv(server, answer, sizeof answer, 0);
        if (got < 0)
            return -1;
        if (got >= HEAD && find_address(answer, (size_t)got, ret) == 0)
            return 0; /* of an earlier question: as good, since connecting decides */
        if (got >= HEAD && u16(answer) == id)
            return -1;
    }
    return -1;
}

/* --- the container --------------------------------------------------------------------------- */

static int reach(struct in_addr address, uint16_t port)
{
    const struct linger at_once = {.l_onoff = 1};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = address};
    int error = 0, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    socklen_t length = sizeof error;
    struct pollfd wait = {.fd = fd, .events = POLLOUT};

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    bool begun = connect(fd, (const struct sockaddr *)&to, sizeof to) == 0 || errno == EINPROGRESS;
    bool answered = begun && poll(&wait, 1, CONNECT_MS) > 0 &&
                    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && !error;
    close(fd);
    return answered ? 0 : -1;
}

struct tally {
    long attempts, no_name, no_answer;
    long long last_us, longest_us;
};

static void attempt(struct tally *t, int server, const char *name, uint16_t port)
{
    struct in_addr address;

    t->attempts++;
    if (resolve(server, name, &address) < 0) {
        t->no_name++;
        return;
    }
    if (reach(address, port) < 0) {
        t->no_answer++;
        return;
    }
    long long now = now_us();
    if (!t->last_us)
        puts("ready");
    else if (now - t->last_us > t->longest_us)
        t->longest_us = now - t->last_us;
    t->last_us = now;
    fflush(stdout);
}

static int open_server(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    inet_pton(AF_INET, "127.0.0.11", &to.sin_addr); /* Docker's, in every network of a user's own */
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) < 0)
        return -1;
    return fd;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_term};
    struct tally t = {0};
    int server = open_server();

    if (argc != 3 || strlen(argv[1]) > MAX_LABEL || server < 0) {
        fprintf(stderr, "usage: gap NAME PORT\n");
        return 64;
    }
    uint16_t port = (uint16_t)strtoul(argv[2], NULL, 10);
    sigaction(SIGTERM, &action, NULL);
    while (!ended) {
        long long begun = now_us();
        attempt(&t, server, argv[1], port);
        long long left = begun + PERIOD_US - now_us();
        if (left > 0)
            nanosleep(&(struct timespec){.tv_nsec = left * 1000}, NULL);
    }
    printf("attempts %ld no_name %ld no_answer %ld longest_ms %.1f\n", t.attempts, t.no_name,
           t.no_answer, (double)t.longest_us / 1000.);
    return 0;
}
