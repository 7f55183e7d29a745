"""SQL files that are applied in the order of the numbers in their names."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from fapiao.errors import Unusable


@dataclass(frozen=True)
class NumberedFile:
    """One file like 0001_enterprise.sql."""

    number: int
    name: str
    label: str
    """Number and name as in the file's name."""
    text: str

    @property
    def sha256(self) -> str:
        """Fingerprint of the text, hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def numbered_files(folder: Path, example: str, kind: str) -> list[NumberedFile]:
    """The .sql files of a folder by number; `example` is a file name with as many digits, `kind` what one is called.

    Raises Unusable when a file is not named like the example or two share a number.
    """
    digits = len(example.partition("_")[0])
    found: dict[int, NumberedFile] = {}
    for file in sorted(folder.glob("*.sql")):
        named = re.fullmatch(rf"(\d{{{digits}}})_([a-z0-9_]+)", file.stem)
        if named is None:
            raise Unusable(f"{file} is not named like {example}.")
        number = int(named[1])
        if number in found:
            raise Unusable(f"{file} has the number of another {kind}: give it the next free one.")
        found[number] = NumberedFile(number, named[2], file.stem, file.read_text(encoding="utf-8"))
    return list(found.values())
