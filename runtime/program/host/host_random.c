/* SPDX-License-Identifier: MIT-0 */
/* host_random.c - random numbers in sequence, on top of the counter-based generator. */
#include "host/host.h"

#include <math.h>

NNC_API nnc_stream nnc_stream_for(uint64_t seed, uint32_t purpose, uint64_t batch) {
    nnc_stream stream;
    stream.random = nnc_random_for(seed, purpose, batch);
    stream.block = 0;
    stream.used = NNC_RANDOM_BLOCK;
    return stream;
}

NNC_API uint32_t nnc_stream_next(nnc_stream *stream) {
    if (stream->used == NNC_RANDOM_BLOCK) {
        nnc_random_block(&stream->random, stream->block++, stream->bits);
        stream->used = 0;
    }
    return stream->bits[stream->used++];
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019: no bias. */
NNC_API uint32_t nnc_stream_below(nnc_stream *stream, uint32_t bound) {
    uint64_t product = (uint64_t)nnc_stream_next(stream) * bound;
    if ((uint32_t)product < bound) {
        uint32_t threshold = (0u - bound) % bound;
        while ((uint32_t)product < threshold) {
            product = (uint64_t)nnc_stream_next(stream) * bound;
        }
    }
    return (uint32_t)(product >> 32);
}

NNC_API double nnc_stream_uniform(nnc_stream *stream) { return ((double)nnc_stream_next(stream) + 0.5) / 4294967296.0; }

/* Box and Muller, one of the two. */
NNC_API double nnc_stream_normal(nnc_stream *stream) {
    const double two_pi = 6.283185307179586;
    double radius = sqrt(-2 * log(nnc_stream_uniform(stream)));
    return radius * cos(two_pi * nnc_stream_uniform(stream));
}

/* Fisher and Yates, from the identity. */
NNC_API void nnc_shuffle(uint64_t seed, uint64_t epoch, uint32_t *order, size_t count) {
    nnc_stream stream = nnc_stream_for(seed, NNC_PURPOSE_SHUFFLE, epoch);
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = count; i > 1; i--) {
        uint32_t other = nnc_stream_below(&stream, (uint32_t)i);
        uint32_t kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
}
