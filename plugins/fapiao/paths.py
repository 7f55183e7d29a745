"""Where the data of the project lives, found from this file so that no PYTHONPATH is ever needed."""

from pathlib import Path

PLUGINS = Path(__file__).resolve().parents[1]
INCLUDE = PLUGINS.parent / "include"
SQL = INCLUDE / "sql"
