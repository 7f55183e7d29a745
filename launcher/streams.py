"""The streams of a command line: Chinese goes out as Chinese wherever a terminal can show it."""

import codecs
import os
import sys
from io import TextIOWrapper
from pathlib import Path


def speak_utf8() -> None:
    """No locale (C, POSIX) is no limit: UTF-8. One of another encoding shows what it has, the rest spelt out.

    A stream that was closed (>&-), of which Python has none, is one that nobody reads.
    """
    _replace_closed()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            _widen(stream)


def _replace_closed() -> None:
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 it is for the rest of the process


def _widen(stream: TextIOWrapper) -> None:
    known = codecs.lookup(stream.encoding).name
    if known == "ascii":
        stream.reconfigure(encoding="utf-8")
    elif known != "utf-8":
        stream.reconfigure(errors="backslashreplace")
