/* SPDX-License-Identifier: MIT-0 */
#ifndef NNC_PLAN_RANDOM_ATTRS_H
#define NNC_PLAN_RANDOM_ATTRS_H

#include "plan/plan.h"

typedef enum RandomKind { RANDOM_KEEP, RANDOM_NORMAL, RANDOM_UNIFORM } RandomKind;

/** A tensor of random numbers, a pure function of (seed, purpose, batch, element). */
typedef struct RandomAttrs {
    RandomKind kind;
    double rate; /* KEEP: 0 with this probability, else `kept` */
    double kept;
    double mean, stddev; /* NORMAL */
    const Layer *layer;  /* that draws … */
    const char *part;    /* … this: mask */
    int stream;          /* of those that a layer draws; normal numbers take two */
    int purpose;
    bool seeded;
    int64_t seed; /* of the layer, instead of the run's */
} RandomAttrs;

RandomAttrs *random_attrs(const Op *op);
/** What a regenerated tensor is drawn with. */
const RandomAttrs *drawn_with(const Tensor *tensor);
/** How many streams of random words its numbers are made of, each drawn in blocks of its own. */
int random_streams(const RandomAttrs *random);
/** Appends to a key which numbers they are, and what they are called, but not which of these are drawn. */
void random_key(const RandomAttrs *random, Text *key);
/** dropout/mask: what it is called in files. */
const char *random_path(Arena *arena, const RandomAttrs *random);
/** "keep(rate 0.3, kept 1.42857143) purpose 32" */
void random_describe(const RandomAttrs *random, Text *out);
/** "0 with probability 0.3, else 1.42857": the same for people who know no plans. */
const char *random_said(Arena *arena, const RandomAttrs *random);

#endif
