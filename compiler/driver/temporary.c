/* SPDX-License-Identifier: MIT-0 */
/* Removing what is unfinished, also when a signal ends nnc, and handing signals on to the program that it runs. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver/temporary.h"

static char *volatile temporaries[64];
enum { LIMIT = sizeof temporaries / sizeof *temporaries };
static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
enum { SIGNAL_COUNT = sizeof ending_signals / sizeof *ending_signals };
static volatile pid_t child_running;
static volatile sig_atomic_t handed_on;

/* The last first: a folder comes before what is in it. Calls only what a signal's handler may, so the names stay where
 * they are. */
static void remove_all(void) {
    for (int i = LIMIT - 1; i >= 0; i--) {
        char *const path = temporaries[i];
        if (path && unlink(path) != 0) rmdir(path);
    }
}

/* A signal that is handed on is queued, which tells the program that it is no second one: a terminal, or who signals a
 * group of processes, has reached the program itself. A broken pipe is nobody else's. */
static void on_signal(int number, siginfo_t *info, void *context) {
    (void)info, (void)context;
    if (child_running > 0 && number != SIGPIPE) {
        handed_on = number;
        sigqueue(child_running, number, (union sigval){0});
        return;
    }
    remove_all();
    signal(number, SIG_DFL);
    raise(number);
}

/* What is ignored, as under nohup, stays so. */
static void watch_signals(void) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < SIGNAL_COUNT; i++) {
        const bool ignored = sigaction(ending_signals[i], NULL, &before) != 0 || before.sa_handler == SIG_IGN;
        if (!ignored) sigaction(ending_signals[i], &action, NULL);
    }
    atexit(remove_all);
}

void temporary_add(const char *path) {
    static bool watching;
    if (!watching) watch_signals();
    watching = true;
    for (int i = 0; i < LIMIT; i++)
        if (!temporaries[i]) {
            temporaries[i] = strdup(path);
            if (temporaries[i]) return;
        }
    fputs("nnc: out of memory\n", stderr);
    exit(2);
}

void temporary_keep(const char *path) {
    for (int i = 0; i < LIMIT; i++)
        if (temporaries[i] && !strcmp(temporaries[i], path)) {
            char *const copy = temporaries[i];
            temporaries[i] = NULL;
            free(copy);
        }
}

void temporary_remove(const char *path) {
    remove(path);
    temporary_keep(path);
}

const char *temporary_folder(Arena *arena) {
    const char *const temporary = getenv("TMPDIR") && *getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    char *const folder = arena_printf(arena, "%s/nnc-XXXXXX", temporary);
    if (!mkdtemp(folder)) {
        fprintf(stderr, "nnc: cannot make a folder in %s: %s\n", temporary, strerror(errno));
        return NULL;
    }
    temporary_add(folder);
    return folder;
}

/* A signal that comes before it is known who gets it waits until then: a child without nnc would run on. */
pid_t fork_child(void) {
    sigset_t ending, before;
    sigemptyset(&ending);
    for (int i = 0; i < SIGNAL_COUNT; i++) sigaddset(&ending, ending_signals[i]);
    sigprocmask(SIG_BLOCK, &ending, &before);
    const pid_t child = fork();
    if (child > 0) child_running = child;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return child;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
    child_running = 0;
    return status;
}

int exit_status(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status); }

int signal_handed_on(void) { return handed_on; }
