#!/usr/bin/env python3
"""browser.py CHROMIUM PAGE: opens the page and does what a visitor does. Speaks Chromium's own protocol over a pipe: a
message each way is JSON and a zero byte."""
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time

program, page = sys.argv[1:]


class Browser:
    """A page in a Chromium without a window."""

    def __init__(self, profile):
        commands, self.commands = os.pipe()
        self.answers, answers = os.pipe()
        # Chromium reads from 3 and writes to 4.
        script = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        self.process = subprocess.Popen(
            ["sh", "-c", script, program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(commands, answers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands), os.close(answers)
        self.numbers, self.rest, self.session = itertools.count(1), b"", None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def call(self, method, **params):
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                piece = os.read(self.answers, 1 << 16)
                assert piece, "Chromium is gone"
                self.rest += piece
            text, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(text)
            if answer.get("id") == number:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def run(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def text(self, name):
        return self.run(f"document.getElementById('{name}').textContent")

    def wait(self, script, what, seconds=60):
        end = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < end, f"{what} does not come: " + self.run("document.body.innerText")
            time.sleep(0.05)

    def key(self, key, code=0, text=""):
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code,
                      text=text if kind == "keyDown" else "")

    def stroke(self, points):
        """With the mouse over the pad, in parts of its size."""
        box = self.run("(b => [b.x, b.y, b.width])(document.getElementById('pad').getBoundingClientRect())")
        places = [(box[0] + x * box[2], box[1] + y * box[2]) for x, y in points]
        kinds = ["mousePressed"] + ["mouseMoved"] * (len(places) - 2) + ["mouseReleased"]
        for kind, (x, y) in zip(kinds, places):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=1, clickCount=1)

    def end(self):
        self.call("Browser.close")
        self.process.wait()


def replace(browser, old, new):
    """In the model, as if it were typed."""
    browser.run("(e => { e.focus(); e.setSelectionRange(...[0, %d].map(n => e.value.indexOf('%s') + n)); })"
                "(document.getElementById('model'))" % (len(old), old))
    browser.call("Input.insertText", text=new)


def visit(browser):
    browser.call("Emulation.setDeviceMetricsOverride", width=1280, height=900, deviceScaleFactor=1, mobile=False)
    browser.call("Page.navigate", url="file://" + os.path.abspath(page))
    browser.wait("document.body && document.body.dataset.ready", "the page")
    print("asked for", browser.run("performance.getEntriesByType('resource').length"), "other files")
    seconds, words = browser.text("circles-verdict").removeprefix("Trained in ").split(" s: ")
    assert float(seconds) < 5, seconds
    print("circles:", words)
    print("digits:", browser.text("digits-verdict").split(": ")[1])

    # The model: a mistake and its place, and shapes that follow what is written.
    replace(browser, "relu", "rellu")
    browser.wait("document.getElementById('diagnostics').children.length", "a diagnostic")
    print("editor:", browser.text("diagnostics"))
    print("marked:", browser.run("document.querySelector('#marks mark').textContent"))
    replace(browser, "rellu", "tanh")
    browser.wait("!document.getElementById('diagnostics').children.length", "a model without mistakes")
    browser.run("(e => { e.value = 'c'; e.dispatchEvent(new Event('change')); })(document.getElementById('stage'))")
    print("C:", "v_tanh" in browser.text("output") and "digits_train_step" in browser.text("output"))

    # The slider, by the keyboard.
    browser.run("document.getElementById('rate').focus()")
    browser.key("ArrowRight", 39)
    browser.wait("document.getElementById('gaps').children.length == 2", "a second run")
    print("rates:", *browser.run("[...document.querySelectorAll('#gaps th')].map(e => e.textContent)"))

    # The pad: a stroke downwards is a 1, a ring is a 0; cells by the keyboard.
    browser.run("document.getElementById('pad').scrollIntoView()")
    for points in ([(0.5, i / 10) for i in range(1, 10)],
                   [(0.5 + 0.24 * x, 0.5 + 0.4 * y) for x, y in ((0, -1), (0.7, -0.7), (1, 0), (0.7, 0.7), (0, 1),
                                                                  (-0.7, 0.7), (-1, 0), (-0.7, -0.7), (0, -1))]):
        browser.run("document.getElementById('clear').click()")
        browser.stroke(points)
        print("drawn:", browser.text("reading-text").split("say: ")[1].split(",")[0])
    browser.run("document.getElementById('clear').click(); document.getElementById('pad').focus()")
    for _ in range(3):
        browser.key("ArrowRight", 39)
    for _ in range(8):
        browser.key(" ", 32, " ")
        browser.key("ArrowDown", 40)
    print("typed:", browser.text("reading-text").split("say: ")[1].split(",")[0])

    # Whoever cannot see it: what takes the focus has a name.
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]
    focusable = [node for node in nodes if node.get("role", {}).get("value") != "RootWebArea" and any(
        each["name"] == "focusable" and each["value"]["value"] for each in node.get("properties", []))]
    nameless = [node["role"]["value"] for node in focusable if not node.get("name", {}).get("value")]
    assert len(focusable) > 10, focusable
    print("without a name:", len(nameless), *nameless)

    # A phone; and at night.
    browser.call("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    print("wider than a phone by", browser.run("document.documentElement.scrollWidth - 360"))
    for scheme in "light", "dark":
        browser.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        print(scheme + ":", browser.run("(s => s.backgroundColor + ' ' + s.color)(getComputedStyle(document.body))"))


print("page:", "under 2 MB" if os.path.getsize(page) < 2e6 else os.path.getsize(page))
with tempfile.TemporaryDirectory() as profile:
    browser = Browser(profile)
    try:
        visit(browser)
    finally:
        browser.end()
