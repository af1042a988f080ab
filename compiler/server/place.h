/* SPDX-License-Identifier: MIT-0 */
/* What is written at a place of a file, finished or not: in the arguments of what, and which of them. */
#ifndef NNC_SERVER_PLACE_H
#define NNC_SERVER_PLACE_H

#include <stdbool.h>

#include "language/class.h"
#include "server/analysis.h"

typedef enum PlaceKind {
    PLACE_FILE,     /* where constants, the model and statements begin */
    PLACE_LAYER,    /* within the model */
    PLACE_ARGUMENT, /* in the brackets of a call, where its name may stand, or its value */
    PLACE_VALUE,    /* behind the name of an argument; in a list of a call's argument */
    PLACE_ELSEWHERE /* in the value of a constant, in a comment */
} PlaceKind;

typedef struct Place {
    PlaceKind kind;
    const Class *class; /* of the call; NULL: nobody knows */
    const ArgDef *arg;  /* whose value stands there; NULL: nobody knows */
    int bracket;        /* the token that opens the call; -1: none */
    int list;           /* the token that opens the list that it is an element of; -1: none */
    Span word;          /* what is begun to be written there, up to its end; may be empty */
    bool string;        /* it is a string: the word is what stands between its quotes */
} Place;

Place place_at(const Analysis *analysis, int offset);
/** The arguments of a class that a table has besides its own; NULL: none. */
const ArgDef *place_common_args(const Class *class);
/** The row of an argument, own or common; NULL: there is none. */
const ArgDef *place_arg(const Class *class, const char *name);
/** The class that a name means where such a kind is wanted; CLASS_KIND_COUNT: the first of any. */
const Class *place_class(ClassKind kind, const char *name);

#endif
