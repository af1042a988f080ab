/* SPDX-License-Identifier: MIT-0 */
/* learned.c - what a run learns from its data besides weights: the labels that stand for classes, which stand with the
 * weights, and the mean and deviation of every input, which are among them. */
#include "data/data.h"
#include "host/host.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char nnc_class_key[] = "nnc.class.";

NNC_API void nnc_learned_free(nnc_learned *learned) {
    for (size_t i = 0; i < learned->class_count; i++) {
        free(learned->classes[i]);
    }
    free(learned->classes);
    memset(learned, 0, sizeof *learned);
}

NNC_API int nnc_learned_find(const nnc_learned *learned, const char *text, size_t size) {
    for (size_t i = 0; i < learned->class_count; i++) {
        if (strlen(learned->classes[i]) == size && memcmp(learned->classes[i], text, size) == 0) {
            return (int)i;
        }
    }
    return -1;
}

NNC_API int nnc_learned_add(nnc_host *host, nnc_learned *learned, const char *text, size_t size) {
    void *classes = learned->classes;
    char *copy = nnc_alloc(host, size + 1, 1);
    if (copy == NULL || nnc_grow(host, &classes, &learned->capacity, learned->class_count + 1, sizeof copy) != 0) {
        free(copy);
        return -1;
    }
    memcpy(copy, text, size);
    learned->classes = classes;
    learned->classes[learned->class_count++] = copy;
    return 0;
}

NNC_API nnc_quoted_list nnc_learned_list(const nnc_learned *learned) {
    nnc_quoted_list list;
    size_t used = 0;
    list.text[0] = '\0';
    for (size_t i = 0; i < learned->class_count && used + 80 < sizeof list.text; i++) {
        const char *name = learned->classes[i];
        used += (size_t)snprintf(list.text + used, sizeof list.text - used, "%s%s", i > 0 ? ", " : "",
                                 nnc_quote(name, strlen(name)).text);
        if (i + 1 < learned->class_count && used + 80 >= sizeof list.text) {
            snprintf(list.text + used, sizeof list.text - used, ", ...");
        }
    }
    return list;
}

NNC_API void nnc_learned_print(const nnc_learned *learned) {
    for (size_t i = 0; i < learned->class_count; i++) {
        const char *name = learned->classes[i];
        printf("%s%zu %s%s", i == 0 ? "Classes: " : ", ", i, nnc_quote(name, strlen(name)).text,
               i + 1 == learned->class_count ? "\n" : "");
    }
}

/* Welford: one pass, and no loss of digits where the mean is large. NAME_adapt of the emitted C computes the same. */
NNC_API int nnc_learn_statistics(nnc_host *host, const nnc_model *model, const nnc_samples *x, size_t count,
                                 void *params) {
    size_t width = x->width, own = 1; /* statistics: of neighbours in turn */
    for (int i = 0; i < model->tensors[0].rank; i++) {
        own *= (size_t)model->tensors[0].shape[i];
    }
    double *values = nnc_alloc(host, width + 2 * own, sizeof *values);
    if (values == NULL) {
        return -1;
    }
    double *mean = values + width, *squares = mean + own, scale = nnc_x_scale(model);
    int is_float = model->real_size == sizeof(float);
    for (size_t row = 0; row < count; row++) {
        nnc_sample_values(x, row, values);
        for (size_t i = 0; i < width; i++) {
            double value = (is_float ? (double)(float)values[i] : values[i]) * scale;
            size_t of = i % own;
            double away = value - mean[of];
            mean[of] += away / (double)(row * (width / own) + i / own + 1);
            squares[of] += away * (value - mean[of]);
        }
    }
    for (size_t i = 0; i < own; i++) {
        double deviation = sqrt(squares[i] / (double)(count * (width / own)));
        nnc_set_real(model, params, model->tensors[0].offset + i, mean[i]);
        /* A value that never changes becomes 0; so does one whose changes are too small for a float. */
        nnc_set_real(model, params, model->tensors[1].offset + i, deviation >= (double)FLT_MIN ? deviation : 1);
    }
    free(values);
    return 0;
}

NNC_API int nnc_add_note(nnc_host *host, nnc_notes *notes, const char *key, const char *value) {
    size_t capacity = notes->count; /* they are few: the list grows by one */
    void *at = notes->at;
    char *own_key = nnc_copy_text(host, key), *own_value = nnc_copy_text(host, value);
    if (own_key == NULL || own_value == NULL ||
        nnc_grow(host, &at, &capacity, notes->count + 1, sizeof *notes->at) != 0) {
        free(own_key);
        free(own_value);
        return -1;
    }
    notes->at = at;
    notes->at[notes->count].key = own_key;
    notes->at[notes->count++].value = own_value;
    return 0;
}

NNC_API int nnc_learned_to_notes(nnc_host *host, const nnc_learned *learned, nnc_notes *notes) {
    memset(notes, 0, sizeof *notes);
    for (size_t i = 0; i < learned->class_count; i++) {
        char key[40];
        snprintf(key, sizeof key, "%s%zu", nnc_class_key, i);
        if (nnc_add_note(host, notes, key, learned->classes[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

NNC_API const char *nnc_find_note(const nnc_note *notes, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(notes[i].key, key) == 0) {
            return notes[i].value;
        }
    }
    return NULL;
}

NNC_API const char *nnc_find_class(const nnc_note *notes, size_t count, size_t index) {
    char key[40];
    snprintf(key, sizeof key, "%s%zu", nnc_class_key, index);
    return nnc_find_note(notes, count, key);
}

NNC_API int nnc_learned_from_notes(nnc_host *host, const nnc_note *notes, size_t count, nnc_learned *learned) {
    const char *label;
    memset(learned, 0, sizeof *learned);
    do {
        label = nnc_find_class(notes, count, learned->class_count);
        if (label != NULL && nnc_learned_add(host, learned, label, strlen(label)) != 0) {
            return -1;
        }
    } while (label != NULL);
    return 0;
}

NNC_API void nnc_notes_free(nnc_notes *notes) {
    for (size_t i = 0; i < notes->count; i++) {
        free((void *)(uintptr_t)notes->at[i].key); /* read-only for everyone else */
        free((void *)(uintptr_t)notes->at[i].value);
    }
    free(notes->at);
    memset(notes, 0, sizeof *notes);
}
