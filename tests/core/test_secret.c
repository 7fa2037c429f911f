/* Goal: secrets are hidden by name or by look, and what an operator must read in a diff is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/drift.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

struct sample {
    const char *name, *value;
};

static const struct sample hidden[] = {
    {"DEEPGRAM_API_KEY", "k1"},
    {"KEY", ""},
    {"apiKey", "x"},
    {"OPENAI_APIKEY", "x"},
    {"WEBHOOK_SECRET", "wh"},
    {"access-token", "x"},
    {"AMI_PASSWORD", "avr"},
    {"GOOGLE_CREDENTIALS", "{}"},
    {"CREDENTIAL", "x"},
    {"AUTH", "basic"},
    {"BASIC_AUTH_USER", "x"},
    {"authHeader", "x"},
    {"KEY_2", "x"},
    {"DATABASE_URL", "postgres://avr:pw@db/avr"},
    {"TEXT", "see https://u:p@example.test/ for more"},
    {"CERT", "-----BEGIN RSA PRIVATE KEY-----\nabc"},
    {"X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_"
          "XgL0n3I9PlFUP0THsR8U"},
    {"MODEL", "sk-proj-9a8b7c6d5e4f"},
    {"DG", "3f9a1c7be2d84f06a5b19c3de7f2048b6a1d5e9c"},
    {"VALUE", "Zm9vYmFyMTIzNDU2Nzg5MGFiY2RlZmdoaWprbG1ub3A4Nw=="},
    {"WS", "wss://api.example.test/listen?model=nova&token=abcdef"},
    {"WS", "wss://api.example.test/listen?=x&token&api_key=abcdef"},
    {"WS",
     "wss://api.example.test/?a_parameter_whose_name_is_longer_than_most_of_them_are_token=x"},
    {"TEXT", "from ftp://anonymous@example.test/ to ftp://u:p@example.test/"},
    {"CUT_UUID", "31e32e67-c896-4229-8fc5-e1e73d68348"},
    {"GOOGLE", "AIzaSyD-1234567890abcdef"},
};

static const struct sample shown[] = {
    {"MONKEY", "banana"},
    {"KEYWORDS", "hotel,room"},
    {"AUTHOR", "somebody"},
    {"TOKENIZER", "cl100k_base"},
    {"OPENAI_MAX_TOKENS", "300"},
    {"PASSENGER_NAME", "x"},
    {"AGENT_PROMPT", "You are the night desk of Hotel Aurora. Ask for the room number, then help."},
    {"DEEPGRAM_GREETING", "Hi v2"},
    {"OPENAI_MODEL", "gpt-4o-realtime-preview-2024-12-17"},
    {"ELEVENLABS_MODEL", "eleven_multilingual_v2"},
    {"TTS_MODEL", "aura-2-thalia-en"},
    {"SPEECH_RECOGNITION_LANGUAGE", "en-US"},
    {"PROVIDER_ID", "31e32e67-c896-4229-8fc5-e1e73d683487"},
    {"AGENT_ID", "D3B650A5-FA95-485D-B3ED-B340B7DF758B"},
    {"WEBHOOK_URL", "http://avr-app-backend:3001/webhooks"},
    {"STS_URL", "ws://avr-sts-d3b650a5-fa95-485d-b3ed-b340b7df758b:6690"},
    {"FTP", "ftp://anonymous@example.test/file"},
    {"FTP", "ftp://anonymous:@example.test/file"},
    {"LINK", "https://example.test/?token=&lang=en"},
    {"LINK", "https://example.test/?token=\n"},
    {"LINK", "https://example.test/?token=#top"},
    {"LINK", "https://example.test/?token= (none)"},
    {"LINK", "https://example.test/?=secret"},
    {"LINK", "?token=x is no address"},
    {"TEXT", "eyJhbGci.cut.eyJhbGci"},
    {"TEXT", "eyJhbGci.eyJhbGci"},
    {"TEXT", "eyJhbGciOiJI, said somebody"},
    {"TEXT", "sk-short"},
    {"DIGITS", "012345678901234567890123"},
    {"LETTERS", "aBcDeFgHiJkLmNoPqRsTuVwXyZ"},
    {"FEW", "a1a1a1a1a1a1a1a1a1a1a1a1"},
    {"OPENAI_URL_INSTRUCTIONS", "https://example.test/prompt?agent=night&lang=en"},
    {"PORT", "6690"},
    {"TEMPERATURE", "0.5"},
    {"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"},
    {"FILE", "/usr/src/app/tools/reservation_lookup_v2_production.js"},
    {"HOST", "speech-to-text-service.internal.example.test"},
    {"EMPTY", ""},
    {"PHONE", "+390612345678901234567890123"},
};

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_OF(hidden); i++)
        if (!looks_secret(hidden[i].name, hidden[i].value))
            fail_msg("%s=%s would be shown", hidden[i].name, hidden[i].value);
    for (size_t i = 0; i < N_OF(shown); i++)
        if (looks_secret(shown[i].name, shown[i].value))
            fail_msg("%s=%s would be hidden", shown[i].name, shown[i].value);
}

static void test_nothing_to_look_at(void **state)
{
    (void)state;
    assert_false(looks_secret(NULL, NULL));
    assert_false(looks_secret("NAME", NULL));
    assert_true(looks_secret("API_KEY", NULL));
    assert_true(looks_secret(NULL, "-----BEGIN CERTIFICATE-----"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_nothing_to_look_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
