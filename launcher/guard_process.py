"""Lives beside a launcher process, reads from a pipe what that one has started, and ends it when the pipe ends.

However the launcher goes, by its last line or by kill -9, the system closes the pipe. Nothing is imported before that.
"""

import json
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Read to the end of the pipe, then end what is left; signals meant for the launcher do not end its guard."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    leaders: dict[int, dict[str, object]] = {}
    homes: list[str] = []
    for line in sys.stdin:
        match json.loads(line):
            case {"leader": int(pid), **rest}:
                leaders[pid] = rest
            case {"ended": int(pid)}:
                leaders.pop(pid, None)
            case {"postgres": str(home)}:
                homes.append(home)
            case {"left": str(home)}:
                homes.remove(home)
    if leaders or homes:
        sys.path[:0] = [str(ROOT), str(ROOT / "plugins")]
        from launcher.left_behind import end_left_behind  # noqa: PLC0415 it would keep every command waiting

        end_left_behind(leaders, homes)


if __name__ == "__main__":
    main()
