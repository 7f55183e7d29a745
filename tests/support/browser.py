"""A headless browser driven over the Chrome DevTools Protocol: what a person sees and does in Airflow's own pages."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from websockets.sync.client import ClientConnection, connect

VARIABLE = "FAPIAO_BROWSER"
MISSING = f"no browser: name a Chromium or Chrome by {VARIABLE}; it is not looked for, because the forms take minutes"
PATIENCE_SECONDS = 60.0
"""How long a page may show nothing new before it is given up."""
_LONGEST_SECONDS = 900.0
"""How long a page may go on showing something new without what is waited for."""
_LARGEST_MESSAGE = 64 * 2**20
_OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # the account of a container may be root; the pages are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--lang=zh-CN",
    "--remote-debugging-port=0",
)
_STANDING = """(async e => {
    const drawn = () => new Promise(requestAnimationFrame), place = () => e.getBoundingClientRect();
    if (!e || e.disabled) return null;
    e.scrollIntoView({block: 'center'});
    await drawn();
    const one = place();
    await drawn();
    const two = place(), x = two.x + two.width / 2, y = two.y + two.height / 2;
    const still = two.width && one.x === two.x && one.y === two.y && one.width === two.width;
    return still && e.contains(document.elementFromPoint(x, y)) ? [x, y] : null;
})"""
"""Where to press an element: it may be pressed, stands still from one drawing to the next, and nothing lies over it."""


def browser_path() -> str | None:
    """The browser that FAPIAO_BROWSER names, a path or a name on PATH; None where none is named."""
    wanted = os.environ.get(VARIABLE, "").strip()
    return (shutil.which(wanted) or wanted) if wanted else None


class Page:
    """One tab; every wait ends with an AssertionError that says what was waited for and what the page shows."""

    def __init__(self, connection: ClientConnection, session: str | None) -> None:
        self._connection, self._number = connection, 0
        self._session = {"sessionId": session} if session else {}

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """One command of the protocol and its result. Raises AssertionError with the browser's own complaint."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": parameters, **self._session}
        self._connection.send(json.dumps(order))
        while (answer := json.loads(self._connection.recv(PATIENCE_SECONDS))).get("id") != self._number:
            pass
        assert "error" not in answer, f"{method}: {answer['error']}"
        found: dict[str, Any] = answer["result"]
        return found

    def value(self, script: str) -> Any:
        """What an expression of the page comes to, as JSON."""
        told = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, f"{script}: {told['exceptionDetails']}"
        return told["result"].get("value")

    def open(self, url: str) -> None:
        """Goes to an address; what must be there is waited for by `until`."""
        self.call("Page.navigate", url=url)

    def text(self) -> str:
        """What the page shows; editors write their blanks as unbreakable ones."""
        return str(self.value("document.body ? document.body.innerText : ''")).replace("\N{NO-BREAK SPACE}", " ")

    def until(self, script: str, seconds: float = PATIENCE_SECONDS) -> Any:
        """Waits until an expression is true, and returns its value.

        The patience begins anew whenever the page shows something new: on a busy machine Airflow's pages are drawn
        piece by piece, first with the names of their words and many seconds later with the words.
        """
        return self._wait(lambda: self.value(script), script, seconds)

    def until_text(self, *texts: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Waits until the page shows all these texts, and returns all it shows."""

        def shown() -> str:
            text = self.text()
            return text if all(one in text for one in texts) else ""

        return str(self._wait(shown, " and ".join(texts), seconds))

    def _wait(self, found: Callable[[], Any], what: str, seconds: float) -> Any:
        began = changed = time.monotonic()
        shown = ""
        while not (value := found()):
            now = time.monotonic()
            if (text := self.text()) != shown:
                shown, changed = text, now
            waited = f"waited {now - began:.0f} s for {what}; the page shows:\n{text}"
            assert now < min(changed + seconds, began + max(seconds, _LONGEST_SECONDS)), waited
            time.sleep(0.2)
        return value

    def click(self, script: str) -> None:
        """Presses the element that an expression comes to, with a real mouse, once it is there and stands still."""
        place = self.until(f"{_STANDING}({script})")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def write(self, script: str, text: str) -> None:
        """Types into the field that an expression comes to, in place of what stands there."""
        self.click(script)
        self.value(f"({script}).select()")
        self.call("Input.insertText", text=text)

    def press(self, key: str) -> None:
        """One key, like Enter or Tab."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=13)

    def picture(self, file: Path, width: int = 1280, height: int = 800) -> None:
        """Writes what the page shows as a WebP, which is a third of a PNG."""
        self.size(width, height)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="webp", quality=45)["data"]))

    def size(self, width: int, height: int) -> None:
        """The size of the window, in CSS pixels."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


@contextmanager
def browser_page(browser: str) -> Iterator[Page]:
    """A tab of a browser of its own, without a profile; both are gone at the end."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [browser, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            address = _address(process, Path(profile) / "DevToolsActivePort")
            with connect(address, max_size=_LARGEST_MESSAGE, compression=None, proxy=None) as connection:
                yield _first_tab(connection)
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _address(process: subprocess.Popen[bytes], written: Path) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (written.exists() and (lines := written.read_text(encoding="ascii").split())[1:]):
        assert process.poll() is None, f"{process.args[0]} ended with {process.returncode}"
        assert time.monotonic() < deadline, f"{process.args[0]} does not say where it listens"
        time.sleep(0.05)
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _first_tab(connection: ClientConnection) -> Page:
    """Attaches to the tab that the browser opened by itself."""
    whole = Page(connection, None)
    targets = whole.call("Target.getTargets")["targetInfos"]
    tab = next(target["targetId"] for target in targets if target["type"] == "page")
    page = Page(connection, whole.call("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"])
    page.call("Page.enable")
    return page
