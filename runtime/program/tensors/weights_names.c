/* SPDX-License-Identifier: MIT-0 */
/* weights_names.c - which tensor of a file is which weight. The weight lstm/kernel may stand there under its own name,
 * or as Keras calls it: lstm/lstm_cell/kernel, with the model's name before it (net/lstm/lstm_cell/kernel), with :0
 * behind it. */
#include "host/host.h"
#include "tensors/tensors.h"

#include <ctype.h>
#include <string.h>

#define NNC_NO_WEIGHT SIZE_MAX

/* A name in parts of another; whoever needs it whole compares, and does not copy. */
typedef struct nnc_name_part {
    const char *at;
    size_t size;
} nnc_name_part;

static int nnc_name_part_is(nnc_name_part part, const char *text) {
    return strlen(text) == part.size && memcmp(part.at, text, part.size) == 0;
}

/* The weight that is called `before` and then `after`. */
static size_t nnc_weight_called(const nnc_model *model, nnc_name_part before, nnc_name_part after) {
    for (size_t i = 0; i < model->tensor_count; i++) {
        const char *name = model->tensors[i].name;
        if (strlen(name) == before.size + after.size && memcmp(name, before.at, before.size) == 0 &&
            memcmp(name + before.size, after.at, after.size) == 0) {
            return i;
        }
    }
    return NNC_NO_WEIGHT;
}

/* lstm_cell, and lstm_cell_3 of older files. */
static int nnc_is_cell(nnc_name_part part) {
    static const char *const cells[] = {"lstm_cell", "gru_cell", "simple_rnn_cell", "conv_lstm_cell"};
    size_t size = part.size;
    while (size > 0 && isdigit((unsigned char)part.at[size - 1])) {
        size--;
    }
    if (size < part.size && size > 0 && part.at[size - 1] == '_') {
        part.size = size - 1;
    }
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        if (nnc_name_part_is(part, cells[i])) {
            return 1;
        }
    }
    return 0;
}

/* The weight of a name, whose own names come first. */
static size_t nnc_weight_of(const nnc_model *model, const char *name) {
    nnc_name_part whole = {name, strlen(name)}, none = {name, 0};
    size_t digits = whole.size;
    while (digits > 0 && isdigit((unsigned char)name[digits - 1])) {
        digits--;
    }
    if (digits < whole.size && digits > 0 && name[digits - 1] == ':') {
        whole.size = digits - 1;
    }
    const size_t own = nnc_weight_called(model, whole, none);
    size_t variable = whole.size; /* where the last part begins */
    while (variable > 0 && name[variable - 1] != '/') {
        variable--;
    }
    size_t cell = variable > 0 ? variable - 1 : 0; /* and the one before it */
    while (cell > 0 && name[cell - 1] != '/') {
        cell--;
    }
    if (own != NNC_NO_WEIGHT || cell == 0 || !nnc_is_cell((nnc_name_part){name + cell, variable - 1 - cell})) {
        return own;
    }
    return nnc_weight_called(model, (nnc_name_part){name, cell},
                             (nnc_name_part){name + variable, whole.size - variable});
}

/* Not what a checkpoint holds besides. */
static int nnc_is_weight(const nnc_entry *entry) { return entry->name[0] != '@'; }

NNC_API int nnc_names_statistic(const char *name) {
    static const char *const names[] = {"x/fill", "x/mean", "x/deviation", "x/idf", "x/bounds",
                                        "x/vocabulary", "y/mean", "y/deviation"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(name, names[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* Characters that all names begin with and that end with the first /; 0: there are none. */
static size_t nnc_common_part(const nnc_tensors *file) {
    const char *first = NULL;
    size_t size = 0;
    for (size_t i = 0; i < file->count; i++) {
        const char *name = file->entries[i].name;
        if (!nnc_is_weight(&file->entries[i]) || nnc_names_statistic(name)) {
            continue;
        }
        if (first == NULL) {
            const char *slash = strchr(name, '/');
            first = name;
            size = slash != NULL ? (size_t)(slash + 1 - name) : 0;
        } else if (strncmp(name, first, size) != 0) {
            return 0;
        }
    }
    return size;
}

static size_t nnc_weight_of_entry(const nnc_model *model, const nnc_entry *entry, size_t skipped) {
    return nnc_is_weight(entry) ? nnc_weight_of(model, entry->name + (nnc_names_statistic(entry->name) ? 0 : skipped))
                                : NNC_NO_WEIGHT;
}

/* Finds what it can with the first `skipped` characters of names left out; how many weights that is. */
static size_t nnc_fill_found(const nnc_model *model, const nnc_tensors *file, size_t skipped, const nnc_entry **found) {
    size_t count = 0;
    for (size_t i = 0; i < model->tensor_count; i++) {
        found[i] = NULL;
    }
    for (size_t i = 0; i < file->count; i++) {
        const size_t weight = nnc_weight_of_entry(model, &file->entries[i], skipped);
        if (weight != NNC_NO_WEIGHT && found[weight] == NULL) {
            found[weight] = &file->entries[i];
            count++;
        }
    }
    return count;
}

NNC_API size_t nnc_weights_find(const nnc_model *model, const nnc_tensors *file, const nnc_entry **found) {
    const size_t common = nnc_common_part(file);
    const size_t without_common = nnc_fill_found(model, file, common, found);
    if (nnc_fill_found(model, file, 0, found) >= without_common) {
        return 0;
    }
    nnc_fill_found(model, file, common, found);
    return common;
}

NNC_API int nnc_weights_unknown(nnc_host *host, const nnc_model *model, const nnc_tensors *file,
                                const nnc_entry *const *found, size_t skipped) {
    for (size_t i = 0; i < file->count; i++) {
        const nnc_entry *entry = &file->entries[i];
        const size_t weight = nnc_weight_of_entry(model, entry, skipped);
        if (nnc_is_weight(entry) && weight == NNC_NO_WEIGHT) {
            return nnc_fail_at(host, file->path, 0, 0, "holds a tensor %s that the model %s does not have%s",
                               nnc_quote(entry->name, strlen(entry->name)).text, model->name,
                               nnc_names_statistic(entry->name)
                                   ? ": x was standardized in training, so say standardize=True in its source"
                                   : "");
        }
        if (weight != NNC_NO_WEIGHT && found[weight] != entry) {
            return nnc_fail_at(host, file->path, 0, 0, "holds '%s' twice, also as %s", found[weight]->name,
                               nnc_quote(entry->name, strlen(entry->name)).text);
        }
    }
    return 0;
}

NNC_API int nnc_names_torch(const char *name) {
    static const char *const endings[] = {".weight", ".bias", ".running_mean", ".running_var", ".num_batches_tracked"};
    static const char *const recurrent[] = {"weight_ih_l", "weight_hh_l", "bias_ih_l", "bias_hh_l"};
    const size_t size = strlen(name);
    if (strchr(name, '/') != NULL) {
        return 0;
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t length = strlen(endings[i]);
        if (size > length && strcmp(name + size - length, endings[i]) == 0) {
            return 1;
        }
    }
    for (size_t i = 0; i < sizeof recurrent / sizeof *recurrent; i++) {
        const char *found = strstr(name, recurrent[i]);
        if (found != NULL && (found == name || found[-1] == '.')) {
            return 1;
        }
    }
    return 0;
}

NNC_API int nnc_weights_missing(nnc_host *host, const nnc_model *model, const nnc_tensors *file, const char *missing) {
    enum { SHOWN = 4 };
    int is_torch = 0;
    size_t weights = 0, shown = 0;
    char names[SHOWN * (sizeof(nnc_quoted) + 2)] = "", *end = names;
    for (size_t i = 0; i < file->count; i++) {
        const char *name = file->entries[i].name;
        is_torch |= nnc_names_torch(name);
        if (nnc_is_weight(&file->entries[i]) && weights++ < SHOWN) {
            end += snprintf(end, sizeof names - (size_t)(end - names), "%s%s", shown++ > 0 ? ", " : "",
                            nnc_quote(name, strlen(name)).text);
        }
    }
    nnc_fail_at(host, file->path, 0, 0, "has no tensor '%s', which the model %s needs", missing, model->name);
    nnc_fail_hint(host, "it holds %s%s%s", weights > 0 ? names : "no weights", weights > SHOWN ? ", ..." : "",
                  is_torch ? ", as PyTorch names them" : "");
    return is_torch ? nnc_fail_hint(host,
                                    "nnc import %s --for MODEL.nn --weights WEIGHTS.safetensors brings them into order",
                                    file->path)
                    : -1;
}
