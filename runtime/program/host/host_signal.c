/* SPDX-License-Identifier: MIT-0 */
/* host_signal.c - SIGINT and SIGTERM let the batch end and the results be saved; a second one kills. */
#include "host/host.h"

#include <signal.h>
#include <string.h>

/* With what is mapped (host_store.c), the only writable static data of the runtime: a handler has no other way to
 * tell. */
static struct nnc_signal_state {
    volatile sig_atomic_t pending, direct; /* direct: one has come that was not handed on */
} nnc_signal_state;

static void nnc_signal_action(int number, void (*handler)(int, siginfo_t *, void *)) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    if (handler != NULL) {
        action.sa_sigaction = handler;
        action.sa_flags = SA_SIGINFO;
    } else {
        action.sa_handler = SIG_DFL;
    }
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static void nnc_signal_handler(int number, siginfo_t *info, void *context) {
    (void)context;
    int is_direct = info->si_code != SI_QUEUE;
    nnc_signal_state.pending = number;
    if (is_direct && nnc_signal_state.direct) {
        nnc_signal_action(number, NULL);
        raise(number); /* once this handler is left */
    }
    nnc_signal_state.direct |= is_direct;
}

NNC_API void nnc_signals_catch(void) {
    nnc_signal_state.pending = nnc_signal_state.direct = 0;
    nnc_signal_action(SIGINT, nnc_signal_handler);
    nnc_signal_action(SIGTERM, nnc_signal_handler);
}

NNC_API void nnc_signals_release(void) {
    nnc_signal_action(SIGINT, NULL);
    nnc_signal_action(SIGTERM, NULL);
    nnc_signal_state.pending = nnc_signal_state.direct = 0;
}

NNC_API int nnc_signal_pending(void) { return (int)nnc_signal_state.pending; }
