/* SPDX-License-Identifier: MIT-0 */
/* data_text.c - text as the numbers of its characters or words, and sequences of numbers of any length, a line each. */
#include "data/data.h"
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

/* The bytes of a file, and where the next token begins. */
typedef struct nnc_tokens {
    nnc_host *host;
    const char *path, *at, *end;
    size_t line, column;
    int are_words;
    char word[256]; /* in small letters */
} nnc_tokens;

static int nnc_is_in_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\'' || (c & 0x80) != 0;
}

static size_t nnc_character_size(const nnc_tokens *tokens) {
    size_t size = 1;
    while (tokens->at + size < tokens->end && ((unsigned char)tokens->at[size] & 0xc0) == 0x80) {
        size++;
    }
    return size;
}

static void nnc_skip_token(nnc_tokens *tokens, size_t size) {
    tokens->column++;
    if (*tokens->at == '\n') {
        tokens->line++;
        tokens->column = 1;
    }
    tokens->at += size;
}

/* The next word, in small letters, or sign that belongs to none. Its bytes; 0 at the end. */
static size_t nnc_next_word(nnc_tokens *tokens) {
    size_t size = 0;
    while (tokens->at < tokens->end && strchr(" \t\r\n", *tokens->at) != NULL) {
        nnc_skip_token(tokens, 1);
    }
    while (tokens->at < tokens->end && nnc_is_in_word(*tokens->at) && size < sizeof tokens->word) {
        char c = *tokens->at;
        tokens->word[size++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        nnc_skip_token(tokens, 1);
    }
    if (size == 0 && tokens->at < tokens->end) {
        tokens->word[size++] = *tokens->at;
        nnc_skip_token(tokens, 1);
    }
    return size;
}

/* The next character. Its bytes; 0 at the end. */
static size_t nnc_next_character(nnc_tokens *tokens) {
    size_t size = tokens->at < tokens->end ? nnc_character_size(tokens) : 0;
    if (size > 0 && size <= sizeof tokens->word) {
        memcpy(tokens->word, tokens->at, size);
        nnc_skip_token(tokens, size);
    }
    return size;
}

/* The number of a token, in the order of appearance while they are learned. -1 after an error. */
static int64_t nnc_number_of_token(nnc_tokens *tokens, nnc_labels *labels, int learns, size_t places, size_t size,
                                   nnc_text_place at) {
    enum { MOST = 100000 };
    int number = nnc_labels_find(labels, tokens->word, size);
    if (number >= 0) {
        return number;
    }
    if (!learns && labels->count < places) {
        return (int64_t)places - 1; /* free, and so that of all others */
    }
    if (!learns) {
        return nnc_fail_at(tokens->host, tokens->path, at.line, at.column,
                           "%s has not been seen in training, and all %zu places are taken: a larger vocabulary "
                           "(input_dim of the Embedding, units of the last layer) has one for it",
                           nnc_quote(tokens->word, size).text, places);
    }
    if (labels->count == MOST) {
        return nnc_fail_at(tokens->host, tokens->path, at.line, at.column, "more than 100000 different %s",
                           tokens->are_words ? "words" : "characters");
    }
    return nnc_labels_add(tokens->host, labels, tokens->word, size) == 0 ? (int64_t)labels->count - 1 : -1;
}

static int nnc_read_tokens(nnc_tokens *tokens, nnc_labels *labels, size_t places, nnc_array *array) {
    nnc_sink data = {.host = tokens->host}, places_of = {.host = tokens->host};
    int learns = labels->count == 0, status = 0;
    for (size_t rows = 0;; rows++) {
        nnc_text_place at = {(uint32_t)tokens->line, (uint32_t)tokens->column};
        size_t size = tokens->are_words ? nnc_next_word(tokens) : nnc_next_character(tokens);
        int64_t number = size > 0 ? nnc_number_of_token(tokens, labels, learns, places, size, at) : 0;
        const int32_t token = (int32_t)number;
        if (size == 0 || number < 0) {
            array->shape[0] = (int64_t)rows;
            status = number < 0 ? -1 : 0;
            break;
        }
        if (nnc_sink_put(&data, &token, sizeof token) != 0 || nnc_sink_put(&places_of, &at, sizeof at) != 0) {
            status = -1;
            break;
        }
    }
    return nnc_array_end(array, &data, &places_of, status);
}

/* All tokens are there: they are put in order. Where there are more than places, the rarest share the last. */
static int nnc_sort_tokens(nnc_host *host, nnc_labels *labels, size_t places, nnc_array *array) {
    size_t count = labels->count, kept = count <= places ? count : places - 1;
    size_t *rows = nnc_alloc(host, count, 2 * sizeof *rows), *number = rows + count;
    int status = rows != NULL && nnc_count_labels(host, array, 0, rows) == 0 ? 0 : -1;
    if (status == 0 && nnc_labels_order(host, labels, rows, kept, places - 1, number) == 0) {
        status = nnc_renumber_labels(host, array, 0, number);
    } else {
        status = -1;
    }
    free(rows);
    return status;
}

/* Where text stops to be UTF-8. */
static nnc_text_place nnc_place_of_bad_text(const char *bytes, size_t size) {
    nnc_text_place at = {1, 1};
    for (size_t begin = 0, end; begin < size; begin = end, at.line++) {
        for (end = begin; end < size && bytes[end] != '\n'; end++) {
        }
        if (!nnc_is_utf8_text(bytes + begin, end - begin)) {
            break;
        }
        end += end < size;
    }
    return at;
}

NNC_API int nnc_read_text(nnc_reader *reader, int are_words, const nnc_role *role, nnc_array *array) {
    nnc_host *host = reader->host;
    nnc_labels *labels = role->learned != NULL ? &role->learned->classes : NULL;
    size_t places = role->places, size;
    unsigned char *bytes = NULL;
    if (labels == NULL || (labels->count == 0 && !role->learns)) {
        return nnc_fail_unlearned(host, reader->path);
    }
    if (nnc_reader_take_all(reader, &bytes, &size) != 0) {
        free(bytes);
        return -1;
    }
    const char *text = (const char *)bytes;
    nnc_tokens tokens = {.host = host, .path = reader->path, .at = text, .end = text + size, .line = 1, .column = 1,
                         .are_words = are_words};
    int status = -1, learns = labels->count == 0;
    if (size > 0 && (memchr(bytes, '\0', size) != NULL || !nnc_is_utf8_text(text, size))) {
        nnc_text_place at = nnc_place_of_bad_text(text, size);
        nnc_fail_at(host, reader->path, at.line, 0, "this line is not UTF-8 text: save the file as UTF-8");
    } else {
        array->dtype = NNC_I32;
        array->rank = 2;
        array->shape[1] = 1;
        status = nnc_read_tokens(&tokens, labels, places, array);
    }
    free(bytes);
    if (status == 0 && array->shape[0] == 0) {
        return nnc_fail_at(host, reader->path, 0, 0, "is empty: expected text");
    }
    return status == 0 && learns ? nnc_sort_tokens(host, labels, places, array) : status;
}

/* A line of numbers, in brackets or bare, between commas, semicolons or spaces. Returns how many there are; -1 after an
 * error. */
static int64_t nnc_read_sequence(nnc_host *host, const char *path, size_t line, const char *at, const char *end,
                                 double **values, size_t *capacity) {
    size_t count = 0;
    for (const char *begin = at; at < end;) {
        const char *first = at;
        while (at < end && strchr(" \t\r,;[]", *at) == NULL) {
            at++;
        }
        void *grown = *values;
        if (at > first && nnc_grow(host, &grown, capacity, count + 1, sizeof **values) != 0) {
            return -1;
        }
        *values = grown;
        if (at > first && nnc_parse_number(first, (size_t)(at - first), &(*values)[count]) != 0) {
            return nnc_fail_at(host, path, line, (size_t)(first - begin) + 1, "expected a number, found %s",
                               nnc_quote(first, (size_t)(at - first)).text);
        }
        count += at > first;
        at += at == first;
    }
    return (int64_t)count;
}

/* `values` in `length` places, as keras.utils.pad_sequences; samples of any length end with nothing. */
static void nnc_pad_sequence(const nnc_source *source, const nnc_role *role, const double *values, size_t count,
                             double *to, size_t length) {
    size_t kept = count < length ? count : length;
    const double *from = values + (source->truncates_end ? 0 : count - kept);
    size_t first = source->pads_end || role->max_steps > 0 ? 0 : length - kept;
    double padding = role->max_steps > 0 ? role->nothing : source->padding;
    for (size_t i = 0; i < length; i++) {
        to[i] = i >= first && i < first + kept ? from[i - first] : padding;
    }
}

/* How many numbers a sample holds at most. */
static size_t nnc_sequence_size(const nnc_role *role) {
    size_t size = 1;
    if (role->rank != 1 && role->max_steps == 0) {
        return 1;
    }
    return nnc_shape_count(role->shape, role->rank, &size) == 0 ? size : 1;
}

/* Of samples of any length: lines hold whole time steps. */
static int nnc_check_steps(nnc_host *host, const char *path, size_t line, const nnc_role *role, size_t count) {
    size_t step = role->max_steps > 0 ? nnc_sequence_size(role) / role->max_steps : 1;
    return count % step == 0 ? 0
                             : nnc_fail_at(host, path, line, 0, "%zu numbers are no whole time steps of %zu", count,
                                           step);
}

NNC_API int nnc_read_sequences(nnc_reader *reader, const nnc_source *source, const nnc_role *role, nnc_array *array) {
    nnc_host *host = reader->host;
    size_t length = nnc_sequence_size(role);
    unsigned char *bytes = NULL;
    size_t size, rows = 0, capacity = 0;
    double *values = NULL, *padded = nnc_alloc(host, length, sizeof *padded);
    nnc_sink data = {.host = host}, places = {.host = host};
    int status = padded != NULL ? nnc_reader_take_all(reader, &bytes, &size) : -1;
    array->dtype = NNC_F64;
    array->rank = 2;
    array->shape[1] = (int64_t)length;
    const char *at = (const char *)bytes, *end = status == 0 ? at + size : at;
    for (size_t line = 1; status == 0 && at < end; line++) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop != NULL ? stop : end;
        int64_t count = nnc_read_sequence(host, reader->path, line, at, stop, &values, &capacity);
        const nnc_text_place place = {(uint32_t)line, 1};
        if (count == 0 && memchr(at, '[', (size_t)(stop - at)) == NULL) {
            count = nnc_fail_at(host, reader->path, line, 0, "expected numbers, found an empty line: [] is a sequence "
                                                             "without any");
        }
        status = count < 0 ? -1 : nnc_check_steps(host, reader->path, line, role, (size_t)count);
        if (status == 0) {
            nnc_pad_sequence(source, role, values, (size_t)count, padded, length);
            status = nnc_sink_put(&data, padded, length * sizeof *padded);
            status = status == 0 ? nnc_sink_put(&places, &place, sizeof place) : status;
            rows++;
        }
        at = stop + (stop < end);
    }
    array->shape[0] = (int64_t)rows;
    status = nnc_array_end(array, &data, &places, status);
    free(values);
    free(padded);
    free(bytes);
    return status == 0 && rows == 0 ? nnc_fail_at(host, reader->path, 0, 0, "is empty: expected sequences") : status;
}
