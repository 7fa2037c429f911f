#include "webhook.h"

#include "clock.h"
#include "environment.h"
#include "http_client.h"
#include "json.h"
#include "log.h"
#include "net.h"
#include "url.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_SIZE = 1024, TIMEOUT_MS = 3000, MAX_EVENT = 256 * 1024, MAX_ANSWER = 65536 };

/* Events waiting to be posted, a ring of allocated bodies. */
struct queue {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    char *bodies[QUEUE_SIZE];
    size_t first;
    size_t count;
};

static struct queue queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

/* Post one body; an answer of JSON is left in answer, which is empty on failure. */
static void post(const char *body, struct buffer *answer)
{
    struct buffer headers;
    const char *secret = env_text("WEBHOOK_SECRET"), *agent = env_text("AGENT_ID"), *failure = NULL;
    buffer_init(&headers, 2048);
    if (secret != NULL)
        buffer_format(&headers, "x-avr-webhook-secret: %s\r\n", secret);
    if (agent != NULL)
        buffer_format(&headers, "x-avr-agent-id: %s\r\n", agent);
    struct http_request request = {
        .method = "POST",
        .url = env_text("WEBHOOK_URL"),
        .headers = buffer_cstr(&headers),
        .type = "application/json",
        .body = body,
        .length = strlen(body),
        .timeout_ms = TIMEOUT_MS,
    };
    int status = http_fetch(&request, answer, &failure);
    if (status < 0)
        log_line("webhook failed: %s", failure);
    else if (status > 299)
        log_line("webhook refused: status %d", status);
    if (status < 0 || status > 299)
        buffer_reset(answer);
    buffer_free(&headers);
}

static void *post_thread(void *unused)
{
    struct buffer answer;
    buffer_init(&answer, MAX_ANSWER);
    for (;;) {
        pthread_mutex_lock(&queue.lock);
        while (queue.count == 0)
            pthread_cond_wait(&queue.filled, &queue.lock);
        char *body = queue.bodies[queue.first];
        queue.first = (queue.first + 1) % QUEUE_SIZE;
        queue.count--;
        pthread_mutex_unlock(&queue.lock);
        buffer_reset(&answer);
        post(body, &answer);
        free(body);
    }
    return unused;
}

int webhook_start(void)
{
    return net_spawn(post_thread, NULL);
}

/* The event as an allocated text, or NULL. */
static char *make_event(const char *uuid, const char *type, const char *payload)
{
    struct buffer body;
    char timestamp[CLOCK_ISO8601_SIZE];
    clock_iso8601(timestamp);
    buffer_init(&body, MAX_EVENT);
    buffer_format(&body, "{\"uuid\":\"%s\",\"type\":\"%s\",\"timestamp\":\"%s\",\"payload\":", uuid,
                  type, timestamp);
    buffer_text(&body, payload);
    buffer_text(&body, "}");
    if (body.overflowed)
        buffer_free(&body);
    return body.data;
}

void webhook_initiate(const char uuid[static UUID_TEXT_SIZE], const char *payload,
                      char ret_sts_url[static WEBHOOK_STS_URL_SIZE])
{
    struct buffer answer, sts_url;
    struct json root;
    struct url url;
    ret_sts_url[0] = '\0';
    char *body =
        env_text("WEBHOOK_URL") == NULL ? NULL : make_event(uuid, "call_initiated", payload);
    if (body == NULL)
        return;
    buffer_init(&answer, MAX_ANSWER);
    buffer_init(&sts_url, WEBHOOK_STS_URL_SIZE - 1);
    post(body, &answer);
    if (json_parse(buffer_cstr(&answer), answer.length, &root) != 0 &&
        json_member_text(root, "sts_url", &sts_url) && !sts_url.overflowed) {
        if (url_parse(buffer_cstr(&sts_url), &url) && url.is_websocket)
            snprintf(ret_sts_url, WEBHOOK_STS_URL_SIZE, "%s", buffer_cstr(&sts_url));
        else
            log_line("call %s: the webhook's sts_url is no ws:// address, not used", uuid);
    }
    buffer_free(&answer);
    buffer_free(&sts_url);
    free(body);
}

void webhook_post(const char uuid[static UUID_TEXT_SIZE], const char *type, const char *payload)
{
    char *body = env_text("WEBHOOK_URL") == NULL ? NULL : make_event(uuid, type, payload);
    if (body == NULL)
        return;
    pthread_mutex_lock(&queue.lock);
    bool is_full = queue.count == QUEUE_SIZE;
    if (!is_full) {
        queue.bodies[(queue.first + queue.count) % QUEUE_SIZE] = body;
        queue.count++;
        pthread_cond_signal(&queue.filled);
    }
    pthread_mutex_unlock(&queue.lock);
    if (is_full) {
        log_line("webhook dropped: %d events are waiting", QUEUE_SIZE);
        free(body);
    }
}
