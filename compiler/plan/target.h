/* SPDX-License-Identifier: MIT-0 */
/* What is assumed of the machine that the C will run on. Passes and operations ask Plan.target: another machine is
 * another row (target.c). Nothing here changes what is computed, but in which order sums are added up. */
#ifndef NNC_PLAN_TARGET_H
#define NNC_PLAN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Target {
    const char *name; /* --for=NAME */

    /* Vectors, and the loops over them */
    int64_t lanes;     /* of the widest vector: a loop over a multiple of it never has a vector that is not full */
    int64_t alignment; /* of places in the arena, in reals: a cache line */

    /* Products */
    int64_t panel_columns; /* of a block, and of a packed strip: PANEL of nnc_product.h */
    int64_t shallow_depth; /* of so few terms one has no block of its own, which would take longer than they */
    int64_t sums_at_once;  /* accumulators that stay in registers */
    /* Outputs are made in blocks of packed matrices, and steps run on each; else row by row, and nothing is packed,
     * copied or made for all steps of a sequence before they are wanted. */
    bool blocks;

    const char *constants; /* the address space of weights, in the C compiler's words; "": they are memory as any */

    /* Memory, in reals */
    int64_t first_cache;         /* a matrix smaller than that stays in it, and gains nothing from packing */
    int64_t second_cache_share;  /* what may stay in the second cache while other things go through it */
    int64_t beyond_second_cache; /* what goes through no second cache */
    int64_t third_cache_share;   /* as second_cache_share */

    /* What pays */
    int64_t packed_rows_in_loop; /* with fewer rows a product gains less than packing its matrix takes, in a loop … */
    int64_t packed_rows;         /* … or at once */
    int64_t deep_columns;        /* a product with no more reads its inputs once anyway */
    int64_t deep_times;          /* a deep product's inputs are so many times as large as its outputs, which it keeps */
    int64_t deep_rows;           /* fewer of a step are not worth passing over all outputs */
    int64_t line_code;           /* reals that a layer must save which goes over its image line by line; 0: none does */
    int64_t round_work;          /* so many multiplications take a few times as long as threads take to meet */
} Target;

/** A computer of today: vectors, three caches, memory without end. */
extern const Target target_desktop;
/** Any core without vectors, such as a microcontroller: flash and RAM count first, constants are read where they
 *  are. */
extern const Target target_small;
/** The same for AVR, whose flash has addresses of its own: weights stay there, where avr-gcc's __flash reads them. */
extern const Target target_avr;

/* Their names, for --help and for messages. */
#define TARGET_NAMES "desktop|small|avr"
#define TARGET_NAMES_SAID "desktop, small or avr"

/** The target of this name; NULL: there is none. */
const Target *target_named(const char *name);

#endif
