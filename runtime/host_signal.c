/* SPDX-License-Identifier: MIT-0 */
/* host_signal.c - SIGINT and SIGTERM let the batch end and the results be saved; a second one kills. */
#include "host.h"

#include <signal.h>
#include <string.h>

/* The only writable static data of the runtime: a handler has no other way to tell. */
static struct nnc_signal_state {
    volatile sig_atomic_t pending;
} nnc_signal_state;

static void nnc_signal_handler(int number) { nnc_signal_state.pending = number; }

NNC_API void nnc_signals_catch(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = nnc_signal_handler;
    action.sa_flags = (int)SA_RESETHAND; /* the second time the default: death */
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

NNC_API void nnc_signals_release(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    nnc_signal_state.pending = 0;
}

NNC_API int nnc_signal_pending(void) { return (int)nnc_signal_state.pending; }
