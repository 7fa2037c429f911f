/* Compose files as people have them become specs that are valid and say the same; no secret of
 * theirs is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/text.h"
#include "source/compose.h"

#define COUNT(a) (sizeof(a) / sizeof(a)[0])

static char folder[] = "/tmp/avr-test-compose-XXXXXX";

static const char *put(struct arena *a, const char *name, const char *text)
{
    const char *path = arena_printf(a, "%s/%s", folder, name);
    FILE *f = fopen(path, "we");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static const char *always_set(void *ctx, const char *name)
{
    (void)ctx;
    return text_is(name, "TAG") || text_is(name, "HTTP_PORT") ? NULL : "from-env";
}

struct result {
    struct compose_import found;
    struct spec spec; /* as the spec reader reads it */
    const char *notes;
};

static struct result import(struct arena *a, const char *name, const char *text)
{
    const char *path = put(a, name, text);
    const struct spec_env env = {always_set, NULL};
    struct spec_errors errors = {0};
    struct text notes = {.arena = a};
    struct result r = {0};

    if (compose_import(a, &path, 1, &r.found, &errors) < 0)
        fail_msg("%s", spec_error_text(a, &errors.items[0]));
    for (size_t i = 0; i < r.found.n_notes; i++)
        text_printf(&notes, "%s\n", r.found.notes[i]);
    r.notes = text_str(&notes);
    assert_null(strstr(r.notes, "CANARY"));
    assert_null(strstr(r.found.text, "CANARY"));
    unlink(path);
    if (!r.found.n_agents)
        return r;
    path = put(a, "agents.yaml", r.found.text);
    if (spec_read(a, &path, 1, &env, &r.spec, &errors) < 0)
        fail_msg("%s\n%s", spec_error_text(a, &errors.items[0]), r.found.text);
    unlink(path);
    assert_int_equal(r.spec.n_agents, r.found.n_agents);
    return r;
}

static const struct env_var *var(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->environment.n; i++)
        if (text_is(s->environment.items[i].name, name))
            return &s->environment.items[i];
    return NULL;
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void a_pipeline_becomes_an_agent(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct result r = import(
        a, "docker-compose-night.yml",
        "name: Bureau\n"
        "services:\n"
        "  avr-core:\n"
        "    image: agentvoiceresponse/avr-core\n"
        "    container_name: avr-core\n"
        "    restart: always\n"
        "    depends_on: [asr]\n"
        "    tty: true\n"
        "    environment:\n"
        "      - PORT=5011\n"
        "      - HTTP_PORT=${HTTP_PORT:-6011}\n"
        "      - ASR_URL=http://asr:6010/speech-to-text-stream\n"
        "      - LLM_URL=http://avr-llm-openai:6002/prompt-stream\n"
        "      - TTS_URL=http://speech:6011/text-to-speech-stream\n"
        "      - SYSTEM_MESSAGE=Hello, how can I help you today?\n"
        "    ports: [\"5011:5011\", \"6011\", {target: 6011, published: 16011, protocol: tcp}]\n"
        "    networks: [avr]\n"
        "  asr:\n"
        "    image: ${REPO:-agentvoiceresponse}/avr-asr-deepgram:${TAG:-1.2}\n"
        "    environment: {PORT: 6010, DEEPGRAM_API_KEY: $DEEPGRAM_API_KEY, PASSED: }\n"
        "    env_file: [./asr.env, {path: ./more.env, required: true}]\n"
        "    healthcheck: {test: [CMD, curl, -f, http://localhost], interval: 5s}\n"
        "    networks: {avr: {aliases: [ear]}, inner: {}}\n"
        "  avr-llm-openai:\n"
        "    image: agentvoiceresponse/avr-llm-openai\n"
        "    command: node index.js\n"
        "    volumes:\n"
        "      - ./tools:/usr/src/app/tools:ro\n"
        "      - cache:/cache\n"
        "      - {type: bind, source: ./x, target: /x, read_only: true}\n"
        "      - /anonymous\n"
        "    labels: [\"team=voice\"]\n"
        "    logging: {driver: json-file, options: {max-size: 10m}}\n"
        "    mem_limit: 512m\n"
        "    networks: [avr]\n"
        "  tts:\n"
        "    image: agentvoiceresponse/avr-tts-deepgram\n"
        "    hostname: speech\n"
        "    networks: [avr]\n"
        "  avr-asterisk:\n"
        "    image: agentvoiceresponse/avr-asterisk\n"
        "    ports: [\"10000-10050:10000-10050/udp\"]\n"
        "  avr-llm-spare:\n"
        "    image: agentvoiceresponse/avr-llm-anthropic\n"
        "networks: {avr: {name: avr, driver: bridge}}\n"
        "volumes: {cache: }\n");
    (void)state;
    const struct agent_spec *agent = &r.spec.agents[0];

    assert_string_equal(agent->key, "night");
    assert_int_equal(agent->port.n, 5011);
    has(r.found.text, "http_port: ${HTTP_PORT:-6011}");
    has(r.found.text, "image: ${REPO:-agentvoiceresponse}/avr-asr-deepgram:${TAG:-1.2}");
    assert_string_equal(agent->role[ROLE_ASR].image.items[0].text, "from-env/avr-asr-deepgram:1.2");
    has(r.found.text, "DEEPGRAM_API_KEY: $DEEPGRAM_API_KEY");
    has(r.found.text, "PASSED: ${PASSED}");
    assert_string_equal(agent->role[ROLE_ASR].container_name.text, "asr");
    assert_string_equal(agent->role[ROLE_ASR].healthcheck.kind.text, "CMD");
    assert_int_equal(agent->role[ROLE_ASR].networks.n, 2);
    assert_string_equal(agent->role[ROLE_ASR].networks.items[1].text, "Bureau_inner");
    assert_string_equal(agent->role[ROLE_TTS].networks.items[0].text, "avr");
    const struct settings *llm = &agent->role[ROLE_LLM], *core = &agent->role[ROLE_CORE];
    assert_int_equal(llm->volumes.n, 3);
    assert_true(text_ends(llm->volumes.items[0].text, "/tools:/usr/src/app/tools:ro"));
    assert_string_equal(llm->volumes.items[1].text, "Bureau_cache:/cache");
    assert_true(text_ends(llm->volumes.items[2].text, "/x:/x:ro"));
    assert_int_equal(llm->mem_limit.n, 512 << 20);
    assert_string_equal(core->restart.text, "always");
    assert_int_equal(core->environment.n, 1);
    assert_string_equal(var(core, "SYSTEM_MESSAGE")->value, "Hello, how can I help you today?");
    assert_int_equal(core->ports.n, 2);
    assert_string_equal(core->ports.items[1].text, "16011:6011/tcp");

    has(r.notes, "docker-compose-night.yml:3: avr-core: left out: depends_on, tty\n");
    has(r.notes, ": avr-core: an entry of ports has no counterpart, left out\n");
    has(r.notes, ": avr-llm-openai: an entry of volumes has no counterpart, left out\n");
    has(r.notes, ": avr-asterisk: no part of an agent, left to compose\n");
    has(r.notes, ": avr-llm-spare: no core here dials it, left to compose\n");
    has(r.notes, "set -a; . ./.env; set +a\n");
}

#define STS(core_env, sts_env)                                                                     \
    "services:\n"                                                                                  \
    "  core: {image: avr-core, environment: [STS_URL=ws://sts:6030" core_env "]}\n"                \
    "  sts:\n    image: local/avr-sts-openai:local\n    environment:\n" sts_env

static void a_secret_that_is_written_out_is_asked_for_instead(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct result r = import(a, "compose.yml",
                             STS(", WEBHOOK_SECRET=CANARY-1, OTHER_KEY=CANARY-4",
                                 "      OPENAI_API_KEY: CANARY-2\n"
                                 "      WEBHOOK_SECRET: CANARY-3\n"
                                 "      OTHER_KEY: CANARY-4\n"
                                 "      DEFAULT_TOKEN: ${DEFAULT_TOKEN:-CANARY-5}\n"
                                 "      EMPTY_TOKEN: ${EMPTY_TOKEN:-}\n"
                                 "      BEARER_AUTH: Bearer ${TOKEN}\n"
                                 "      AMI: http://user:CANARY-6@ami:1\n"
                                 "      AMI_TOO: http://user:CANARY-7@${AMI_HOST}:1\n"
                                 "      NO_KEY: \"\"\n"
                                 "      PROMPT: \"Say: \\\"hi\\\" # twice\\nand $$5\"\n"
                                 "    labels: {token: CANARY-8}\n"
                                 "    command: [run, --key=CANARY-9]\n"));
    const struct settings *sts = &r.spec.agents[0].role[ROLE_STS];

    (void)state;
    has(r.found.text, "OPENAI_API_KEY: {env: OPENAI_API_KEY}\n");
    has(r.found.text, "WEBHOOK_SECRET: {env: WEBHOOK_SECRET}\n");
    has(r.found.text, "WEBHOOK_SECRET: {env: WEBHOOK_SECRET_2}\n"); /* another one of that name */
    assert_null(strstr(r.found.text, "OTHER_KEY_2"));               /* the same one */
    has(r.found.text, "DEFAULT_TOKEN: {env: DEFAULT_TOKEN}\n");
    has(r.found.text, "EMPTY_TOKEN: ${EMPTY_TOKEN:-}\n");
    has(r.found.text, "BEARER_AUTH: Bearer ${TOKEN}\n");
    has(r.found.text, "AMI: {env: AMI}\n");
    has(r.found.text, "AMI_TOO: {env: AMI_TOO}\n");
    assert_string_equal(var(sts, "NO_KEY")->value, "");
    assert_string_equal(var(sts, "PROMPT")->value, "Say: \"hi\" # twice\nand $5");
    has(r.notes, "compose.yml:6: sts: the value of OPENAI_API_KEY is a secret and was not copied");
    has(r.notes, "sts: labels holds what looks like a secret, left out");
    has(r.notes, "sts: command holds what looks like a secret, left out");
}

static void core_keeps_an_address_of_its_own(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct result r = import(a, "compose.yml",
                             "services:\n"
                             "  core:\n    image: avr-core\n    environment:\n"
                             "      ASR_URL: http://a:1/own-path\n"
                             "      LLM_URL: http://l:1/prompt-stream\n"
                             "      TTS_URL: http://t:1\n"
                             "  a: {image: x/avr-asr-vosk}\n"
                             "  l: {image: own/llm}\n"
                             "  t: {image: avr-tts-x}\n");

    (void)state;
    assert_int_equal(r.spec.agents[0].role[ROLE_CORE].environment.n, 1);
    assert_non_null(var(&r.spec.agents[0].role[ROLE_CORE], "ASR_URL"));
    assert_string_equal(r.spec.agents[0].role[ROLE_LLM].image.items[0].text, "own/llm");
    /* Without networks it is the project's, which is named after the folder. */
    has(r.found.text, "- avr-test-compose-");
    has(r.found.text, "_default\n");
}

static void what_is_shared_or_named_twice_stays_apart(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    struct result r =
        import(a, "compose.yml",
               "services:\n"
               "  c1: {image: avr-core, container_name: avr-core-sales, environment: {STS_URL: "
               "'ws://s:1'}}\n"
               "  c2: {image: avr-core, environment: {STS_URL: 'ws://s:1'}}\n"
               "  c3: {image: avr-core, environment: {STS_URL: 'ws://s:1'}}\n"
               "  c4: {image: avr-core, environment: {STS_URL: 'ws://nowhere:1'}}\n"
               "  c5: {image: avr-core}\n"
               "  s: {image: avr-sts-x}\n");

    (void)state;
    assert_int_equal(r.found.n_agents, 3);
    assert_string_equal(r.spec.agents[0].key, "sales");
    assert_null(r.spec.agents[0].role[ROLE_CORE].container_name.text); /* AVR's own name */
    assert_string_equal(r.spec.agents[0].role[ROLE_STS].container_name.text, "s");
    assert_null(r.spec.agents[1].role[ROLE_STS].container_name.text);
    assert_true(text_ends(r.spec.agents[2].key, "-2"));
    has(r.notes, "c4: STS_URL leads to nowhere, which is no service with an image here");
    has(r.notes, "c5: it has neither STS_URL nor all of ASR_URL, LLM_URL and TTS_URL");
    has(r.notes, "c5: left to compose");
}

static void what_is_no_compose_file_is_an_error(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();
    const char *path = put(a, "compose.yml", "agents: {}\n");
    struct compose_import found;
    struct spec_errors errors;

    (void)state;
    assert_int_equal(compose_import(a, &path, 1, &found, &errors), -1);
    has(errors.items[0].text, "it has no services");
    unlink(path);
    assert_int_equal(compose_import(a, &path, 1, &found, &errors), -1);
    assert_int_equal(import(a, "compose.yml", "services: {db: {image: mysql}}\n").found.n_agents,
                     0);
}

static int make_folder(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    if (!mkdtemp(folder))
        return -1;
    put(a, "asr.env", "");
    put(a, "more.env", "");
    return 0;
}

static int remove_folder(void **state)
{
    struct arena *a CLEANUP_ARENA = arena_new();

    (void)state;
    unlink(arena_printf(a, "%s/asr.env", folder));
    unlink(arena_printf(a, "%s/more.env", folder));
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pipeline_becomes_an_agent),
        cmocka_unit_test(a_secret_that_is_written_out_is_asked_for_instead),
        cmocka_unit_test(core_keeps_an_address_of_its_own),
        cmocka_unit_test(what_is_shared_or_named_twice_stays_apart),
        cmocka_unit_test(what_is_no_compose_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
