/* SPDX-License-Identifier: MIT-0 */
/* --list-layers and its sisters, from the tables. */
#include <string.h>

#include "class.h"

static int length_of(const char *text) {
    return text == NULL ? 0 : (int)strlen(text);
}

static const char *default_of(const ArgDef *row) {
    return row->fallback == NULL ? "required" : row->fallback;
}

static void list_class(const Class *class, int name_width, int default_width, Text *out) {
    text_printf(out, "%s", class->name);
    for (const char *const *alias = class->aliases; alias != NULL && *alias != NULL; alias++) {
        text_printf(out, "%s%s", alias == class->aliases ? "  (also " : ", ", *alias);
    }
    text_printf(out, "%s\n    %s\n", class->aliases != NULL && class->aliases[0] != NULL ? ")" : "", class->brief);
    for (const ArgDef *row = class->args; row != NULL && row->name != NULL; row++) {
        text_printf(out, "    %-*s  %-*s  %s\n", name_width, row->name, default_width, default_of(row),
                    row->doc == NULL ? "" : row->doc);
    }
    text_puts(out, "\n");
}

static void list_text(ClassKind kind, Text *out) {
    int name_width = 0, default_width = 0;
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        for (const ArgDef *row = (*at)->args; row != NULL && row->name != NULL; row++) {
            name_width = length_of(row->name) > name_width ? length_of(row->name) : name_width;
            default_width = length_of(default_of(row)) > default_width ? length_of(default_of(row)) : default_width;
        }
    }
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        list_class(*at, name_width, default_width, out);
    }
}

/* A bar would end the cell of a table. */
static void put_cell(const char *text, Text *out) {
    for (; *text != '\0'; text++) {
        text_puts(out, *text == '|' ? "\\" : "");
        text_append(out, text, 1);
    }
}

static void list_markdown(ClassKind kind, Text *out) {
    const char *name = class_kind_name(kind, false);
    text_printf(out, "| %s | arguments | meaning |\n|---|---|---|\n", name);
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        text_printf(out, "| `%s` |", (*at)->name);
        for (const ArgDef *row = (*at)->args; row != NULL && row->name != NULL; row++) {
            text_printf(out, "%s `%s", row == (*at)->args ? "" : ",", row->name);
            text_printf(out, "%s%s`", row->fallback == NULL ? "" : "=", row->fallback == NULL ? "" : row->fallback);
        }
        text_puts(out, " | ");
        put_cell((*at)->brief, out);
        text_puts(out, " |\n");
    }
}

bool list_classes(ClassKind kind, const char *format, Text *out) {
    if (format == NULL || strcmp(format, "text") == 0) {
        list_text(kind, out);
    } else if (strcmp(format, "md") == 0) {
        list_markdown(kind, out);
    } else if (strcmp(format, "names") == 0) {
        for (const Class *const *at = classes(kind); *at != NULL; at++) {
            text_printf(out, "%s\n", (*at)->name);
        }
    } else {
        return false;
    }
    return true;
}
