/*
 * A call over asr, llm and tts.  A turn is one second of the caller's audio.
 * The turns run on a thread of their own, so a slow connector never holds up
 * the audio; a second that fills up while a turn still runs is not answered.
 * Speech goes out one frame for each frame that comes in, which keeps pace
 * without a timer.
 */

#include "call.h"
#include "clock.h"
#include "log.h"
#include "turn.h"

#include <string.h>

enum { MAX_SPEECH = 60 * AUDIO_SECOND_BYTES, MAX_TURN = 2 * UINT16_MAX };

struct turns {
    struct call *call;
    struct turn_urls urls;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool is_over;
    bool is_busy; /* question belongs to the turn thread */
    struct buffer question;
    struct buffer speech; /* what tts made, on its way to the caller */
};

static void *turn_thread(void *argument)
{
    struct turns *turns = argument;
    struct buffer speech;
    buffer_init(&speech, MAX_SPEECH);
    pthread_mutex_lock(&turns->lock);
    for (;;) {
        while (!turns->is_busy && !turns->is_over)
            pthread_cond_wait(&turns->changed, &turns->lock);
        if (turns->is_over)
            break;
        pthread_mutex_unlock(&turns->lock);
        buffer_reset(&speech);
        turn_run(turns->call, &turns->urls, &turns->question, &speech);
        pthread_mutex_lock(&turns->lock);
        buffer_append(&turns->speech, speech.data, speech.length);
        turns->speech.overflowed = false;
        turns->is_busy = false;
    }
    pthread_mutex_unlock(&turns->lock);
    buffer_free(&speech);
    return NULL;
}

static void ask(struct turns *turns, struct buffer *heard)
{
    pthread_mutex_lock(&turns->lock);
    bool is_taken = !turns->is_busy;
    if (is_taken) {
        buffer_reset(&turns->question);
        buffer_append(&turns->question, heard->data, heard->length);
        turns->is_busy = true;
        pthread_cond_signal(&turns->changed);
    }
    pthread_mutex_unlock(&turns->lock);
    if (!is_taken)
        log_line("call %s: the turn before still runs, a second went unheard", turns->call->uuid);
    buffer_reset(heard);
}

static int speak_frame(struct turns *turns)
{
    unsigned char frame[AUDIO_FRAME_BYTES];
    pthread_mutex_lock(&turns->lock);
    size_t length = turns->speech.length < sizeof(frame) ? turns->speech.length : sizeof(frame);
    if (length > 0) {
        memcpy(frame, turns->speech.data, length);
        buffer_drop(&turns->speech, length);
    }
    pthread_mutex_unlock(&turns->lock);
    return length == 0 ? 0 : call_send(turns->call, AUDIOSOCKET_AUDIO, frame, length);
}

static const char *run(struct turns *turns, struct buffer *heard)
{
    struct call *call = turns->call;
    for (;;) {
        if (audiosocket_read(call->client, &call->frame, clock_ms() + CALL_IDLE_MS) != 0)
            return "caller lost";
        if (call->frame.type == AUDIOSOCKET_HANGUP)
            return "caller hung up";
        if (call->frame.type == AUDIOSOCKET_DTMF)
            call_report_digit(call);
        if (call->frame.type != AUDIOSOCKET_AUDIO)
            continue;
        buffer_append(heard, call->frame.payload, call->frame.length);
        if (heard->length >= AUDIO_SECOND_BYTES)
            ask(turns, heard);
        if (speak_frame(turns) != 0)
            return "caller lost";
    }
}

bool call_has_pipeline(void)
{
    struct turn_urls urls;
    return turn_find_urls(&urls);
}

static const char *run_with_thread(struct turns *turns)
{
    pthread_t thread;
    struct buffer heard;
    if (pthread_create(&thread, NULL, turn_thread, turns) != 0)
        return "no thread for the turns";
    buffer_init(&heard, MAX_TURN);
    webhook_post(turns->call->uuid, "call_started", "{}");
    const char *ended = run(turns, &heard);
    pthread_mutex_lock(&turns->lock);
    turns->is_over = true;
    pthread_cond_signal(&turns->changed);
    pthread_mutex_unlock(&turns->lock);
    pthread_join(thread, NULL);
    buffer_free(&heard);
    return ended;
}

const char *call_run_pipeline(struct call *call)
{
    struct turns turns = {
        .call = call, .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    buffer_init(&turns.question, MAX_TURN);
    buffer_init(&turns.speech, MAX_SPEECH);
    turn_find_urls(&turns.urls);
    const char *ended = run_with_thread(&turns);
    buffer_free(&turns.question);
    buffer_free(&turns.speech);
    return ended;
}
