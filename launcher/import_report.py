"""What `./fapiao import` tells: what was checked, what became of the tasks, and every row that did not come in."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

from fapiao.texts.catalogue import sentence, sentence_in
from hooks.exports.rows import note_export
from hooks.exports.workbooks import write_table
from hooks.queues.imports import (
    VERDICT_HEADINGS,
    failed_row_count,
    failed_rows,
    quarantined_rows,
    verdict_count,
    verdict_rows,
)
from launcher.actor import actor_of
from launcher.guarded_output import print_line
from launcher.people_table import labelled, show_rows
from launcher.screen import print_rows, tell
from operators.imports.reading import ReadFiles
from operators.imports.tasks import Created

OUTCOME = ("batch_no", "taxpayer_no", "direction", "status_label", "downloaded_count", "inserted_count",
           "updated_count", "unchanged_count", "ignored_count", "failed_count", "error_message")  # fmt: skip
WAITING = ("taxpayer_no", "direction", "file_name", "sheet", "row_no", "reason", "quarantined_at")
MOST_SHOWN = 20
"""Rows and sentences that are told one by one; the workbook of --verdicts has them all."""

Connection = psycopg.Connection[Any]
Row = Mapping[str, Any]


def say_received(created: Created, *, as_json: bool) -> None:
    """The files that are no task: imported before, or refused."""
    for name, batch_no in created.already.items():
        tell(sentence("import_command.already", name=name, batch=batch_no), as_json=as_json)
    for why in created.refused:
        tell(sentence("import_command.not_imported", why=why), as_json=as_json)


def say_checked(created: Created, arguments: argparse.Namespace) -> int:
    """What a dry run found; returns how many rows would not come in."""
    failed = sum(_say_one(one, arguments) for one in created.checked)
    said = "import_command.nothing_saved_failed" if failed else "import_command.nothing_saved"
    values = {"failed": failed} if failed else {}
    tell(sentence(said, **values), as_json=arguments.json)
    return failed


def _say_one(one: ReadFiles, arguments: argparse.Namespace) -> int:
    documents = one.documents.whole() if one.documents else []
    verdicts = one.documents.verdicts if one.documents else []
    failed = [row for row in verdicts if row.fate != "skipped"]
    doubts = one.documents.doubts() if one.documents else []
    counts = {"taxpayer_no": one.owner.taxpayer_no, "direction": one.owner.direction,
              "documents": len(documents), "rows": len(verdicts)}  # fmt: skip
    if arguments.json:
        rows = [{"sheet": row.place.sheet, "row_no": row.place.row_no, "reason": row.sentence} for row in failed]
        print(json.dumps(counts | {"failed": rows, "warnings": [*doubts]}, ensure_ascii=False))
        return len(failed)
    print_line(_checked(counts, arguments.scheme))
    for row in failed:
        values = {"sheet": row.place.sheet, "row": row.place.row_no, "reason": row.sentence}
        print_line(sentence("import_command.checked_row", **values))
    for doubt in doubts:
        print_line(sentence("import_command.checked_doubt", doubt=doubt))
    return len(failed)


def _checked(counts: Row, scheme: str | None) -> str:
    direction = labelled("direction", counts["direction"])
    values = {"taxpayer": counts["taxpayer_no"], "direction": direction}
    values |= {"documents": counts["documents"], "rows": counts["rows"]}
    if scheme:
        return sentence("import_command.checked_scheme", scheme=scheme, **values)
    return sentence("import_command.checked", **values)


def say_outcome(rows: Sequence[Row], *, as_json: bool) -> None:
    """How the tasks ended."""
    if as_json:
        print_rows(OUTCOME, rows, as_json=True)
        return
    if rows:
        show_rows("import", OUTCOME, rows, nothing="")
    if rows and all(row["downloaded_count"] == row["unchanged_count"] + row["ignored_count"] for row in rows):
        print(sentence("import_command.unchanged"))


def say_failed(connection: Connection, batches: Sequence[str], *, as_json: bool) -> None:
    """The rows that did not come in, whether asked for or not."""
    shown = failed_rows(connection, batches, MOST_SHOWN)
    for file, sheet, row_no, reason in shown:
        values = {"file": file, "sheet": sheet, "row": row_no, "reason": reason}
        tell(sentence("import_command.failed_row", **values), as_json=as_json)
    failed = failed_row_count(connection, batches)
    if failed > len(shown):
        tell(sentence("import_command.first_failed_rows", count=failed, shown=len(shown)), as_json=as_json)
    elif failed:
        tell(sentence("import_command.failed_rows", count=failed), as_json=as_json)


def say_doubts(rows: Sequence[Row]) -> None:
    """What is doubtful about what came in."""
    doubts = [doubt for row in rows for doubt in row["warnings"]]
    for doubt in doubts[:MOST_SHOWN]:
        print_line(sentence("import_command.doubt", doubt=doubt))
    if len(doubts) > MOST_SHOWN:
        print(sentence("import_command.more_doubts", count=len(doubts), shown=MOST_SHOWN))


def show_waiting(connection: Connection, organisations: Sequence[str] | None, *, as_json: bool) -> None:
    """The rows that wait for a rule."""
    rows = quarantined_rows(connection, organisations)
    if as_json:
        print_rows(WAITING, rows, as_json=True)
    else:
        show_rows("quarantine", WAITING, rows, nothing=sentence("import_command.none_waits"))


def write_verdicts(connection: Connection, arguments: argparse.Namespace, batches: Sequence[str]) -> None:
    """The workbook with what became of every row, in Chinese as every workbook; who took it out is noted."""
    found, total, file = verdict_rows(connection, batches), verdict_count(connection, batches), _file(arguments)
    rows = write_table(file, sentence_in("zh", "import_command.sheet"), VERDICT_HEADINGS, found, total)
    chosen = {"view": "import_verdicts", "batches": list(batches)}
    note_export(connection, actor_of(arguments), rows, chosen, file)
    tell(sentence("import_command.written", file=file, rows=rows), as_json=arguments.json)


def _file(arguments: argparse.Namespace) -> Path:
    file: Path = arguments.verdicts
    return file
