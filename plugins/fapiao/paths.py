"""Where the data of the project lives, found from this file so that no PYTHONPATH is ever needed."""

from pathlib import Path

INCLUDE = Path(__file__).resolve().parents[2] / "include"
SQL = INCLUDE / "sql"
