#include "call.h"

#include <string.h>

int call_send(struct call *call, uint8_t type, const void *payload, size_t length)
{
    pthread_mutex_lock(&call->write_lock);
    int error = audiosocket_write(call->client, type, payload, length);
    pthread_mutex_unlock(&call->write_lock);
    return error;
}

void call_transcribe(struct call *call, const char *role, const char *text, size_t length)
{
    struct buffer payload;
    buffer_init(&payload, 128 * 1024);
    buffer_text(&payload, "{\"role\":");
    json_quote(&payload, role, strlen(role));
    buffer_text(&payload, ",\"text\":");
    json_quote(&payload, text, length);
    buffer_text(&payload, "}");
    if (!payload.overflowed)
        webhook_post(call->uuid, "transcription", buffer_cstr(&payload));
    buffer_free(&payload);
    if (strcmp(role, "user") != 0)
        call_send(call, AUDIOSOCKET_TRANSCRIPT, text, length);
}

void call_report_digit(struct call *call)
{
    struct buffer payload;
    buffer_init(&payload, 64);
    buffer_text(&payload, "{\"digit\":");
    json_quote(&payload, (const char *)call->frame.payload, call->frame.length > 0 ? 1 : 0);
    buffer_text(&payload, "}");
    webhook_post(call->uuid, "dtmf_digit", buffer_cstr(&payload));
    buffer_free(&payload);
}
