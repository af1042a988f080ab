/* SPDX-License-Identifier: MIT-0 */
/* Lines, as they are written one after another. */
#include <string.h>

#include "base/source.h"
#include "format/lines.h"

int text_columns(const char *text, int length) {
    int columns = 0;
    for (int at = 0; at < length; columns++) {
        uint32_t code;
        if (text[at] == '\n') columns = -1;
        at += utf8_decode(text + at, (size_t)(length - at), &code);
    }
    return columns;
}

bool line_begun(const Lines *lines) { return lines->line.length > 0; }

void line_put(Lines *lines, int indent, const char *text, int length) {
    if (!line_begun(lines)) {
        text_printf(&lines->line, "%*s", indent, "");
        lines->column = indent;
    }
    text_append(&lines->line, text, (size_t)length);
    lines->column = (memchr(text, '\n', (size_t)length) ? 0 : lines->column) + text_columns(text, length);
}

void line_end(Lines *lines, const char *comment) {
    const Line line = {text_chars(&lines->line), comment};
    list_push(lines->arena, &lines->done, line);
    lines->line = (Text){.arena = lines->arena};
    lines->column = 0;
}

void line_blank(Lines *lines) {
    if (line_begun(lines)) line_end(lines, NULL);
    const int count = lines->done.count;
    if (count && *lines->done.at[count - 1].text) line_end(lines, NULL);
}

static int line_columns(const Line *line) { return text_columns(line->text, (int)strlen(line->text)); }

/* The lines from `first` on that have comments at their ends, one behind the other. */
static int beside_each_other(const Lines *lines, int first, int *columns) {
    int end = first;
    *columns = 0;
    for (; end < lines->done.count && lines->done.at[end].comment; end++) {
        const int width = line_columns(&lines->done.at[end]);
        if (width > *columns) *columns = width;
    }
    return end;
}

const char *lines_text(Lines *lines) {
    Text out = {.arena = lines->arena};
    for (int i = 0; i < lines->done.count;) {
        int columns;
        const int end = beside_each_other(lines, i, &columns);
        for (; i < end; i++) {
            const Line *const line = &lines->done.at[i];
            text_printf(&out, "%s%*s  %s\n", line->text, columns - line_columns(line), "", line->comment);
        }
        if (i < lines->done.count) text_printf(&out, "%s\n", lines->done.at[i++].text);
    }
    return text_chars(&out);
}
