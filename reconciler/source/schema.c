#include "source/schema.h"

#include "base/array.h"
#include "base/text.h"
#include "source/schema_checks.h"

#define FIELDS(array) .fields = (array), .n = sizeof(array) / sizeof(array)[0]

#define DURATION "a duration such as 90s, 5m or 1h30m"
#define NAME     "^[A-Za-z0-9][A-Za-z0-9_.-]*$"

enum { HOUR = 3600, DAY = 24 * HOUR, MAX_DURATION = 30 * DAY };

/* ---- parts of settings ---- */

#define AT(member) .at = offsetof(struct healthcheck, member)
static const struct field healthcheck_fields[] = {
    {"test", SHAPE_PROBE, .at = 0,
     .doc = "How readiness is seen: `TCP`, `WS`, `[HTTP, /path]`, `[CMD, …]`, `[CMD-SHELL, …]` or "
            "`NONE`."},
    {"timeout", SHAPE_DURATION, AT(timeout_s), .expects = DURATION ", from 1s to 1h", .min = 1,
     .max = HOUR, .doc = "How long a new container may take to become ready."},
    {"interval", SHAPE_REFUSED, .expects = "is not read here",
     .doc = "a new container is asked until `timeout` has passed"},
    {"retries", SHAPE_REFUSED, .expects = "is not read here",
     .doc = "a new container is asked until `timeout` has passed"},
    {"start_period", SHAPE_REFUSED, .expects = "is not read here", .doc = "write `timeout`"},
    {"start_interval", SHAPE_REFUSED, .expects = "is not read here", .doc = "write `timeout`"},
    {"disable", SHAPE_REFUSED, .expects = "is not read here", .doc = "write `healthcheck: NONE`"},
};
#undef AT

static const struct section healthcheck_section = {
    .name = "healthcheck",
    .title = "`healthcheck`",
    .doc = "How it is seen that a new container is ready.",
    FIELDS(healthcheck_fields),
    .shorthand = "test",
};

#define AT(member) .at = offsetof(struct settings, member)
static const struct field logging_fields[] = {
    {"driver", SHAPE_TEXT, AT(log_driver), .pattern = NAME, .expects = "the name of a log driver",
     .doc = "The engine's log driver: json-file, journald, …"},
    {"options", SHAPE_LABELS, AT(log_options), .count_at = offsetof(struct settings, n_log_options),
     .doc = "Options of the driver, such as max-size."},
};

static const struct section logging_section = {
    .name = "logging",
    .title = "`logging`",
    .doc = "Where the engine puts what a container writes.",
    FIELDS(logging_fields),
};

/* ---- settings of a container ---- */

static const char *const pull_words[] = {"prefer_local", "missing",  "always",
                                         "never",        "every_6h", NULL};
static const char *const restart_words[] = {"no",         "always",       "unless-stopped",
                                            "on-failure", "on-failure:3", NULL};
static const char *const config_choices[] = {"start", "per_call", NULL};

#define NEVER(key, why)                                                                            \
    {                                                                                              \
        key, SHAPE_REFUSED, .expects = "is never sent to the engine", .doc = why                   \
    }
#define NOT_READ(key, what)                                                                        \
    {                                                                                              \
        key, SHAPE_REFUSED, .expects = "is not read here", .doc = what                             \
    }

static const struct field settings_fields[] = {
    {"image", SHAPE_LIST, AT(image), .expects = "an image such as repository:tag",
     .pattern = "^[A-Za-z0-9][A-Za-z0-9._/:@-]*$", .check = check_image,
     .doc = "The image; of a list, the first one present wins and the last one is pulled."},
    {"pull_policy", SHAPE_TEXT, AT(pull_policy), .check = check_pull_policy,
     .pattern = "^(prefer_local|missing|always|never|every_[0-9dhms]+)$", .words = pull_words,
     .expects = "prefer_local, missing, always, never or every_<duration>",
     .doc = "prefer_local (repository:local if present, else the tag), missing, always, never or "
            "every_<duration>."},
    {"environment", SHAPE_ENVIRONMENT, AT(environment), .section = &schema_env_value,
     .doc = "Variables, as a mapping or a list of KEY=VALUE; a value is a text, {secret: NAME}, "
            "{file: PATH} or {env: VAR}."},
    {"env_file", SHAPE_ENV_FILE, AT(environment), .expects = "the path of a file",
     .doc = "Files of KEY=VALUE lines; `environment` wins over them."},
    {"volumes", SHAPE_VOLUMES, AT(volumes), .expects = "source:/target or source:/target:ro",
     .pattern = "^[^:]+:/[^:]*(:[A-Za-z,]+)?$",
     .doc = "source:/target[:mode]; a source that begins with . / or ~ is a path, seen from the "
            "spec file."},
    {"ports", SHAPE_LIST, AT(ports), .check = check_ports,
     .pattern = "^(([0-9]{1,3}[.]){3}[0-9]{1,3}:|\\[[0-9a-fA-F:.]+\\]:)?[0-9]{1,5}:[0-9]{1,5}"
                "(/(tcp|udp|sctp))?$",
     .expects = "[address:]host:container[/udp], one port each",
     .doc = "Published ports, [address:]host:container[/protocol]."},
    {"healthcheck", SHAPE_SECTION, AT(healthcheck), .section = &healthcheck_section,
     .doc = "`TCP`, `WS`, `[HTTP, /path]`, `[CMD, …]`, `[CMD-SHELL, …]`, `NONE`, or a mapping with "
            "`test` and `timeout`."},
    {"restart", SHAPE_TEXT, AT(restart),
     .pattern = "^(no|always|unless-stopped|on-failure(:[0-9]{1,4})?)$", .words = restart_words,
     .expects = "no, always, unless-stopped, on-failure or on-failure:<times>",
     .doc = "The engine's restart policy: no, always, unless-stopped or on-failure[:times]."},
    {"stop_grace_period", SHAPE_DURATION, AT(stop_grace_s), .expects = DURATION ", up to 1h",
     .max = HOUR, .doc = "How long a container may take to stop before it is killed."},
    {"labels", SHAPE_LABELS, AT(labels), .count_at = offsetof(struct settings, n_labels),
     .doc = "Further labels, as a mapping or a list of key=value."},
    {"logging", SHAPE_SECTION, .at = 0, .section = &logging_section,
     .doc = "The log driver and its options."},
    {"mem_limit", SHAPE_SIZE, AT(mem_limit), .may_be_none = true,
     .expects = "a size such as 512m or 2g, at least 6m, or none", .min = 6 << 20, .max = INT64_MAX,
     .doc = "Most memory a container may use: 512m, 2g; none (or 0) takes a limit away."},
    {"cpus", SHAPE_CPUS, AT(nano_cpus), .may_be_none = true,
     .expects = "a number such as 0.5 or 2, from 0.01 to 1024, or none", .min = 10000000,
     .max = 1024000000000,
     .doc = "Most processors a container may use: 0.5; none (or 0) takes a limit away."},
    {"cap_drop", SHAPE_LIST, AT(cap_drop), .pattern = "^[A-Za-z_]+$",
     .expects = "a capability such as NET_RAW, or ALL", .doc = "Capabilities to take away."},
    {"user", SHAPE_TEXT, AT(user), .pattern = "^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_.-]+)?$",
     .expects = "a user or user:group, by name or number",
     .doc = "The user (and group) the container's process runs as."},
    {"extra_hosts", SHAPE_HOSTS, AT(extra_hosts), .pattern = "^[A-Za-z0-9_.-]+[:=].+$",
     .expects = "name:address", .doc = "Further names and addresses, name:address."},
    {"platform", SHAPE_TEXT, AT(platform), .pattern = "^[a-z0-9_]+(/[a-z0-9_]+){0,2}$",
     .expects = "os/architecture such as linux/amd64", .doc = "Platform of the image."},
    {"network", SHAPE_ONE, AT(networks), .pattern = NAME, .check = check_network,
     .expects = "the name of a network", .doc = "The network; the same as `networks` with one."},
    {"networks", SHAPE_LIST, AT(networks), .pattern = NAME, .check = check_network,
     .expects = "the name of a network", .doc = "Networks; the first one is the agent's."},
    {"command", SHAPE_COMMAND, AT(command),
     .doc = "The command, as a list or a line that is split like a shell does."},
    {"config", SHAPE_TEXT, AT(config), .choices = config_choices, .expects = "start or per_call",
     .doc = "When the container takes its settings: at its start, or per_call, so that a changed "
            "setting needs no restart."},
    {"live_keys", SHAPE_LIST, AT(live_keys), .pattern = "^[A-Za-z_*][A-Za-z0-9_*]{0,63}$",
     .check = check_live_key, .expects = "the name of a variable, * for any text in it",
     .doc = "With `config: per_call`, the variables that are fetched at each call; what is left "
            "needs a new container. Unsaid: prompts, greetings, models, voices and languages."},

    NEVER("privileged", NULL),
    NEVER("cap_add", NULL),
    NEVER("security_opt", NULL),
    NEVER("devices", NULL),
    NEVER("device_cgroup_rules", NULL),
    NEVER("gpus", NULL),
    NEVER("runtime", NULL),
    NEVER("pid", NULL),
    NEVER("ipc", NULL),
    NEVER("uts", NULL),
    NEVER("userns_mode", NULL),
    NEVER("cgroup", NULL),
    NEVER("cgroup_parent", NULL),
    NEVER("sysctls", NULL),
    NEVER("volumes_from", "name the volumes under `volumes`"),
    NEVER("network_mode", "name a network under `network`"),
    NOT_READ("build", "build the image and name it under `image`"),
    NOT_READ("depends_on", "the parts of an agent are started in the right order anyway"),
    NOT_READ("links", "containers of one network find each other by name"),
    NOT_READ("expose", "containers of one network reach every port"),
    NOT_READ("deploy", "write `mem_limit`, `cpus`, `restart` and `update`"),
    NOT_READ("scale", "an agent has one container per role"),
    NOT_READ("profiles", "write `state: stopped` for an agent that should not run"),
    NOT_READ("entrypoint", "the image's own is used; `command` gives it arguments"),
    NOT_READ("working_dir", "the image's own is used"),
    NOT_READ("hostname", "the engine gives one"),
    NOT_READ("secrets", "write `environment: {KEY: {secret: NAME}}`"),
    NOT_READ("configs", "mount a file under `volumes`"),
    NOT_READ("tmpfs", NULL),
    NOT_READ("ulimits", NULL),
    NOT_READ("shm_size", NULL),
    NOT_READ("read_only", NULL),
    NOT_READ("init", NULL),
    NOT_READ("tty", NULL),
    NOT_READ("stdin_open", NULL),
    NOT_READ("dns", NULL),
    NOT_READ("stop_signal", NULL),
    NOT_READ("extends", "write what is shared under `providers`, or use an anchor"),
    NOT_READ("env", "write `environment`"),
};

static const struct section settings_section = {
    .name = "settings",
    .title = "Settings: in `defaults`, in a provider, in a role",
    .doc = "What a container is made from.",
    FIELDS(settings_fields),
};

static const struct field role_fields[] = {
    {"provider", SHAPE_TEXT, AT(provider), .expects = "the name or id of a provider",
     .doc = "Name or id of a provider in the database, or a name under `providers`."},
    {"container_name", SHAPE_TEXT, AT(container_name), .pattern = NAME,
     .expects = "letters, digits, _ . and -",
     .doc = "Name of the container, where AVR's own rule will not do."},
    {.shape = SHAPE_INCLUDE, .section = &settings_section},
};
#undef AT

const struct section schema_role = {
    .name = "role",
    .title = "A role of an agent: `core`, `sts`, `asr`, `llm`, `tts`",
    .doc = "One part of an agent; a text alone is the name of its provider.",
    FIELDS(role_fields),
    .shorthand = "provider",
};

/* ---- how replacements are done ---- */

static const char *const order_choices[] = {"start-first", "stop-first", NULL};
static const char *const failure_choices[] = {"rollback", "pause", NULL};
static const char *const on_timeout_choices[] = {"wait", "force", "abort", NULL};

#define AT(member) .at = offsetof(struct rollout, member)
static const struct field canary_fields[] = {
    {"callers", SHAPE_LIST, AT(canary_callers), .pattern = "^\\+?[0-9][0-9 ./()-]*$",
     .expects = "a number such as \"+39 02 1234567\", or a list of them",
     .doc = "Whose calls always meet the new container first."},
    {"percent", SHAPE_INTEGER, AT(canary_percent), .min = 0, .max = 100,
     .expects = "a number from 0 to 100",
     .doc = "The share of all other calls that do; without it 10."},
    {"calls", SHAPE_INTEGER, AT(canary_calls), .min = 1, .max = 1000,
     .expects = "a number from 1 to 1000",
     .doc = "How many of them must go well before the hand-over goes on; without it 20."},
};

static const struct section canary_section = {
    .name = "canary",
    .title = "`canary` in `update`",
    .doc = "A few calls meet the new container first, and what becomes of them decides.",
    FIELDS(canary_fields),
};

#define CANARY                                                                                     \
    {                                                                                              \
        "canary", SHAPE_SECTION, .at = 0, .section = &canary_section,                              \
                                 .doc = "A few calls meet the new container first; of agents in "  \
                                        "mode sts, where webhooks are relayed."                    \
    }
#define ORDER                                                                                      \
    {                                                                                              \
        "order", SHAPE_TEXT, AT(order), .choices = order_choices,                                  \
                                        .expects = "start-first or stop-first",                    \
                                        .doc = "start-first (the new container takes over while "  \
                                               "the old one serves) or stop-first."                \
    }
#define MONITOR                                                                                    \
    {                                                                                              \
        "monitor", SHAPE_DURATION, AT(monitor_s),                                                  \
            .expects = DURATION ", up to 1d", .max = DAY,                                          \
            .doc = "How long a new container must stay ready before the old one is removed."       \
    }
#define FAILURE_ACTION                                                                             \
    {                                                                                              \
        "failure_action", SHAPE_TEXT, AT(failure_action),                                          \
            .choices = failure_choices, .expects = "rollback or pause",                            \
            .doc = "What happens when a new container fails."                                      \
    }
#define WINDOW                                                                                     \
    {                                                                                              \
        "window", SHAPE_TEXT, AT(window),                                                          \
            .pattern = "^[A-Za-z0-9:, -]+$", .check = check_window,                                \
            .expects = "times such as Mon-Fri 02:00-05:00, or "                                    \
                       "always",                                                                   \
            .doc = "When the service may begin to replace what "                                   \
                   "serves: times with their days, such as Mon-Fri "                               \
                   "02:00-05:00, separated by commas, or always. What "                            \
                   "serves nobody is mended at any time."                                          \
    }

static const struct field update_default_fields[] = {
    ORDER,
    {"parallelism", SHAPE_INTEGER, AT(parallelism), .min = 1, .max = 64,
     .expects = "a number from 1 to 64", .doc = "How many agents are changed at a time."},
    {"delay", SHAPE_DURATION, AT(delay_s), .expects = DURATION ", up to 1d", .max = DAY,
     .doc = "How long to wait after one agent's replacement before the next one begins."},
    {"max_failures", SHAPE_INTEGER, AT(max_failures), .min = 1, .max = 1000,
     .expects = "a number from 1 to 1000",
     .doc = "How many agents may fail before the roll-out pauses; without it no number does."},
    WINDOW,
    MONITOR,
    FAILURE_ACTION,
    CANARY,
};

static const struct field update_agent_fields[] = {
    ORDER,
    WINDOW,
    MONITOR,
    FAILURE_ACTION,
    CANARY,
    {"parallelism", SHAPE_REFUSED, .expects = "counts agents, so it belongs under defaults.update"},
    {"delay", SHAPE_REFUSED,
     .expects = "is one between agents, so it belongs under defaults.update"},
    {"max_failures", SHAPE_REFUSED,
     .expects = "counts agents, so it belongs under defaults.update"},
};

static const struct section update_default_section = {
    .name = "update_default",
    .title = "`update` in `defaults`",
    .doc = "How containers are replaced.",
    FIELDS(update_default_fields),
};

static const struct section update_agent_section = {
    .name = "update_agent",
    .title = "`update` in an agent",
    .doc = "How the agent's containers are replaced.",
    FIELDS(update_agent_fields),
};

static const struct field drain_fields[] = {
    {"timeout", SHAPE_DURATION, AT(drain_timeout_s), .expects = DURATION ", up to 30d",
     .max = MAX_DURATION, .doc = "How long to wait for live calls to end."},
    {"on_timeout", SHAPE_TEXT, AT(on_timeout), .choices = on_timeout_choices,
     .expects = "wait, force or abort",
     .doc = "Then wait on, force (cut the calls) or abort (keep the old container)."},
    {"max_call_age", SHAPE_DURATION, AT(max_call_age_s), .expects = DURATION ", from 1m to 30d",
     .min = 60, .max = MAX_DURATION, .doc = "A call older than this is taken for a lost end."},
};
#undef AT

static const struct section drain_section = {
    .name = "drain",
    .title = "`drain`",
    .doc = "How long live calls are waited for.",
    FIELDS(drain_fields),
};

/* ---- defaults, providers, agents, secrets ---- */

#define NO_CONTAINER_NAME                                                                          \
    {                                                                                              \
        "container_name", SHAPE_REFUSED, .expects = "names one container, so it belongs to a role" \
    }

static const struct field defaults_fields[] = {
    {"update", SHAPE_SECTION, .at = offsetof(struct spec, rollout),
     .section = &update_default_section, .doc = "How containers are replaced."},
    {"drain", SHAPE_SECTION, .at = offsetof(struct spec, rollout), .section = &drain_section,
     .doc = "How long live calls are waited for."},
    NO_CONTAINER_NAME,
    {.shape = SHAPE_INCLUDE, .at = offsetof(struct spec, defaults), .section = &settings_section},
};

static const struct section defaults_section = {
    .name = "defaults",
    .title = "`defaults`",
    .doc = "What holds for every agent that says nothing else.",
    FIELDS(defaults_fields),
    .may_be_empty = true,
};

static const struct field provider_fields[] = {
    NO_CONTAINER_NAME,
    {.shape = SHAPE_INCLUDE,
     .at = offsetof(struct provider_spec, settings),
     .section = &settings_section},
};

const struct section schema_provider = {
    .name = "provider",
    .title = "An entry of `providers`",
    .doc = "Settings that several roles share under one name.",
    FIELDS(provider_fields),
};

static const char *const state_choices[] = {"running", "stopped", "absent", NULL};

#define AT(member) .at = offsetof(struct agent_spec, member)
#define PORT(key, member, text)                                                                    \
    {                                                                                              \
        key, SHAPE_INTEGER, AT(member), .min = 1, .max = 65535,                                    \
                                        .expects = "a number from 1 to 65535", .doc = text         \
    }
#define ROLE(name, which, text)                                                                    \
    {                                                                                              \
        name, SHAPE_SECTION, AT(role[which]), .section = &schema_role, .doc = text                 \
    }

static const struct field agent_fields[] = {
    {"name", SHAPE_TEXT, AT(name), .expects = "a name for people",
     .doc = "The agent's name, for people."},
    {"state", SHAPE_TEXT, AT(state), .choices = state_choices,
     .expects = "running, stopped or absent",
     .doc = "running, stopped, or absent: its containers are removed."},
    PORT("port", port, "Port of core's AudioSocket."),
    PORT("http_port", http_port, "Port of core's HTTP side."),
    {"update", SHAPE_SECTION, AT(rollout), .section = &update_agent_section,
     .doc = "How the agent's containers are replaced."},
    {"drain", SHAPE_SECTION, AT(rollout), .section = &drain_section,
     .doc = "How long the agent's live calls are waited for."},
    ROLE("core", ROLE_CORE, "The container that holds the call."),
    ROLE("sts", ROLE_STS, "Speech to speech; instead of asr, llm and tts."),
    ROLE("asr", ROLE_ASR, "Speech to text; together with llm and tts."),
    ROLE("llm", ROLE_LLM, "The language model; together with asr and tts."),
    ROLE("tts", ROLE_TTS, "Text to speech; together with asr and llm."),
};
#undef AT

const struct section schema_agent = {
    .name = "agent",
    .title = "An entry of `agents`",
    .doc = "One agent. Its mode follows from its roles: sts, or asr, llm and tts.",
    FIELDS(agent_fields),
    .may_be_empty = true,
};

#define AT(member) .at = offsetof(struct value_source, member)
#define FROM_FILE                                                                                  \
    {                                                                                              \
        "file", SHAPE_PATH, AT(file),                                                              \
            .expects = "the path of a file",                                                       \
            .doc = "The text of a file, seen from the spec file, without a line break at its end." \
    }
#define FROM_ENV                                                                                   \
    {                                                                                              \
        "env", SHAPE_TEXT, AT(env), .expects = "the name of a variable",                           \
                                    .doc = "The value of a variable of this program."              \
    }

static const struct field secret_fields[] = {FROM_FILE, FROM_ENV};

const struct section schema_secret = {
    .name = "secret",
    .title = "An entry of `secrets`",
    .doc = "Where a secret is kept: {file: PATH} or {env: VAR}.",
    FIELDS(secret_fields),
    .takes_one = true,
};

static const struct field env_value_fields[] = {
    {"secret", SHAPE_TEXT, AT(secret), .expects = "a name under `secrets`",
     .doc = "A secret by its name under `secrets`."},
    FROM_FILE,
    FROM_ENV,
};
#undef AT

const struct section schema_env_value = {
    .name = "env_value",
    .title = "A value of `environment` that is kept elsewhere",
    .doc = "A value that is kept elsewhere.",
    FIELDS(env_value_fields),
    .takes_one = true,
};

/* ---- the service ---- */

static const char *const log_format_choices[] = {"text", "json", NULL};
static const char *const notify_format_choices[] = {"json", "slack", "discord", NULL};

/* Each is the option of that name: a line here, its member in struct service_spec and its line in
 * cli/options.c are all it takes.  Single texts, paths and durations only: source/spec_service.c */
#define AT(member) .at = offsetof(struct service_spec, member)
static const struct field service_fields[] = {
    {"control", SHAPE_PATH, AT(control), .expects = "the path of a socket",
     .doc = "The socket at which the service is asked, seen from the spec file."},
    {"state-dir", SHAPE_PATH, AT(state_dir), .expects = "the path of a folder",
     .doc = "Where the key of the fingerprints, the lock and the history are kept, seen from the "
            "spec file."},
    {"log-format", SHAPE_TEXT, AT(log_format), .choices = log_format_choices,
     .expects = "text or json", .doc = "How the log is written."},
    {"resync", SHAPE_DURATION, AT(resync_s), .expects = DURATION ", from 1s to 30d", .min = 1,
     .max = MAX_DURATION, .doc = "Look at everything at least this often; 5m."},
    {"history-keep", SHAPE_DURATION, AT(history_keep_s), .expects = DURATION ", from 1h to 3650d",
     .min = HOUR, .max = 3650 * DAY, .doc = "How long changes and calls are remembered; 90d."},
    {"listen", SHAPE_TEXT, AT(listen), .expects = "ADDR:PORT, several with commas, or none",
     .doc = "Where it answers HTTP, or none; 127.0.0.1:6100."},
    {"advertise", SHAPE_TEXT, AT(advertise), .pattern = "^https?://[^ ]+$",
     .expects = "a URL that begins with http:// or https://", .doc = "How containers reach it."},
    {"webhook-forward", SHAPE_TEXT, AT(webhook_forward), .pattern = "^https?://[^ ]+$",
     .expects = "a URL that begins with http:// or https://",
     .doc = "The backend's webhook, where core's WEBHOOK_URL is this service's."},
    {"notify", SHAPE_TEXT, AT(notify), .pattern = "^https?://[^ ]+$", .hidden = true,
     .expects = "a URL that begins with http:// or https://",
     .doc = "Post every change to this webhook."},
    {"notify-format", SHAPE_TEXT, AT(notify_format), .choices = notify_format_choices,
     .expects = "json, slack or discord", .doc = "What the webhook understands."},
};
#undef AT

const struct section schema_service = {
    .name = "service",
    .title = "`service`",
    .doc = "Options of the service. The command line and AVR_RECONCILER_… variables come first.",
    FIELDS(service_fields),
    .may_be_empty = true,
};

/* ---- the top ---- */

static const char *const agents_choices[] = {"running", "all", "none", NULL};
#define AT(member) .at = offsetof(struct spec, member)
static const struct field database_fields[] = {
    {"path", SHAPE_PATH, AT(database), .expects = "the path of AVR's SQLite file",
     .doc = "AVR's SQLite file, seen from the spec file."},
    {"agents", SHAPE_TEXT, AT(database_agents), .choices = agents_choices,
     .expects = "running, all or none",
     .doc = "Which of its agents are looked after: running (and the stopped ones stay stopped), "
            "all or none."},
};

static const struct section database_section = {
    .name = "database",
    .title = "`database`",
    .doc = "AVR's provider database; a text alone is its path.",
    FIELDS(database_fields),
    .shorthand = "path",
};

static const struct field top_fields[] = {
    {"database", SHAPE_SECTION, .at = 0, .section = &database_section,
     .doc = "AVR's provider database: a path, or {path, agents}."},
    {"defaults", SHAPE_SECTION, .at = 0, .section = &defaults_section,
     .doc = "What holds for every agent that says nothing else."},
    {"providers", SHAPE_ENTRIES, .section = &schema_provider,
     .doc = "Settings that several roles share, each under a name."},
    {"agents", SHAPE_ENTRIES, .section = &schema_agent,
     .doc = "The agents, each under the id or name of a dashboard agent, or a name of its own."},
    {"secrets", SHAPE_ENTRIES, .section = &schema_secret,
     .doc = "Where secrets are kept, each under a name."},
    {"service", SHAPE_SECTION, AT(service), .section = &schema_service,
     .doc = "Options of the service, by the names of the command line's."},
    {"prune", SHAPE_FLAG, AT(prune), .expects = "true or false",
     .doc = "Remove the containers of agents that are nowhere asked for any more."},
    {"name_prefix", SHAPE_TEXT, AT(name_prefix), .pattern = "^[A-Za-z0-9][A-Za-z0-9_.-]{0,31}$",
     .expects = "letters, digits, _ . and -, at most 32",
     .doc = "What the names of containers begin with; avr unless a fork of AVR says otherwise."},
    NOT_READ("services", "describe the agents under `agents`"),
    NOT_READ("version", "leave it out"),
    NOT_READ("networks", "write `network` under `defaults`; the network itself must exist"),
    NOT_READ("volumes", "named volumes need no declaration"),
    NOT_READ("configs", NULL),
    NOT_READ("include", "every file of the folder is read"),
    NOT_READ("name", "write `name_prefix`"),
};
#undef AT

const struct section schema_top = {
    .name = "top",
    .title = "The top level",
    .doc = "A spec.",
    FIELDS(top_fields),
};

const struct field *schema_find(const struct section *s, const char *name, size_t *ret_shift)
{
    for (size_t i = 0; i < s->n; i++) {
        const struct field *f = &s->fields[i];
        if (f->shape == SHAPE_INCLUDE) {
            const struct field *inner = schema_find(f->section, name, ret_shift);
            if (inner) {
                *ret_shift += f->at;
                return inner;
            }
        } else if (text_is(f->name, name)) {
            *ret_shift = 0;
            return f;
        }
    }
    return NULL;
}

struct names {
    ARRAY(const char *) list;
};

static void add_names(struct arena *a, const struct section *s, struct names *to)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->fields[i].shape == SHAPE_INCLUDE)
            add_names(a, s->fields[i].section, to);
        else if (s->fields[i].shape != SHAPE_REFUSED)
            ARRAY_PUSH(a, to->list, s->fields[i].name);
    }
}

size_t schema_names(struct arena *a, const struct section *s, const char *const **ret)
{
    struct names names = {0};

    add_names(a, s, &names);
    *ret = names.list.items;
    return names.list.n;
}
