/* SPDX-License-Identifier: MIT-0 */
/* What the page calls of a network's emitted C. All memory is here: the page writes samples into it and reads outputs.
 * The Makefile names the header of the network, NETWORK, and the type of its targets, TARGET. */
#include NETWORK

#define PAGE(type, name) __attribute__((export_name(#name))) type name
#define ARRAY(type, name, size)       \
    static type name[size];           \
    PAGE(type *, name##_place)(void); \
    type *name##_place(void) { return name; }

enum { SAMPLES = 2048, QUERIES = 4096 };

ARRAY(float, samples, SAMPLES *NET_IN)
ARRAY(TARGET, targets, SAMPLES)
ARRAY(float, queries, QUERIES *NET_IN)
ARRAY(float, outputs, QUERIES *NET_OUT) /* of queries; of several predictions the mean */
ARRAY(float, spreads, QUERIES *NET_OUT) /* and the standard deviation */
ARRAY(float, figures, 2)                /* loss and accuracy of what was trained on or evaluated last */

static net_trainer trainer;
static net_work work;
static uint16_t order[SAMPLES];
static uint32_t drawn;

/* There is no C library. */
void *memcpy(void *to, const void *from, size_t size);
void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    return to;
}

void *memset(void *to, int byte, size_t size);
void *memset(void *to, int byte, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)to)[i] = (unsigned char)byte;
    return to;
}

/* Fresh weights. */
PAGE(int, start)(uint32_t seed);
int start(uint32_t seed) {
    drawn = seed * 2654435761u + 1;
    return net_train_init(&trainer, seed);
}

static void shuffle(size_t count) {
    for (size_t i = 0; i < count; i++) order[i] = (uint16_t)i;
    for (size_t i = count; i > 1; i--) {
        drawn = drawn * 1664525u + 1013904223u;
        const size_t other = (size_t)((uint64_t)drawn * i >> 32);
        const uint16_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}

/* Loss and accuracy over samples, from sums of batches. */
static void conclude(float loss, const float *sums, size_t count) {
    figures[0] = loss / (float)count;
    figures[1] = sums[1] / sums[2];
}

/* Trains on each of the first `count` samples once, in another order each time. Returns a nnc_status. */
PAGE(int, epoch)(size_t count);
int epoch(size_t count) {
    static float x[NET_BATCH * NET_IN];
    static TARGET y[NET_BATCH];
    float sums[NET_SUMS] = {0}, loss = 0;
    shuffle(count);
    for (size_t first = 0; first < count; first += NET_BATCH) {
        const size_t n = count - first < NET_BATCH ? count - first : NET_BATCH;
        for (size_t i = 0; i < n; i++) {
            memcpy(x + i * NET_IN, samples + order[first + i] * NET_IN, NET_IN * sizeof *x);
            y[i] = targets[order[first + i]];
        }
        const int status = net_train_step(&trainer, x, y, NULL, n, sums);
        if (status != NNC_OK) return status;
        loss += sums[0] * (float)n;
    }
    conclude(loss, sums, count);
    return NNC_OK;
}

/* Loss and accuracy of the samples from `first` up to `end`, without dropout. */
PAGE(int, evaluate)(size_t first, size_t end);
int evaluate(size_t first, size_t end) {
    float sums[NET_SUMS] = {0}, loss = 0;
    const size_t count = end - first;
    for (size_t n; first < end; first += n) {
        n = end - first < NET_BATCH ? end - first : NET_BATCH;
        const float *const x = samples + first * NET_IN;
        const int status = net_evaluate(&trainer.params, &work, x, targets + first, NULL, n, sums);
        if (status != NNC_OK) return status;
        loss += sums[0] * (float)n;
    }
    conclude(loss, sums, count);
    return NNC_OK;
}

PAGE(int, predict)(size_t count);
int predict(size_t count) { return net_predict(&trainer.params, &work, queries, outputs, count); }

/* Mean and standard deviation of `times` predictions with dropout on; without dropout (PLAIN) all are alike. */
PAGE(int, predict_often)(size_t count, uint32_t times, uint32_t seed);
int predict_often(size_t count, uint32_t times, uint32_t seed) {
#ifdef PLAIN
    (void)times, (void)seed;
    memset(spreads, 0, count * NET_OUT * sizeof *spreads);
    return predict(count);
#else
    return net_predict_mc(&trainer.params, &work, queries, outputs, spreads, count, 0, times, seed);
#endif
}
