/* SPDX-License-Identifier: MIT-0 */
/* history.c - the figures of every epoch as Keras' CSVLogger writes them: epoch, then the rest sorted. */
#include "nnc_host.h"

#include <errno.h>
#include <string.h>

NNC_API int nnc_history_open(nnc_host *host, nnc_history *history, const char *path) {
    memset(history, 0, sizeof *history);
    history->host = host;
    history->path = path;
    if (path != NULL && (history->file = fopen(path, "w")) == NULL) {
        return nnc_fail_at(host, path, 0, 0, "cannot be written: %s", strerror(errno));
    }
    return 0;
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

/* A metric may be called anything: RFC 4180 quotes where it must. */
static void nnc_put_csv(FILE *file, const char *text) {
    int is_quoted = strpbrk(text, ",\"\r\n") != NULL;
    fputs(is_quoted ? "\"" : "", file);
    for (; *text != '\0'; text++) {
        fputs(*text == '"' ? "\"" : "", file);
        fputc(*text, file);
    }
    fputs(is_quoted ? "\"" : "", file);
}

NNC_API int nnc_history_row(nnc_history *history, uint64_t epoch, const nnc_figure *figures, size_t count) {
    const nnc_figure *figure = NULL;
    if (history->file == NULL) {
        return 0;
    }
    if (!history->has_header) {
        fputs("epoch", history->file);
        while ((figure = nnc_next_figure(figures, count, figure != NULL ? figure->name : NULL)) != NULL) {
            fputs(",", history->file);
            nnc_put_csv(history->file, figure->name);
        }
        fputs("\n", history->file);
        history->has_header = 1;
    }
    fprintf(history->file, "%llu", (unsigned long long)epoch);
    while ((figure = nnc_next_figure(figures, count, figure != NULL ? figure->name : NULL)) != NULL) {
        fprintf(history->file, ",%.9g", figure->value);
    }
    fputs("\n", history->file);
    /* At once, so that what happened can be read while training goes on, and after it is killed. */
    if (fflush(history->file) != 0 || ferror(history->file)) {
        return nnc_fail_at(history->host, history->path, 0, 0, "cannot be written: %s", strerror(errno));
    }
    return 0;
}

NNC_API int nnc_history_close(nnc_history *history) {
    FILE *file = history->file;
    history->file = NULL;
    if (file != NULL && fclose(file) != 0) {
        return nnc_fail_at(history->host, history->path, 0, 0, "cannot be written: %s", strerror(errno));
    }
    return 0;
}
