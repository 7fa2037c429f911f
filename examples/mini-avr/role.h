#ifndef MINI_ROLE_H
#define MINI_ROLE_H

/*
 * The roles mini-AVR can play.  Each runs until it ends or is signalled and
 * returns the exit status of the process.  argv[0] is the name of the role.
 */

int role_sts(int argc, char **argv);
int role_late(int argc, char **argv);
int role_asr(int argc, char **argv);
int role_llm(int argc, char **argv);
int role_tts(int argc, char **argv);
int role_core(int argc, char **argv);
int role_caller(int argc, char **argv);
int role_config(int argc, char **argv);
int role_webhook_log(int argc, char **argv);
int role_exit(int argc, char **argv);
int role_deaf(int argc, char **argv);

#endif
