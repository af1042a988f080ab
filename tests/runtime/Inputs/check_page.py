# SPDX-License-Identifier: MIT-0
"""Says what is wrong with a report: tags that do not match, anything that a browser would load or run, pictures without
a name."""
import html.parser
import re
import sys

VOID = {"meta", "img", "br", "link"}
SVG_EMPTY = {"path", "circle"}


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.wrong, self.counts = [], [], {}
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.counts[tag] = self.counts.get(tag, 0) + 1
        attrs = dict(attrs)
        if tag in ("script", "link", "iframe", "object", "embed", "base", "form"):
            self.wrong.append(f"<{tag}>")
        for name, value in attrs.items():
            if name.startswith("on") or (name in ("src", "href", "srcset", "action") and not value.startswith("data:")):
                self.wrong.append(f"{name}={value}")
            if "d" == name and re.search("nan|inf", value):
                self.wrong.append(f"path {value[:40]}")
        if tag == "svg" and attrs.get("role") != "img":
            self.wrong.append("svg without a role")
        if tag == "img" and not attrs.get("alt"):
            self.wrong.append("img without alt")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")

    def handle_data(self, data):
        self.text += data


source = open(sys.argv[1], encoding="utf-8").read()
page = Page()
page.feed(source)
page.close()
wrong = page.wrong + [f"open: {tag}" for tag in page.open]
wrong += ["url()"] if re.search(r"url\(|@import", source) else []
# Every number of a drawing lies on the page: no coordinate is far outside.
for d in re.findall(r' d="([^"]*)"', source):
    wrong += [f"coordinate {n}" for n in re.findall(r"-?\d+\.\d+", d) if abs(float(n)) > 2000]
print(wrong or "well-formed and alone", page.counts.get("svg", 0), "drawings", page.counts.get("img", 0), "pictures",
      page.counts.get("table", 0), "tables")
