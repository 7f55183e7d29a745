"""In which language people are spoken to: Chinese, unless the command line's environment says otherwise."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
VARIABLE = "FAPIAO_LANG"
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""Those of POSIX, the first that is set decides."""

_of_the_process: Language = "zh"
_within: ContextVar[Language | None] = ContextVar("language", default=None)


def language() -> Language:
    """The language of whoever reads what is said now."""
    return _within.get() or _of_the_process


def language_of(environment: Mapping[str, str]) -> Language:
    """The language of a command line: FAPIAO_LANG, else its locale; English where neither is Chinese."""
    said = (environment.get(name, "") for name in (VARIABLE, *_LOCALES))
    return "zh" if next(filter(None, said), "").lower().startswith("zh") else "en"


@contextmanager
def spoken_by_all(spoken: Language) -> Iterator[None]:
    """The language of the whole process inside the block: a command's, threads that it begins included."""
    global _of_the_process  # noqa: PLW0603 one process is one command, or one worker
    before, _of_the_process = _of_the_process, spoken
    try:
        yield
    finally:
        _of_the_process = before


@contextmanager
def speaking(spoken: Language) -> Iterator[None]:
    """Another language inside the block: what is written into a row is Chinese, whoever runs the command."""
    token = _within.set(spoken)
    try:
        yield
    finally:
        _within.reset(token)
