/* SPDX-License-Identifier: MIT-0 */
/* Text in the place of x: the first layer says how it becomes the numbers that the network takes. */
#ifndef NNC_MODEL_TEXTS_H
#define NNC_MODEL_TEXTS_H

#include <stdbool.h>
#include <stdint.h>

#include "language/class.h"
#include "model/shape.h"

typedef struct Layer Layer;

#define WORD_SPLITS(row)                              \
    row(SPLIT_WHITESPACE, "whitespace", "SPACE")      \
    row(SPLIT_CHARACTER, "character", "CHARACTER")
typedef enum WordSplit { SPLIT_NONE, WORD_SPLITS(CHOICE_VALUE_OF) } WordSplit;

enum { MOST_WIDTHS = 8 };

/** How texts become numbers. They are numbers of tokens, 0 … places - 1, or with `counts` how often each number is
 *  there. */
typedef struct Texts {
    const Layer *layer; /* NULL: x is no text */
    Shape shape;        /* of the texts, with the batch */
    Shape numbers;      /* what the network takes for them */
    bool lowers, strips;
    WordSplit split;
    bool tokens; /* one text becomes as many numbers as it has tokens; else each becomes one */
    int64_t widths[MOST_WIDTHS]; /* of tokens, in pieces; 0: no more */
    const char *const *known;    /* the words first, first + 1, …; NULL: they are learned of the data … */
    int known_count;
    bool learns; /* … unless all that is known of a word is its hash */
    int64_t places, first;
    const char *nothing; /* a token that stands for none, or NULL */
    int64_t nothing_number; /* -1: it counts nowhere */
    const char *other;      /* what all others are called, which is no word */
    int64_t unknown, unknowns;
    Ints key; /* of the hash; count < 0: none */
    bool counts;
    bool weighs;   /* counts are multiplied by the weight of their token, log(1 + texts / (1 + texts with it)) */
    Reals weights; /* count < 0: learned of the data */
} Texts;

#endif
