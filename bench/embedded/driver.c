/* SPDX-License-Identifier: MIT-0 */
/* Calls a network, CALL, with IN values x and OUT values y: on QEMU's mps2-an386, where it says by semihosting how many
 * instructions and how much stack a call takes; on a hosted machine how many microseconds. BEFORE comes first, once. */
#include <stdint.h>

#include INTERFACE

static float x[IN], y[OUT];
static void fill(float *numbers, uint32_t count) {
    for (uint32_t i = 0, state = 1; i < count; i++) {
        state = state * UINT32_C(1664525) + UINT32_C(1013904223);
        numbers[i] = (float)(int32_t)(state >> 8) * (1.0f / 16777216.0f) - 0.5f;
    }
}
DECLARED
static __attribute__((noinline)) void call(void) { CALL; }

#ifdef __arm__
enum { WRITE0 = 4, EXIT = 0x18, ENDED = 0x20026, TICK = 40 /* instructions: 25 MHz, -icount shift=0 */ };
#define SYSTICK ((volatile uint32_t *)0xE000E010)
extern uint32_t stack_top[], stack_bottom[];
void start(void);

__attribute__((section(".vectors"), used)) static const struct {
    void *stack;
    void (*handlers[15])(void);
} vectors = {stack_top, {start}};

static void host(uint32_t operation, const void *argument) {
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void say(const char *what, uint32_t number) {
    char text[12], *at = text + 11;
    *at = '\0';
    do *--at = (char)('0' + number % 10);
    while (number /= 10);
    host(WRITE0, what);
    host(WRITE0, at);
    host(WRITE0, "\n");
}

/* Down to where a call has written over what the stack was painted with. */
static __attribute__((noinline)) uint32_t depth(void) {
    uint32_t here;
    __asm__ volatile("mov %0, sp" : "=r"(here));
    volatile uint32_t *const top = (uint32_t *)(here - 64);
    for (volatile uint32_t *at = stack_bottom; at < top; at++) *at = 0xA5A5A5A5;
    call();
    volatile uint32_t *at = stack_bottom;
    while (*at == 0xA5A5A5A5) at++;
    return here - (uint32_t)(uintptr_t)at;
}

void start(void) {
    *(volatile uint32_t *)0xE000ED88 |= 0xF << 20; /* the FPU */
    __asm__ volatile("dsb\nisb");
    fill(x, IN);
    BEFORE;
    SYSTICK[1] = 0xFFFFFF, SYSTICK[2] = 0, SYSTICK[0] = 5;
    call();
    const uint32_t from = SYSTICK[2];
    for (int i = 0; i < TIMES; i++) call();
    say("instructions ", (uint32_t)((uint64_t)((from - SYSTICK[2]) & 0xFFFFFF) * TICK / TIMES));
    say("stack ", depth());
    host(EXIT, (const void *)ENDED);
}
#else
#include <stdio.h>
#include <time.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e6 * (double)time.tv_sec + 1e-3 * (double)time.tv_nsec;
}

int main(void) {
    double best = 1e30;
    fill(x, IN);
    BEFORE;
    for (int turn = 0; turn < 200; turn++) {
        const double from = now();
        for (int i = 0; i < TIMES; i++) call();
        const double taken = (now() - from) / TIMES;
        if (taken < best) best = taken;
    }
    printf("microseconds %.3f\n", best);
    return 0;
}
#endif
