/* SPDX-License-Identifier: MIT-0 */
/* A file that is open in the editor, and places in it as the protocol has them. */
#ifndef NNC_SERVER_DOCUMENT_H
#define NNC_SERVER_DOCUMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "base/source.h"
#include "server/analysis.h"

typedef struct Document Document;
struct Document {
    char *uri;
    char *text; /* terminated; of `length` bytes */
    int length;
    json_int_t version;
    Analysis *analysis; /* of this text; NULL: it is to be made */
    Document *next;
};

/** Columns count bytes, as a client may ask for, instead of UTF-16 units. */
extern bool document_columns_are_bytes;

Document *document_new(const char *uri, const char *text, json_int_t version);
void document_free(Document *document);
/** What is known of the text as it is now. */
Analysis *document_analysis(Document *document);
/** Replaces a range of the text, or all of it where `range` is NULL. */
void document_change(Document *document, const json_t *range, const char *text);
/** The byte that a position {line, character} stands before. */
int document_offset(const Document *document, const json_t *position);
/** {line, character}, and {start, end}. New references. */
json_t *document_position(const Document *document, int offset);
json_t *document_range(const Document *document, Span span);
/** The path of a file: URI, to be freed; NULL: it is none. */
char *document_path(const char *uri);

#endif
