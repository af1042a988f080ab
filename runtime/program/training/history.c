/* SPDX-License-Identifier: MIT-0 */
/* history.c - the figures of every epoch as Keras' CSVLogger writes them: epoch, then the rest sorted. */
#include "host/host.h"
#include "session/session.h"
#include "training/training.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

NNC_API int nnc_text_put(nnc_host *host, nnc_text *text, const char *chars, size_t size) {
    if (size == 0) {
        return 0;
    }
    if (nnc_grow(host, &text->bytes, &text->capacity, text->size + size, 1) != 0) {
        return -1;
    }
    memcpy((char *)text->bytes + text->size, chars, size);
    text->size += size;
    return 0;
}

static int nnc_history_fail(nnc_history *history) {
    return nnc_fail_at(history->host, history->path, 0, 0, "cannot be written: %s", strerror(errno));
}

/* Whole lines, or none: what of them was written before it failed is taken back. */
static int nnc_history_write(nnc_history *history, const void *lines, size_t size) {
    struct stat status;
    int file = fileno(history->file);
    int is_file = fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    if (size == 0 || (fwrite(lines, 1, size, history->file) == size && fflush(history->file) == 0)) {
        return 0;
    }
    nnc_history_fail(history);
    if (is_file && ftruncate(file, status.st_size) != 0) {
        nnc_fail_hint(history->host, "its last line is not whole");
    }
    return -1;
}

/* The file as a checkpoint knows it: what was there before the run, then what the run had written. */
static int nnc_history_rewrite(nnc_history *history) {
    struct stat status;
    FILE *file = fopen(history->path, history->keeps ? "ab" : "wb");
    if (file == NULL) {
        return nnc_history_fail(history);
    }
    history->file = file;
    setvbuf(file, NULL, _IONBF, 0); /* nothing is kept back that could come later */
    if (history->keeps && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode)) {
        if (!history->is_resumed) {
            history->before = (uint64_t)status.st_size;
        } else if ((uint64_t)status.st_size > history->before && ftruncate(fileno(file), (off_t)history->before) != 0) {
            return nnc_history_fail(history);
        }
    }
    return nnc_history_write(history, history->written.bytes, history->written.size);
}

NNC_API int nnc_history_open(nnc_history *history, nnc_host *host, const char *path) {
    history->host = host;
    history->path = path = host->is_silent ? NULL : path;
    return path != NULL ? nnc_history_rewrite(history) : 0;
}

static const nnc_figure *nnc_find_figure(const nnc_figure *figures, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(figures[i].name, name) == 0) {
            return &figures[i];
        }
    }
    return NULL;
}

/* Figures by name: the one after `last`, NULL being the first. */
static const nnc_figure *nnc_next_figure(const nnc_figure *figures, size_t count, const char *last) {
    const nnc_figure *next = NULL;
    for (size_t i = 0; i < count; i++) {
        if ((last == NULL || strcmp(figures[i].name, last) > 0) &&
            (next == NULL || strcmp(figures[i].name, next->name) < 0)) {
            next = &figures[i];
        }
    }
    return next;
}

/* The names of the first row; and again behind val_, where validation will come later. */
static int nnc_history_choose_columns(nnc_history *history, const nnc_figure *figures, size_t count) {
    const nnc_figure *figure = NULL;
    int has_validation = 0, status = 0;
    for (size_t i = 0; i < count; i++) {
        has_validation |= strncmp(figures[i].name, "val_", 4) == 0;
    }
    for (int prefixed = 0; prefixed <= (history->validates && !has_validation); prefixed++, figure = NULL) {
        while (status == 0 &&
               (figure = nnc_next_figure(figures, count, figure != NULL ? figure->name : NULL)) != NULL) {
            status = nnc_text_put(history->host, &history->columns, "val_", prefixed ? 4 : 0) != 0
                         ? -1
                         : nnc_text_put(history->host, &history->columns, figure->name, strlen(figure->name) + 1);
        }
    }
    return status;
}

/* A metric may be called anything: RFC 4180 quotes where it must. */
static int nnc_put_csv(nnc_history *history, const char *text) {
    char special[] = {'"', '\r', '\n', history->separator, '\0'};
    nnc_text *row = &history->written;
    if (strpbrk(text, special) == NULL) {
        return nnc_text_put(history->host, row, text, strlen(text));
    }
    int status = nnc_text_put(history->host, row, "\"", 1);
    for (; *text != '\0' && status == 0; text++) {
        status = nnc_text_put(history->host, row, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    }
    return status != 0 ? -1 : nnc_text_put(history->host, row, "\"", 1);
}

/* A number; of a metric that has several, a list as Keras writes it: "[0.5, 0.25]". */
static int nnc_put_figure(nnc_history *history, const nnc_figure *figure) {
    char text[48];
    size_t length = 0, count = figure->count > 1 ? figure->count : 1;
    char *list = nnc_alloc(history->host, count, sizeof text);
    if (list == NULL) {
        return -1;
    }
    for (size_t i = 0; i < count; i++) {
        double value = count > 1 ? figure->values[i] : figure->value;
        snprintf(text, sizeof text, isnan(value) ? "nan" /* without a sign */ : "%.9g", value);
        length += (size_t)sprintf(list + length, "%s%s%s", count == 1 ? "" : i == 0 ? "[" : ", ", text,
                                  count > 1 && i + 1 == count ? "]" : "");
    }
    int status = nnc_put_csv(history, list);
    free(list);
    return status;
}

/* A line: `epoch` NULL is the header. */
static int nnc_history_line(nnc_history *history, const uint64_t *epoch, const nnc_figure *figures, size_t count) {
    char text[48];
    const char *columns = history->columns.bytes;
    snprintf(text, sizeof text, "%llu", epoch != NULL ? (unsigned long long)*epoch : 0);
    int status = nnc_put_csv(history, epoch != NULL ? text : "epoch");
    for (size_t at = 0; at < history->columns.size && status == 0; at += strlen(columns + at) + 1) {
        const nnc_figure *figure = nnc_find_figure(figures, count, columns + at);
        status = nnc_text_put(history->host, &history->written, &history->separator, 1) != 0 ? -1
                 : epoch == NULL  ? nnc_put_csv(history, columns + at)
                 : figure == NULL ? nnc_put_csv(history, "NA")
                                  : nnc_put_figure(history, figure);
    }
    return status != 0 ? -1 : nnc_text_put(history->host, &history->written, "\n", 1);
}

NNC_API int nnc_history_row(nnc_history *history, uint64_t epoch, const nnc_figure *figures, size_t count) {
    if (history->file == NULL && !history->remembers) {
        return 0; /* nobody reads it */
    }
    size_t before = history->written.size;
    history->separator = history->separator != '\0' ? history->separator : ',';
    if (history->columns.size == 0) {
        if (nnc_history_choose_columns(history, figures, count) != 0 ||
            (history->before == 0 && nnc_history_line(history, NULL, figures, count) != 0)) {
            return -1;
        }
    }
    if (nnc_history_line(history, &epoch, figures, count) != 0) {
        return -1;
    }
    /* At once, so that what happened can be read while training goes on, and after it is killed. */
    size_t size = history->written.size - before;
    int status = history->file != NULL
                     ? nnc_history_write(history, (char *)history->written.bytes + before, size)
                     : 0;
    if (!history->remembers) {
        history->written.size = 0;
    }
    return status;
}

NNC_API int nnc_history_close(nnc_history *history) {
    FILE *file = history->file;
    history->file = NULL;
    free(history->columns.bytes);
    free(history->written.bytes);
    memset(&history->columns, 0, sizeof history->columns);
    memset(&history->written, 0, sizeof history->written);
    return file != NULL && fclose(file) != 0 ? nnc_history_fail(history) : 0;
}
