/* SPDX-License-Identifier: MIT-0 */
/* What a sketch sees of Arduino, as far as the examples go; one turn of loop(). */
#include <cstdio>
#include <cstdlib>

struct Port {
    void begin(long) {}
    void println(const char *text) { std::puts(text); }
    void println(double number, int digits) { std::printf("%.*f\n", digits, number); }
};
static Port Serial;
static void delay(unsigned long) { std::exit(0); }
void setup();
void loop();
int main() {
    setup();
    for (;;) loop();
}
