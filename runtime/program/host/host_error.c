/* SPDX-License-Identifier: MIT-0 */
/* host_error.c - one clear message for what went wrong, and memory whose sizes cannot wrap. */
#include "host/host.h"

#include <stdlib.h>
#include <string.h>

static void nnc_record_error(nnc_host *host, int status, const char *format, va_list args) {
    vsnprintf(host->text, sizeof host->text, format, args);
    host->place[0] = '\0';
    host->status = status;
}

NNC_API int nnc_fail(nnc_host *host, const char *format, ...) {
    va_list args;
    va_start(args, format);
    nnc_record_error(host, NNC_EXIT_FAILED, format, args);
    va_end(args);
    return -1;
}

NNC_API void nnc_forgive(nnc_host *host) {
    host->text[0] = host->place[0] = '\0';
    host->status = NNC_EXIT_OK;
}

NNC_API int nnc_fail_usage(nnc_host *host, const char *format, ...) {
    va_list args;
    va_start(args, format);
    nnc_record_error(host, NNC_EXIT_USAGE, format, args);
    va_end(args);
    return -1;
}

NNC_API int nnc_fail_at(nnc_host *host, const char *path, size_t line, size_t column, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int failed = nnc_fail_at_list(host, path, line, column, format, args);
    va_end(args);
    return failed;
}

NNC_API int nnc_fail_at_list(nnc_host *host, const char *path, size_t line, size_t column, const char *format,
                             va_list args) {
    nnc_record_error(host, NNC_EXIT_FAILED, format, args);
    int used = snprintf(host->place, sizeof host->place, "%.500s", path);
    size_t at = used < 0 ? 0 : (size_t)used;
    if (line > 0 && column > 0) {
        snprintf(host->place + at, sizeof host->place - at, ":%zu:%zu", line, column);
    } else if (line > 0) {
        snprintf(host->place + at, sizeof host->place - at, ":%zu", line);
    }
    return -1;
}

NNC_API int nnc_fail_hint(nnc_host *host, const char *format, ...) {
    size_t used = strlen(host->text);
    int wrote = snprintf(host->text + used, sizeof host->text - used, "; ");
    va_list args;
    va_start(args, format);
    used += used + (size_t)wrote < sizeof host->text ? (size_t)wrote : 0;
    vsnprintf(host->text + used, sizeof host->text - used, format, args);
    va_end(args);
    return -1;
}

NNC_API void nnc_warn(const nnc_host *host, const char *format, ...) {
    va_list args;
    fflush(stdout);
    fprintf(stderr, "%s: warning: ", host->program);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\n");
}

NNC_API void nnc_print_error(const nnc_host *host) {
    fflush(stdout);
    fprintf(stderr, "%s: error: %s\n", host->place[0] != '\0' ? host->place : host->program, host->text);
}

NNC_API char *nnc_copy_text(nnc_host *host, const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = nnc_alloc(host, size, 1);
    if (copy != NULL) {
        memcpy(copy, text, size);
    }
    return copy;
}

NNC_API nnc_quoted nnc_quote(const void *bytes, size_t size) {
    static const char hex[] = "0123456789abcdef";
    const unsigned char *from = bytes;
    nnc_quoted quoted;
    size_t at = 0;
    quoted.text[at++] = '\'';
    for (size_t i = 0; i < size; i++) {
        if (at > sizeof quoted.text - 9) { /* room for \xhh...' and the end */
            memcpy(quoted.text + at, "...", 3);
            at += 3;
            break;
        }
        if (from[i] >= ' ' && from[i] != 0x7f && from[i] < 0x80) {
            quoted.text[at++] = (char)from[i];
        } else {
            quoted.text[at++] = '\\';
            quoted.text[at++] = 'x';
            quoted.text[at++] = hex[from[i] >> 4];
            quoted.text[at++] = hex[from[i] & 15];
        }
    }
    quoted.text[at++] = '\'';
    quoted.text[at] = '\0';
    return quoted;
}

NNC_API nnc_json_char nnc_json_character(char character) {
    nnc_json_char json;
    unsigned char c = (unsigned char)character;
    snprintf(json.text, sizeof json.text, c < 0x20 ? "\\u%04x" : c == '"' || c == '\\' ? "\\%c" : "%c", c);
    return json;
}

NNC_API nnc_shape_text nnc_show_shape(const int64_t *shape, int rank) {
    nnc_shape_text shown;
    size_t at = 0;
    shown.text[at++] = '(';
    for (int i = 0; i < rank && at + 24 < sizeof shown.text; i++) {
        at += (size_t)snprintf(shown.text + at, 24, i > 0 ? ", %lld" : "%lld", (long long)shape[i]);
    }
    snprintf(shown.text + at, sizeof shown.text - at, rank == 1 ? ",)" : ")");
    return shown;
}

NNC_API int nnc_multiply(size_t a, size_t b, size_t *product) {
    if (b != 0 && a > SIZE_MAX / b) {
        return -1;
    }
    *product = a * b;
    return 0;
}

NNC_API int nnc_shape_count(const int64_t *shape, int rank, size_t *count) {
    size_t product = 1;
    int is_empty = 0;
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 0 || (uint64_t)shape[i] > SIZE_MAX) {
            return -1;
        }
        if (shape[i] == 0) {
            is_empty = 1;
        } else if (nnc_multiply(product, (size_t)shape[i], &product) != 0) {
            return -1;
        }
    }
    if (product > SIZE_MAX / 16) {
        return -1;
    }
    *count = is_empty ? 0 : product;
    return 0;
}

static int nnc_fail_memory(nnc_host *host, size_t count, size_t size) {
    nnc_fail(host, "out of memory: %zu times %zu bytes are needed", count, size);
    return host->memory_limit > 0 ? nnc_fail_hint(host, "--max-memory allows %zu in all", host->memory_limit) : -1;
}

NNC_API void *nnc_alloc(nnc_host *host, size_t count, size_t size) {
    size_t bytes;
    void *block = NULL;
    if (nnc_multiply(count, size, &bytes) != 0 || posix_memalign(&block, 64, bytes > 0 ? bytes : 1) != 0) {
        nnc_fail_memory(host, count, size);
        return NULL;
    }
    memset(block, 0, bytes);
    return block;
}

NNC_API int nnc_grow(nnc_host *host, void **block, size_t *capacity, size_t count, size_t size) {
    if (count <= *capacity) {
        return 0;
    }
    size_t wanted = *capacity > SIZE_MAX / 2 || 2 * *capacity < count ? count : 2 * *capacity;
    size_t bytes;
    void *grown = NULL;
    if (nnc_multiply(wanted, size, &bytes) == 0) {
        grown = realloc(*block, bytes > 0 ? bytes : 1);
    }
    if (grown == NULL) {
        return nnc_fail_memory(host, wanted, size);
    }
    *block = grown;
    *capacity = wanted;
    return 0;
}

NNC_API int nnc_is_utf8_text(const char *bytes, size_t size) {
    const unsigned char *at = (const unsigned char *)bytes, *end = at + size;
    while (at < end) {
        int more = *at < 0x80   ? 0
                   : *at < 0xc2 ? -1
                   : *at < 0xe0 ? 1
                   : *at < 0xf0 ? 2
                   : *at < 0xf5 ? 3
                                : -1;
        /* What could be written shorter, halves of UTF-16 pairs, and what lies beyond Unicode. */
        int is_wrong = more > 0 && at + 1 < end &&
                       ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] >= 0xa0) ||
                        (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] >= 0x90));
        if (more < 0 || end - at <= more || is_wrong) {
            return 0;
        }
        for (int i = 1; i <= more; i++) {
            if (at[i] < 0x80 || at[i] >= 0xc0) {
                return 0;
            }
        }
        at += more + 1;
    }
    return 1;
}
