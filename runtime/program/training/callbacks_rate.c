/* SPDX-License-Identifier: MIT-0 */
/* callbacks_rate.c - callbacks that set the learning rate: ReduceLROnPlateau and LearningRateScheduler. */
#include "host/host.h"
#include "training/callbacks.h"
#include "training/training.h"

static double nnc_learning_rate(const nnc_training *training) {
    return nnc_get_real(training->model,
                        (const char *)training->session.trainer + training->model->learning_rate_in_trainer, 0);
}

static void nnc_set_learning_rate(nnc_training *training, double rate) {
    nnc_set_real(training->model, (char *)training->session.trainer + training->model->learning_rate_in_trainer, 0,
                 rate);
}

static void nnc_log_learning_rate(nnc_training *training) {
    static const char name[] = "learning_rate";
    if (nnc_figure_of(training, name, sizeof name - 1) == NULL) {
        training->figures[training->figure_count].name = name;
        training->figures[training->figure_count++].value = nnc_learning_rate(training);
    }
}

NNC_API int nnc_plateau_epoch_end(nnc_training *training, nnc_running *running) {
    const nnc_callback *callback = running->callback;
    nnc_memory *memory = &running->memory;
    double current, rate = nnc_learning_rate(training);
    nnc_log_learning_rate(training);
    if (!nnc_watch(training, running, &current)) {
        return 0;
    }
    if (memory->cooldown > 0) {
        memory->cooldown -= 1;
        memory->wait = 0;
    }
    if (memory->has_best <= 0 || nnc_is_better(training, callback, current, memory->best)) {
        memory->best = current;
        memory->has_best = 1;
        memory->wait = 0;
    } else if (memory->cooldown <= 0) {
        memory->wait += 1;
        if (memory->wait >= (double)callback->patience && rate > nnc_rounded(training->model, callback->min_lr)) {
            rate = rate * callback->factor > callback->min_lr ? rate * callback->factor : callback->min_lr;
            nnc_set_learning_rate(training, rate);
            if (callback->verbose > 0) {
                printf("\nEpoch %llu: ReduceLROnPlateau reducing learning rate to %s.\n",
                       (unsigned long long)training->place.epoch + 1, nnc_show_number(rate).text);
            }
            memory->cooldown = (double)callback->cooldown;
            memory->wait = 0;
        }
    }
    return 0;
}

NNC_API int nnc_scheduler_epoch_begin(nnc_training *training, nnc_running *running) {
    const nnc_callback *callback = running->callback;
    size_t at = callback->rate_count;
    while (at > 0 && (uint64_t)callback->rate_epochs[at - 1] > training->place.epoch) {
        at--;
    }
    double rate = callback->rate != NULL ? callback->rate(training->place.epoch)
                  : at > 0               ? callback->rates[at - 1]
                                         : nnc_learning_rate(training);
    nnc_set_learning_rate(training, rate);
    if (callback->verbose > 0) {
        printf("\nEpoch %llu: LearningRateScheduler setting learning rate to %s.\n",
               (unsigned long long)training->place.epoch + 1, nnc_show_number(rate).text);
    }
    return 0;
}

NNC_API int nnc_scheduler_epoch_end(nnc_training *training, nnc_running *running) {
    (void)running;
    nnc_log_learning_rate(training);
    return 0;
}
