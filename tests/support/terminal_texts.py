"""What some command lines print on a terminal of 80 or 200 cells and into a pipe, in both languages.

`python tests/support/terminal_texts.py` writes tests/launcher/terminal/*.txt again: read the difference before it is
committed.
"""

import fcntl
import os
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "tests/launcher/terminal"
LOCALES = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}
WIDTHS = (80, 200, None)
"""Cells of a terminal; None is a pipe."""
DAY = "calendar --from 2027-03-10 --to 2027-03-10"
LINES = (
    "--help", "run --help", "calendar --help", f"{DAY} --channel leqi --job incremental",
    f"{DAY} --channel aisino --job history_output", "calendar --from yesterday --to 2027-03-10", "calendar", "dmeo",
)  # fmt: skip
"""Helps, a success, an empty answer, a refusal, a line that is not understood, a mistyped command."""
SAYS_ALL = """
import sys
from launcher.main import main
for line in sys.argv[1:]:
    print(f"$ ./fapiao {line}", flush=True)
    try:
        code = main(line.split())
    except SystemExit as ended:
        code = ended.code
    sys.stderr.flush()
    print(f"= {code}", flush=True)
"""
_COLOURS = re.compile(rb"\x1b\[[\d;]*m")


def printed(width: int | None, variables: Mapping[str, str]) -> bytes:
    """Everything, standard error among it, as the bytes that reach the terminal or the pipe; without colours."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("FAPIAO_LANG", "COLUMNS", "LANG", "LC_ALL")
    }
    environment = kept | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}", "TERM": "xterm"} | variables
    command = [sys.executable, "-c", SAYS_ALL, *LINES]
    if width is None:
        return subprocess.run(command, env=environment, check=True, stdout=-1, stderr=subprocess.STDOUT).stdout
    ours, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    with subprocess.Popen(command, env=environment, stdout=theirs, stderr=theirs):
        os.close(theirs)
        text = _read_to_the_end(ours)
    return _COLOURS.sub(b"", text).replace(b"\r\n", b"\n")


def _read_to_the_end(terminal: int) -> bytes:
    """Linux ends a terminal that nobody writes to any more with an error."""
    found = bytearray()
    with os.fdopen(terminal, "rb", buffering=0) as stream:
        while True:
            try:
                part = stream.read(65536)
            except OSError:
                part = b""
            if not part:
                return bytes(found)
            found += part


def file_of(spoken: str, width: int | None) -> Path:
    """Where it is kept."""
    return FOLDER / f"{spoken}-{width or 'piped'}.txt"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for language, locale in LOCALES.items():
        for cells in WIDTHS:
            file_of(language, cells).write_bytes(printed(cells, {"LANG": locale}))
