"""The pages of the project as tests read them: their text, links, code blocks, and the files of the repository."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r'^(?:<a id="(?P<id>[^"\n]+)"></a>\n)?(?P<marks>#+) (?P<text>.+)$', re.MULTILINE)
_LEFT_OUT = (".git", ".fapiao", ".venv")
_MADE = {"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}


def pages() -> list[Path]:
    """Every Markdown page: those at the root, and everything below docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page's path inside the repository, for test ids."""
    return page.relative_to(ROOT).as_posix()


def tagged_blocks(text: str) -> list[tuple[str, str]]:
    """Language and text of the fenced code blocks, in order."""
    return [(found["language"], found["text"]) for found in _BLOCK.finditer(text)]


def blocks(text: str, language: str | None = None) -> list[str]:
    """The fenced code blocks, of one language or of all, in order."""
    return [block for found, block in tagged_blocks(text) if language in (None, found)]


def prose(text: str) -> str:
    """The text without its code blocks."""
    return _BLOCK.sub("", text)


def headings(text: str) -> list[str]:
    """The marks of the headings in order: `#`, `##`, …"""
    return [line.split()[0] for line in prose(text).splitlines() if re.match(r"#+ ", line)]


def anchors(text: str) -> list[tuple[str, str]]:
    """Mark and anchor of every heading in order: the id that stands in the line above it, else the one GitHub makes."""
    found: list[tuple[str, str]] = []
    times: Counter[str] = Counter()
    for match in _HEADING.finditer(prose(text)):
        anchor = match["id"] or _slug(match["text"])
        found.append((match["marks"], f"{anchor}-{times[anchor]}" if times[anchor] else anchor))
        times[anchor] += 1
    return found


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


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
