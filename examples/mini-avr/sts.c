/*
 * The speech-to-speech connector.  On init it loads its settings and says the
 * greeting and the prompt, then it echoes the caller's audio.  A DTMF digit
 * interrupts it.  With SILENT it never says a word.
 */

#include "clock.h"
#include "environment.h"
#include "json.h"
#include "log.h"
#include "net.h"
#include "role.h"
#include "settings.h"
#include "websocket.h"

#include <string.h>

enum { DEFAULT_PORT = 6033, IDLE_MS = 60000, MAX_LATE_SECONDS = 3600 };

static int send_transcript(struct websocket *ws, const char *prefix, const char *text)
{
    struct buffer spoken, message;
    buffer_init(&spoken, WS_MAX_MESSAGE);
    buffer_init(&message, WS_MAX_MESSAGE);
    buffer_text(&spoken, prefix);
    buffer_text(&spoken, text);
    buffer_text(&message, "{\"type\":\"transcript\",\"role\":\"agent\",\"text\":");
    json_quote(&message, buffer_cstr(&spoken), spoken.length);
    buffer_text(&message, "}");
    int error = ws_send_text(ws, buffer_cstr(&message), message.length);
    buffer_free(&spoken);
    buffer_free(&message);
    return error;
}

static int greet(struct websocket *ws)
{
    struct settings settings;
    settings_load(&settings, SETTINGS_LOG_ALWAYS);
    if (env_text("SILENT") != NULL)
        return 0;
    const char *greeting = settings.greeting[0] != '\0' ? settings.greeting : "Hello";
    if (send_transcript(ws, "", greeting) != 0)
        return -1;
    return settings.prompt[0] == '\0' ? 0 : send_transcript(ws, "prompt: ", settings.prompt);
}

static int echo(struct websocket *ws, struct json message)
{
    struct json audio;
    struct buffer out;
    if (!json_member(message, "audio", &audio) || audio.at[0] != '"')
        return 0;
    buffer_init(&out, WS_MAX_MESSAGE);
    buffer_text(&out, "{\"type\":\"audio\",\"audio\":");
    buffer_append(&out, audio.at, audio.length);
    buffer_text(&out, "}");
    int error = out.overflowed ? 0 : ws_send_text(ws, out.data, out.length);
    buffer_free(&out);
    return error;
}

static int answer(struct websocket *ws)
{
    static const char bad[] = "{\"type\":\"error\",\"message\":\"message is not JSON\"}";
    static const char interruption[] = "{\"type\":\"interruption\"}";
    struct json message;
    struct buffer type;
    int error = 0;
    if (json_parse(buffer_cstr(&ws->message), ws->message.length, &message) == 0)
        return ws_send_text(ws, bad, sizeof(bad) - 1);
    buffer_init(&type, 32);
    json_member_text(message, "type", &type);
    if (strcmp(buffer_cstr(&type), "audio") == 0)
        error = echo(ws, message);
    else if (strcmp(buffer_cstr(&type), "init") == 0)
        error = greet(ws);
    else if (strcmp(buffer_cstr(&type), "dtmf_digit") == 0)
        error = ws_send_text(ws, interruption, sizeof(interruption) - 1);
    buffer_free(&type);
    return error;
}

static void serve_call(struct stream *stream, void *context)
{
    struct websocket ws;
    enum ws_event event = WS_NOTHING;
    (void)context;
    if (ws_accept(&ws, stream) != 0)
        return;
    while (event == WS_NOTHING || event == WS_MESSAGE) {
        event = ws_receive(&ws, clock_ms() + IDLE_MS);
        if (event == WS_MESSAGE && answer(&ws) != 0)
            event = WS_LOST;
    }
    ws_close(&ws);
}

int role_sts(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    int listener = net_listen(env_port("PORT", DEFAULT_PORT));
    if (listener >= 0)
        net_serve(listener, serve_call, NULL);
    return 1;
}

int role_late(int argc, char **argv)
{
    unsigned seconds = env_number("LATE_SECONDS", 5, MAX_LATE_SECONDS);
    log_line("listening in %u s", seconds);
    clock_sleep_until(clock_ms() + (int64_t)seconds * 1000);
    return role_sts(argc, argv);
}
