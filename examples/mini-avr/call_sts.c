/* A call over one speech-to-speech connector: two streams, bridged by one thread. */

#include "base64.h"
#include "call.h"
#include "clock.h"
#include "log.h"
#include "net.h"
#include "websocket.h"

#include <stdio.h>
#include <string.h>

struct bridge {
    struct call *call;
    struct stream stream;
    struct websocket ws;
    struct buffer scratch;
    struct buffer audio;
};

static int dial(struct bridge *bridge)
{
    struct url url;
    const char *failure = "not a ws:// address";
    int64_t deadline = clock_ms() + CALL_DIAL_MS;
    stream_open(&bridge->stream, -1);
    if (url_parse(bridge->call->sts_url, &url) && url.is_websocket &&
        net_dial(&bridge->stream, url.host, url.port, deadline, &failure) == 0 &&
        ws_connect(&bridge->ws, &bridge->stream, &url, deadline, &failure) == 0)
        return 0;
    log_line("call %s: cannot reach %s: %s", bridge->call->uuid, bridge->call->sts_url, failure);
    stream_close(&bridge->stream);
    return -1;
}

static int send_init(struct bridge *bridge)
{
    char message[128];
    int length = snprintf(message, sizeof(message), "{\"type\":\"init\",\"uuid\":\"%s\"}",
                          bridge->call->uuid);
    return ws_send_text(&bridge->ws, message, (size_t)length);
}

static int send_audio(struct bridge *bridge)
{
    struct buffer *out = &bridge->scratch;
    buffer_reset(out);
    buffer_text(out, "{\"type\":\"audio\",\"audio\":\"");
    base64_encode(out, bridge->call->frame.payload, bridge->call->frame.length);
    buffer_text(out, "\"}");
    return ws_send_text(&bridge->ws, buffer_cstr(out), out->length);
}

static int send_digit(struct bridge *bridge)
{
    struct buffer *out = &bridge->scratch;
    const struct audiosocket_frame *frame = &bridge->call->frame;
    call_report_digit(bridge->call);
    buffer_reset(out);
    buffer_text(out, "{\"type\":\"dtmf_digit\",\"digit\":");
    json_quote(out, (const char *)frame->payload, frame->length > 0 ? 1 : 0);
    buffer_text(out, "}");
    return ws_send_text(&bridge->ws, buffer_cstr(out), out->length);
}

/* Both from_ functions deal with one frame and return NULL, or why the call is over. */
static const char *from_client(struct bridge *bridge)
{
    struct call *call = bridge->call;
    int error = 0;
    if (audiosocket_read(call->client, &call->frame, clock_ms() + CALL_IDLE_MS) != 0)
        return "caller lost";
    if (call->frame.type == AUDIOSOCKET_HANGUP)
        return "caller hung up";
    if (call->frame.type == AUDIOSOCKET_AUDIO)
        error = send_audio(bridge);
    else if (call->frame.type == AUDIOSOCKET_DTMF)
        error = send_digit(bridge);
    return error == 0 ? NULL : "connector lost";
}

/* Asterisk takes 20 ms at a time, however much a connector sends at once. */
static const char *speak(struct bridge *bridge, struct json message)
{
    struct buffer *audio = &bridge->audio;
    buffer_reset(audio);
    if (!json_member_text(message, "audio", &bridge->scratch) ||
        !base64_decode(audio, buffer_cstr(&bridge->scratch), bridge->scratch.length))
        return NULL;
    for (size_t at = 0; at < audio->length; at += AUDIO_FRAME_BYTES) {
        size_t left = audio->length - at;
        size_t length = left < AUDIO_FRAME_BYTES ? left : AUDIO_FRAME_BYTES;
        if (call_send(bridge->call, AUDIOSOCKET_AUDIO, audio->data + at, length) != 0)
            return "caller lost";
    }
    return NULL;
}

static void transcribe(struct bridge *bridge, struct json message)
{
    struct buffer role;
    buffer_init(&role, 64);
    if (json_member_text(message, "role", &role) &&
        json_member_text(message, "text", &bridge->scratch))
        call_transcribe(bridge->call, buffer_cstr(&role), buffer_cstr(&bridge->scratch),
                        bridge->scratch.length);
    buffer_free(&role);
}

static const char *obey(struct bridge *bridge, struct json message)
{
    char type[32];
    json_member_text(message, "type", &bridge->scratch);
    snprintf(type, sizeof(type), "%s", buffer_cstr(&bridge->scratch));
    if (strcmp(type, "audio") == 0)
        return speak(bridge, message);
    if (strcmp(type, "error") == 0)
        return "connector reported an error";
    if (strcmp(type, "transcript") == 0)
        transcribe(bridge, message);
    else if (strcmp(type, "interruption") == 0)
        webhook_post(bridge->call->uuid, "interruption", "{}");
    return NULL;
}

static const char *from_connector(struct bridge *bridge)
{
    struct json message;
    enum ws_event event = ws_receive(&bridge->ws, clock_ms() + CALL_IDLE_MS);
    if (event == WS_NOTHING)
        return NULL;
    if (event != WS_MESSAGE)
        return "connector lost";
    if (json_parse(buffer_cstr(&bridge->ws.message), bridge->ws.message.length, &message) == 0)
        return NULL;
    return obey(bridge, message);
}

static const char *run(struct bridge *bridge)
{
    struct stream *const streams[] = {bridge->call->client, &bridge->stream};
    const char *ended = send_init(bridge) == 0 ? NULL : "connector lost";
    while (ended == NULL) {
        unsigned ready = stream_wait(streams, 2, clock_ms() + CALL_IDLE_MS);
        if (ready == 0)
            ended = "nothing heard from either side";
        if ((ready & 1) != 0)
            ended = from_client(bridge);
        if ((ready & 2) != 0 && ended == NULL)
            ended = from_connector(bridge);
    }
    return ended;
}

const char *call_run_sts(struct call *call)
{
    struct bridge bridge = {.call = call};
    if (dial(&bridge) != 0)
        return "connector not reachable";
    buffer_init(&bridge.scratch, WS_MAX_MESSAGE);
    buffer_init(&bridge.audio, WS_MAX_MESSAGE);
    webhook_post(call->uuid, "call_started", "{}");
    const char *ended = run(&bridge);
    ws_close(&bridge.ws);
    stream_close(&bridge.stream);
    buffer_free(&bridge.scratch);
    buffer_free(&bridge.audio);
    return ended;
}
