# SPDX-License-Identifier: MIT-0
"""Every link of the pages leads somewhere: links.py FILE.md|FILE.html …. Prints those that do not, and how many there
are. Links to other hosts are counted, not followed."""
import os
import re
import sys

LINK = {".md": re.compile(r"\[[^]`]+\]\(([^)\s]+)\)"), ".html": re.compile(r'href="([^"]*)"')}
ANCHOR = re.compile(r'id="([^"]+)"')
count = 0
for path in sys.argv[1:]:
    text = open(path, encoding="utf-8").read()
    ids = ANCHOR.findall(text)
    for each in sorted({each for each in ids if ids.count(each) > 1}):
        print(f"{path}: id {each} twice")
    for target in LINK[os.path.splitext(path)[1]].findall(text):
        count += 1
        file, _, anchor = target.partition("#")
        if re.match(r"https?:", target):
            continue
        where = os.path.join(os.path.dirname(path), file) if file else path
        if not os.path.exists(where):
            print(f"{path}: there is no {target}")
        elif anchor and where.endswith(".html") and anchor not in ANCHOR.findall(open(where, encoding="utf-8").read()):
            print(f"{path}: {file} has no {anchor}")
print(f"{len(sys.argv) - 1} pages, {count} links")
