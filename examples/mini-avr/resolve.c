#include "resolve.h"

#include "clock.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Beside containers a lookup takes milliseconds; one that takes longer asks for nobody. */
enum { LOOKUP_MS = 1500 };

/* Shared by the asker and the looking thread; the last of the two frees it. */
struct lookup {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_done;
    bool is_abandoned;
    int status;
    struct addrinfo *addresses;
    char host[256];
    char service[8];
};

static int look_up(const char *host, const char *service, int flags, struct addrinfo **ret)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV};
    return getaddrinfo(host, service, &hints, ret);
}

static void lookup_free(struct lookup *lookup)
{
    pthread_cond_destroy(&lookup->changed);
    pthread_mutex_destroy(&lookup->lock);
    free(lookup);
}

static void *lookup_thread(void *argument)
{
    struct lookup *lookup = argument;
    struct addrinfo *addresses = NULL;
    int status = look_up(lookup->host, lookup->service, 0, &addresses);
    pthread_mutex_lock(&lookup->lock);
    bool is_abandoned = lookup->is_abandoned;
    lookup->status = status;
    lookup->addresses = addresses;
    lookup->is_done = true;
    pthread_cond_signal(&lookup->changed);
    pthread_mutex_unlock(&lookup->lock);
    if (is_abandoned) {
        if (status == 0)
            freeaddrinfo(addresses);
        lookup_free(lookup);
    }
    return NULL;
}

static struct lookup *lookup_new(const char *host, const char *service)
{
    struct lookup *lookup = calloc(1, sizeof(*lookup));
    if (lookup == NULL)
        return NULL;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&lookup->lock, NULL);
    pthread_cond_init(&lookup->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    snprintf(lookup->host, sizeof(lookup->host), "%s", host);
    snprintf(lookup->service, sizeof(lookup->service), "%s", service);
    return lookup;
}

static int lookup_wait(struct lookup *lookup, int64_t deadline, struct addrinfo **ret_addresses,
                       const char **ret_reason)
{
    int64_t longest = clock_ms() + LOOKUP_MS;
    if (deadline > longest)
        deadline = longest;
    struct timespec until = {.tv_sec = (time_t)(deadline / 1000),
                             .tv_nsec = (deadline % 1000) * 1000000};
    int error = 0;
    pthread_mutex_lock(&lookup->lock);
    while (!lookup->is_done && error == 0)
        error = pthread_cond_timedwait(&lookup->changed, &lookup->lock, &until);
    bool is_done = lookup->is_done;
    lookup->is_abandoned = !is_done;
    pthread_mutex_unlock(&lookup->lock);
    if (!is_done) {
        *ret_reason = "name lookup timed out";
        return -1;
    }
    int status = lookup->status;
    *ret_addresses = lookup->addresses;
    lookup_free(lookup);
    if (status != 0)
        *ret_reason = gai_strerror(status);
    return status == 0 ? 0 : -1;
}

int resolve(const char *host, uint16_t port, int64_t deadline, struct addrinfo **ret_addresses,
            const char **ret_reason)
{
    char service[8];
    snprintf(service, sizeof(service), "%u", port);
    if (look_up(host, service, AI_NUMERICHOST, ret_addresses) == 0)
        return 0;
    *ret_reason = "out of memory";
    struct lookup *lookup = lookup_new(host, service);
    if (lookup == NULL)
        return -1;
    pthread_t thread;
    if (pthread_create(&thread, NULL, lookup_thread, lookup) != 0) {
        lookup_free(lookup);
        return -1;
    }
    pthread_detach(thread);
    return lookup_wait(lookup, deadline, ret_addresses, ret_reason);
}
