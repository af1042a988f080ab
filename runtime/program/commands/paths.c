/* SPDX-License-Identifier: MIT-0 */
/* paths.c - the files that model file and command line name: no result is written over another of them. */
#include "commands/commands.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

enum { NNC_PATHS_OF_SOURCES = 8, NNC_PATHS_OF_CALLBACK = 2 };

static void nnc_paths_add(nnc_path_list *list, const char *path, const char *name, nnc_path_use use, int is_pattern) {
    list->at[list->count++] = (nnc_pathname){path, name, use, is_pattern};
}

/* folder/path, unless the path is whole. */
static const char *nnc_paths_join(nnc_path_list *list, const char *folder, const char *path) {
    char *text = list->texts[list->text_count].text;
    if (folder == NULL || path == NULL || path[0] == '/' || strcmp(path, "-") == 0) {
        return path;
    }
    list->text_count++;
    snprintf(text, sizeof list->texts->text, "%s/%s", folder, path);
    return text;
}

static void nnc_paths_add_sources(const nnc_model *model, const char *data_dir, nnc_path_list *list) {
    static const char *const names[] = {
        "x of fit()", "y of fit()", "sample_weight of fit()", "validation_data of fit()", "validation_data of fit()",
        "x of evaluate()", "y of evaluate()", "sample_weight of evaluate()",
    };
    const nnc_fit_defaults *fit = model->fit;
    const nnc_evaluate_defaults *evaluate = model->evaluate_defaults;
    const nnc_source *sources[NNC_PATHS_OF_SOURCES] = {NULL};
    if (fit != NULL) {
        sources[0] = &fit->x;
        sources[1] = &fit->y;
        sources[2] = &fit->sample_weight;
        sources[3] = &fit->validation_x;
        sources[4] = &fit->validation_y;
    }
    if (evaluate != NULL) {
        sources[5] = &evaluate->x;
        sources[6] = &evaluate->y;
        sources[7] = &evaluate->sample_weight;
    }
    for (size_t i = 0; i < NNC_PATHS_OF_SOURCES; i++) {
        if (sources[i] != NULL && sources[i]->path != NULL) {
            nnc_paths_add(list, nnc_paths_join(list, data_dir, sources[i]->path), names[i], NNC_PATH_READ, 0);
        }
    }
}

NNC_API void nnc_paths_add_callbacks(const nnc_model *model, nnc_path_list *list) {
    const nnc_fit_defaults *fit = model->fit;
    for (size_t i = 0; fit != NULL && i < fit->callback_count; i++) {
        const nnc_callback *callback = &fit->callbacks[i];
        if (strcmp(callback->name, "ModelCheckpoint") == 0) {
            nnc_paths_add(list, callback->path, "ModelCheckpoint", NNC_PATH_WRITE_WEIGHTS, 1);
        } else if (strcmp(callback->name, "BackupAndRestore") == 0) {
            const char *latest = nnc_paths_join(list, callback->path, "latest.safetensors");
            const char *previous = nnc_paths_join(list, callback->path, "latest.safetensors.bkp");
            nnc_paths_add(list, latest, callback->name, NNC_PATH_WRITE, 0);
            nnc_paths_add(list, previous, callback->name, NNC_PATH_WRITE, 0);
        } else if (callback->path != NULL) {
            nnc_paths_add(list, callback->path, callback->name, NNC_PATH_WRITE, 0);
        }
    }
}

NNC_API int nnc_paths_open(nnc_host *host, const nnc_model *model, const char *data_dir, size_t more,
                           nnc_path_list *list) {
    size_t callbacks = model->fit != NULL ? model->fit->callback_count : 0;
    size_t most = NNC_PATHS_OF_SOURCES + NNC_PATHS_OF_CALLBACK * callbacks;
    memset(list, 0, sizeof *list);
    list->at = nnc_alloc(host, most + more, sizeof *list->at);
    list->texts = list->at != NULL ? nnc_alloc(host, most + 1, sizeof *list->texts) : NULL;
    if (list->texts == NULL) {
        return -1;
    }
    nnc_paths_add_sources(model, data_dir, list);
    return 0;
}

NNC_API int nnc_paths_check(nnc_host *host, const nnc_path_list *list) {
    const nnc_pathname *output, *other;
    if (!nnc_paths_clash(list->at, list->count, &output, &other)) {
        return 0;
    }
    if (nnc_path_is_written(other)) {
        return nnc_fail_usage(host, "%s and %s both write %s: give each a file of its own", output->name, other->name,
                              output->path);
    }
    return nnc_fail_usage(host, "%s would write over %s, which %s reads: give it another file", output->name,
                          other->path, other->name);
}

NNC_API void nnc_paths_close(nnc_path_list *list) {
    free(list->at);
    free(list->texts);
    memset(list, 0, sizeof *list);
}
