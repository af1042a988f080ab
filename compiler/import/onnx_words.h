/* SPDX-License-Identifier: MIT-0 */
/* Activations by their names here and in ONNX, for both directions. */
#ifndef NNC_IMPORT_ONNX_WORDS_H
#define NNC_IMPORT_ONNX_WORDS_H

#include <stdbool.h>

typedef struct OnnxWord {
    const char *name;   /* here */
    const char *node;   /* NULL: there is none */
    const char *gate;   /* among a recurrent node's activations; NULL: it is none of them */
    double alpha, beta; /* what both need; 0: that they have not */
    double usual_alpha; /* of a node that does not say it */
    bool is_new;        /* a node that the opset does not have that nnc writes */
} OnnxWord;

/** Activations from 0 on; NULL behind the last. */
const OnnxWord *onnx_word(int index);

#endif
