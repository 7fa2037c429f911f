/*
 * One program, many roles.  The role is the name the program is called by, or
 * the first argument, or $MINI_ROLE (baked into an image), whichever names one
 * first.
 */

#include "environment.h"
#include "log.h"
#include "role.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct role {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static const struct role roles[] = {
    {"sts", role_sts, "speech-to-speech connector: greets, echoes audio"},
    {"asr", role_asr, "speech-to-text connector"},
    {"llm", role_llm, "language model connector: counts the turns of each call"},
    {"tts", role_tts, "text-to-speech connector: speaks a tone"},
    {"core", role_core, "AudioSocket to connectors, with webhooks"},
    {"caller", role_caller, "places one call and reports what it heard"},
    {"config", role_config, "serves provider settings from files"},
    {"webhook-log", role_webhook_log, "prints the webhook events it receives"},
    {"exit", role_exit, "fault: ends at once"},
    {"deaf", role_deaf, "fault: runs, never listens"},
    {"late", role_late, "fault: sts that listens late"},
};

static const struct role *find_role(const char *name)
{
    for (size_t i = 0; name != NULL && i < sizeof(roles) / sizeof(roles[0]); i++)
        if (strcmp(name, roles[i].name) == 0)
            return &roles[i];
    return NULL;
}

static int usage(void)
{
    fprintf(stderr, "usage: mini-avr ROLE [options]\n");
    for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
        fprintf(stderr, "  %-12s %s\n", roles[i].name, roles[i].summary);
    return 2;
}

static void on_terminate(int number)
{
    _exit(128 + number);
}

/*
 * The first process of a container gets only the signals it has a handler for,
 * so the usual death by SIGTERM needs one.  IGNORE_TERM=1 leaves it out, as
 * node does.
 */
static void handle_signals(void)
{
    struct sigaction terminate = {.sa_handler = on_terminate};
    signal(SIGPIPE, SIG_IGN);
    sigaction(SIGINT, &terminate, NULL);
    if (env_is_on("IGNORE_TERM"))
        terminate.sa_handler = SIG_IGN;
    sigaction(SIGTERM, &terminate, NULL);
}

int main(int argc, char **argv)
{
    const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
    const struct role *role = find_role(slash != NULL ? slash + 1 : argv[0]);
    if (role == NULL && argc > 1) {
        role = find_role(argv[1]);
        argc--;
        argv++;
    } else if (role == NULL) {
        role = find_role(env_text("MINI_ROLE"));
    }
    if (role == NULL)
        return usage();
    log_start();
    handle_signals();
    const char *version = env_text("MINI_VERSION");
    if (role->run != role_caller)
        log_line("mini-avr %s, version %s", role->name, version == NULL ? "unset" : version);
    return role->run(argc, argv);
}
