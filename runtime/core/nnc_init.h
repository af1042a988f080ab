/* SPDX-License-Identifier: MIT-0
 *
 * nnc_init.h - initial weights. Every value is a pure function of the stream and its place in the tensor.
 */
#ifndef NNC_INIT_H_INCLUDED
#define NNC_INIT_H_INCLUDED

#include "nnc.h"
#include "nnc_random.h"
#include "nnc_rows.h"
#include "nnc_vec.h"

/* @part init_constant */

static inline void init_constant(real *values, size_t size, real value) {
    for (size_t i = 0; i < size; i++) {
        values[i] = value;
    }
}

/* @part init_uniform */

/** Uniform in [low, high). */
static inline void init_uniform(real *values, size_t size, real low, real high, nnc_random random) {
    for (size_t block = 0; block < size; block += NNC_RANDOM_BLOCK) {
        uint32_t bits[NNC_RANDOM_BLOCK];
        const size_t left = least(size - block, NNC_RANDOM_BLOCK);
        v_random_block(&random, (uint32_t)(block / NNC_RANDOM_BLOCK), bits);
        for (size_t c = 0; c < left; c += LANES) {
            const size_t n = v_lanes(left - c);
            v_store(values + block + c, low + (high - low) * v_uniform(bits + c, n), n);
        }
    }
}

/* @part init_normal_block */

/* 64 standard normal numbers; the angles come from the purpose after the stream's. */
static inline void init_normal_block(const nnc_random *random, uint32_t block, real normal[NNC_RANDOM_BLOCK]) {
    uint32_t bits[NNC_RANDOM_BLOCK], angle_bits[NNC_RANDOM_BLOCK];
    nnc_random angle = *random;
    angle.purpose++;
    v_random_block(random, block, bits);
    v_random_block(&angle, block, angle_bits);
    for (size_t c = 0; c < NNC_RANDOM_BLOCK; c += LANES) {
        v_store(normal + c, v_normal(bits + c, angle_bits + c, LANES), LANES);
    }
}

/* @part init_normal */

/** Normal with this mean and standard deviation. */
static inline void init_normal(real *values, size_t size, real mean, real stddev, nnc_random random) {
    for (size_t block = 0; block < size; block += NNC_RANDOM_BLOCK) {
        real normal[NNC_RANDOM_BLOCK];
        init_normal_block(&random, (uint32_t)(block / NNC_RANDOM_BLOCK), normal);
        for (size_t i = 0; i < NNC_RANDOM_BLOCK && block + i < size; i++) {
            values[block + i] = mean + stddev * normal[i];
        }
    }
}

/* @part init_truncated */

/** Normal, with draws beyond two standard deviations drawn again (from the next batch of the stream). */
static inline void init_truncated(real *values, size_t size, real mean, real stddev, nnc_random random) {
    for (size_t block = 0; block < size; block += NNC_RANDOM_BLOCK) {
        const size_t left = least(size - block, NNC_RANDOM_BLOCK);
        real kept[NNC_RANDOM_BLOCK];
        unsigned char done[NNC_RANDOM_BLOCK] = {0};
        size_t missing = left;
        for (random.batch[0] = 0; missing > 0; random.batch[0]++) {
            real normal[NNC_RANDOM_BLOCK];
            init_normal_block(&random, (uint32_t)(block / NNC_RANDOM_BLOCK), normal);
            for (size_t i = 0; i < left; i++) {
                if (!done[i] && normal[i] > -2 && normal[i] < 2) {
                    done[i] = 1;
                    kept[i] = normal[i];
                    missing--;
                }
            }
        }
        for (size_t i = 0; i < left; i++) {
            values[block + i] = mean + stddev * kept[i];
        }
    }
}

/* @part init_dot */

static inline real init_dot(const real *a, const real *b, size_t n, size_t step) {
    real sum = 0;
    for (size_t i = 0; i < n; i++) {
        sum += a[i * step] * b[i * step];
    }
    return sum;
}

/* @part init_orthogonal */

/** A normal matrix (rows, columns) whose rows, or columns if those are fewer, are made orthonormal by Gram and Schmidt,
 *  twice for float's sake: the Q of a QR decomposition with a positive diagonal of R, as Keras takes it; times gain. */
static inline void init_orthogonal(real *values, size_t rows, size_t columns, real gain, nnc_random random) {
    const size_t count = rows < columns ? rows : columns, length = rows < columns ? columns : rows;
    const size_t next = rows < columns ? columns : 1, step = rows < columns ? 1 : columns;
    init_normal(values, rows * columns, 0, 1, random);
    for (size_t i = 0; i < count; i++) {
        real *v = values + i * next;
        for (int pass = 0; pass < 2; pass++) {
            for (size_t j = 0; j < i; j++) {
                const real *u = values + j * next;
                const real along = init_dot(u, v, length, step);
                for (size_t k = 0; k < length; k++) {
                    v[k * step] -= along * u[k * step];
                }
            }
        }
        const real scale = 1 / root_of(init_dot(v, v, length, step));
        for (size_t k = 0; k < length; k++) {
            v[k * step] *= scale;
        }
    }
    for (size_t i = 0; i < rows * columns; i++) {
        values[i] *= gain;
    }
}

/* @part init_identity */

static inline void init_identity(real *values, size_t rows, size_t columns, real gain) {
    for (size_t i = 0; i < rows * columns; i++) {
        values[i] = i / columns == i % columns ? gain : 0;
    }
}

/* @end */

#endif
