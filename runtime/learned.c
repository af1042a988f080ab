/* SPDX-License-Identifier: MIT-0 */
/* learned.c - what a run learns from its data besides weights, and keeps with them: the labels that stand for classes, and
 * the mean and deviation of every input. */
#include "data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char nnc_class_key[] = "nnc.class.", nnc_mean_key[] = "nnc.mean", nnc_deviation_key[] = "nnc.deviation";

NNC_API void nnc_learned_free(nnc_learned *learned) {
    for (size_t i = 0; i < learned->class_count; i++) {
        free(learned->classes[i]);
    }
    free(learned->classes);
    free(learned->mean);
    free(learned->deviation);
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

NNC_API int nnc_learned_standardize(nnc_host *host, const nnc_samples *x, size_t count, nnc_learned *learned) {
    size_t width = x->width;
    double *values = nnc_alloc(host, width, sizeof *values);
    learned->mean = nnc_alloc(host, width, sizeof *learned->mean);
    learned->deviation = nnc_alloc(host, width, sizeof *learned->deviation);
    if (values == NULL || learned->mean == NULL || learned->deviation == NULL) {
        free(values);
        return -1;
    }
    /* Welford: one pass, and no loss of digits where the mean is large. */
    for (size_t row = 0; row < count; row++) {
        nnc_sample_values(x, row, values);
        for (size_t i = 0; i < width; i++) {
            double away = values[i] - learned->mean[i];
            learned->mean[i] += away / (double)(row + 1);
            learned->deviation[i] += away * (values[i] - learned->mean[i]);
        }
    }
    for (size_t i = 0; i < width; i++) {
        double deviation = sqrt(learned->deviation[i] / (double)count);
        learned->deviation[i] = deviation > 0 ? deviation : 1; /* a value that never changes becomes 0 */
    }
    learned->width = width;
    free(values);
    return 0;
}

/* Numbers with spaces between them; 17 digits bring back the same bits. From malloc. */
static char *nnc_numbers_text(nnc_host *host, const double *numbers, size_t count) {
    enum { LONGEST = 26 };
    char *text = nnc_alloc(host, count + 1, LONGEST);
    size_t used = 0;
    for (size_t i = 0; text != NULL && i < count; i++) {
        used += (size_t)snprintf(text + used, LONGEST, i > 0 ? " %.17g" : "%.17g", numbers[i]);
    }
    return text;
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
    size_t count = learned->class_count + (learned->width > 0 ? 2 : 0);
    memset(notes, 0, sizeof *notes);
    if (count == 0) {
        return 0;
    }
    notes->at = nnc_alloc(host, count, sizeof *notes->at);
    for (size_t i = 0; notes->at != NULL && i < count; i++) {
        char key[40];
        size_t past = i - learned->class_count;
        int is_class = i < learned->class_count;
        snprintf(key, sizeof key, "%s%zu", nnc_class_key, i);
        notes->at[i].key = nnc_copy_text(host, is_class ? key : past == 0 ? nnc_mean_key : nnc_deviation_key);
        notes->at[i].value = is_class ? nnc_copy_text(host, learned->classes[i])
                                      : nnc_numbers_text(host, past == 0 ? learned->mean : learned->deviation,
                                                         learned->width);
        notes->count++;
        if (notes->at[i].key == NULL || notes->at[i].value == NULL) {
            break;
        }
    }
    return host->text[0] != '\0' ? -1 : 0;
}

/* `count` finite numbers, all above `low` where that is a number; NULL after an error. */
static double *nnc_numbers_parse(nnc_host *host, const char *path, const char *key, const char *text, size_t count,
                                 int is_positive) {
    double *numbers = nnc_alloc(host, count, sizeof *numbers);
    size_t found = 0;
    int good = numbers != NULL;
    while (good && *text != '\0') {
        size_t size = strcspn(text, " ");
        double value;
        good = found < count && nnc_parse_number(text, size, &value) == 0 && isfinite(value) &&
               (!is_positive || value > 0);
        if (good) {
            numbers[found++] = value;
        }
        text += size + (text[size] == ' ');
    }
    if (numbers != NULL && (!good || found != count)) {
        nnc_fail_at(host, path, 0, 0, "the note '%s' must be %zu %snumbers, one for each input", key, count,
                    is_positive ? "positive " : "");
        free(numbers);
        return NULL;
    }
    return numbers;
}

NNC_API const char *nnc_find_note(const nnc_note *notes, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(notes[i].key, key) == 0) {
            return notes[i].value;
        }
    }
    return NULL;
}

NNC_API int nnc_learned_from_notes(nnc_host *host, const char *path, const nnc_note *notes, size_t count, size_t width,
                                   nnc_learned *learned) {
    const char *mean = nnc_find_note(notes, count, nnc_mean_key);
    const char *deviation = nnc_find_note(notes, count, nnc_deviation_key), *label;
    char key[40];
    memset(learned, 0, sizeof *learned);
    do {
        snprintf(key, sizeof key, "%s%zu", nnc_class_key, learned->class_count);
        label = nnc_find_note(notes, count, key);
        if (label != NULL && nnc_learned_add(host, learned, label, strlen(label)) != 0) {
            return -1;
        }
    } while (label != NULL);
    if (mean == NULL && deviation == NULL) {
        return 0;
    }
    learned->mean = nnc_numbers_parse(host, path, nnc_mean_key, mean != NULL ? mean : "", width, 0);
    learned->deviation = learned->mean == NULL ? NULL
                                               : nnc_numbers_parse(host, path, nnc_deviation_key,
                                                                   deviation != NULL ? deviation : "", width, 1);
    learned->width = learned->deviation != NULL ? width : 0;
    return learned->deviation != NULL ? 0 : -1;
}

NNC_API void nnc_notes_free(nnc_notes *notes) {
    for (size_t i = 0; i < notes->count; i++) {
        free((void *)(uintptr_t)notes->at[i].key); /* read-only for everyone else */
        free((void *)(uintptr_t)notes->at[i].value);
    }
    free(notes->at);
    memset(notes, 0, sizeof *notes);
}
