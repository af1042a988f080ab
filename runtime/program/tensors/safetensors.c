/* SPDX-License-Identifier: MIT-0 */
/* safetensors.c - files of named tensors: 8 bytes of header size, a JSON header, the elements. Nothing is believed. */
#include "data/data.h"
#include "host/host.h"
#include "tensors/tensors.h"

#include <stdlib.h>
#include <string.h>

static const size_t nnc_max_json = 100000000; /* the limit of the reference implementation */

/* The header while it is parsed. */
typedef struct nnc_json {
    nnc_host *host;
    const char *path;
    const unsigned char *text;
    size_t size, at;
} nnc_json;

static int nnc_json_fail(const nnc_json *json, const char *expected) {
    nnc_quoted found = nnc_quote(json->text + json->at, json->at < json->size ? 1 : 0);
    return nnc_fail_at(json->host, json->path, 0, 0,
                       "is not a sound safetensors file: at byte %zu of its header %s is expected, found %s", json->at,
                       expected, json->at < json->size ? found.text : "its end");
}

static void nnc_json_skip(nnc_json *json) {
    while (json->at < json->size && strchr(" \t\r\n", json->text[json->at]) != NULL && json->text[json->at] != '\0') {
        json->at++;
    }
}

static int nnc_json_accept(nnc_json *json, char c) {
    nnc_json_skip(json);
    if (json->at == json->size || json->text[json->at] != (unsigned char)c) {
        return 0;
    }
    json->at++;
    return 1;
}

static int nnc_json_expect(nnc_json *json, char c) {
    char expected[4] = {'\'', c, '\'', '\0'};
    return nnc_json_accept(json, c) ? 0 : nnc_json_fail(json, expected);
}

/* After an item: 1 when another follows, 0 when `close` ends the sequence. */
static int nnc_json_more(nnc_json *json, char close) {
    char expected[16];
    if (nnc_json_accept(json, ',')) {
        return 1;
    }
    snprintf(expected, sizeof expected, "',' or '%c'", close);
    return nnc_json_accept(json, close) ? 0 : nnc_json_fail(json, expected);
}

/* Four hexadecimal digits. */
static int nnc_json_hex(nnc_json *json, uint32_t *code) {
    *code = 0;
    for (int i = 0; i < 4; i++, json->at++) {
        unsigned char c = json->at < json->size ? json->text[json->at] : 0;
        uint32_t digit = c >= '0' && c <= '9'   ? (uint32_t)(c - '0')
                         : c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a' + 10)
                         : c >= 'A' && c <= 'F' ? (uint32_t)(c - 'A' + 10)
                                                : 16;
        if (digit == 16) {
            return nnc_json_fail(json, "a hexadecimal digit");
        }
        *code = *code * 16 + digit;
    }
    return 0;
}

static size_t nnc_put_utf8(char *to, uint32_t code) {
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t size = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, code >>= 6) {
        to[i] = (char)(0x80 | (code & 0x3f));
    }
    to[0] = (char)((0xf00u >> size & 0xf0u) | code);
    return size;
}

/* After a backslash: one character, as UTF-8 at `to`, its size in *size. */
static int nnc_json_escape(nnc_json *json, char *to, size_t *size) {
    static const char escapes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
    unsigned char c = json->at < json->size ? json->text[json->at] : 0;
    const char *escape = c != 0 ? strchr(escapes, c) : NULL;
    *size = 1;
    if (escape != NULL) {
        *to = meanings[escape - escapes];
        json->at++;
        return 0;
    }
    uint32_t code, low;
    if (c != 'u') {
        return nnc_json_fail(json, "an escape character");
    }
    json->at++;
    if (nnc_json_hex(json, &code) != 0) {
        return -1;
    }
    if (code >= 0xd800 && code < 0xdc00 && json->size - json->at > 6 && memcmp(json->text + json->at, "\\u", 2) == 0) {
        json->at += 2;
        if (nnc_json_hex(json, &low) != 0) {
            return -1;
        }
        code = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00) : 0;
    }
    if (code == 0 || (code >= 0xd800 && code < 0xe000)) {
        return nnc_json_fail(json, "a Unicode character");
    }
    *size = nnc_put_utf8(to, code);
    return 0;
}

/* A string, unescaped, in *string from malloc. Zero bytes are not allowed in it. */
static int nnc_json_string(nnc_json *json, char **string) {
    *string = NULL;
    if (nnc_json_expect(json, '"') != 0) {
        return -1;
    }
    size_t end = json->at;
    while (end < json->size && json->text[end] != '"') {
        end += json->text[end] == '\\' ? 2 : 1;
    }
    if (end >= json->size) {
        json->at = json->size;
        return nnc_json_fail(json, "a closing quote");
    }
    char *text = nnc_alloc(json->host, end - json->at + 1, 1); /* an escape is never longer than what it stands for */
    size_t length = 0;
    if (text == NULL) {
        return -1;
    }
    while (json->at < end) {
        unsigned char c = json->text[json->at];
        size_t size = 1;
        if (c < 0x20) {
            free(text);
            return nnc_json_fail(json, "no control character");
        }
        json->at++;
        if (c != '\\') {
            text[length] = (char)c;
        } else if (nnc_json_escape(json, text + length, &size) != 0) {
            free(text);
            return -1;
        }
        length += size;
    }
    json->at = end + 1;
    *string = text;
    return 0;
}

/* A whole number from 0 to 2^63 - 1. */
static int nnc_json_count(nnc_json *json, int64_t *count) {
    size_t first;
    *count = 0;
    nnc_json_skip(json);
    first = json->at;
    for (; json->at < json->size && json->text[json->at] >= '0' && json->text[json->at] <= '9'; json->at++) {
        int digit = json->text[json->at] - '0';
        if (*count > (INT64_MAX - digit) / 10 || (json->at > first && *count == 0)) {
            return nnc_json_fail(json, "a size");
        }
        *count = *count * 10 + digit;
    }
    return json->at > first ? 0 : nnc_json_fail(json, "a size");
}

/* [n, n, …], at most `limit`. */
static int nnc_json_counts(nnc_json *json, int64_t *counts, int limit, int *count) {
    *count = 0;
    if (nnc_json_expect(json, '[') != 0) {
        return -1;
    }
    if (nnc_json_accept(json, ']')) {
        return 0;
    }
    int more;
    do {
        if (*count == limit) {
            return nnc_json_fail(json, "the end of the list");
        }
        if (nnc_json_count(json, &counts[*count]) != 0) {
            return -1;
        }
        ++*count;
        more = nnc_json_more(json, ']');
    } while (more == 1);
    return more;
}

/* {"key": "text", …} */
static int nnc_json_metadata(nnc_json *json, nnc_notes *notes) {
    size_t capacity = notes->count;
    if (nnc_json_expect(json, '{') != 0) {
        return -1;
    }
    if (nnc_json_accept(json, '}')) {
        return 0;
    }
    int more;
    do {
        char *key, *value = NULL;
        void *at = notes->at;
        int failed = nnc_json_string(json, &key) != 0 || nnc_json_expect(json, ':') != 0 ||
                     nnc_json_string(json, &value) != 0 ||
                     nnc_grow(json->host, &at, &capacity, notes->count + 1, sizeof *notes->at) != 0;
        notes->at = at;
        if (failed) {
            free(key);
            free(value);
            return -1;
        }
        notes->at[notes->count].key = key;
        notes->at[notes->count++].value = value;
        more = nnc_json_more(json, '}');
    } while (more == 1);
    return more;
}

static int nnc_entry_dtype(const nnc_json *json, nnc_entry *entry, const char *name) {
    for (int i = 0; i < NNC_DTYPE_COUNT; i++) {
        if (strcmp(nnc_dtype_of((nnc_dtype)i).safetensors, name) == 0) {
            entry->dtype = (nnc_dtype)i;
            return 0;
        }
    }
    return nnc_fail_at(json->host, json->path, 0, 0, "tensor %s has type %s, which cannot be read",
                       nnc_quote(entry->name, strlen(entry->name)).text, nnc_quote(name, strlen(name)).text);
}

/* One key of a tensor's description, each once: a bit of *seen. */
static int nnc_json_property(nnc_json *json, nnc_entry *entry, int64_t offsets[2], unsigned *seen) {
    static const char *const keys[] = {"dtype", "shape", "data_offsets"};
    char *key, *name = NULL;
    unsigned which = 0;
    if (nnc_json_string(json, &key) != 0) {
        return -1;
    }
    while (which < 3 && strcmp(key, keys[which]) != 0) {
        which++;
    }
    free(key);
    if (which == 3 || (*seen >> which & 1) != 0) {
        return nnc_json_fail(json, "dtype, shape and data_offsets, once each,");
    }
    *seen |= 1u << which;
    if (nnc_json_expect(json, ':') != 0) {
        return -1;
    }
    int status = 0, count = 0;
    if (which == 0) {
        status = nnc_json_string(json, &name) != 0 ? -1 : nnc_entry_dtype(json, entry, name);
        free(name);
    } else if (which == 1) {
        status = nnc_json_counts(json, entry->shape, NNC_MAX_RANK, &entry->rank);
    } else {
        status = nnc_json_counts(json, offsets, 2, &count);
        if (status == 0 && count != 2) {
            status = nnc_json_fail(json, "two offsets");
        }
    }
    return status;
}

/* {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}: fills entry->data, count, relative to `data`. */
static int nnc_json_tensor(nnc_json *json, const unsigned char *data, size_t data_size, nnc_entry *entry) {
    int64_t offsets[2] = {0, 0};
    unsigned seen = 0;
    int more;
    if (nnc_json_expect(json, '{') != 0) {
        return -1;
    }
    do {
        if (nnc_json_property(json, entry, offsets, &seen) != 0) {
            return -1;
        }
        more = nnc_json_more(json, '}');
    } while (more == 1);
    if (more != 0) {
        return -1;
    }
    if (seen != 7) {
        return nnc_json_fail(json, "dtype, shape and data_offsets, once each,");
    }
    if (offsets[0] > offsets[1] || (uint64_t)offsets[1] > data_size ||
        nnc_shape_count(entry->shape, entry->rank, &entry->count) != 0 ||
        entry->count * nnc_dtype_of(entry->dtype).size != (size_t)(offsets[1] - offsets[0])) {
        return nnc_fail_at(json->host, json->path, 0, 0,
                           "tensor %s has shape %s of %s at bytes %lld to %lld of %zu, which cannot be (truncated?)",
                           nnc_quote(entry->name, strlen(entry->name)).text,
                           nnc_show_shape(entry->shape, entry->rank).text, nnc_dtype_of(entry->dtype).name,
                           (long long)offsets[0], (long long)offsets[1], data_size);
    }
    entry->data = data + offsets[0];
    return 0;
}

static int nnc_compare_names(const void *a, const void *b) {
    return strcmp(((const nnc_entry *)a)->name, ((const nnc_entry *)b)->name);
}

static int nnc_compare_places(const void *a, const void *b) {
    const nnc_entry *first = a, *second = b;
    const char *left = first->data, *right = second->data;
    if (left != right) {
        return left < right ? -1 : 1;
    }
    return first->count != second->count ? (first->count < second->count ? -1 : 1) : 0; /* empty ones first */
}

/* The format demands that tensors fill the data without gaps, overlaps or double names. */
static int nnc_tensors_verify(nnc_host *host, nnc_tensors *tensors, const unsigned char *data, size_t data_size) {
    const unsigned char *end = data;
    if (tensors->count > 0) {
        qsort(tensors->entries, tensors->count, sizeof *tensors->entries, nnc_compare_places);
    }
    for (size_t i = 0; i < tensors->count; i++) {
        const nnc_entry *entry = &tensors->entries[i];
        if ((const unsigned char *)entry->data != end) {
            return nnc_fail_at(host, tensors->path, 0, 0, "tensor %s does not begin where the one before it ends",
                               nnc_quote(entry->name, strlen(entry->name)).text);
        }
        end += entry->count * nnc_dtype_of(entry->dtype).size;
    }
    if (end != data + data_size) {
        return nnc_fail_at(host, tensors->path, 0, 0, "holds bytes that belong to no tensor");
    }
    if (tensors->count > 0) {
        qsort(tensors->entries, tensors->count, sizeof *tensors->entries, nnc_compare_names);
    }
    for (size_t i = 1; i < tensors->count; i++) {
        if (strcmp(tensors->entries[i - 1].name, tensors->entries[i].name) == 0) {
            return nnc_fail_at(host, tensors->path, 0, 0, "tensor %s occurs twice",
                               nnc_quote(tensors->entries[i].name, strlen(tensors->entries[i].name)).text);
        }
    }
    return 0;
}

/* "name": {…} */
static int nnc_json_entry(nnc_json *json, const unsigned char *data, size_t data_size, nnc_tensors *tensors,
                          size_t *capacity) {
    nnc_entry entry;
    memset(&entry, 0, sizeof entry);
    if (nnc_json_string(json, &entry.name) != 0) {
        return -1;
    }
    int is_metadata = strcmp(entry.name, "__metadata__") == 0;
    void *entries = tensors->entries;
    int failed = nnc_json_expect(json, ':') != 0 ||
                 (is_metadata ? nnc_json_metadata(json, &tensors->notes)
                              : nnc_json_tensor(json, data, data_size, &entry)) != 0 ||
                 nnc_grow(json->host, &entries, capacity, tensors->count + 1, sizeof entry) != 0;
    tensors->entries = entries;
    if (failed || is_metadata) {
        free(entry.name);
        return failed ? -1 : 0;
    }
    tensors->entries[tensors->count++] = entry;
    return 0;
}

NNC_API int nnc_tensors_parse(nnc_host *host, const char *path, unsigned char *bytes, size_t size,
                              nnc_tensors *tensors) {
    memset(tensors, 0, sizeof *tensors);
    tensors->path = path;
    tensors->bytes = bytes;
    const nnc_file_kind kind = nnc_file_kind_of(bytes, size);
    if (kind != NNC_FILE_UNKNOWN && kind != NNC_FILE_SAFETENSORS) {
        nnc_fail_at(host, path, 0, 0, "is %s, not a safetensors file", nnc_file_kind_name(kind));
        const char *const way_out = nnc_file_kind_way_out(kind);
        return way_out != NULL ? nnc_fail_hint(host, "%s", way_out) : -1;
    }
    uint64_t json_size = 0;
    for (size_t i = 0; i < 8 && i < size; i++) {
        json_size |= (uint64_t)bytes[i] << 8 * i;
    }
    if (size < 8 || json_size > size - 8 || json_size > nnc_max_json) {
        return nnc_fail_at(host, path, 0, 0,
                           "is not a safetensors file, or it is truncated: it has %zu bytes, its first 8 "
                           "announce a header of %llu",
                           size, (unsigned long long)json_size);
    }
    nnc_json json = {host, path, bytes + 8, (size_t)json_size, 0};
    const unsigned char *data = bytes + 8 + json_size;
    size_t data_size = size - 8 - (size_t)json_size, capacity = 0;
    if (nnc_json_expect(&json, '{') != 0) {
        return -1;
    }
    if (!nnc_json_accept(&json, '}')) {
        int more;
        do {
            if (nnc_json_entry(&json, data, data_size, tensors, &capacity) != 0) {
                return -1;
            }
            more = nnc_json_more(&json, '}');
        } while (more == 1);
        if (more != 0) {
            return -1;
        }
    }
    nnc_json_skip(&json);
    if (json.at < json.size) {
        return nnc_json_fail(&json, "its end");
    }
    return nnc_tensors_verify(host, tensors, data, data_size);
}

/* Whether the last four bytes are the checksum of those before, as nnc_tensors_write_checked writes them. */
static int nnc_has_checksum(const unsigned char *bytes, size_t size) {
    uint32_t stored;
    if (size < sizeof stored) {
        return 0;
    }
    memcpy(&stored, bytes + size - sizeof stored, sizeof stored);
    nnc_fix_byte_order(&stored, 1, sizeof stored, 0);
    return stored == nnc_crc32(0, bytes, size - sizeof stored);
}

static int nnc_tensors_read_file(nnc_host *host, const char *path, nnc_tensors *tensors, int is_checked) {
    unsigned char *bytes;
    size_t size;
    memset(tensors, 0, sizeof *tensors);
    if (nnc_read_file(host, path, &bytes, &size) != 0) {
        return -1;
    }
    if (is_checked && !nnc_has_checksum(bytes, size)) {
        const nnc_file_kind kind = nnc_file_kind_of(bytes, size);
        free(bytes);
        if (kind != NNC_FILE_UNKNOWN && kind != NNC_FILE_SAFETENSORS) {
            return nnc_fail_at(host, path, 0, 0, "is %s, no checkpoint", nnc_file_kind_name(kind));
        }
        return nnc_fail_at(host, path, 0, 0, "is damaged, or no checkpoint: its checksum is wrong");
    }
    int status = nnc_tensors_parse(host, path, bytes, size, tensors);
    if (status != 0) {
        nnc_tensors_free(tensors);
    }
    return status;
}

NNC_API int nnc_tensors_read(nnc_host *host, const char *path, nnc_tensors *tensors) {
    return nnc_tensors_read_file(host, path, tensors, 0);
}

NNC_API int nnc_tensors_read_checked(nnc_host *host, const char *path, nnc_tensors *tensors) {
    return nnc_tensors_read_file(host, path, tensors, 1);
}

NNC_API void nnc_tensors_free(nnc_tensors *tensors) {
    for (size_t i = 0; i < tensors->count; i++) {
        free(tensors->entries[i].name);
    }
    free(tensors->entries);
    free(tensors->bytes);
    nnc_notes_free(&tensors->notes);
    memset(tensors, 0, sizeof *tensors);
}

NNC_API const nnc_entry *nnc_tensors_find(const nnc_tensors *tensors, const char *name) {
    size_t low = 0, high = tensors->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, tensors->entries[middle].name);
        if (order == 0) {
            return &tensors->entries[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}
