"""The pages of the project as tests read them: their text, links, code blocks, and the files of the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
_LEFT_OUT = (".git", ".fapiao", ".venv")
_MADE = {"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def pages() -> list[Path]:
    """Every Markdown page: those at the root, and everything below docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page's path inside the repository, for test ids."""
    return page.relative_to(ROOT).as_posix()


def blocks(text: str, language: str | None = None) -> list[str]:
    """The fenced code blocks, of one language or of all, in order."""
    return [found["text"] for found in _BLOCK.finditer(text) if language in (None, found["language"])]


def prose(text: str) -> str:
    """The text without its code blocks."""
    return _BLOCK.sub("", text)


def headings(text: str) -> list[str]:
    """The marks of the headings in order: `#`, `##`, …"""
    return [line.split()[0] for line in prose(text).splitlines() if re.match(r"#+ ", line)]


def repository_files() -> list[Path]:
    """The files that are or would be committed; without git, every file that no program made."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return [path for path in _walk(ROOT) if path.is_file()]
    named = [name for name in listed.split("\0") if name and not name.startswith(_LEFT_OUT[1:])]
    return [ROOT / name for name in named if (ROOT / name).is_file()]


def _walk(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if folder == ROOT and (path.name == ".git" or path.name.startswith(_LEFT_OUT[1:])):
            continue
        if path.is_dir():
            if path.name not in _MADE:
                yield from _walk(path)
        else:
            yield path
