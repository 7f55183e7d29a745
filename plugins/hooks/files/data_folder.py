"""The one folder that holds all data: FAPIAO_HOME, or .fapiao beside the project; a part of it may lie elsewhere."""

import os
from pathlib import Path

from fapiao.paths import INCLUDE

VARIABLE = "FAPIAO_HOME"


def data_folder() -> Path:
    """Where it is, there or not yet."""
    return Path(os.environ.get(VARIABLE) or INCLUDE.parent / ".fapiao").absolute()


def place_of(part: str, variable: str) -> str:
    """The folder or address that the environment names for a part of the data, else its folder among the others."""
    return os.environ.get(variable, "").strip() or str(data_folder() / part)
