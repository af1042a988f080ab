/* SPDX-License-Identifier: MIT-0 */
/* callbacks.c - what the callbacks of fit() do, as keras/src/callbacks has it. All that they remember is numbers, which
 * checkpoints hold. Those that set the learning rate or write weights have files of their own. */
#include "host/host.h"
#include "training/callbacks.h"
#include "training/training.h"

#include <stdlib.h>
#include <string.h>

/* EarlyStopping ---------------------------------------------------------------------------------------------------- */

static void nnc_keep_weights(nnc_training *training, nnc_running *running) {
    memcpy(running->weights, training->session.params, training->model->params_bytes);
    running->memory.has_weights = 1;
}

static int nnc_early_stopping_epoch_end(nnc_training *training, nnc_running *running) {
    const nnc_callback *callback = running->callback;
    nnc_memory *memory = &running->memory;
    double epoch = (double)training->place.epoch, current;
    if (!nnc_watch(training, running, &current) || epoch < (double)callback->start_from_epoch) {
        return 0;
    }
    if (callback->restore_best_weights && memory->has_weights <= 0) {
        nnc_keep_weights(training, running);
        memory->best_epoch = epoch;
    }
    memory->wait += 1;
    if (memory->has_best <= 0 || nnc_is_better(training, callback, current, memory->best)) {
        memory->best = current;
        memory->has_best = 1;
        memory->best_epoch = epoch;
        if (callback->restore_best_weights) {
            nnc_keep_weights(training, running);
        }
        if (!callback->has_baseline || nnc_is_better(training, callback, current, callback->baseline)) {
            memory->wait = 0;
        }
    } else if (memory->wait >= (double)callback->patience && epoch > 0) {
        memory->stopped_epoch = epoch;
        training->place.is_stopped = 1;
    }
    return 0;
}

static int nnc_early_stopping_train_end(nnc_training *training, nnc_running *running) {
    const nnc_memory *memory = &running->memory;
    int speaks = running->callback->verbose > 0;
    if (memory->stopped_epoch > 0 && speaks) {
        printf("Epoch %.0f: early stopping\n", memory->stopped_epoch + 1);
    }
    if (memory->has_weights > 0) {
        if (speaks) {
            printf("Restoring model weights from the end of the best epoch: %.0f.\n", memory->best_epoch + 1);
        }
        memcpy(training->session.params, running->weights, training->model->params_bytes);
    }
    return 0;
}

NNC_API int nnc_callbacks_restore_best(nnc_training *training) {
    for (size_t i = 0; i < training->callback_count; i++) {
        const nnc_running *running = &training->callbacks[i];
        if (running->weights != NULL && running->memory.has_weights > 0) {
            memcpy(training->session.params, running->weights, training->model->params_bytes);
            return 1;
        }
    }
    return 0;
}

/* CSVLogger -------------------------------------------------------------------------------------------------------- */

static int nnc_csv_train_begin(nnc_training *training, nnc_running *running) {
    running->log.separator = running->callback->separator;
    running->log.keeps = running->callback->append;
    running->log.validates = 1;
    running->log.remembers = training->history.remembers;
    running->log.is_resumed = training->resumed != NULL && !training->is_imported;
    return nnc_history_open(&running->log, training->host, running->callback->path);
}

static int nnc_csv_epoch_end(nnc_training *training, nnc_running *running) {
    return nnc_history_row(&running->log, training->place.epoch, training->figures, training->figure_count);
}

static int nnc_csv_train_end(nnc_training *training, nnc_running *running) {
    (void)training;
    return nnc_history_close(&running->log);
}

/* TerminateOnNaN: what it does is in nnc_callbacks_accept_nonfinite ------------------------------------------------ */

NNC_API int nnc_callbacks_accept_nonfinite(nnc_training *training) {
    for (size_t i = 0; i < training->callback_count; i++) {
        const nnc_running *running = &training->callbacks[i];
        if (running->kind->ends_at_nonfinite && !running->callback->raise_error) {
            printf("Batch %llu: Invalid loss, terminating training\n", (unsigned long long)training->place.step);
            training->place.is_stopped = 1;
            return 1;
        }
    }
    return 0;
}

/* All of them ------------------------------------------------------------------------------------------------------ */

static const nnc_callback_kind nnc_callback_kinds[] = {
    {"EarlyStopping", 0, 0, NULL, NULL, NULL, nnc_early_stopping_epoch_end, nnc_early_stopping_train_end},
    {"ModelCheckpoint", 0, 0, nnc_model_checkpoint_train_begin, NULL, nnc_model_checkpoint_step_end,
     nnc_model_checkpoint_epoch_end, NULL},
    {"ReduceLROnPlateau", 0, 0, NULL, NULL, NULL, nnc_plateau_epoch_end, NULL},
    {"LearningRateScheduler", 0, 0, NULL, nnc_scheduler_epoch_begin, NULL, nnc_scheduler_epoch_end, NULL},
    {"CSVLogger", 0, 1, nnc_csv_train_begin, NULL, NULL, nnc_csv_epoch_end, nnc_csv_train_end},
    {"TerminateOnNaN", 1, 0, NULL, NULL, NULL, NULL, NULL},
    {"BackupAndRestore", 0, 0, NULL, NULL, NULL, NULL, nnc_backup_train_end},
};

static int nnc_sets_learning_rate(const nnc_callback_kind *kind) {
    return kind->epoch_begin == nnc_scheduler_epoch_begin || kind->epoch_end == nnc_plateau_epoch_end;
}

NNC_API int nnc_callbacks_open(nnc_training *training) {
    const nnc_fit_defaults *fit = training->model->fit;
    training->callbacks = nnc_alloc(training->host, fit->callback_count, sizeof *training->callbacks);
    if (training->callbacks == NULL) {
        return -1;
    }
    for (size_t i = 0; i < fit->callback_count; i++) {
        nnc_running *running = &training->callbacks[training->callback_count++];
        running->callback = &fit->callbacks[i];
        for (size_t k = 0; k < sizeof nnc_callback_kinds / sizeof nnc_callback_kinds[0]; k++) {
            running->kind = strcmp(nnc_callback_kinds[k].name, fit->callbacks[i].name) == 0 ? &nnc_callback_kinds[k]
                                                                                           : running->kind;
        }
        if (running->kind == NULL) {
            return nnc_fail(training->host, "this runtime knows no callback %s: it is older than the model's C",
                            fit->callbacks[i].name);
        }
        if (training->model->learning_rate_scheduled && nnc_sets_learning_rate(running->kind)) {
            return nnc_fail_usage(training->host,
                                  "%s cannot set the learning rate: compile() leaves it to a schedule; "
                                  "give the optimizer a number, or leave the callback out",
                                  running->callback->name);
        }
        if (running->callback->restore_best_weights &&
            (running->weights = nnc_alloc(training->host, training->model->params_bytes, 1)) == NULL) {
            return -1;
        }
    }
    return 0;
}

NNC_API void nnc_callbacks_close(nnc_training *training) {
    for (size_t i = 0; i < training->callback_count; i++) {
        free(training->callbacks[i].weights);
        nnc_history_close(&training->callbacks[i].log);
    }
    free(training->callbacks);
    training->callbacks = NULL;
    training->callback_count = 0;
}

NNC_API int nnc_callbacks_run(nnc_training *training, nnc_hook hook) {
    for (size_t i = 0; i < training->callback_count; i++) {
        nnc_running *running = &training->callbacks[i];
        const nnc_callback_kind *kind = running->kind;
        nnc_callback_function *function = hook == NNC_TRAIN_BEGIN   ? kind->train_begin
                                          : hook == NNC_EPOCH_BEGIN ? kind->epoch_begin
                                          : hook == NNC_STEP_END    ? kind->step_end
                                          : hook == NNC_EPOCH_END   ? kind->epoch_end
                                                                    : kind->train_end;
        if (function != NULL && function(training, running) != 0) {
            return -1;
        }
    }
    return 0;
}

NNC_API void nnc_callbacks_parts(nnc_training *training, nnc_parts *parts) {
    enum { WORDS = sizeof(nnc_memory) / sizeof(double) };
    for (size_t i = 0; i < training->callback_count; i++) {
        nnc_running *running = &training->callbacks[i];
        char prefix[40];
        nnc_parts_add(parts, NNC_F64, WORDS, &running->memory, "@callback%zu", i);
        if (running->weights != NULL) {
            snprintf(prefix, sizeof prefix, "@callback%zu/", i);
            nnc_parts_add_weights(parts, training->model, 0, running->weights, prefix);
        }
        if (running->kind->keeps_log) {
            snprintf(prefix, sizeof prefix, "callback%zu", i);
            nnc_parts_add_history(parts, &running->log, prefix);
        }
    }
}
