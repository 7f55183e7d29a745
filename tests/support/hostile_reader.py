"""A process that forks one reading of a layout file per line of stdin, and tells what memory and processor time it took.

A line is JSON: the kind and the path of the file. The answer is one line: code, mebibytes, seconds.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]

from fapiao.layout.reading import read_file  # noqa: E402
from fapiao.rules.book import rulebook  # noqa: E402

rulebook()


def forked(kind: str, file: str) -> dict[str, Any]:
    """One reading to its end; the peak is its own, for this process holds nothing but the modules."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            read_file(kind, Path(file).read_bytes())
            code = 0
        finally:
            os._exit(code)
    _, status, used = os.wait4(child, 0)
    return {
        "code": os.waitstatus_to_exitcode(status),
        "mebibytes": used.ru_maxrss >> 10,
        "seconds": used.ru_utime + used.ru_stime,
    }


for line in sys.stdin:
    print(json.dumps(forked(*json.loads(line))), flush=True)
