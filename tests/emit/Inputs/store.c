/* SPDX-License-Identifier: MIT-0 */
/* Weights and trainers saved to memory and loaded from it. store WHAT FILE: what loading a file gives, and a weight. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition) if (!(condition)) return printf("line %d: %s\n", __LINE__, #condition), 1

static net_trainer trainer, other, kept;
static net_params params;
static unsigned char file[NET_TRAIN_SAVE_BYTES + 1], bytes[20000];

static int step(net_trainer *t) {
    float x[NET_BATCH][NET_IN], sums[NET_SUMS] = {0};
    int32_t y[NET_BATCH];
    for (int i = 0; i < NET_BATCH; i++) {
        y[i] = i % NET_OUT;
        for (int j = 0; j < NET_IN; j++) x[i][j] = (float)((i * 7 + j * 5) % 11) / 8.0f;
    }
    return net_train_step(t, x[0], y, NULL, NET_BATCH, sums);
}

/* No bit of a file may be turned, no byte be missing: nothing that was there changes. */
static int damage(size_t size, int (*load)(const void *, size_t), const void *target, size_t target_size) {
    static unsigned char was[sizeof(net_trainer)];
    memcpy(was, target, target_size);
    for (size_t i = 0; i < 8 * size; i++) {
        file[i / 8] ^= (unsigned char)(1u << i % 8);
        if (load(file, size) == NNC_OK || memcmp(was, target, target_size)) return printf("bit %d\n", (int)i), 1;
        file[i / 8] ^= (unsigned char)(1u << i % 8);
    }
    for (size_t i = 0; i < size; i++) {
        unsigned char *const exact = (unsigned char *)malloc(i + 1); /* which sanitizers watch */
        memcpy(exact, file, i);
        if (load(exact, i) == NNC_OK || memcmp(was, target, target_size)) return printf("%d bytes\n", (int)i), 1;
        free(exact);
    }
    return 0;
}

static int load_params(const void *from, size_t size) { return net_load(&params, from, size); }
static int load_trainer(const void *from, size_t size) { return net_train_load(&other, from, size); }

int main(int argc, char **argv) {
    size_t size = 0;
    if (argc > 2) {
        FILE *stream = fopen(argv[2], "rb");
        CHECK(stream);
        size = fread(bytes, 1, sizeof bytes, stream);
        const int status = argv[1][0] == 't' ? net_train_load(&other, bytes, size) : net_load(&params, bytes, size);
        const net_params *const loaded = argv[1][0] == 't' ? &other.params : &params;
        printf("%s: %d, %g\n", argv[2], status, (double)loaded->hidden_kernel[1]);
        return 0;
    }
    CHECK(net_train_init(&trainer, 3) == NNC_OK && step(&trainer) == NNC_OK && step(&trainer) == NNC_OK);
    CHECK(net_save(&trainer.params, file, NET_SAVE_BYTES - 1, &size) == NNC_E_SPACE && size == 0 && file[0] == 0);
    CHECK(net_save(&trainer.params, file, sizeof file, &size) == NNC_OK && size == NET_SAVE_BYTES);
    CHECK(net_save(NULL, file, sizeof file, &size) == NNC_E_ARG && net_load(&params, NULL, size) == NNC_E_ARG);
    CHECK(net_load(&params, file, size) == NNC_OK && !memcmp(&params, &trainer.params, sizeof params));
    memset(&params, 1, sizeof params);
    if (damage(size, load_params, &params, sizeof params)) return 1;
    FILE *stream = fopen("saved.safetensors", "wb");
    CHECK(stream && fwrite(file, 1, size, stream) == size && fclose(stream) == 0);

    CHECK(net_train_save(&trainer, file, NET_TRAIN_SAVE_BYTES - 1, &size) == NNC_E_SPACE);
    CHECK(net_train_save(&trainer, file, sizeof file, &size) == NNC_OK && size == NET_TRAIN_SAVE_BYTES);
    CHECK(net_train_load(&other, file, size) == NNC_OK && step(&other) == NNC_OK && step(&trainer) == NNC_OK);
    CHECK(!memcmp(&other, &trainer, sizeof other));
    CHECK(net_load(&params, file, size) == NNC_OK); /* the weights alone */
    if (damage(size, load_trainer, &other, sizeof other)) return 1;
    stream = fopen("trainer.safetensors", "wb");
    CHECK(stream && fwrite(file, 1, size, stream) == size && fclose(stream) == 0);

    CHECK(net_train_from(&kept, &params, 3) == NNC_OK && !memcmp(&kept.params, &params, sizeof params));
    CHECK(kept.seed == 3 && kept.batches == 0 && net_train_from(&kept, NULL, 3) == NNC_E_ARG);
    printf("good\n");
    return 0;
}
