"""The streams of a command line: Chinese goes out as Chinese wherever a terminal can show it."""

import codecs
import sys
from io import TextIOWrapper


def speak_utf8() -> None:
    """No locale (C, POSIX) is no limit: UTF-8. One of another encoding shows what it has, the rest spelt out."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            _widen(stream)


def _widen(stream: TextIOWrapper) -> None:
    known = codecs.lookup(stream.encoding).name
    if known == "ascii":
        stream.reconfigure(encoding="utf-8")
    elif known != "utf-8":
        stream.reconfigure(errors="backslashreplace")
