#include "turn.h"

#include "environment.h"
#include "http_client.h"
#include "log.h"
#include "url.h"

#include <stdio.h>
#include <string.h>

enum { REQUEST_MS = 3000, MAX_TEXT = 32 * 1024 };

/*
 * Some versions of AVR's backend write the names in lower case and leave the
 * path away; core understands both.
 */
static bool find_url(const char *name, const char *odd_name, const char *path, char ret_url[1024])
{
    struct url url;
    const char *text = env_text(name);
    if (text == NULL)
        text = env_text(odd_name);
    if (text == NULL || !url_parse(text, &url) || url.is_websocket)
        return false;
    const char *missing_path = strcmp(url.path, "/") == 0 ? path : url.path;
    int length = snprintf(ret_url, 1024, "http://%s:%u%s", url.host, url.port, missing_path);
    return length > 0 && length < 1024;
}

bool turn_find_urls(struct turn_urls *ret_urls)
{
    return find_url("ASR_URL", "asr_URL", "/speech-to-text-stream", ret_urls->asr) &&
           find_url("LLM_URL", "llm_URL", "/prompt-stream", ret_urls->llm) &&
           find_url("TTS_URL", "tts_URL", "/text-to-speech-stream", ret_urls->tts);
}

static int ask(struct call *call, struct http_request *request, struct buffer *answer)
{
    char header[64];
    const char *failure = NULL;
    snprintf(header, sizeof(header), "X-UUID: %s\r\n", call->uuid);
    request->method = "POST";
    request->headers = header;
    request->timeout_ms = REQUEST_MS;
    int status = http_fetch(request, answer, &failure);
    if (status == 200)
        return 0;
    if (status < 0)
        log_line("call %s: turn lost at %s: %s", call->uuid, request->url, failure);
    else
        log_line("call %s: turn lost at %s: status %d", call->uuid, request->url, status);
    return -1;
}

static int ask_json(struct call *call, const char *url, const struct buffer *body,
                    struct buffer *answer)
{
    struct http_request request = {
        .url = url, .type = "application/json", .body = buffer_cstr(body), .length = body->length};
    return ask(call, &request, answer);
}

static int recognise(struct call *call, const char *url, const struct buffer *audio,
                     struct buffer *text)
{
    struct http_request request = {.url = url,
                                   .type = "audio/x-raw",
                                   .body = audio->data,
                                   .length = audio->length,
                                   .is_chunked = true};
    return ask(call, &request, text);
}

/* The llm's answer is a run of JSON objects; their texts together are what it says. */
static void join_contents(const struct buffer *answer, struct buffer *said)
{
    struct json object, content;
    size_t at = 0, length;
    while ((length = json_parse(buffer_cstr(answer) + at, answer->length - at, &object)) != 0) {
        at += length;
        if (json_member(object, "content", &content))
            json_text(content, said);
    }
}

static int think(struct call *call, const char *url, const struct buffer *text, struct buffer *said)
{
    struct buffer body, answer;
    buffer_init(&body, 2 * MAX_TEXT);
    buffer_init(&answer, 4 * MAX_TEXT);
    buffer_format(&body,
                  "{\"uuid\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":", call->uuid);
    json_quote(&body, buffer_cstr(text), text->length);
    buffer_text(&body, "}]}");
    int error = ask_json(call, url, &body, &answer);
    if (error == 0)
        join_contents(&answer, said);
    buffer_free(&body);
    buffer_free(&answer);
    return error;
}

static int speak(struct call *call, const char *url, const struct buffer *said,
                 struct buffer *speech)
{
    struct buffer body;
    buffer_init(&body, 2 * MAX_TEXT);
    buffer_text(&body, "{\"text\":");
    json_quote(&body, buffer_cstr(said), said->length);
    buffer_text(&body, "}");
    int error = ask_json(call, url, &body, speech);
    buffer_free(&body);
    return error;
}

int turn_run(struct call *call, const struct turn_urls *urls, const struct buffer *audio,
             struct buffer *speech)
{
    struct buffer text, said;
    buffer_init(&text, MAX_TEXT);
    buffer_init(&said, MAX_TEXT);
    int error = recognise(call, urls->asr, audio, &text);
    if (error == 0) {
        call_transcribe(call, "user", buffer_cstr(&text), text.length);
        error = think(call, urls->llm, &text, &said);
    }
    if (error == 0) {
        call_transcribe(call, "agent", buffer_cstr(&said), said.length);
        error = speak(call, urls->tts, &said, speech);
    }
    buffer_free(&text);
    buffer_free(&said);
    return error;
}
