/* SPDX-License-Identifier: MIT-0 */
/* The runtime inside a standalone file. A header of the runtime is a row of parts, each begun by a comment
 * that names what it defines; a part is taken when a name that it defines is used, like a member of a library. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/embedded.h"
#include "base/internal.h"
#include "base/words.h"
#include "base/names.h"
#include "file/decide.h"
#include "file/parts.h"

typedef enum PartPlace { PART_ONCE, PART_OF_FILES, PART_COPIED } PartPlace;

typedef struct Part {
    const char *names; /* of what it defines, separated by spaces */
    size_t names_length;
    const char *text;
    size_t length;
    bool taken;
    PartPlace place;
} Part;

typedef struct Parts {
    Arena *arena;
    LIST(Part) parts;
    Names by_name; /* the part that defines a name */
    const Facts *facts;
} Parts;

static const char *embedded_text(const char *name) {
    for (const Embedded *file = embedded_files; file->name; file++)
        if (!strcmp(file->name, name)) return file->text;
    internal_error("no embedded file %s", name);
}

static void split(Parts *all, const char *text, PartPlace place) {
    static const char begin[] = "/* @part ", end[] = "/* @end */";
    for (const char *at = strstr(text, begin); at;) {
        const char *names = at + strlen(begin);
        const char *close = strstr(names, " */");
        const char *body = close + strlen(" */");
        const char *next = strstr(body, begin);
        const char *stop = next ? next : strstr(body, end);
        while (*body == '\n') body++;
        Part part = {.names = names, .names_length = (size_t)(close - names), .place = place};
        part.text = decided_text(all->arena, body, (size_t)(stop - body), all->facts);
        part.length = strlen(part.text);
        list_push(all->arena, &all->parts, part);
        at = next;
    }
}

static bool word_char(char c) { return isalnum((unsigned char)c) || c == '_'; }

static bool defines(const Part *part, const char *word, size_t length) {
    for (size_t i = 0; i + length <= part->names_length; i++)
        if ((i == 0 || part->names[i - 1] == ' ') && !strncmp(part->names + i, word, length) &&
            (i + length == part->names_length || part->names[i + length] == ' '))
            return true;
    return false;
}

static void take_used(Parts *all, const char *text, size_t length);

static void take(Parts *all, Part *part) {
    if (part->taken) return;
    part->taken = true;
    take_used(all, part->text, part->length);
}

static void take_used(Parts *all, const char *text, size_t length) {
    char name[64]; /* longer than any of the runtime */
    for (size_t i = 0; i < length;) {
        size_t word = comment_length(text + i);
        if (word) { /* what is only spoken of is not used */
            i += word;
            continue;
        }
        while (i + word < length && word_char(text[i + word])) word++;
        if (word && word < sizeof name) {
            memcpy(name, text + i, word);
            name[word] = '\0';
            Part *const part = names_find(&all->by_name, name);
            if (part) take(all, part);
        }
        i += word ? word : 1;
    }
}

static void name_parts(Parts *all) {
    all->by_name.arena = all->arena;
    for (int i = 0; i < all->parts.count; i++)
        for (size_t at = 0, end; at < all->parts.at[i].names_length; at = end + 1) {
            const Part *const part = &all->parts.at[i];
            end = at + strcspn(part->names + at, " ");
            *names_slot(&all->by_name, arena_strndup(all->arena, part->names + at, end - at)) = &all->parts.at[i];
        }
}

static const char *taken_text(const Parts *all, PartPlace place) {
    Text out = {.arena = all->arena};
    for (int i = 0; i < all->parts.count; i++) {
        const Part *part = &all->parts.at[i];
        if (!part->taken || part->place != place) continue;
        size_t length = part->length;
        while (length > 1 && part->text[length - 1] == '\n' && part->text[length - 2] == '\n') length--;
        text_puts(&out, "\n");
        text_append(&out, part->text, length);
    }
    return text_chars(&out);
}

/* The lines of nnc_copies.h for what is taken: "#define v_load NNC_COPY(v_load)", "#undef LANES". */
static const char *names_text(const Parts *all) {
    Text out = {.arena = all->arena};
    for (const char *line = embedded_text("runtime/nnc_copies.h"); *line;) {
        const char *const end = strchr(line, '\n') + 1, *const name = strchr(line, ' ') + 1;
        for (int i = 0; i < all->parts.count && *line == '#'; i++)
            if (all->parts.at[i].taken && defines(&all->parts.at[i], name, strcspn(name, " \n")))
                text_append(&out, line, (size_t)(end - line));
        line = end;
    }
    return text_chars(&out);
}

static bool is_macro(const Part *part, const char *name, size_t length) {
    static const char define[] = "#define ";
    for (const char *at = part->text; (at = strstr(at, define)) && at < part->text + part->length;) {
        at += strlen(define);
        if (!strncmp(at, name, length) && !word_char(at[length])) return true;
    }
    return false;
}

/* The same for what a file has once: NNC_OWN(name) is a name of this file. */
static const char *once_names_text(const Parts *all) {
    Text out = {.arena = all->arena};
    for (int i = 0; i < all->parts.count; i++) {
        const Part *part = &all->parts.at[i];
        const char *const body = part->text, *const guard = strstr(body, "_DEFINED"); /* headers have it: one for all */
        if (part->place == PART_COPIED || !part->taken || (guard && guard < body + part->length)) continue;
        for (size_t at = 0, end; at < part->names_length; at = end + 1) {
            const char *const name = part->names + at;
            end = at + strcspn(name, " ");
            const int length = (int)(end - at);
            if (is_macro(part, name, (size_t)length)) text_printf(&out, "#undef %.*s\n", length, name);
            else text_printf(&out, "#define %.*s NNC_OWN(%.*s)\n", length, name, length, name);
        }
    }
    return text_chars(&out);
}

RuntimeParts runtime_parts(Arena *arena, const char *text, const RuntimeSources *sources, const Facts *facts) {
    Parts all = {.arena = arena, .facts = facts};
    for (int i = 0; sources->once[i]; i++) split(&all, embedded_text(sources->once[i]), PART_ONCE);
    split(&all, embedded_text(sources->of_files), PART_OF_FILES);
    for (int i = 0; sources->copied[i]; i++) split(&all, embedded_text(sources->copied[i]), PART_COPIED);
    name_parts(&all);
    for (int i = 0; i < all.parts.count; i++) /* the basic types: always there */
        if (defines(&all.parts.at[i], "vec", 3)) take(&all, &all.parts.at[i]);
    take_used(&all, text, strlen(text));
    return (RuntimeParts){taken_text(&all, PART_ONCE), taken_text(&all, PART_OF_FILES), taken_text(&all, PART_COPIED),
                          once_names_text(&all), names_text(&all)};
}

const char *runtime_block(Arena *arena, const char *name, const char *first, const char *last) {
    const char *const begin = strstr(embedded_text(name), first), *const end =
                                                                      strstr(begin, arena_printf(arena, "\n%s", last));
    return arena_printf(arena, "%.*s", (int)(strchr(end + 1, '\n') - begin), begin);
}

void runtime_append(Text *out, const char *name, RuntimeFiles *printed) {
    static const char include[] = "#include \"";
    const bool is_table = !strcmp(name + strlen(name) - 4, ".def"); /* each include makes something else of it */
    for (int i = 0; i < printed->count && !is_table; i++)
        if (!strcmp(printed->at[i], name)) return;
    list_push(out->arena, printed, name);
    for (const char *line = embedded_text(name); *line;) {
        const char *const next = strchr(line, '\n'), *const quoted = line + sizeof include - 1;
        const size_t length = next ? (size_t)(next - line) + 1 : strlen(line);
        if (strncmp(line, include, sizeof include - 1)) text_append(out, line, length);
        else runtime_append(out, arena_printf(out->arena, "runtime/%.*s", (int)strcspn(quoted, "\""), quoted), printed);
        line += length;
    }
}
