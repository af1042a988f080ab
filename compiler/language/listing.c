/* SPDX-License-Identifier: MIT-0 */
/* --list-layers and its sisters, from the tables. */
#include <string.h>

#include "base/arena.h"
#include "base/json_text.h"
#include "language/class.h"
#include "language/common_args.h"
#include "language/habits.h"
#include "language/listing.h"
#include "language/registry.h"

static int length_of(const char *text) {
    return text == NULL ? 0 : (int)strlen(text);
}

static const char *default_of(const ArgDef *row) {
    return row->fallback == NULL ? "required" : row->fallback;
}

typedef struct Widths {
    int name, fallback;
} Widths;

static void widen(Widths *widths, const ArgDef *rows) {
    for (const ArgDef *row = rows; row != NULL && row->name != NULL; row++) {
        widths->name = length_of(row->name) > widths->name ? length_of(row->name) : widths->name;
        widths->fallback =
            length_of(default_of(row)) > widths->fallback ? length_of(default_of(row)) : widths->fallback;
    }
}

/* The name and the other names, each in `quote` and with `between` before all but the first. */
static void put_names(const Class *class, const char *quote, const char *between, Text *out) {
    text_printf(out, "%s%s%s", quote, class->name, quote);
    for (const char *const *alias = class->aliases; alias != NULL && *alias != NULL; alias++) {
        text_printf(out, "%s%s%s%s", between, quote, *alias, quote);
    }
}

static void put_args(const ArgDef *rows, Widths widths, Text *out) {
    for (const ArgDef *row = rows; row != NULL && row->name != NULL; row++) {
        text_printf(out, "    %-*s  %-*s  %s\n", widths.name, row->name, widths.fallback, default_of(row),
                    row->doc == NULL ? "" : row->doc);
    }
}

static void list_text(ClassKind kind, const ArgDef *common, Text *out) {
    Widths widths = {0, 0};
    widen(&widths, common);
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        widen(&widths, (*at)->args);
    }
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        put_names(*at, "", ", ", out);
        text_printf(out, "\n    %s\n", (*at)->brief);
        put_args((*at)->args, widths, out);
        text_puts(out, at[1] != NULL || common != NULL ? "\n" : "");
    }
    if (common != NULL) {
        text_printf(out, "Every %s%s also takes\n", class_kind_name(kind, false),
                    kind == CLASS_LAYER ? " but Input" : "");
        put_args(common, widths, out);
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
        text_puts(out, "| ");
        put_names(*at, "`", ", ", out);
        text_puts(out, " |");
        for (const ArgDef *row = (*at)->args; row != NULL && row->name != NULL; row++) {
            text_printf(out, "%s `%s", row == (*at)->args ? "" : ",", row->name);
            text_printf(out, "%s%s`", row->fallback == NULL ? "" : "=", row->fallback == NULL ? "" : row->fallback);
        }
        text_puts(out, " | ");
        put_cell((*at)->brief, out);
        text_puts(out, " |\n");
    }
}

/* "name":"value", or null. */
static void put_member(const char *name, const char *value, Text *out) {
    text_printf(out, "\"%s\":", name);
    if (value == NULL) {
        text_puts(out, "null");
    } else {
        text_json(out, value);
    }
}

/* [{"name":"units","default":null,"meaning":"size of the output"}, …]; null: the argument is required. */
static void put_json_args(const ArgDef *rows, Text *out) {
    text_puts(out, "[");
    for (const ArgDef *row = rows; row != NULL && row->name != NULL; row++) {
        text_puts(out, row == rows ? "{" : ",\n  {");
        put_member("name", row->name, out);
        text_puts(out, ",");
        put_member("default", row->fallback, out);
        text_puts(out, ",");
        put_member("meaning", row->doc, out);
        text_puts(out, "}");
    }
    text_puts(out, "]");
}

/* {"classes":[{"names":["Dense"],"meaning":…,"arguments":…}, …],"common":…}: common are the arguments that every one
 * also takes. */
static void list_json(ClassKind kind, const ArgDef *common, Text *out) {
    text_puts(out, "{\"classes\":[");
    for (const Class *const *at = classes(kind); *at != NULL; at++) {
        text_puts(out, at == classes(kind) ? "\n {\"names\":[" : ",\n {\"names\":[");
        put_names(*at, "\"", ",", out);
        text_puts(out, "],");
        put_member("meaning", (*at)->brief, out);
        text_puts(out, ",\"arguments\":");
        put_json_args((*at)->args, out);
        text_puts(out, "}");
    }
    text_puts(out, "],\n \"common\":");
    put_json_args(common, out);
    text_puts(out, "}\n");
}

bool list_classes(ClassKind kind, const char *format, Text *out) {
    size_t size;
    const ArgDef *const common = kind == CLASS_LAYER ? common_layer_args : class_common_args(kind, &size);
    if (format == NULL || strcmp(format, "text") == 0) {
        list_text(kind, common, out);
    } else if (strcmp(format, "json") == 0) {
        list_json(kind, common, out);
    } else if (strcmp(format, "md") == 0) {
        list_markdown(kind, out);
    } else if (strcmp(format, "names") == 0) {
        for (const Class *const *at = classes(kind); *at != NULL; at++) {
            put_names(*at, "", "\n", out);
            text_puts(out, "\n");
        }
    } else if (strcmp(format, "refused") == 0) {
        list_refused(kind, out);
    } else {
        return false;
    }
    return true;
}
