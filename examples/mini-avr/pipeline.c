/*
 * The three connectors of pipeline mode, each an HTTP server with one
 * streaming path.  Only the llm knows calls: it counts the turns of each uuid
 * in memory, so a caller can hear when it lost the thread.
 */

#include "audiosocket.h"
#include "environment.h"
#include "http_server.h"
#include "json.h"
#include "log.h"
#include "role.h"
#include "settings.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { ASR_PORT = 6010, LLM_PORT = 6014, TTS_PORT = 6011, MAX_CALLS = 1024, MAX_TEXT = 65536 };

static void answer_asr(struct http_exchange *exchange, void *context)
{
    struct settings settings;
    char length[64];
    (void)context;
    if (!http_is(exchange, "POST", "/speech-to-text-stream")) {
        http_reply(exchange, 404, "{\"status\":\"no such path\"}");
        return;
    }
    settings_load(&settings, SETTINGS_LOG_CHANGES);
    size_t milliseconds = exchange->body.length * 1000 / AUDIO_SECOND_BYTES;
    snprintf(length, sizeof(length), "%zu ms of audio", milliseconds);
    http_reply_begin(exchange, "text/event-stream");
    http_reply_piece(exchange, "I said ", 7);
    http_reply_piece(exchange, length, strlen(length));
    http_reply_end(exchange);
}

/* The calls the llm remembers; when all places are taken the oldest call is forgotten. */
struct thread_of_talk {
    char uuid[64];
    unsigned turns;
    unsigned long used;
};

static unsigned count_turn(const char *uuid)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static struct thread_of_talk calls[MAX_CALLS];
    static unsigned long now;
    pthread_mutex_lock(&lock);
    struct thread_of_talk *call = &calls[0];
    for (size_t i = 0; i < MAX_CALLS; i++) {
        if (strncmp(calls[i].uuid, uuid, sizeof(calls[i].uuid) - 1) == 0) {
            call = &calls[i];
            break;
        }
        if (calls[i].used < call->used)
            call = &calls[i];
    }
    if (strncmp(call->uuid, uuid, sizeof(call->uuid) - 1) != 0) {
        snprintf(call->uuid, sizeof(call->uuid), "%s", uuid);
        call->turns = 0;
    }
    call->used = ++now;
    unsigned turn = ++call->turns;
    pthread_mutex_unlock(&lock);
    return turn;
}

static void reply_content(struct http_exchange *exchange, const char *content)
{
    struct buffer out;
    buffer_init(&out, MAX_TEXT);
    buffer_text(&out, "{\"type\":\"text\",\"content\":");
    json_quote(&out, content, strlen(content));
    buffer_text(&out, "}");
    http_reply_piece(exchange, buffer_cstr(&out), out.length);
    buffer_free(&out);
}

static void say_turn(struct http_exchange *exchange, const char *uuid)
{
    struct settings settings;
    char start[128];
    settings_load(&settings, SETTINGS_LOG_CHANGES);
    snprintf(start, sizeof(start), "turn %u for %.63s: ", count_turn(uuid), uuid);
    const char *text = settings.greeting[0] != '\0' ? settings.greeting
                       : settings.prompt[0] != '\0' ? settings.prompt
                                                    : "Hello";
    http_reply_begin(exchange, "text/event-stream");
    reply_content(exchange, start);
    reply_content(exchange, text);
    http_reply_end(exchange);
}

static void answer_llm(struct http_exchange *exchange, void *context)
{
    struct json request, messages;
    struct buffer uuid;
    const struct buffer *body = &exchange->body;
    (void)context;
    buffer_init(&uuid, 63);
    if (!http_is(exchange, "POST", "/prompt-stream"))
        http_reply(exchange, 404, "{\"status\":\"no such path\"}");
    else if (json_parse(buffer_cstr(body), body->length, &request) == 0 ||
             !json_member_text(request, "uuid", &uuid) || uuid.overflowed || uuid.length == 0 ||
             !json_member(request, "messages", &messages) || messages.at[0] != '[')
        http_reply(exchange, 400, "{\"status\":\"uuid and messages are required\"}");
    else
        say_turn(exchange, buffer_cstr(&uuid));
    buffer_free(&uuid);
}

/* One second of a soft triangle wave of 400 Hz: 20 samples a period at 8 kHz. */
static void speak(struct http_exchange *exchange)
{
    unsigned char frame[AUDIO_FRAME_BYTES];
    for (unsigned i = 0; i < sizeof(frame) / 2; i++) {
        unsigned phase = i % 20;
        unsigned sample = (phase < 10 ? phase : 20 - phase) * 300;
        frame[2 * i] = (unsigned char)sample;
        frame[2 * i + 1] = (unsigned char)(sample >> 8);
    }
    http_reply_begin(exchange, "application/octet-stream");
    for (int i = 0; i < 1000 / AUDIO_FRAME_MS; i++)
        http_reply_piece(exchange, frame, sizeof(frame));
    http_reply_end(exchange);
}

static void answer_tts(struct http_exchange *exchange, void *context)
{
    struct settings settings;
    struct json request;
    struct buffer text;
    const struct buffer *body = &exchange->body;
    (void)context;
    buffer_init(&text, MAX_TEXT);
    if (!http_is(exchange, "POST", "/text-to-speech-stream")) {
        http_reply(exchange, 404, "{\"status\":\"no such path\"}");
    } else if (json_parse(buffer_cstr(body), body->length, &request) == 0 ||
               !json_member_text(request, "text", &text)) {
        http_reply(exchange, 400, "{\"status\":\"text is required\"}");
    } else {
        settings_load(&settings, SETTINGS_LOG_CHANGES);
        speak(exchange);
    }
    buffer_free(&text);
}

int role_asr(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return http_serve(env_port("PORT", ASR_PORT), answer_asr, NULL);
}

int role_llm(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return http_serve(env_port("PORT", LLM_PORT), answer_llm, NULL);
}

int role_tts(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return http_serve(env_port("PORT", TTS_PORT), answer_tts, NULL);
}
