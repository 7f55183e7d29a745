"""Every folder below tests/sql/merge/<target> is one claim: given answers, a reply, what the pool holds afterwards."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from fapiao.payloads.line_filter import line_filter
from pool_rows import OWNER, changes, context, counts, document, stage

CASES = sorted(path.parent for path in (Path(__file__).parent / "merge").glob("*/*/expect.yaml"))


def read(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))


def parameters() -> list[Any]:
    found = []
    for folder in CASES:
        ids = {mark: read(folder, "expect").get(mark, []) for mark in ("req", "finding")}
        marks = [getattr(pytest.mark, mark)(*named) for mark, named in ids.items() if named]
        found.append(pytest.param(folder, id=folder.name, marks=marks))
    return found


def answer(pool: psycopg.Connection, said: Mapping[str, Any], batch_no: str) -> Any:
    whose = context(
        datetime.fromisoformat(said["observed_at"]),
        said.get("invoice_type", "81"),
        aggregated_on=said.get("aggregated_on"),
        line_filter=line_filter(said["leave_out"], "input_download") if "leave_out" in said else None,
    )
    how = {name: said[name] for name in ("insert_missing", "status_mode") if name in said}
    return stage(pool, said["kind"], said["rows"], whose, batch_no, **how)


def set_columns(pool: psycopg.Connection, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        pool.execute(f"UPDATE pool.document SET {name} = %s::text::{kind(value)}", [value])


def kind(value: Any) -> str:
    return {bool: "boolean"}.get(type(value), "timestamptz" if "T" in str(value) and ":" in str(value) else "text")


def like(expected: Any, found: Any) -> Any:
    """`found` as the YAML writes it."""
    if isinstance(found, Decimal):
        return str(found)
    if isinstance(found, datetime):
        return expected if expected == "*" or datetime.fromisoformat(expected) == found else found
    return found.isoformat() if isinstance(found, date) else found


@pytest.mark.parametrize("folder", parameters())
def test_case(folder: Path, pool: psycopg.Connection):
    for number, given in enumerate(read(folder, "given")):
        answer(pool, given, f"GIVEN{number}").merge()
        set_columns(pool, given.get("set", {}))
    before = len(changes(pool))
    expected = read(folder, "expect")
    made = answer(pool, read(folder, "reply"), "REPLY")
    if "duplicates" in expected:
        found = made.duplicates()
        assert expected["duplicates"].items() <= {"identical": found.identical, "differing": found.differing,
                                                  "sample": list(found.sample)}.items()  # fmt: skip
    result = made.merge()
    assert result.downloaded == sum(counts(result).values()) - result.downloaded
    assert counts(result) == expected.get("counts", counts(result))
    assert [one.document_key for one in made.to_verify] == expected.get("to_verify", [])
    compare_documents(pool, expected)
    compare_log(pool, expected, before)
    compare_left_out(pool, expected)


def compare_documents(pool: psycopg.Connection, expected: Mapping[str, Any]) -> None:
    for key, columns in expected.get("documents", {}).items():
        found = document(pool, key)
        assert {name: like(value, found[name]) for name, value in columns.items()} == columns
    for key, lines in expected.get("lines", {}).items():
        found = pool.execute(
            "SELECT line_no, goods_name, amount::text FROM pool.line WHERE document_key = %s ORDER BY line_no", [key]
        ).fetchall()
        assert [list(line) for line in found] == lines
    for key, lines in expected.get("line_details", {}).items():
        found = pool.execute(
            "SELECT line_no, goods_code, specification, unit FROM pool.line WHERE document_key = %s ORDER BY line_no",
            [key],
        ).fetchall()
        assert [list(line) for line in found] == lines
    for key in expected.get("absent", []):
        assert pool.execute("SELECT count(*) FROM pool.document WHERE document_key = %s", [key]).fetchone() == (0,)
    if "waiting" in expected:
        waiting = pool.execute("SELECT document_key FROM pool.orphan_status WHERE taxpayer_no = %s", [OWNER]).fetchall()
        assert [key for (key,) in waiting] == expected["waiting"]


def compare_left_out(pool: psycopg.Connection, expected: Mapping[str, Any]) -> None:
    """What did not enter the pool, and where it is."""
    if "cached" in expected:
        cached = pool.execute("SELECT target, document_key FROM pool.verification_cache ORDER BY 1, 2").fetchall()
        assert [list(row) for row in cached] == expected["cached"]
    if "rejected" in expected:
        rejected = pool.execute("SELECT document_key, reason FROM pool.rejected_row ORDER BY row_no").fetchall()
        assert [list(row) for row in rejected] == expected["rejected"]
    if "dropped" in expected:
        dropped = pool.execute(
            "SELECT document_key, line_no, goods_name, amount::text FROM pool.dropped_line ORDER BY 1, 2"
        ).fetchall()
        assert [list(row) for row in dropped] == expected["dropped"]


def compare_log(pool: psycopg.Connection, expected: Mapping[str, Any], before: int) -> None:
    logged = [list(row[:3]) for row in changes(pool)[before:]]
    wanted = expected.get("changes")
    if wanted is not None:
        starred = [
            [name, "*" if old is not None else None, "*" if new is not None else None] for name, old, new in logged
        ]
        merged = [star if "*" in want else row for want, star, row in zip(wanted, starred, logged, strict=False)]
        assert merged + logged[len(wanted) :] == wanted
    for name, (old, new) in expected.get("logged", {}).items():
        assert [name, old, new] in logged
    if "held" in expected:
        held = pool.execute(
            "SELECT column_name, current_value, offered_value, reason FROM pool.held_change WHERE batch_no = 'REPLY' ORDER BY 1"
        ).fetchall()
        assert [list(row) for row in held] == expected["held"]
