# SPDX-License-Identifier: MIT-0
"""too_long.py FILE: a C file that keeps none of the limits, by one line or column each."""
import sys

lines = ["int kept(void) {", *["    kept();"] * 68, "}"]  # 70 lines
lines += ["static int longest(int a,", "                   int b) {", *["    kept();"] * 69, "}"]
lines += ["int brief(void) { return 0; }", "struct wide {", *["    int a;"] * 80, "};"]
lines += ["static const int table[] = {", *["    1,"] * 80, "};", "#ifdef A", "int other(void)", "{", "}", "#endif"]
lines += ["//"] * (501 - len(lines))
lines[2] = lines[2].ljust(121, "/")
open(sys.argv[1], "w").write("\n".join(lines) + "\n")
