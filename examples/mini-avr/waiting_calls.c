#include "waiting_calls.h"

#include "clock.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { MAX_WAITING = 256, EXPIRY_MS = 120000 };

struct waiting_call {
    char uuid[UUID_TEXT_SIZE];
    char sts_url[WEBHOOK_STS_URL_SIZE];
    int64_t expires;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiting_call calls[MAX_WAITING];

static struct waiting_call *find(const char *uuid)
{
    for (size_t i = 0; i < MAX_WAITING; i++)
        if (calls[i].expires > clock_ms() && strcmp(calls[i].uuid, uuid) == 0)
            return &calls[i];
    return NULL;
}

void waiting_calls_add(const char uuid[static UUID_TEXT_SIZE], const char *sts_url)
{
    pthread_mutex_lock(&lock);
    struct waiting_call *place = find(uuid);
    if (place == NULL) {
        place = &calls[0];
        for (size_t i = 1; i < MAX_WAITING; i++)
            if (calls[i].expires < place->expires)
                place = &calls[i];
    }
    snprintf(place->uuid, sizeof(place->uuid), "%s", uuid);
    snprintf(place->sts_url, sizeof(place->sts_url), "%s", sts_url);
    place->expires = clock_ms() + EXPIRY_MS;
    pthread_mutex_unlock(&lock);
}

bool waiting_calls_take(const char uuid[static UUID_TEXT_SIZE],
                        char ret_sts_url[static WEBHOOK_STS_URL_SIZE])
{
    pthread_mutex_lock(&lock);
    struct waiting_call *call = find(uuid);
    if (call != NULL) {
        memcpy(ret_sts_url, call->sts_url, WEBHOOK_STS_URL_SIZE);
        call->expires = 0;
    }
    pthread_mutex_unlock(&lock);
    return call != NULL;
}
