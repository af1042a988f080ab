/* SPDX-License-Identifier: MIT-0 */
/* What programs for every target share: numbers to compute with, a hash of what comes of them, and a way to tell it
 * without a C library. main() is `hashes`, which fills an array of COUNT hashes. */
#include <stddef.h>
#include <stdint.h>

enum { COUNT = 3 };
const uint64_t *hashes(void);

/* FNV-1a */
static uint64_t hash(uint64_t digest, const void *bytes, size_t size) {
    const unsigned char *const from = (const unsigned char *)bytes;
    for (size_t at = 0; at < size; at++) digest = (digest ^ from[at]) * UINT64_C(0x100000001b3);
    return digest;
}
/* Of numbers of four bytes, in either order. */
static inline uint64_t hash_numbers(const float *numbers, size_t count) {
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < count; i++) {
        union {
            float real;
            uint32_t bits;
        } number;
        unsigned char bytes[4];
        number.real = numbers[i];
        for (int byte = 0; byte < 4; byte++) bytes[byte] = (unsigned char)(number.bits >> 8 * byte);
        digest = hash(digest, bytes, sizeof bytes);
    }
    return digest;
}

/* [-1, 1), exactly, from a state that begins at 1. */
static void fill(float *numbers, size_t count, uint64_t *state) {
    for (size_t i = 0; i < count; i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        numbers[i] = (float)(int32_t)(uint32_t)(*state >> 40) / 8388608 - 1;
    }
}

#ifdef __wasm__
void *memcpy(void *to, const void *from, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)to)[i] = ((const unsigned char *)from)[i];
    return to;
}
void *memset(void *to, int byte, size_t size) {
    for (size_t i = 0; i < size; i++) ((unsigned char *)to)[i] = (unsigned char)byte;
    return to;
}
int memcmp(const void *a, const void *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const int more = ((const unsigned char *)a)[i] - ((const unsigned char *)b)[i];
        if (more) return more;
    }
    return 0;
}
#else
#ifdef __AVR__
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>

static void put(char c) { UDR0 = (uint8_t)c; }
static void stop(void) {
    cli();
    sleep_mode(); /* simavr ends */
}
#else
#include <stdio.h>

static void put(char c) { putchar(c); }
static void stop(void) { fflush(stdout); }
#endif

int main(void) {
    const uint64_t *const all = hashes();
    for (int i = 0; i < COUNT; i++) {
        for (int shift = 60; shift >= 0; shift -= 4) put("0123456789abcdef"[all[i] >> shift & 15]);
        put('\n');
    }
    stop();
    return 0;
}
#endif
