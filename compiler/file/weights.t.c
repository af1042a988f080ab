/* SPDX-License-Identifier: MIT-0 */
/* Baked weights. */
//@ header_weights

/** The weights of the file given to nnc --weights, where $upper_WEIGHTS_ATTR, of the C compiler's command line, places
 *  them: -D'$upper_WEIGHTS_ATTR=__attribute__((section(".flash2")))'. */
extern $const_params $prefix_weights;
#define $upper_WEIGHTS_ID UINT64_C($weights_id) /* of their bytes, lowest first */
//@ weights

#ifndef $upper_WEIGHTS_ATTR
#define $upper_WEIGHTS_ATTR
#endif
$upper_WEIGHTS_ATTR $const_params $prefix_weights = {
$numbers
};
//@ weights_bytes

/* The weights' bytes: C compilers read a string many times as fast as so many numbers. */
#ifndef __GNUC__
#error "So many weights are bytes that gcc and clang know as numbers; with other compilers load them from a file."
#endif
#ifndef $upper_WEIGHTS_ATTR
#define $upper_WEIGHTS_ATTR
#endif
typedef union $prefix_baked {
    unsigned char bytes[$upper_PARAMS_BYTES + 1]; /* and the zero that ends a string */
    $prefix_params params;
} $prefix_baked;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#ifdef __cplusplus
extern "C" {
#endif
#ifdef __APPLE__ /* which has no aliases, but lets a name be chosen */
extern const $prefix_baked $prefix_baked_weights __asm__("_$prefix_weights");
#else
extern const $prefix_baked $prefix_baked_weights;
extern const $prefix_params $prefix_weights __attribute__((alias("$prefix_baked_weights")));
#endif
$upper_WEIGHTS_ATTR const $prefix_baked $prefix_baked_weights = {
#if defined __BYTE_ORDER__ && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
$highest_first
#else
$lowest_first
#endif
};
#ifdef __cplusplus
}
#endif
#pragma GCC diagnostic pop
