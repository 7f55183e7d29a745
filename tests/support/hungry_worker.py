"""A worker of 乐企 in a process of its own: so many threads ask at once, and it says how much memory that took."""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from fapiao.downloads.protocol import PartCursor, Request
from fapiao.errors import BureauError
from hooks.leqi.hook import LeqiHook

THREADS = 8


def asked() -> Request:
    """A full download of January."""
    days = {"window_start": None, "window_end": None, "observed_at": datetime(2027, 1, 20, tzinfo=UTC)}
    return Request(
        task_id=1, taxpayer_no="91310000MA1EXAMP07", leqi_id="SY", direction="output", download_type="output_full",
        job="history_output", document="invoice", invoice_type="81", **days,
    )  # fmt: skip


def peak() -> int:
    """The most that this process had in memory, MiB; getrusage would count what its parent had before."""
    (kibibytes,) = re.findall(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    return int(kibibytes) // 1024


def main() -> None:
    """Asks, and prints the codes of the failures and the peak in MiB, before and after."""
    hook = LeqiHook()
    before = peak()

    def poll(_: int) -> str:
        try:
            return hook.poll(asked(), "1" * 32, PartCursor(1)).stage.value
        except BureauError as failed:
            return failed.code

    with ThreadPoolExecutor(THREADS) as threads:
        codes = sorted(threads.map(poll, range(THREADS)))
    json.dump({"codes": codes, "before": before, "peak": peak()}, sys.stdout)


if __name__ == "__main__":
    main()
