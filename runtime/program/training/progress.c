/* SPDX-License-Identifier: MIT-0 */
/* progress.c - Keras' progress bar on a terminal, Keras' line per epoch elsewhere. */
#include "host/host.h"
#include "session/session.h"
#include "training/training.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { NNC_BAR_WIDTH = 20, NNC_DEFAULT_COLUMNS = 80 };
static const double nnc_redraw_seconds = 0.1;

/* A line of limited width; escape sequences take no room on the screen. */
typedef struct nnc_line {
    char text[2048];
    size_t size;
    int shown, width;
} nnc_line;

NNC_API double nnc_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int nnc_terminal_width(void) {
    const char *columns = getenv("COLUMNS");
    uint64_t width;
    if (columns != NULL && nnc_parse_count(columns, &width) == 0 && width > 0 && width < 10000) {
        return (int)width;
    }
#ifdef TIOCGWINSZ
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
#endif
    return NNC_DEFAULT_COLUMNS;
}

/* As the C library would choose, without setting a locale. */
static int nnc_is_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value != NULL && value[0] != '\0') {
            return strstr(value, "UTF-8") != NULL || strstr(value, "utf8") != NULL || strstr(value, "utf-8") != NULL;
        }
    }
    return 0;
}

NNC_API void nnc_progress_open(nnc_progress *progress, int verbose) {
    const char *terminal = getenv("TERM"), *no_color = getenv("NO_COLOR");
    memset(progress, 0, sizeof *progress);
    progress->is_terminal = isatty(STDOUT_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    progress->verbose = verbose >= 0 ? verbose : progress->is_terminal ? 1 : 2;
    progress->has_color = progress->is_terminal && (no_color == NULL || no_color[0] == '\0');
    progress->has_unicode = nnc_is_utf8();
    progress->width = progress->is_terminal ? nnc_terminal_width() : (int)sizeof(((nnc_line *)0)->text) / 2;
}

NNC_API void nnc_progress_begin(nnc_progress *progress, size_t steps) {
    progress->steps = steps;
    progress->step = 0;
    progress->started = nnc_seconds();
    progress->drawn = 0;
}

/* Text that takes `columns` on the screen; what does not fit is left out. */
static void nnc_line_put(nnc_line *line, const char *text, int columns) {
    size_t size = strlen(text);
    if (line->shown + columns > line->width || line->size + size + 8 > sizeof line->text) {
        line->width = line->shown; /* nothing after it either */
        return;
    }
    memcpy(line->text + line->size, text, size);
    line->size += size;
    line->shown += columns;
}

static void nnc_line_puts(nnc_line *line, const char *text) { nnc_line_put(line, text, (int)strlen(text)); }

static void nnc_line_escape(nnc_line *line, const nnc_progress *progress, const char *escape) {
    if (progress->has_color) {
        nnc_line_put(line, escape, 0);
    }
}

static void nnc_put_duration(nnc_line *line, double seconds) {
    char text[48];
    long whole = (long)seconds;
    if (whole > 3600) {
        snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole % 3600 / 60, whole % 60);
    } else if (whole > 60) {
        snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
    } else {
        snprintf(text, sizeof text, "%lds", whole);
    }
    nnc_line_puts(line, text);
}

static void nnc_put_step_time(nnc_line *line, double seconds) {
    char text[48];
    if (seconds >= 1) {
        snprintf(text, sizeof text, "%.0fs/step", seconds);
    } else if (seconds >= 1e-3) {
        snprintf(text, sizeof text, "%.0fms/step", seconds * 1e3);
    } else {
        snprintf(text, sizeof text, "%.0fus/step", seconds * 1e6);
    }
    nnc_line_puts(line, text);
}

/* Keras' format: four decimals, with an exponent when that shows too little. */
static void nnc_put_figures(nnc_line *line, const nnc_figure *figures, size_t count) {
    char text[200];
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, fabs(figures[i].value) > 1e-3 ? " - %.120s: %.4f" : " - %.120s: %.4e",
                 figures[i].name, figures[i].value);
        nnc_line_puts(line, text);
    }
}

static void nnc_put_bar(nnc_line *line, const nnc_progress *progress) {
    int done =
        progress->steps > 0 ? (int)((double)NNC_BAR_WIDTH * (double)progress->step / (double)progress->steps) : 0;
    const char *full = progress->has_unicode ? "\xe2\x94\x81" : "=";
    const char *empty = !progress->has_unicode ? "." : progress->has_color ? full : "\xe2\x94\x80";
    nnc_line_escape(line, progress, "\x1b[32m");
    for (int i = 0; i < NNC_BAR_WIDTH; i++) {
        if (i == done) {
            nnc_line_escape(line, progress, "\x1b[37m");
        }
        nnc_line_put(line, i < done ? full : empty, 1);
    }
    nnc_line_escape(line, progress, "\x1b[0m");
}

/* 12/57 ━━━━ 3s 2ms/step - accuracy: 0.9: the time left while it runs, the time taken at its end. */
static void nnc_draw(const nnc_progress *progress, const nnc_figure *figures, size_t count, int at_end) {
    nnc_line line;
    char text[64], digits[32];
    double elapsed = nnc_seconds() - progress->started;
    double per_step = progress->step > 0 ? elapsed / (double)progress->step : 0;
    line.size = 0;
    line.shown = 0;
    line.width = progress->width - 1; /* the last column would wrap on some terminals */
    int places = snprintf(digits, sizeof digits, "%zu", progress->steps);
    snprintf(text, sizeof text, "%*zu/%s", progress->verbose == 1 ? places : 0, progress->step, digits);
    nnc_line_puts(&line, text);
    nnc_line_puts(&line, progress->verbose == 1 ? " " : " - ");
    if (progress->verbose == 1) {
        nnc_put_bar(&line, progress);
        nnc_line_puts(&line, " ");
    }
    nnc_put_duration(&line, at_end ? elapsed : per_step * (double)(progress->steps - progress->step));
    nnc_line_puts(&line, progress->verbose == 1 ? " " : " - ");
    nnc_put_step_time(&line, per_step);
    nnc_put_figures(&line, figures, count);
    printf("%s%.*s%s%s", progress->is_terminal ? "\r" : "", (int)line.size, line.text,
           progress->is_terminal ? "\x1b[K" : "", at_end ? "\n" : "");
    fflush(stdout);
}

NNC_API void nnc_progress_step(nnc_progress *progress, nnc_totals *totals) {
    size_t count = 0;
    progress->step++;
    if (progress->verbose != 1 || !progress->is_terminal || progress->step == progress->steps) {
        return;
    }
    double now = nnc_seconds();
    if (now - progress->drawn >= nnc_redraw_seconds) {
        progress->drawn = now;
        const nnc_figure *figures = totals != NULL ? nnc_totals_figures(totals, &count) : NULL;
        nnc_draw(progress, figures, count, 0);
    }
}

NNC_API void nnc_progress_end(nnc_progress *progress, const nnc_figure *figures, size_t count) {
    if (progress->verbose > 0) {
        nnc_draw(progress, figures, count, 1);
    }
}

NNC_API void nnc_progress_abandon(const nnc_progress *progress) {
    if (progress->drawn > 0) {
        printf("\n");
        fflush(stdout);
    }
}
