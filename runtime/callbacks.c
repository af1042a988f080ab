/* SPDX-License-Identifier: MIT-0 */
/* callbacks.c - what the callbacks of fit() do, as keras/src/callbacks has it. All that they remember is numbers, which
 * checkpoints hold. */
#include "nnc_host.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* One class: what it does at which moment; NULL: nothing. */
typedef int nnc_callback_function(nnc_training *training, nnc_running *running);
typedef struct nnc_callback_kind {
    const char *name;
    nnc_callback_function *train_begin, *epoch_begin, *step_end, *epoch_end, *train_end;
} nnc_callback_kind;

/* Figures ------------------------------------------------------------------------------------------------------------ */

/* Keras compares numbers of the model's type. */
static double nnc_rounded(const nnc_model *model, double value) {
    return model->real_size == sizeof(float) ? (double)(float)value : value;
}

static int nnc_is_better(const nnc_training *training, const nnc_callback *callback, double value, double than) {
    double least = nnc_rounded(training->model, value - callback->direction * fabs(callback->min_delta));
    double reference = nnc_rounded(training->model, than);
    return callback->direction > 0 ? least > reference : least < reference;
}

static const nnc_figure *nnc_figure_of(const nnc_training *training, const char *name, size_t size) {
    for (size_t i = 0; i < training->figure_count; i++) {
        if (strlen(training->figures[i].name) == size && memcmp(training->figures[i].name, name, size) == 0) {
            return &training->figures[i];
        }
    }
    return NULL;
}

/* The names of all figures, for messages. */
static nnc_quoted_list nnc_list_figures(const nnc_training *training) {
    nnc_quoted_list list;
    size_t used = 0;
    list.text[0] = '\0';
    for (size_t i = 0; i < training->figure_count && used + 80 < sizeof list.text; i++) {
        used += (size_t)snprintf(list.text + used, sizeof list.text - used, "%s%.60s", i > 0 ? ", " : "",
                                 training->figures[i].name);
    }
    return list;
}

/* The watched figure in *value; 0, after a warning the first time, when there is none. */
static int nnc_watch(nnc_training *training, nnc_running *running, double *value) {
    const nnc_callback *callback = running->callback;
    const nnc_figure *figure = nnc_figure_of(training, callback->monitor, strlen(callback->monitor));
    if (figure == NULL && !running->has_warned) {
        running->has_warned = 1;
        nnc_warn(training->host, "%s watches '%s', which is not among the figures of epoch %llu: %s", callback->name,
                 callback->monitor, (unsigned long long)training->place.epoch + 1, nnc_list_figures(training).text);
    }
    *value = figure != NULL ? nnc_rounded(training->model, figure->value) : 0;
    return figure != NULL;
}

static double nnc_learning_rate(const nnc_training *training) {
    return nnc_get_real(training->model,
                        (const char *)training->session.trainer + training->model->learning_rate_in_trainer, 0);
}

static void nnc_set_learning_rate(nnc_training *training, double rate) {
    nnc_set_real(training->model, (char *)training->session.trainer + training->model->learning_rate_in_trainer, 0, rate);
}

static void nnc_log_learning_rate(nnc_training *training) {
    static const char name[] = "learning_rate";
    if (nnc_figure_of(training, name, sizeof name - 1) == NULL) {
        training->figures[training->figure_count].name = name;
        training->figures[training->figure_count++].value = nnc_learning_rate(training);
    }
}

/* As Python prints a float: the fewest digits that bring it back. */
typedef struct nnc_number_text {
    char text[40];
} nnc_number_text;

static nnc_number_text nnc_show_number(double value) {
    nnc_number_text shown;
    double back = 0;
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(shown.text, sizeof shown.text, "%.*g", digits, value);
        if (nnc_parse_number(shown.text, strlen(shown.text), &back) == 0 && memcmp(&back, &value, sizeof back) == 0) {
            break;
        }
    }
    if (strpbrk(shown.text, ".einf") == NULL) {
        strcat(shown.text, ".0");
    }
    return shown;
}

/* EarlyStopping ------------------------------------------------------------------------------------------------------ */

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

/* ModelCheckpoint ---------------------------------------------------------------------------------------------------- */

/* {name:02d}, {name:.3f}: text at *pattern, behind the brace, as printf would have it. -1: it is no such thing. */
static int nnc_format_field(nnc_training *training, const char **pattern, int with_step, char *to, size_t room) {
    const char *name = *pattern;
    size_t size = strcspn(name, ":}"), digits;
    char format[32] = "%";
    double value = 0;
    int is_whole = 1;
    if (size == 5 && memcmp(name, "epoch", 5) == 0) {
        value = (double)training->place.epoch + 1;
    } else if (with_step && size == 5 && memcmp(name, "batch", 5) == 0) {
        value = (double)training->place.step;
    } else {
        const nnc_figure *figure = nnc_figure_of(training, name, size);
        if (figure == NULL) {
            return nnc_fail(training->host, "ModelCheckpoint: the name of its file asks for %s, which is not among the figures: %s",
                            nnc_quote(name, size).text, nnc_list_figures(training).text);
        }
        value = figure->value;
        is_whole = 0;
    }
    const char *at = name + size + (name[size] == ':');
    digits = strspn(at, "0123456789.");
    char type = at[digits] != '}' ? at[digits] : '\0';
    if (digits > 20 || (type == 'd' && !is_whole)) {
        return nnc_fail(training->host, "ModelCheckpoint: %s cannot be written as {%.*s}", nnc_quote(name, size).text,
                        (int)strcspn(name, "}"), name);
    }
    if (type == '\0' && digits == 0 && !is_whole) {
        snprintf(to, room, "%s", nnc_show_number(value).text);
    } else if (is_whole && (type == '\0' || type == 'd')) {
        snprintf(format, sizeof format, "%%%.*slld", (int)digits, at);
        snprintf(to, room, format, (long long)value);
    } else {
        snprintf(format, sizeof format, "%%%.*s%c", (int)digits, at, type != '\0' ? type : 'g');
        snprintf(to, room, format, value);
    }
    *pattern = strchr(at, '}') + 1;
    return 0;
}

/* The pattern with its fields filled in. The compiler has checked its form. */
static int nnc_format_path(nnc_training *training, const char *pattern, int with_step, char *path, size_t room) {
    size_t used = 0;
    path[0] = '\0';
    while (*pattern != '\0') {
        if (used + 64 >= room) {
            return nnc_fail(training->host, "ModelCheckpoint: the name of its file is too long");
        }
        int is_field = pattern[0] == '{' && pattern[1] != '{';
        pattern += is_field || ((pattern[0] == '{' || pattern[0] == '}') && pattern[1] == pattern[0]);
        if (!is_field) {
            path[used++] = *pattern++;
            path[used] = '\0';
        } else if (nnc_format_field(training, &pattern, with_step, path + used, room - used) != 0) {
            return -1;
        }
        used += is_field ? strlen(path + used) : 0;
    }
    return 0;
}

/* The folders that a path names, as far as they are missing; what fails shows when the file is written. */
static void nnc_make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
}

static int nnc_save_model(nnc_training *training, nnc_running *running, int with_step) {
    const nnc_callback *callback = running->callback;
    nnc_memory *memory = &running->memory;
    unsigned long long epoch = training->place.epoch + 1;
    char path[4096], best[48] = "None";
    double current = 0;
    if (nnc_format_path(training, callback->path, with_step, path, sizeof path) != 0) {
        return -1;
    }
    if (memory->has_best > 0) {
        snprintf(best, sizeof best, "%.5f", memory->best);
    }
    if (callback->save_best_only && nnc_watch(training, running, &current)) {
        if (memory->has_best > 0 && !nnc_is_better(training, callback, current, memory->best)) {
            if (callback->verbose > 0) {
                printf("\nEpoch %llu: %s did not improve from %s\n", epoch, callback->monitor, best);
            }
            return 0;
        }
        if (callback->verbose > 0) {
            printf("\nEpoch %llu: %s improved from %s to %.5f, saving model to %s\n", epoch, callback->monitor, best,
                   current, path);
        }
        memory->best = current;
        memory->has_best = 1;
    } else if (callback->verbose > 0 && !callback->save_best_only) {
        printf("\nEpoch %llu: saving model to %s\n", epoch, path);
    }
    nnc_make_folders(path);
    if (nnc_weights_save(training->host, training->model, path, training->session.params, &training->session.learned) != 0) {
        return -1;
    }
    if (callback->verbose > 0) {
        printf("\nEpoch %llu: finished saving model to %s\n", epoch, path);
    }
    return 0;
}

static int nnc_model_checkpoint_train_begin(nnc_training *training, nnc_running *running) {
    if (training->resumed == NULL && running->callback->has_baseline) {
        running->memory.best = running->callback->baseline;
        running->memory.has_best = 1;
    }
    return 0;
}

/* Whether a callback that acts every save_freq steps is due. */
static int nnc_is_due(nnc_running *running) {
    running->memory.steps += running->callback->save_freq > 0;
    if (running->callback->save_freq == 0 || running->memory.steps < (double)running->callback->save_freq) {
        return 0;
    }
    running->memory.steps = 0;
    return 1;
}

static int nnc_model_checkpoint_step_end(nnc_training *training, nnc_running *running) {
    if (!nnc_is_due(running)) {
        return 0;
    }
    const nnc_figure *figures = nnc_totals_figures(&training->totals, &training->figure_count);
    memcpy(training->figures, figures, training->figure_count * sizeof *figures);
    return nnc_save_model(training, running, 1);
}

static int nnc_model_checkpoint_epoch_end(nnc_training *training, nnc_running *running) {
    return running->callback->save_freq == 0 ? nnc_save_model(training, running, 0) : 0;
}

/* The learning rate --------------------------------------------------------------------------------------------------- */

static int nnc_plateau_epoch_end(nnc_training *training, nnc_running *running) {
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

static int nnc_scheduler_epoch_begin(nnc_training *training, nnc_running *running) {
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

static int nnc_scheduler_epoch_end(nnc_training *training, nnc_running *running) {
    (void)running;
    nnc_log_learning_rate(training);
    return 0;
}

/* CSVLogger ---------------------------------------------------------------------------------------------------------- */

static int nnc_csv_train_begin(nnc_training *training, nnc_running *running) {
    running->log.separator = running->callback->separator;
    running->log.keeps = running->callback->append;
    running->log.validates = 1;
    running->log.remembers = training->history.remembers;
    running->log.is_resumed = training->resumed != NULL;
    return nnc_history_open(&running->log, training->host, running->callback->path);
}

static int nnc_csv_epoch_end(nnc_training *training, nnc_running *running) {
    return nnc_history_row(&running->log, training->place.epoch, training->figures, training->figure_count);
}

static int nnc_csv_train_end(nnc_training *training, nnc_running *running) {
    (void)training;
    return nnc_history_close(&running->log);
}

/* TerminateOnNaN: what it does is in nnc_callbacks_accept_nonfinite --------------------------------------------------- */

NNC_API int nnc_callbacks_accept_nonfinite(nnc_training *training) {
    for (size_t i = 0; i < training->callback_count; i++) {
        const nnc_callback *callback = training->callbacks[i].callback;
        if (strcmp(callback->name, "TerminateOnNaN") == 0 && !callback->raise_error) {
            printf("Batch %llu: Invalid loss, terminating training\n", (unsigned long long)training->place.step);
            training->place.is_stopped = 1;
            return 1;
        }
    }
    return 0;
}

/* BackupAndRestore --------------------------------------------------------------------------------------------------- */

enum { NNC_BACKUP_PATH = 4096 };

static void nnc_backup_path(const nnc_callback *callback, int is_previous, char path[NNC_BACKUP_PATH]) {
    snprintf(path, NNC_BACKUP_PATH, "%.4000s/latest.safetensors%s", callback->path, is_previous ? ".bkp" : "");
}

static int nnc_is_backup(const nnc_running *running) { return strcmp(running->callback->name, "BackupAndRestore") == 0; }

static int nnc_save_backup(nnc_training *training, const nnc_running *running) {
    char path[NNC_BACKUP_PATH], previous[NNC_BACKUP_PATH];
    nnc_backup_path(running->callback, 0, path);
    nnc_make_folders(path);
    if (running->callback->double_checkpoint) {
        nnc_backup_path(running->callback, 1, previous);
        unlink(previous);
        if (link(path, previous) != 0) {
            rename(path, previous); /* no links on this file system; either way there is a whole one */
        }
    }
    return nnc_checkpoint_save(training, path);
}

NNC_API int nnc_callbacks_backup(nnc_training *training, nnc_moment moment) {
    for (size_t i = 0; i < training->callback_count; i++) {
        nnc_running *running = &training->callbacks[i];
        if (!nnc_is_backup(running)) {
            continue;
        }
        int is_due = moment == NNC_AT_SIGNAL || (moment == NNC_AT_EPOCH && running->callback->save_freq == 0) ||
                     (moment == NNC_AT_STEP && nnc_is_due(running));
        if (is_due && nnc_save_backup(training, running) != 0) {
            return -1;
        }
    }
    return 0;
}

NNC_API int nnc_callbacks_restore(nnc_training *training) {
    char path[NNC_BACKUP_PATH], previous[NNC_BACKUP_PATH];
    for (size_t i = 0; i < training->callback_count; i++) {
        if (!nnc_is_backup(&training->callbacks[i])) {
            continue;
        }
        nnc_backup_path(training->callbacks[i].callback, 0, path);
        nnc_backup_path(training->callbacks[i].callback, 1, previous);
        if (access(path, F_OK) == 0 && nnc_checkpoint_read(training, path) == 0) {
            return 1;
        }
        if (access(previous, F_OK) == 0) {
            training->host->text[0] = '\0'; /* the one before the last will do */
            training->host->status = NNC_EXIT_OK;
            return nnc_checkpoint_read(training, previous) == 0 ? 1 : -1;
        }
        if (training->host->text[0] != '\0') {
            return -1;
        }
    }
    return 0;
}

static int nnc_backup_train_end(nnc_training *training, nnc_running *running) {
    char path[NNC_BACKUP_PATH];
    (void)training;
    for (int is_previous = 0; is_previous < 2 && running->callback->delete_checkpoint; is_previous++) {
        nnc_backup_path(running->callback, is_previous, path);
        unlink(path);
    }
    if (running->callback->delete_checkpoint) {
        rmdir(running->callback->path); /* unless other files are in it */
    }
    return 0;
}

/* All of them -------------------------------------------------------------------------------------------------------- */

static const nnc_callback_kind nnc_callback_kinds[] = {
    {"EarlyStopping", NULL, NULL, NULL, nnc_early_stopping_epoch_end, nnc_early_stopping_train_end},
    {"ModelCheckpoint", nnc_model_checkpoint_train_begin, NULL, nnc_model_checkpoint_step_end,
     nnc_model_checkpoint_epoch_end, NULL},
    {"ReduceLROnPlateau", NULL, NULL, NULL, nnc_plateau_epoch_end, NULL},
    {"LearningRateScheduler", NULL, nnc_scheduler_epoch_begin, NULL, nnc_scheduler_epoch_end, NULL},
    {"CSVLogger", nnc_csv_train_begin, NULL, NULL, nnc_csv_epoch_end, nnc_csv_train_end},
    {"TerminateOnNaN", NULL, NULL, NULL, NULL, NULL},
    {"BackupAndRestore", NULL, NULL, NULL, NULL, nnc_backup_train_end},
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
            return nnc_fail_usage(training->host, "%s cannot set the learning rate: compile() leaves it to a schedule; give "
                                                  "the optimizer a number, or leave the callback out",
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
        if (strcmp(running->callback->name, "CSVLogger") == 0) {
            snprintf(prefix, sizeof prefix, "callback%zu", i);
            nnc_parts_add_history(parts, &running->log, prefix);
        }
    }
}
