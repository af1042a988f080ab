/* SPDX-License-Identifier: MIT-0 */
/* What the printing of the file keeps, beside what that of functions does (emit/emit.h). */
#ifndef NNC_FILE_STATE_H
#define NNC_FILE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/names.h"
#include "emit/emit.h"
#include "model/layer.h"
#include "plan/plan.h"
#include "plan/random_attrs.h"

/** The member of a weight in the structs of weights, and where it begins in them, in reals. */
typedef struct Field {
    const Weight *weight;
    const char *name; /* dense_kernel */
    int64_t place, trainable_place;
} Field;

/** A random stream that a program has declared. */
typedef struct Stream {
    const RandomAttrs *random; /* what is drawn */
    int stream;
    const char *name;
    bool of_samples; /* from those on that a share begins with */
    bool declared;
    struct Stream *next; /* of the same layer */
} Stream;

/** What those who make a round together share out: each has a range of it. */
typedef struct Range {
    int64_t length; /* negative: times the batch */
    const char *grain, *name;
    bool everywhere; /* of several processes each makes all of it */
    bool used; /* by the round being printed */
} Range;

struct FileState {
    Field *fields; /* of all weights, ordered by their address */
    const struct Layout *weights_layout, *trainer_layout; /* of files in memory, once they are known: file/store.c */
    /* of the struct or program being printed */
    Names scope;
    LIST(Stream *) streams;
    Stream **of_layer; /* … the first of each layer, by its index */
    LIST(Range) ranges;
    const TimeLoop *loop; /* within which a call is being printed */
};

#endif
