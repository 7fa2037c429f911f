#ifndef MINI_CALL_H
#define MINI_CALL_H

/*
 * One phone call inside core: what its parts share.  core.c starts it, and
 * either call_sts.c or call_pipeline.c carries it to its end.
 */

#include "audiosocket.h"
#include "json.h"
#include "stream.h"
#include "uuid.h"
#include "webhook.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { CALL_IDLE_MS = 60000, CALL_DIAL_MS = 3000 };

struct call {
    struct stream *client;
    pthread_mutex_t write_lock; /* pipeline turns write to the client from their own thread */
    struct audiosocket_frame frame;
    char uuid[UUID_TEXT_SIZE];
    char sts_url[WEBHOOK_STS_URL_SIZE];
};

/* Carry the call over a WebSocket to call->sts_url; returns why it ended. */
const char *call_run_sts(struct call *call);

/* Carry the call by asr, llm and tts requests, one of each per turn; returns why it ended. */
const char *call_run_pipeline(struct call *call);

/* Are the addresses of the three connectors known? */
bool call_has_pipeline(void);

/* Send a frame to the client; 0 or -1. */
int call_send(struct call *call, uint8_t type, const void *payload, size_t length);

/* Let the client and the webhook know what the agent or the user said. */
void call_transcribe(struct call *call, const char *role, const char *text, size_t length);

/* Report a digit the caller dialled (the frame just read). */
void call_report_digit(struct call *call);

#endif
