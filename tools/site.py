#!/usr/bin/env python3
# SPDX-License-Identifier: MIT-0
"""Makes the documentation's site: the pages of docs/ and of the examples by pandoc, and a reference from nnc's tables.

usage: tools/site.py NNC FOLDER

One folder of plain pages that need no server and nothing from elsewhere. A name of a page in backquotes becomes a link
to it. What the reference says is what `nnc --list-…=json`, `nnc --explain` and the golden cases of the tests say.
"""
import glob
import html
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
GUIDES = (("Learn", (("README.md", "nnc"), ("docs/tutorial.md", "Tutorial"), ("docs/howto.md", "Short answers"),
                     ("examples/README.md", "Examples"))),
          ("Use", (("docs/data.md", "Data"), ("docs/import.md", "Models in and out"),
                   ("docs/embedding.md", "Embedding"), ("docs/quantization.md", "Whole numbers"),
                   ("python/README.md", "Python"),
                   ("docs/editors.md", "Editors"))),
          ("Know", (("docs/keras.md", "Keras' names"), ("docs/performance.md", "Performance"),
                    ("docs/scaling.md", "Scaling"), ("docs/security.md", "Security"), ("docs/design.md", "Design"),
                    ("docs/extending.md", "Extending"), ("CONTRIBUTING.md", "Contributing"),
                    ("CHANGES.md", "Changes"))))
KINDS = ("layers", "activations", "losses", "metrics", "optimizers", "schedules", "initializers", "regularizers",
         "constraints", "callbacks", "sources")
STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; --link: #0b57d0 }
@media (prefers-color-scheme: dark) { :root { --link: #8ab4f8 } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; display: flex }
nav { flex: 0 0 13rem; padding: 1rem; border-right: 1px solid var(--line); font-size: .9rem }
nav b { display: block; margin-top: 1rem } nav a { display: block; padding: .15rem 0 }
main { flex: 1; min-width: 0; max-width: 60rem; padding: 0 2rem 4rem }
a { color: var(--link) } a[aria-current] { font-weight: bold }
pre { background: var(--soft); padding: .8rem; overflow-x: auto; line-height: 1.3 } code { font-size: .92em }
table { border-collapse: collapse; display: block; overflow-x: auto } td, th { border: 1px solid var(--line);
padding: .25rem .5rem; text-align: left; vertical-align: top }
h2, h3 { scroll-margin-top: 1rem } .skip { position: absolute; left: -99rem } .skip:focus { left: 0 }
@media (max-width: 50rem) { body { display: block } nav { border-right: 0; border-bottom: 1px solid var(--line) }
nav a { display: inline-block; margin-right: .8rem } nav b { margin-top: .3rem } main { padding: 0 1rem 3rem } }
"""


def run(*words, text=None):
    return subprocess.run(words, input=text, text=True, check=True, stdout=subprocess.PIPE).stdout


def page_of(path):
    """docs/data.md → data.html, README.md → index.html, examples/toy/README.md → example-toy.html"""
    if path == "README.md":
        return "index.html"
    folder, name = os.path.split(path)
    if name != "README.md":
        return name[:-len(".md")].lower() + ".html"
    folder, name = os.path.split(folder)
    return f"example-{name}.html" if folder else name + ".html"


class Site:
    def __init__(self, nnc, folder):
        self.nnc, self.folder = nnc, folder
        examples = sorted(os.path.relpath(path, ROOT) for path in glob.glob(os.path.join(ROOT, "examples/*/README.md")))
        self.sources = [path for _, pages in GUIDES for path, _ in pages] + examples
        self.pages = {path: page_of(path) for path in self.sources}

    def navigation(self, page):
        def link(target, text):
            current = ' aria-current="page"' if target == page else ""
            return f'<a href="{target}"{current}>{text}</a>'
        groups = [(name, [link(self.pages[path], text) for path, text in pages]) for name, pages in GUIDES]
        reference = [link(f"{kind}.html", kind.capitalize()) for kind in KINDS]
        reference += [link("errors.html", "Errors"), link("manual.html", "Manual page")]
        groups.insert(2, ("Look up", reference))
        return "".join(f"<b>{name}</b>{''.join(links)}\n" for name, links in groups)

    def write(self, page, title, body):
        text = f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title><style>{STYLE}</style></head>
<body><a class="skip" href="#main">To the text</a><nav aria-label="Pages">
{self.navigation(page)}</nav>
<main id="main">
{body}</main></body></html>
"""
        with open(os.path.join(self.folder, page), "w", encoding="utf-8") as file:
            file.write(text)

    def linked(self, body, source):
        """Links to files become links to pages; a page's name in backquotes becomes one."""
        beside = os.path.dirname(source)

        def found(path):
            for each in (path, os.path.join(path, "README.md")):
                for base in (beside, "", "examples"):
                    page = self.pages.get(os.path.normpath(os.path.join(base, each)))
                    if page:
                        return page
            return None

        def link(match):
            page = found(match[1])
            return f'href="{page}{match[2]}"' if page else match[0]

        def name(match):
            page = found(match[1])
            return f'<a href="{page}">{match[0]}</a>' if page and page != self.pages[source] else match[0]

        body = re.sub(r'href="([^"#]+)(#?[^"]*)"', link, body)
        return re.sub(r"<code>([\w./-]+)</code>(?![^<]*</a>)", name, body)

    def guide(self, source):
        text = open(os.path.join(ROOT, source), encoding="utf-8").read()
        body = run("pandoc", "--from=gfm", "--to=html5", "--no-highlight", text=text)
        title = re.search(r"^# (.*)", text, re.MULTILINE)[1]
        self.write(self.pages[source], title, self.linked(body, source))

    def reference(self, kind, examples):
        table = json.loads(run(self.nnc, f"--list-{kind}=json"))
        parts = [f"<h1>{kind.capitalize()}</h1>\n<p>", ", ".join(
            f'<a href="#{each["names"][0]}">{each["names"][0]}</a>' for each in table["classes"]), "</p>\n"]
        for each in table["classes"]:
            name = each["names"][0]
            also = f"<p>Also {', '.join(f'<code>{other}</code>' for other in each['names'][1:])}.</p>\n"
            parts += [f'<h2 id="{name}">{name}</h2>\n', also if each["names"][1:] else "",
                      f"<p>{html.escape(each['meaning'] or '')}</p>\n", arguments(each["arguments"])]
            if name in examples:
                parts.append(self.example(examples[name]))
        if table["common"]:
            parts.append(f'<h2 id="common">Arguments that all of them take</h2>\n{arguments(table["common"])}')
        self.write(f"{kind}.html", kind.capitalize(), "".join(parts))

    def example(self, path):
        """A model that has the layer, and its shapes."""
        text = open(path, encoding="utf-8").read()
        model = text[text.index("model "):text.index("\n}") + 2]
        return (f"<p>For instance:</p>\n<pre>{html.escape(model)}</pre>\n"
                f"<pre>{html.escape(run(self.nnc, '--emit=summary', path))}</pre>\n")

    def errors(self):
        ids = run(self.nnc, "complete", "--", "nnc", "--explain=").split()
        ids = [each.removeprefix("--explain=") for each in ids]
        texts = [(each, html.escape(run(self.nnc, f"--explain={each}")).strip()) for each in sorted(ids)]
        body = "".join(f'<h2 id="{each}">{each}</h2>\n<pre>{text}</pre>\n' for each, text in texts)
        self.write("errors.html", "Errors and warnings", "<h1>Errors and warnings</h1>\n<p>What <code>nnc --explain=ID"
                   "</code> says.</p>\n" + body)

    def manual(self):
        text = run("man", "-l", "-Tutf8", os.path.join(ROOT, "docs/nnc.1"))
        plain = re.sub(r"\x1b\[[\d;]*m|.\x08", "", text)
        self.write("manual.html", "nnc(1)", f"<h1>nnc(1)</h1>\n<pre>{html.escape(plain)}</pre>\n")


def arguments(rows):
    if not rows:
        return ""
    cells = "".join(f"<tr><td><code>{row['name']}</code></td><td>" +
                    (f"<code>{html.escape(row['default'])}</code>" if row["default"] is not None else "required") +
                    f"</td><td>{html.escape(row['meaning'] or '')}</td></tr>\n" for row in rows)
    return f"<table><tr><th>argument</th><th>default</th><th>meaning</th></tr>\n{cells}</table>\n"


def shortest_examples(names):
    """For each layer the shortest golden case that has it behind its Input."""
    found = {}
    cases = glob.glob(os.path.join(ROOT, "tests/golden/cases/*.nn"))
    for path in sorted(cases, key=lambda path: (os.path.getsize(path), path)):
        text = open(path, encoding="utf-8").read()
        if "\nmodel " not in "\n" + text:
            continue
        for name in set(re.findall(r"\b([A-Z]\w+)\(", text)) & names:
            found.setdefault(name, path)
    return found


def main():
    nnc, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    os.makedirs(folder, exist_ok=True)
    site = Site(nnc, folder)
    for source in site.sources:
        site.guide(source)
    layers = {each["names"][0] for each in json.loads(run(nnc, "--list-layers=json"))["classes"]}
    examples = shortest_examples(layers - {"Input"})
    for kind in KINDS:
        site.reference(kind, examples if kind == "layers" else {})
    site.errors()
    site.manual()
    print(f"{len(os.listdir(folder))} pages in {folder}")


main()
