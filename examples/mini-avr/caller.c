/*
 * Plays the phone: announces a call, opens the AudioSocket, sends a frame of
 * audio every 20 ms, and reports what comes back.
 */

#include "audiosocket.h"
#include "clock.h"
#include "http_client.h"
#include "log.h"
#include "net.h"
#include "role.h"
#include "url.h"
#include "uuid.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIAL_MS = 5000,
    ANNOUNCE_MS = 5000,
    FIRST_AUDIO_MS = 6000, /* core may first wait 3 s for a webhook */
    SILENCE_MS = 3000,
    MAX_SECONDS = 86400,
    DIGIT_MS = 1000,
    MAX_NUMBER = 32,
};

struct phone {
    struct url core;
    struct url http;
    bool has_http;
    bool is_quiet;
    double seconds;
    const char *digits;
    const char *from; /* the number that calls; "": the dialplan passes none on */
    unsigned char uuid[UUID_BYTES];
    char uuid_text[UUID_TEXT_SIZE];

    struct stream stream;
    struct audiosocket_frame frame;
    int64_t started;
    int64_t last_audio;
    unsigned long sent;
    unsigned long heard;
    struct buffer greeting;
    bool was_greeted;
    bool was_cut;
};

static volatile sig_atomic_t is_hanging_up;

static void on_hang_up(int number)
{
    (void)number;
    is_hanging_up = 1;
}

static int usage(void)
{
    fprintf(stderr,
            "usage: mini-avr caller --core HOST:PORT [--http HOST:PORT] [--uuid UUID]\n"
            "                       --seconds N [--dtmf DIGITS] [--from NUMBER] [--quiet]\n");
    return 2;
}

static bool parse_option(struct phone *phone, int option)
{
    char *end;
    switch (option) {
    case 'c':
        return url_parse_endpoint(optarg, &phone->core);
    case 'h':
        phone->has_http = true;
        return url_parse_endpoint(optarg, &phone->http);
    case 'u':
        return uuid_parse(optarg, phone->uuid);
    case 's':
        phone->seconds = strtod(optarg, &end);
        return end != optarg && *end == '\0' && phone->seconds > 0 && phone->seconds <= MAX_SECONDS;
    case 'd':
        phone->digits = optarg;
        return strspn(optarg, "0123456789*#ABCD") == strlen(optarg);
    case 'f':
        phone->from = optarg;
        return strspn(optarg, "+0123456789") == strlen(optarg) && strlen(optarg) < MAX_NUMBER;
    case 'q':
        phone->is_quiet = true;
        return true;
    default:
        return false;
    }
}

static bool parse_options(struct phone *phone, int argc, char **argv)
{
    static const struct option options[] = {
        {"core", required_argument, NULL, 'c'}, {"http", required_argument, NULL, 'h'},
        {"uuid", required_argument, NULL, 'u'}, {"seconds", required_argument, NULL, 's'},
        {"dtmf", required_argument, NULL, 'd'}, {"from", required_argument, NULL, 'f'},
        {"quiet", no_argument, NULL, 'q'},      {NULL, 0, NULL, 0},
    };
    int option;
    phone->digits = phone->from = "";
    uuid_random(phone->uuid);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!parse_option(phone, option))
            return false;
    uuid_format(phone->uuid, phone->uuid_text);
    return optind == argc && phone->core.port != 0 && phone->seconds > 0;
}

/* Returns NULL, or why the announcement failed. */
static const char *announce(const struct phone *phone)
{
    char url[512], body[160], payload[64] = "{}";
    struct buffer answer;
    const char *failure = NULL;
    snprintf(url, sizeof(url), "http://%s:%u/call", phone->http.host, phone->http.port);
    if (*phone->from != '\0')
        snprintf(payload, sizeof(payload), "{\"from\":\"%s\"}", phone->from);
    snprintf(body, sizeof(body), "{\"uuid\":\"%s\",\"payload\":%s}", phone->uuid_text, payload);
    struct http_request request = {.method = "POST",
                                   .url = url,
                                   .type = "application/json",
                                   .body = body,
                                   .length = strlen(body),
                                   .timeout_ms = ANNOUNCE_MS};
    buffer_init(&answer, 65536);
    int status = http_fetch(&request, &answer, &failure);
    buffer_free(&answer);
    if (status < 0)
        return failure;
    return status == 200 ? NULL : "core refused the announcement";
}

static void hear_text(struct phone *phone)
{
    struct buffer text;
    double elapsed = (double)(clock_ms() - phone->started) / 1000;
    buffer_init(&text, UINT16_MAX);
    log_quote(&text, (const char *)phone->frame.payload, phone->frame.length);
    if (!phone->is_quiet)
        log_line("%.2fs heard: %s", elapsed, buffer_cstr(&text));
    if (!phone->was_greeted)
        buffer_text(&phone->greeting, buffer_cstr(&text));
    phone->was_greeted = true;
    buffer_free(&text);
}

/* Deal with one frame; returns NULL, or what ended the call. */
static const char *hear(struct phone *phone)
{
    if (audiosocket_read(&phone->stream, &phone->frame, clock_ms() + SILENCE_MS) != 0)
        return "core (connection lost)";
    switch (phone->frame.type) {
    case AUDIOSOCKET_HANGUP:
        return "core (hangup)";
    case AUDIOSOCKET_ERROR:
        return "core (error frame)";
    case AUDIOSOCKET_AUDIO:
        phone->last_audio = clock_ms();
        phone->heard++;
        return NULL;
    case AUDIOSOCKET_TRANSCRIPT:
        hear_text(phone);
        return NULL;
    default:
        return NULL;
    }
}

/* A rising saw tooth: audible, and every frame differs from the one before. */
static int send_audio(struct phone *phone)
{
    unsigned char audio[AUDIO_FRAME_BYTES];
    for (unsigned i = 0; i < sizeof(audio) / 2; i++) {
        unsigned sample = (i + (unsigned)phone->sent) % 32 * 64;
        audio[2 * i] = (unsigned char)sample;
        audio[2 * i + 1] = (unsigned char)(sample >> 8);
    }
    phone->sent++;
    return audiosocket_write(&phone->stream, AUDIOSOCKET_AUDIO, audio, sizeof(audio));
}

static bool is_silent(const struct phone *phone)
{
    int64_t now = clock_ms();
    if (phone->heard == 0)
        return now - phone->started > FIRST_AUDIO_MS;
    return now - phone->last_audio > SILENCE_MS;
}

/* Listen until the deadline; returns NULL, or what ended the call. */
static const char *listen_until(struct phone *phone, int64_t deadline)
{
    struct stream *const streams[] = {&phone->stream};
    while (stream_wait(streams, 1, deadline) != 0) {
        const char *ended = hear(phone);
        if (ended != NULL)
            return ended;
        if (clock_ms() >= deadline)
            return NULL;
    }
    return NULL;
}

static const char *talk(struct phone *phone)
{
    int64_t end = phone->started + (int64_t)(phone->seconds * 1000);
    for (int64_t next = phone->started; next < end && !is_hanging_up; next += AUDIO_FRAME_MS) {
        const char *ended = listen_until(phone, next);
        if (ended != NULL)
            return ended;
        if (is_silent(phone))
            return "silence";
        if (send_audio(phone) != 0)
            return "core (connection lost)";
        if (*phone->digits != '\0' && next - phone->started >= DIGIT_MS)
            audiosocket_write(&phone->stream, AUDIOSOCKET_DTMF, phone->digits++, 1);
    }
    return is_hanging_up ? NULL : listen_until(phone, end);
}

static void summarise(const struct phone *phone, const char *ended)
{
    double elapsed = (double)(clock_ms() - phone->started) / 1000;
    log_line("call %s: %.1f s, %lu frames sent, %lu heard, greeting \"%s\", ended by %s",
             phone->uuid_text, elapsed, phone->sent, phone->heard, buffer_cstr(&phone->greeting),
             ended);
}

static const char *place_call(struct phone *phone)
{
    const char *failure = NULL;
    int64_t deadline = clock_ms() + DIAL_MS;
    if (phone->has_http && (failure = announce(phone)) != NULL)
        return failure;
    if (net_dial(&phone->stream, phone->core.host, phone->core.port, deadline, &failure) != 0)
        return failure;
    phone->started = clock_ms();
    if (audiosocket_write(&phone->stream, AUDIOSOCKET_UUID, phone->uuid, UUID_BYTES) != 0)
        return "core (connection lost)";
    failure = talk(phone);
    if (failure == NULL)
        audiosocket_write(&phone->stream, AUDIOSOCKET_HANGUP, "", 0);
    stream_close(&phone->stream);
    return failure;
}

int role_caller(int argc, char **argv)
{
    static struct phone phone;
    struct sigaction hang_up = {.sa_handler = on_hang_up};
    if (!parse_options(&phone, argc, argv))
        return usage();
    sigaction(SIGTERM, &hang_up, NULL);
    sigaction(SIGINT, &hang_up, NULL);
    buffer_init(&phone.greeting, UINT16_MAX);
    phone.started = clock_ms();
    const char *failure = place_call(&phone);
    summarise(&phone, failure == NULL ? "caller" : failure);
    buffer_free(&phone.greeting);
    return failure == NULL ? 0 : 1;
}
