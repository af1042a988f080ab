/* SPDX-License-Identifier: MIT-0 */
/* The text of a document, as the editor changes it. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/source.h"
#include "server/analysis.h"
#include "server/document.h"

bool document_columns_are_bytes;

static void *checked(void *memory) {
    if (!memory) abort();
    return memory;
}

static void forget_analysis(Document *document) {
    if (document->analysis) analysis_free(document->analysis);
    document->analysis = NULL;
}

static void set_text(Document *document, char *text, int length) {
    free(document->text);
    document->text = text;
    document->length = length;
    forget_analysis(document);
}

Document *document_new(const char *uri, const char *text, json_int_t version) {
    Document *const document = checked(calloc(1, sizeof *document));
    document->uri = checked(strdup(uri));
    document->version = version;
    set_text(document, checked(strdup(text)), (int)strlen(text));
    return document;
}

void document_free(Document *document) {
    forget_analysis(document);
    free(document->uri);
    free(document->text);
    free(document);
}

Analysis *document_analysis(Document *document) {
    if (!document->analysis) {
        char *const path = document_path(document->uri);
        document->analysis = analysis_new(path ? path : document->uri, document->text, (size_t)document->length);
        free(path);
    }
    return document->analysis;
}

void document_change(Document *document, const json_t *range, const char *text) {
    const int added = (int)strlen(text);
    int from = 0, to = document->length;
    if (range) {
        from = document_offset(document, json_object_get(range, "start"));
        to = document_offset(document, json_object_get(range, "end"));
    }
    if (to < from) to = from;
    const int length = document->length - (to - from) + added;
    char *const changed = checked(malloc((size_t)length + 1));
    memcpy(changed, document->text, (size_t)from);
    memcpy(changed + from, text, (size_t)added);
    memcpy(changed + from + added, document->text + to, (size_t)(document->length - to + 1));
    set_text(document, changed, length);
}

/* How many units of the protocol a character takes. */
static int units_of(uint32_t code, int bytes) {
    if (document_columns_are_bytes) return bytes;
    return code != UTF8_INVALID && code > 0xFFFF ? 2 : 1;
}

int document_offset(const Document *document, const json_t *position) {
    const json_int_t line = json_integer_value(json_object_get(position, "line"));
    json_int_t units = json_integer_value(json_object_get(position, "character"));
    const char *at = document->text, *const end = document->text + document->length;
    for (json_int_t i = 0; i < line; i++) {
        const char *const line_end = memchr(at, '\n', (size_t)(end - at));
        if (!line_end) return document->length;
        at = line_end + 1;
    }
    while (at < end && *at != '\n' && units > 0) { /* a column behind the line is its end */
        uint32_t code;
        const int bytes = utf8_decode(at, (size_t)(end - at), &code);
        units -= units_of(code, bytes);
        at += bytes;
    }
    return (int)(at - document->text);
}

json_t *document_position(const Document *document, int offset) {
    int line = 0, units = 0;
    const char *const text = document->text;
    if (offset < 0) offset = 0;
    if (offset > document->length) offset = document->length;
    const char *start = text;
    for (const char *at = text; (at = memchr(at, '\n', (size_t)(text + offset - at))); start = ++at) line++;
    for (const char *at = start; at < text + offset;) {
        uint32_t code;
        const int bytes = utf8_decode(at, (size_t)(text + offset - at), &code);
        units += units_of(code, bytes);
        at += bytes;
    }
    return json_pack("{s:i, s:i}", "line", line, "character", units);
}

json_t *document_range(const Document *document, Span span) {
    return json_pack("{s:o, s:o}", "start", document_position(document, span.lo), "end",
                     document_position(document, span.hi));
}

char *document_path(const char *uri) {
    static const char scheme[] = "file://";
    if (strncmp(uri, scheme, sizeof scheme - 1) != 0) return NULL;
    const char *at = uri + sizeof scheme - 1;
    char *const path = checked(malloc(strlen(at) + 1)), *end = path;
    while (*at) {
        const bool escaped = at[0] == '%' && isxdigit((unsigned char)at[1]) && isxdigit((unsigned char)at[2]);
        const char digits[3] = {escaped ? at[1] : '0', escaped ? at[2] : '0', '\0'};
        *end++ = escaped ? (char)strtol(digits, NULL, 16) : *at;
        at += escaped ? 3 : 1;
    }
    *end = '\0';
    return path;
}
