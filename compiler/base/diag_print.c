/* SPDX-License-Identifier: MIT-0 */
/* Showing diagnostics: as text with the source line, caret and suggestion, or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/diag_list.h"
#include "base/json_text.h"
#include "base/source.h"

/* The widest piece of a source line that is shown, in columns of the terminal. */
enum { LINE_WIDTH = 100 };

/* Characters that would move the cursor, hide or reorder text do not reach the terminal. */
static bool is_harmful(uint32_t code) {
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) || code == 0xFEFF ||
           (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xE0000 && code <= 0xE0FFF) || code == UTF8_INVALID;
}

/* Columns that a terminal gives a character: 0 for combining marks, 2 for East Asian and emoji, else 1. */
static int width_of(uint32_t code) {
    static const struct { uint32_t first, last; } wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
        {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
    if (is_harmful(code)) {
        return 1; /* shown as U+FFFD */
    }
    if ((code >= 0x0300 && code <= 0x036F) || (code >= 0xFE00 && code <= 0xFE0F)) {
        return 0;
    }
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (code >= wide[i].first && code <= wide[i].last) {
            return 2;
        }
    }
    return 1;
}

static void put_visible(Text *out, const char *text, size_t length) {
    for (size_t i = 0; i < length;) {
        uint32_t code;
        int size = utf8_decode(text + i, length - i, &code);
        if (code == '\t') {
            text_puts(out, " ");
        } else if (is_harmful(code)) {
            text_puts(out, "\xEF\xBF\xBD");
        } else {
            text_append(out, text + i, (size_t)size);
        }
        i += (size_t)size;
    }
}

static void put_visible_string(Text *out, const char *text) {
    put_visible(out, text, strlen(text));
}

typedef struct Style {
    const char *bold, *error, *warning, *note, *fix, *end;
} Style;

static const Style plain = {"", "", "", "", "", ""};
static const Style colored = {"\033[1m", "\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1;32m", "\033[0m"};

/* A piece [lo, hi) of a line that holds the span's start, at most LINE_WIDTH columns wide. */
typedef struct Window {
    const char *line;
    int length; /* of the whole line */
    int lo, hi; /* offsets in the line */
} Window;

static Window window_of(const char *line, int length, int start) {
    /* What is far before it is never in the piece: a line may have megabytes. */
    int first = start > 8 * LINE_WIDTH ? start - 8 * LINE_WIDTH : 0;
    while (first < start && ((unsigned char)line[first] & 0xC0) == 0x80) first++;
    Window window = {line, length, first, first};
    int width = 0;
    /* Advance the right end; once it is well beyond the start, stop. The left end follows so that the piece fits. */
    while (window.hi < length) {
        uint32_t code;
        int size = utf8_decode(line + window.hi, (size_t)(length - window.hi), &code);
        int more = width_of(code);
        if (width + more > LINE_WIDTH) {
            if (window.hi > start + LINE_WIDTH / 2 || window.lo > start - LINE_WIDTH / 4) {
                break;
            }
            int dropped = utf8_decode(line + window.lo, (size_t)(length - window.lo), &code);
            width -= width_of(code);
            window.lo += dropped;
            continue;
        }
        width += more;
        window.hi += size;
    }
    return window;
}

static void put_snippet(Text *out, const Source *source, Span span, const char *suggestion, const Style *style) {
    int line, column, length;
    source_position(source, span.lo, &line, &column);
    const char *text = source_line_text(source, line, &length);
    int start = span.lo - (int)(text - source->text);
    if (line == 1 && source_has_bom(source)) {
        text += UTF8_BOM_LENGTH;
        length -= UTF8_BOM_LENGTH;
        start = start < UTF8_BOM_LENGTH ? 0 : start - UTF8_BOM_LENGTH;
    }
    start = start > length ? length : start;
    int end = start + (span.hi - span.lo);
    Window window = window_of(text, length, start);
    end = end > window.hi ? window.hi : end;
    const char *left = window.lo > 0 ? "..." : "", *right = window.hi < length ? "..." : "";

    text_printf(out, "%5d | %s", line, left);
    for (int i = window.lo; i < window.hi;) { /* tabs stay: the padding below copies them */
        uint32_t code;
        int size = utf8_decode(text + i, (size_t)(window.hi - i), &code);
        if (code == '\t') {
            text_puts(out, "\t");
        } else {
            put_visible(out, text + i, (size_t)size);
        }
        i += size;
    }
    Text padding = {.arena = out->arena};
    text_printf(&padding, "      | %*s", (int)strlen(left), "");
    for (int i = window.lo; i < start;) {
        uint32_t code;
        i += utf8_decode(text + i, (size_t)(length - i), &code);
        text_append(&padding, code == '\t' ? "\t" : "  ", code == '\t' ? 1 : (size_t)width_of(code));
    }
    text_printf(out, "%s\n%s%s^", right, text_chars(&padding), style->fix);
    int marked = 0;
    for (int i = start; i < end;) {
        uint32_t code;
        i += utf8_decode(text + i, (size_t)(length - i), &code);
        marked += width_of(code);
    }
    for (int i = 1; i < marked; i++) {
        text_puts(out, "~");
    }
    text_printf(out, "%s\n", style->end);
    if (suggestion != NULL) {
        text_printf(out, "%s%s", text_chars(&padding), style->fix);
        put_visible_string(out, suggestion);
        text_printf(out, "%s\n", style->end);
    }
}

static void put_place(Text *out, const Source *source, Span span, const Style *style) {
    text_puts(out, style->bold);
    put_visible_string(out, source->path);
    if (span.lo >= 0) {
        int line, column;
        source_position(source, span.lo, &line, &column);
        text_printf(out, ":%d:%d", line, column);
    }
    text_printf(out, ":%s ", style->end);
}

static void put_text(Text *out, const Diags *diags, const Diag *entry, const Style *style) {
    put_place(out, diags->source, entry->span, style);
    text_printf(out, "%s%s:%s %s", entry->error ? style->error : style->warning, entry->error ? "error" : "warning",
                style->end, style->bold);
    put_visible_string(out, entry->message);
    text_printf(out, "%s [", style->end);
    text_puts(out, diag_id_text(out->arena, entry->id));
    text_puts(out, "]\n");
    if (entry->span.lo >= 0) {
        put_snippet(out, diags->source, entry->span, entry->suggestion, style);
    }
    for (int i = 0; i < entry->notes.count; i++) {
        const DiagNote *note = &entry->notes.at[i];
        put_place(out, diags->source, note->span, style);
        text_printf(out, "%snote:%s ", style->note, style->end);
        put_visible_string(out, note->message);
        text_puts(out, "\n");
        if (note->span.lo >= 0) {
            put_snippet(out, diags->source, note->span, NULL, style);
        }
    }
}

static void put_json_place(Text *out, const Source *source, Span span) {
    text_puts(out, "\"file\":");
    text_json(out, source->path);
    if (span.lo >= 0) {
        int line, column, end_line, end_column;
        source_position(source, span.lo, &line, &column);
        source_position(source, span.hi, &end_line, &end_column);
        text_printf(out, ",\"line\":%d,\"column\":%d,\"end_line\":%d,\"end_column\":%d", line, column, end_line,
                    end_column);
    }
}

static void put_json(Text *out, const Diags *diags, const Diag *entry) {
    text_puts(out, "{");
    put_json_place(out, diags->source, entry->span);
    text_printf(out, ",\"severity\":\"%s\",\"id\":\"", entry->error ? "error" : "warning");
    text_puts(out, diag_id_text(out->arena, entry->id));
    text_puts(out, "\",\"message\":");
    text_json(out, entry->message);
    if (entry->suggestion != NULL) {
        text_puts(out, ",\"suggestion\":");
        text_json(out, entry->suggestion);
    }
    text_puts(out, ",\"notes\":[");
    for (int i = 0; i < entry->notes.count; i++) {
        text_puts(out, i > 0 ? ",{" : "{");
        put_json_place(out, diags->source, entry->notes.at[i].span);
        text_puts(out, ",\"message\":");
        text_json(out, entry->notes.at[i].message);
        text_puts(out, "}");
    }
    text_puts(out, "]}");
}

void diags_print(const Diags *diags, FILE *file, DiagFormat format, bool color, int limit) {
    int count;
    Diag **sorted = diags_sorted(diags, &count);
    Text out = {.arena = diags->arena};
    int shown[2] = {0, 0}; /* warnings, errors */
    int hidden_errors = 0;
    if (format == DIAG_JSON) {
        text_puts(&out, "{\"diagnostics\":[");
    }
    for (int i = 0; i < count; i++) {
        if (limit > 0 && shown[sorted[i]->error] >= limit) {
            hidden_errors += sorted[i]->error;
            continue;
        }
        bool first = shown[0] + shown[1] == 0;
        shown[sorted[i]->error]++;
        if (format == DIAG_TEXT) {
            put_text(&out, diags, sorted[i], color ? &colored : &plain);
        } else {
            text_puts(&out, first ? "\n" : ",\n");
            put_json(&out, diags, sorted[i]);
        }
    }
    if (format == DIAG_JSON) {
        text_printf(&out, "],\"errors\":%d,\"warnings\":%d}\n", diags->errors, diags->warnings);
    } else if (hidden_errors > 0) {
        put_visible_string(&out, diags->source->path);
        text_printf(&out, ": %d more error%s not shown\n", hidden_errors, hidden_errors == 1 ? " is" : "s are");
    }
    fwrite(text_chars(&out), 1, out.length, file);
}

void diags_show(const Diags *diags, bool json) {
    enum { ERROR_LIMIT = 20 };
    const bool color = isatty(STDERR_FILENO) && getenv("NO_COLOR") == NULL;
    diags_print(diags, stderr, json ? DIAG_JSON : DIAG_TEXT, color, ERROR_LIMIT);
}

bool diags_explain(const char *text, FILE *file) {
    DiagId id;
    if (!diag_id_find(text, &id)) {
        return false;
    }
    fprintf(file, "%s: %s\n\n", text, diag_rows[id].severity == SEVERITY_ERROR ? "error" : "warning");
    enum { WIDTH = 80 };
    int column = 0;
    for (const char *word = diag_rows[id].explanation; *word != '\0';) {
        int length = (int)strcspn(word, " ");
        if (column > 0 && column + 1 + length > WIDTH) {
            fputc('\n', file);
            column = 0;
        }
        column += fprintf(file, "%s%.*s", column > 0 ? " " : "", length, word);
        word += length;
        word += strspn(word, " ");
    }
    fputc('\n', file);
    return true;
}
