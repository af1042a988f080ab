/* SPDX-License-Identifier: MIT-0 */
/* learned.c - what a run learns from its data besides weights: the labels that stand for classes, and the
 * categories of columns. They stand with the weights. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

static const char nnc_class_key[] = "nnc.class.", nnc_word_key[] = "nnc.word.", nnc_category_key[] = "nnc.category.";

NNC_API void nnc_labels_free(nnc_labels *labels) {
    for (size_t i = 0; i < labels->count; i++) {
        free(labels->at[i]);
    }
    free(labels->at);
    free(labels->slots);
    memset(labels, 0, sizeof *labels);
}

NNC_API void nnc_learned_free(nnc_learned *learned) {
    nnc_labels_free(&learned->classes);
    nnc_labels_free(&learned->words);
    for (size_t i = 0; i < learned->column_count; i++) {
        nnc_labels_free(&learned->categories[i]);
    }
    free(learned->categories);
    memset(learned, 0, sizeof *learned);
}

NNC_API int nnc_learned_columns(nnc_host *host, nnc_learned *learned, size_t columns) {
    if (learned->categories == NULL) {
        learned->categories = nnc_alloc(host, columns, sizeof *learned->categories);
        learned->column_count = learned->categories != NULL ? columns : 0;
    }
    return learned->categories != NULL ? 0 : -1;
}

/* FNV-1a. */
static size_t nnc_hash(const char *text, size_t size) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    }
    return (size_t)(hash ^ hash >> 32);
}

/* Where a label stands, or where it would. There is always a free slot. */
static uint32_t *nnc_slot(const nnc_labels *labels, const char *text, size_t size) {
    size_t at = nnc_hash(text, size);
    for (;; at++) {
        uint32_t *slot = &labels->slots[at & (labels->slot_count - 1)];
        if (*slot == 0 || (strlen(labels->at[*slot - 1]) == size && memcmp(labels->at[*slot - 1], text, size) == 0)) {
            return slot;
        }
    }
}

/* Puts all labels into slots, of which there are as many as for `count` labels. */
static int nnc_labels_index(nnc_host *host, nnc_labels *labels, size_t count) {
    size_t wanted = 16;
    while (wanted <= 2 * count) {
        wanted *= 2;
    }
    uint32_t *slots = nnc_alloc(host, wanted, sizeof *slots);
    if (slots == NULL) {
        return -1;
    }
    free(labels->slots);
    labels->slots = slots;
    labels->slot_count = wanted;
    for (size_t i = 0; i < labels->count; i++) {
        *nnc_slot(labels, labels->at[i], strlen(labels->at[i])) = (uint32_t)(i + 1);
    }
    return 0;
}

NNC_API int nnc_labels_find(const nnc_labels *labels, const char *text, size_t size) {
    return labels->slots != NULL ? (int)*nnc_slot(labels, text, size) - 1 : -1;
}

NNC_API int nnc_labels_add(nnc_host *host, nnc_labels *labels, const char *text, size_t size) {
    void *at = labels->at;
    char *copy = nnc_alloc(host, size + 1, 1);
    if (copy == NULL || nnc_grow(host, &at, &labels->capacity, labels->count + 1, sizeof copy) != 0 ||
        (labels->slot_count <= 2 * (labels->count + 1) && nnc_labels_index(host, labels, 2 * labels->count + 1) != 0)) {
        free(copy);
        labels->at = at;
        return -1;
    }
    memcpy(copy, text, size);
    labels->at = at;
    *nnc_slot(labels, copy, size) = (uint32_t)(labels->count + 1);
    labels->at[labels->count++] = copy;
    return 0;
}

NNC_API int nnc_fail_unlearned(nnc_host *host, const char *path) {
    return nnc_fail_at(host, path, 0, 0,
                       "holds text, but no names of categories or tokens stand with the weights: they were saved by a "
                       "run that had no use for them");
}

/* A label, and how many rows have it. */
typedef struct nnc_counted {
    char *label;
    size_t found, rows; /* its place in the order of appearance */
} nnc_counted;

static int nnc_compare_counted(const void *a, const void *b) {
    return strcmp(((const nnc_counted *)a)->label, ((const nnc_counted *)b)->label);
}

/* The most frequent first. */
static int nnc_compare_rows(const void *a, const void *b) {
    size_t of_a = ((const nnc_counted *)a)->rows, of_b = ((const nnc_counted *)b)->rows;
    return of_a != of_b ? (of_a < of_b) - (of_a > of_b) : nnc_compare_counted(a, b);
}

NNC_API int nnc_labels_order(nnc_host *host, nnc_labels *labels, const size_t *rows, size_t kept, size_t last,
                             size_t *number) {
    size_t count = labels->count;
    nnc_counted *counted = nnc_alloc(host, count, sizeof *counted);
    if (counted == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        counted[i] = (nnc_counted){labels->at[i], i, rows[i]};
    }
    qsort(counted, count, sizeof *counted, nnc_compare_rows);
    qsort(counted, kept, sizeof *counted, nnc_compare_counted);
    for (size_t i = 0; i < count; i++) {
        labels->at[i] = counted[i].label;
        number[counted[i].found] = i < kept ? i : last;
    }
    while (labels->count > kept) {
        free(labels->at[--labels->count]);
    }
    free(counted);
    return nnc_labels_index(host, labels, kept);
}

NNC_API nnc_quoted_list nnc_labels_list(const nnc_labels *labels) {
    nnc_quoted_list list;
    size_t used = 0;
    list.text[0] = '\0';
    for (size_t i = 0; i < labels->count && used + 80 < sizeof list.text; i++) {
        const char *name = labels->at[i];
        used += (size_t)snprintf(list.text + used, sizeof list.text - used, "%s%s", i > 0 ? ", " : "",
                                 nnc_quote(name, strlen(name)).text);
        if (i + 1 < labels->count && used + 80 >= sizeof list.text) {
            snprintf(list.text + used, sizeof list.text - used, ", ...");
        }
    }
    return list;
}

NNC_API void nnc_learned_print(const nnc_learned *learned) {
    enum { MOST = 100 }; /* of a vocabulary the first */
    size_t count = learned->classes.count, shown = count < MOST ? count : MOST;
    for (size_t i = 0; i < shown; i++) {
        const char *name = learned->classes.at[i];
        printf("%s%zu %s%s", i == 0 ? "Classes: " : ", ", i, nnc_quote(name, strlen(name)).text,
               i + 1 < shown ? "" : shown < count ? ", ...\n" : "\n");
    }
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

NNC_API const char *nnc_find_note(const nnc_note *notes, size_t count, const char *key) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(notes[i].key, key) == 0) {
            return notes[i].value;
        }
    }
    return NULL;
}

/* nnc.class.2, nnc.category.0.2. They mostly stand in their order, so the search begins there. */
static const char *nnc_find_label(const nnc_note *notes, size_t count, const char *key, size_t index) {
    char full[96];
    snprintf(full, sizeof full, "%s%zu", key, index);
    size_t first = index < count ? index : 0;
    const char *behind = nnc_find_note(notes + first, count - first, full);
    return behind != NULL ? behind : nnc_find_note(notes, first, full);
}

static int nnc_labels_to_notes(nnc_host *host, const nnc_labels *labels, const char *key, nnc_notes *notes) {
    char full[96];
    for (size_t i = 0; i < labels->count; i++) {
        snprintf(full, sizeof full, "%s%zu", key, i);
        if (nnc_add_note(host, notes, full, labels->at[i]) != 0) {
            return -1;
        }
    }
    return 0;
}

typedef struct nnc_key {
    char text[64];
} nnc_key;

static nnc_key nnc_key_of_column(size_t column) {
    nnc_key key;
    snprintf(key.text, sizeof key.text, "%s%zu.", nnc_category_key, column);
    return key;
}

NNC_API int nnc_learned_to_notes(nnc_host *host, const nnc_learned *learned, nnc_notes *notes) {
    memset(notes, 0, sizeof *notes);
    int status = nnc_labels_to_notes(host, &learned->classes, nnc_class_key, notes);
    status = status == 0 ? nnc_labels_to_notes(host, &learned->words, nnc_word_key, notes) : status;
    for (size_t i = 0; i < learned->column_count && status == 0; i++) {
        status = nnc_labels_to_notes(host, &learned->categories[i], nnc_key_of_column(i).text, notes);
    }
    return status;
}

NNC_API const char *nnc_find_class(const nnc_note *notes, size_t count, size_t index) {
    return nnc_find_label(notes, count, nnc_class_key, index);
}

NNC_API const char *nnc_find_word(const nnc_note *notes, size_t count, size_t index) {
    return nnc_find_label(notes, count, nnc_word_key, index);
}

NNC_API const char *nnc_find_category(const nnc_note *notes, size_t count, size_t column, size_t index) {
    return nnc_find_label(notes, count, nnc_key_of_column(column).text, index);
}

/* The labels of a column, of classes, or words. */
enum { NNC_OF_CLASSES = -1, NNC_OF_WORDS = -2 };

static int nnc_labels_from_notes(nnc_host *host, const nnc_note *notes, size_t count, int64_t column,
                                 nnc_labels *labels) {
    for (;;) {
        const char *label = column == NNC_OF_CLASSES ? nnc_find_class(notes, count, labels->count)
                            : column == NNC_OF_WORDS ? nnc_find_word(notes, count, labels->count)
                                                     : nnc_find_category(notes, count, (size_t)column, labels->count);
        if (label == NULL || nnc_labels_add(host, labels, label, strlen(label)) != 0) {
            return label == NULL ? 0 : -1;
        }
    }
}

/* One more than the last column that has categories. */
static size_t nnc_columns_in(const nnc_note *notes, size_t count) {
    size_t columns = 0, length = sizeof nnc_category_key - 1;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(notes[i].key, nnc_category_key, length) == 0) {
            unsigned long long column = strtoull(notes[i].key + length, NULL, 10);
            columns = column < 1000000 && column >= columns ? (size_t)column + 1 : columns;
        }
    }
    return columns;
}

NNC_API int nnc_learned_from_notes(nnc_host *host, const nnc_note *notes, size_t count, nnc_learned *learned) {
    memset(learned, 0, sizeof *learned);
    size_t columns = nnc_columns_in(notes, count);
    int status = nnc_labels_from_notes(host, notes, count, NNC_OF_CLASSES, &learned->classes);
    status = status == 0 ? nnc_labels_from_notes(host, notes, count, NNC_OF_WORDS, &learned->words) : status;
    if (status == 0 && columns > 0) {
        status = nnc_learned_columns(host, learned, columns);
    }
    for (size_t i = 0; i < columns && status == 0; i++) {
        status = nnc_labels_from_notes(host, notes, count, (int64_t)i, &learned->categories[i]);
    }
    return status;
}

NNC_API void nnc_notes_free(nnc_notes *notes) {
    for (size_t i = 0; i < notes->count; i++) {
        free((void *)(uintptr_t)notes->at[i].key); /* read-only for everyone else */
        free((void *)(uintptr_t)notes->at[i].value);
    }
    free(notes->at);
    memset(notes, 0, sizeof *notes);
}
