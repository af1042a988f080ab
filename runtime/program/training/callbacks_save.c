/* SPDX-License-Identifier: MIT-0 */
/* callbacks_save.c - callbacks that write files of weights and checkpoints: ModelCheckpoint and BackupAndRestore. */
#include "host/host.h"
#include "session/session.h"
#include "tensors/tensors.h"
#include "training/callbacks.h"
#include "training/training.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folders that a path names, as far as they are missing; what fails shows when the file is written. */
static void nnc_make_folders(const nnc_host *host, char *path) {
    for (char *slash = strchr(path + 1, '/'); slash != NULL && !host->is_silent; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
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

/* ModelCheckpoint -------------------------------------------------------------------------------------------------- */

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
            return nnc_fail(training->host,
                            "ModelCheckpoint: the name of its file asks for %s, which is not among the figures: %s",
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
    nnc_make_folders(training->host, path);
    if (nnc_weights_save(training->host, training->model, path, training->session.params,
                         &training->session.learned) != 0) {
        return -1;
    }
    if (callback->verbose > 0) {
        printf("\nEpoch %llu: finished saving model to %s\n", epoch, path);
    }
    return 0;
}

NNC_API int nnc_model_checkpoint_train_begin(nnc_training *training, nnc_running *running) {
    if ((training->resumed == NULL || training->is_imported) && running->callback->has_baseline) {
        running->memory.best = running->callback->baseline;
        running->memory.has_best = 1;
    }
    return 0;
}

NNC_API int nnc_model_checkpoint_step_end(nnc_training *training, nnc_running *running) {
    if (!nnc_is_due(running)) {
        return 0;
    }
    const nnc_figure *figures = nnc_totals_figures(&training->totals, &training->figure_count);
    memcpy(training->figures, figures, training->figure_count * sizeof *figures);
    return nnc_save_model(training, running, 1);
}

NNC_API int nnc_model_checkpoint_epoch_end(nnc_training *training, nnc_running *running) {
    return running->callback->save_freq == 0 ? nnc_save_model(training, running, 0) : 0;
}

/* BackupAndRestore ------------------------------------------------------------------------------------------------- */

enum { NNC_BACKUP_PATH = 4096 };

static void nnc_backup_path(const nnc_callback *callback, int is_previous, char path[NNC_BACKUP_PATH]) {
    snprintf(path, NNC_BACKUP_PATH, "%.4000s/latest.safetensors%s", callback->path, is_previous ? ".bkp" : "");
}

static int nnc_is_backup(const nnc_running *running) {
    return strcmp(running->callback->name, "BackupAndRestore") == 0;
}

static int nnc_save_backup(nnc_training *training, const nnc_running *running) {
    char path[NNC_BACKUP_PATH], previous[NNC_BACKUP_PATH];
    nnc_backup_path(running->callback, 0, path);
    nnc_make_folders(training->host, path);
    if (running->callback->double_checkpoint && !training->host->is_silent) {
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

NNC_API int nnc_backup_train_end(nnc_training *training, nnc_running *running) {
    char path[NNC_BACKUP_PATH];
    const int deletes = running->callback->delete_checkpoint && !training->host->is_silent;
    for (int is_previous = 0; is_previous < 2 && deletes; is_previous++) {
        nnc_backup_path(running->callback, is_previous, path);
        unlink(path);
    }
    if (deletes) {
        rmdir(running->callback->path); /* unless other files are in it */
    }
    return 0;
}
