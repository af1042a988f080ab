/* SPDX-License-Identifier: MIT-0 */
/* The arguments of an object: where they were written, what they hold. */
#include <string.h>

#include "base/source.h"
#include "language/class.h"

int choice_count(const ArgDef *row) {
    int count = 0;
    while (row->choices[count] != NULL && (row->last_choice == 0 || (unsigned)count < row->last_choice)) {
        count++;
    }
    return count;
}

const char *choice_word(const ArgDef *row, const void *field) {
    const unsigned choice = *(const unsigned *)field;
    return choice != 0 ? row->choices[choice - 1] : NULL;
}

static Span span_among(const ArgDef *rows, const Span *spans, const char *name) {
    for (int i = 0; rows != NULL && rows[i].name != NULL; i++) {
        if (strcmp(rows[i].name, name) == 0) {
            return spans[i];
        }
    }
    return NO_SPAN;
}

Span object_arg_span(const Object *object, const char *arg_name) {
    Span span = span_among(object->class->args, object->arg_spans, arg_name);
    if (span.lo < 0) {
        span = span_among(object->extra, object->extra_spans, arg_name);
    }
    return span.lo >= 0 ? span : object->span;
}

const void *object_field(const Object *object, const ArgDef *row) {
    return (const char *)object->args + row->offset;
}
