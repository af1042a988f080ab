/* SPDX-License-Identifier: MIT-0 */
/* snake_case() against names that Keras 3 gives: keras.src.utils.naming.to_snake_case. */
#include <stdio.h>
#include <string.h>

#include "language/keras_names.h"

int main(void) {
    static const char *const pairs[][2] = {
        {"Dense", "dense"}, {"LSTM", "lstm"}, {"GRU", "gru"}, {"SimpleRNN", "simple_rnn"}, {"PReLU", "p_re_lu"},
        {"ReLU", "re_lu"}, {"ELU", "elu"}, {"LeakyReLU", "leaky_re_lu"}, {"Conv2D", "conv2d"},
        {"Conv1DTranspose", "conv1d_transpose"}, {"SeparableConv1D", "separable_conv1d"},
        {"MaxPooling2D", "max_pooling2d"}, {"GlobalAveragePooling1D", "global_average_pooling1d"},
        {"BatchNormalization", "batch_normalization"}, {"RMSNormalization", "rms_normalization"},
        {"UpSampling2D", "up_sampling2d"}, {"ZeroPadding3D", "zero_padding3d"},
        {"TimeDistributed", "time_distributed"}, {"Bidirectional", "bidirectional"}, {"RNN", "rnn"},
        {"ConvLSTM2D", "conv_lstm2d"}, {"GaussianDropout", "gaussian_dropout"},
        {"AdditiveAttention", "additive_attention"}};
    Arena *arena = arena_new();
    int wrong = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *got = snake_case(arena, pairs[i][0]);
        if (strcmp(got, pairs[i][1]) != 0) {
            printf("%s: got %s, want %s\n", pairs[i][0], got, pairs[i][1]);
            wrong++;
        }
    }
    arena_free(arena);
    return wrong;
}
