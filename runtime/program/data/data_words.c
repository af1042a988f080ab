/* SPDX-License-Identifier: MIT-0 */
/* data_words.c - texts become numbers, by the functions that products have (nnc_words.c); their words are learned as
 * adapt() of Keras does. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* All texts of a file, and what becomes of them. */
typedef struct nnc_corpus {
    nnc_host *host;
    const nnc_text_input *input;
    const nnc_texts *texts;
} nnc_corpus;

static const char *nnc_text_at(const nnc_corpus *corpus, size_t index, size_t *size) {
    size_t begin = index > 0 ? corpus->texts->ends[index - 1] : 0;
    *size = corpus->texts->ends[index] - begin;
    return corpus->texts->bytes + begin;
}

/* Words in the order of appearance, and how often each is there. */
typedef struct nnc_word_counts {
    nnc_labels words;
    size_t *at, capacity;
} nnc_word_counts;

static int nnc_is(const char *word, const char *text, size_t size) {
    return word != NULL && nnc_text_length(word) == size && memcmp(word, text, size) == 0;
}

static int nnc_count_word(const nnc_corpus *corpus, nnc_word_counts *counts, const char *text, size_t size) {
    const nnc_text_input *input = corpus->input;
    void *at = counts->at;
    int number = nnc_labels_find(&counts->words, text, size);
    if (number >= 0) {
        counts->at[number]++;
        return 0;
    }
    if (nnc_is(input->words.nothing, text, size) || nnc_is(input->other, text, size)) {
        return 0; /* they have numbers of their own */
    }
    if (counts->words.count == INT32_MAX / 2) {
        return nnc_fail(corpus->host, "the texts hold more than %d different words", INT32_MAX / 2);
    }
    if (nnc_grow(corpus->host, &at, &counts->capacity, counts->words.count + 1, sizeof *counts->at) != 0) {
        return -1;
    }
    counts->at = at;
    counts->at[counts->words.count] = 1;
    return nnc_labels_add(corpus->host, &counts->words, text, size);
}

static int nnc_count_text(const nnc_corpus *corpus, nnc_word_counts *counts, size_t index) {
    nnc_word_walk walk;
    size_t size;
    const char *text = nnc_text_at(corpus, index, &size);
    if (!corpus->input->are_tokens) {
        return nnc_count_word(corpus, counts, text, size);
    }
    nnc_word_begin(&walk, &corpus->input->words, text, size);
    while (nnc_word_next(&walk)) {
        if (walk.length <= NNC_TOKEN_MOST && nnc_count_word(corpus, counts, walk.token, walk.length) != 0) {
            return -1;
        }
    }
    return 0;
}

typedef struct nnc_ranked {
    const char *word;
    size_t count;
} nnc_ranked;

/* The most frequent first; of several, the last in the order of their bytes, as Keras sorts them. */
static int nnc_compare_ranked(const void *a, const void *b) {
    const nnc_ranked *of_a = a, *of_b = b;
    return of_a->count != of_b->count ? (of_a->count < of_b->count) - (of_a->count > of_b->count)
                                      : strcmp(of_b->word, of_a->word);
}

/* The words that get a number, in the order of these. */
static int nnc_keep_words(const nnc_corpus *corpus, const nnc_word_counts *counts, nnc_labels *words) {
    size_t count = counts->words.count, most = (size_t)(corpus->input->places - corpus->input->first);
    nnc_ranked *ranked = nnc_alloc(corpus->host, count, sizeof *ranked);
    int status = ranked != NULL ? 0 : -1;
    for (size_t i = 0; status == 0 && i < count; i++) {
        ranked[i] = (nnc_ranked){counts->words.at[i], counts->at[i]};
    }
    if (status == 0) {
        qsort(ranked, count, sizeof *ranked, nnc_compare_ranked);
    }
    for (size_t i = 0; status == 0 && i < count && i < most; i++) {
        status = nnc_labels_add(corpus->host, words, ranked[i].word, nnc_text_length(ranked[i].word));
    }
    free(ranked);
    return status;
}

static int nnc_learn_words(const nnc_corpus *corpus, nnc_labels *words) {
    size_t each = corpus->input->texts;
    nnc_word_counts counts = {0};
    int status = 0;
    for (size_t i = corpus->texts->first * each; i < corpus->texts->end * each && status == 0; i++) {
        status = nnc_count_text(corpus, &counts, i);
    }
    if (status == 0 && counts.words.count == 0) {
        status = nnc_fail_at(corpus->host, corpus->texts->path, 0, 0, "holds no words to learn");
    }
    status = status == 0 ? nnc_keep_words(corpus, &counts, words) : status;
    nnc_labels_free(&counts.words);
    free(counts.at);
    return status;
}

static int nnc_compare_known(const void *a, const void *b) {
    return strcmp(((const nnc_word *)a)->text, ((const nnc_word *)b)->text);
}

/* The numbers of sample `index`, or how often each is there. */
static void nnc_number_sample(const nnc_corpus *corpus, const nnc_words *words, size_t index, int32_t *to,
                              size_t width) {
    const nnc_text_input *input = corpus->input;
    nnc_word_walk walk;
    size_t size, found = 0;
    for (size_t i = 0; !input->are_tokens && i < input->texts; i++) {
        const char *text = nnc_text_at(corpus, index * input->texts + i, &size);
        to[i] = nnc_word_hashed(words, text, size);
    }
    if (!input->are_tokens) {
        return;
    }
    const char *text = nnc_text_at(corpus, index, &size);
    nnc_word_begin(&walk, words, text, size);
    while ((input->counts || found < width) && nnc_word_next(&walk)) {
        int32_t number = nnc_word_number(words, walk.token, walk.length);
        if (!input->counts) {
            to[found++] = number;
        } else if (number >= 0) {
            to[number]++;
        }
    }
}

/* `words` with those that were learned; from malloc. NULL: no memory. */
static nnc_word *nnc_known_words(nnc_host *host, const nnc_text_input *input, const nnc_labels *learned) {
    nnc_word *known = nnc_alloc(host, learned->count + 1, sizeof *known);
    for (size_t i = 0; known != NULL && i < learned->count; i++) {
        known[i] = (nnc_word){learned->at[i], input->first + (int32_t)i};
    }
    if (known != NULL) {
        qsort(known, learned->count, sizeof *known, nnc_compare_known);
    }
    return known;
}

/* What is known, learned where nobody has; NULL after an error, else from malloc. */
static nnc_word *nnc_learned_words(const nnc_corpus *corpus, const nnc_role *role) {
    nnc_labels *learned = role->learned != NULL ? &role->learned->words : NULL;
    if (learned == NULL || (learned->count == 0 && !role->learns)) {
        nnc_fail_unlearned(corpus->host, corpus->texts->path);
        return NULL;
    }
    if (learned->count == 0 && nnc_learn_words(corpus, learned) != 0) {
        return NULL;
    }
    return nnc_known_words(corpus->host, corpus->input, learned);
}

NNC_API int nnc_number_texts(nnc_host *host, const nnc_role *role, const nnc_texts *texts, nnc_sink *numbers) {
    const nnc_corpus corpus = {host, role->text, texts};
    nnc_words words = role->text->words;
    nnc_word *known = NULL;
    size_t width;
    if (nnc_shape_count(role->shape, role->rank, &width) != 0) {
        return nnc_fail(host, "the texts are too many for this machine");
    }
    if (role->text->learns && (known = nnc_learned_words(&corpus, role)) == NULL) {
        return -1;
    }
    words.known = known != NULL ? known : words.known;
    words.count = known != NULL ? role->learned->words.count : words.count;
    int32_t *sample = nnc_alloc(host, width, sizeof *sample);
    int status = sample != NULL ? 0 : -1;
    for (size_t i = 0; status == 0 && i < texts->samples; i++) {
        memset(sample, 0, width * sizeof *sample);
        nnc_number_sample(&corpus, &words, i, sample, width);
        status = nnc_sink_put(numbers, sample, width * sizeof *sample);
    }
    free(sample);
    free(known);
    return status;
}
