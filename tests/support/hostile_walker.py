"""A process that forks one command of ./fapiao per line of stdin, and tells what it said, and what memory and time it took.

A line is JSON: the words of the command. The answer is one line: code, said, mebibytes, seconds.
"""

import contextlib
import io
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

from fapiao.rules.book import rulebook  # noqa: E402
from launcher.commands import entries, files, receive, rights, schemes, select, taxpayers  # noqa: E402, F401 once for all
from launcher.main import main  # noqa: E402

rulebook()
MOST_SECONDS = 60


def forked(words: list[str]) -> dict[str, Any]:
    """One command to its end."""
    read_end, write_end = os.pipe()
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        signal.alarm(MOST_SECONDS)
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                code = main(words)
            except BaseException as broken:
                code, _ = 99, said.write(repr(broken))
        with os.fdopen(write_end, "wb") as target:
            target.write(said.getvalue().encode())
        os._exit(code)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as told:
        text = told.read().decode("utf-8", "replace")
    _, status, used = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "said": text,
        "mebibytes": used.ru_maxrss >> 10,
        "seconds": time.monotonic() - begun,
    }


answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
for line in sys.stdin:
    print(json.dumps(forked(json.loads(line))), file=answers, flush=True)
