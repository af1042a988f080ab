/* SPDX-License-Identifier: MIT-0 */
/* What is an activation in the language and in ONNX alike, a row each. */
#include "import/import.h"

#ifdef NNC_IMPORT

#include "import/onnx_words.h"

const OnnxWord *onnx_word(int index) {
    static const OnnxWord words[] = {
        {.name = "relu", .node = "Relu", .gate = "Relu"},
        {.name = "tanh", .node = "Tanh", .gate = "Tanh"},
        {.name = "sigmoid", .node = "Sigmoid", .gate = "Sigmoid"},
        {.name = "softplus", .node = "Softplus", .gate = "Softplus"},
        {.name = "softsign", .node = "Softsign", .gate = "Softsign"},
        {.name = "linear", .gate = "Affine", .alpha = 1},
        {.name = "hard_sigmoid", .node = "HardSigmoid", .gate = "HardSigmoid", 1.0 / 6, 0.5, 0.2},
        {.name = "hard_sigmoid_keras2", .node = "HardSigmoid", .gate = "HardSigmoid", 0.2, 0.5, 0.2},
        {.name = "sparse_sigmoid", .node = "HardSigmoid", .gate = "HardSigmoid", 0.5, 0.5, 0.2},
        {.name = "elu", .node = "Elu", .alpha = 1, .usual_alpha = 1},
        {.name = "celu", .node = "Celu", .alpha = 1, .usual_alpha = 1},
        {.name = "leaky_relu", .node = "LeakyRelu", .alpha = 0.2, .usual_alpha = 0.01},
        {.name = "selu", .node = "Selu", .alpha = 1.6732632, .usual_alpha = 1.6732632},
        {.name = "exponential", .node = "Exp"},
        {.name = "hard_silu", .node = "HardSwish"},
        {.name = "mish", .node = "Mish", .is_new = true},
    };
    return index >= 0 && index < (int)(sizeof words / sizeof *words) ? &words[index] : NULL;
}

#endif
