/* SPDX-License-Identifier: MIT-0 */
/* Trains three models with dropout, saves each trainer and hashes the file: the same bytes on every machine. */
#include "hash.h"

#include "cnn.h"
#include "lstm.h"
#include "mlp.h"

#define TRAIN(name, NAME)                                                                                              \
    static name##_trainer name##_all;                                                                                  \
    static uint64_t name##_checkpoint(void) {                                                                          \
        static float x[NAME##_BATCH * NAME##_IN];                                                                      \
        static unsigned char file[NAME##_TRAIN_SAVE_BYTES];                                                            \
        float sums[NAME##_SUMS];                                                                                       \
        int32_t target[NAME##_BATCH];                                                                                  \
        uint64_t state = 1;                                                                                            \
        size_t size;                                                                                                   \
        if (name##_train_init(&name##_all, 5) != NNC_OK) return 0;                                                     \
        for (int step = 0; step < 4; step++) {                                                                         \
            fill(x, sizeof x / sizeof *x, &state);                                                                     \
            for (int i = 0; i < NAME##_BATCH; i++) target[i] = (i + step) % NAME##_OUT;                                \
            if (name##_train_step(&name##_all, x, target, NULL, NAME##_BATCH, sums) != NNC_OK) return 0;               \
        }                                                                                                              \
        if (name##_train_save(&name##_all, file, sizeof file, &size) != NNC_OK) return 0;                              \
        /* What is loaded is what was saved, and goes on the same way. */                                              \
        if (name##_train_step(&name##_all, x, target, NULL, NAME##_BATCH, sums) != NNC_OK) return 0;                   \
        const uint64_t before = hash_numbers((const float *)&name##_all.params, NAME##_PARAMS);                        \
        if (name##_train_init(&name##_all, 6) != NNC_OK) return 0;                                                     \
        if (name##_train_load(&name##_all, file, size) != NNC_OK) return 0;                                            \
        if (name##_train_step(&name##_all, x, target, NULL, NAME##_BATCH, sums) != NNC_OK) return 0;                   \
        if (hash_numbers((const float *)&name##_all.params, NAME##_PARAMS) != before) return 0;                        \
        return hash(UINT64_C(0xcbf29ce484222325), file, size);                                                         \
    }
TRAIN(mlp, MLP)
TRAIN(cnn, CNN)
TRAIN(lstm, LSTM)

const uint64_t *hashes(void) {
    static uint64_t all[COUNT];
    all[0] = mlp_checkpoint();
    all[1] = cnn_checkpoint();
    all[2] = lstm_checkpoint();
    return all;
}
